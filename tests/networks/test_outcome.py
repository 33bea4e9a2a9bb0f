"""What became of an image is read back as it was kept; damaged or foreign files are passed over."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.networks.outcome import Outcome, keep_outcome, outcome_of, outcome_path, outcomes_in

MADE = Outcome("/d/a.tif", "/n/x.network", "/o/a.tif", "", (3, 4, 5), {1: 20, 2: 40}, 1.5, 1e6, "CPU", 1.7e9, "/j/4")


def test_it_is_read_as_it_was_kept(tmp_path: Path) -> None:
    failed = Outcome("/d/b.tif", "/n/x.network", error="b.tif is damaged: copy it again.")
    keep_outcome(tmp_path / "a.tif", MADE)
    keep_outcome(tmp_path / "b.tif", failed)
    assert outcomes_in(tmp_path) == [MADE, failed]
    assert outcome_of(tmp_path / "a.tif") == MADE
    assert outcome_of(tmp_path / "c.tif") is None
    assert not MADE.has_label


@pytest.mark.parametrize(
    "change", [{"format": "x"}, {"seconds": float("nan")}, {"work": -1}, {"shape": "x"}, {"voxels": []}, {"at": "now"}]
)
def test_what_cannot_be_is_passed_over(tmp_path: Path, change: dict[str, object]) -> None:
    keep_outcome(tmp_path / "a.tif", MADE)
    path = outcome_path(tmp_path / "a.tif")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert outcomes_in(tmp_path) == []


@given(st.binary(max_size=300))
def test_no_content_does_any_harm(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("o") / "a.infer.json"
    path.write_bytes(content)
    assert outcomes_in(path.parent) == []


def test_a_folder_that_takes_nothing_stops_no_work(tmp_path: Path) -> None:
    keep_outcome(tmp_path / "no" / "a.tif", MADE)
    assert outcomes_in(tmp_path / "no") == []
