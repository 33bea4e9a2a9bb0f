"""How an image is looked at, as a file says it."""

import json
from typing import Any

import pytest

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.render.looks import ImageLook, Looks


@pytest.mark.parametrize("looks", [Looks(), Looks(ImageLook("Fire inverted", (1.5, 20.0)), True, True, False)])
def test_what_is_written_is_read(looks: Looks) -> None:
    assert Looks.from_dict(json.loads(json.dumps(looks.to_dict()))) == looks


def test_what_is_missing_is_as_at_first() -> None:
    assert Looks.from_dict({"image": {"window": None}}) == Looks()


@pytest.mark.parametrize(
    "content",
    [3, {"image": 3}, {"image": {"colormap": "jet"}}, {"image": {"window": [2, 1]}}, {"image": {"window": 4}}],
)
def test_what_is_no_look_is_refused(content: Any) -> None:
    with pytest.raises(InvalidFile, match="looked at cannot be read .*: it is shown as at first"):
        Looks.from_dict(content)
