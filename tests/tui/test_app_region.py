"""The region of work: set by corners, by what is seen, by a label, or typed; nothing outside of it is changed."""

from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.boxes import Box, Boxes, grown
from annotat3d_tui.tui.region import AROUND, parse_region
from annotat3d_tui.tui.screens.dialogs import Ask
from annotat3d_tui.tui.screens.mask import MaskLook
from annotat3d_tui.tui.widgets.region_border import border
from tests.tui.acting import command, mark, opened, seen, until
from tests.tui.test_app_correct import STROKE, load

SHAPE = (12, 20, 30)


def outside(box: Box, shape: tuple[int, ...]) -> np.ndarray:
    found = np.ones(shape, np.bool_)
    found[box] = False
    return found


@pytest.mark.parametrize("text", ["1:2 3:4", "5:2 : :", ": : 0:13", "a:b : :"])
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="region"):
        parse_region(text, SHAPE)


def test_the_border_is_inside_the_box_and_closed() -> None:
    box = parse_region("4:9 2:6 3:5", SHAPE)
    found = border(box, "xy", 4)
    assert found is not None
    rows, columns = found
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (2, 5, 4, 8)
    assert len(rows) == 2 * 5 + 2 * 2
    assert border(box, "xy", 5) is None


async def test_tools_and_editing_change_nothing_outside(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)
        await command(pilot, STROKE)
        for voxel in ("12 6 3", "15 16 5"):
            await command(pilot, f"goto {voxel}")
            await pilot.press("a", "c")
        box = parse_region("12:16 6:17 3:6", label.shape)
        assert screen.view.work_region == box
        assert "x 12-15" in seen(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.corrections is not None and screen.running is None)
        changed = screen.session.label != label
        assert changed[box].any()
        assert not (changed & outside(box, label.shape)).any()
        await pilot.press("u", "a", "o")
        assert screen.view.work_region is None
        await pilot.press("A")
        await until(pilot, lambda: bool(screen.session.corrections.done) and screen.running is None)
        assert ((screen.session.label != label) & outside(box, label.shape)).any()
        await pilot.press("u", "F", "e", "a", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        pilot.app.screen.query_one("Input").value = "12:16 : 3:6"  # type: ignore[attr-defined]
        await pilot.press("enter", "F", "r")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        assert screen.view.label_volume is not None
        box = parse_region("12:16 : 3:6", label.shape)
        assert not ((screen.view.label_volume != label) & outside(box, label.shape)).any()
        await pilot.press("escape")


async def test_a_preview_is_seen_in_the_region_alone(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        await command(pilot, "goto 3 4 6")
        await pilot.press("plus", "plus", "a", "v")
        box = screen.view.work_region
        assert box is not None
        shape = screen.session.image.data.shape
        assert box[0] == slice(0, shape[0])
        assert outside(box, shape).any()
        await pilot.press("P")
        await until(pilot, lambda: screen.view.label_volume is not None and screen.running is None)
        assert not screen.view.label_volume[outside(box, shape)].any()  # type: ignore[index]
        assert screen.view.label_volume[box].any()  # type: ignore[index]


async def test_a_region_around_a_label(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files, edit=False)
        await pilot.press("2", "a", "l")
        assert screen.view.work_region == grown(Boxes.of(label)[2], AROUND, label.shape)
