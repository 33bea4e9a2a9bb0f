"""The table of objects beneath the slice: order, filter, the row that moves the slice, CSV; and its engine."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.object_table import ObjectTable
from annotat3d_tui.labels.objects import measure, table_text
from annotat3d_tui.tui.screens.objects import ObjectFilter, ObjectsScreen, middle
from annotat3d_tui.tui.screens.paths import AskPath, PathInput
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.widgets.long_list import LongList
from tests.labels.cells import cells, picture
from tests.tui.acting import opened, seen, until
from tests.tui.test_app_files import from_menu


@cache
def table() -> ObjectTable:
    label = cells((12, 20, 22), 9, 1)
    return ObjectTable.of(measure(label, picture(label)))


def labels(words: str) -> list[int]:
    return [table().objects[row].label for row in table().rows(words, {3: "Grain 3", 4: "Grain 4"})]


def test_each_column_gives_an_order() -> None:
    for name, values in table().values.items():
        rising = values[table().rows(by=name)]
        assert (np.diff(rising) >= 0).all(), name
        assert (values[table().rows(by=name, falling=True)] == rising[::-1]).all(), name


def test_words_and_conditions_must_all_hold() -> None:
    sizes = {one.label: one.voxels for one in table().objects}
    middle_one = sorted(sizes.values())[4]
    assert labels(f"voxels>={middle_one}") == [one for one in sizes if sizes[one] >= middle_one]
    assert labels("grain label=4") == [4]
    assert labels("7") == [7]
    assert labels("grain 7") == []
    with pytest.raises(InvalidParameter, match="received 'voxels<many': type a number"):
        labels("voxels<many")
    with pytest.raises(InvalidParameter, match="A column must be one of label, piece, .*, received 'weight'"):
        labels("weight>3")


async def table_of(pilot: Pilot[int]) -> ObjectsScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, ObjectsScreen))
    await pilot.pause()
    found = pilot.app.screen
    assert isinstance(found, ObjectsScreen)
    return found


async def load(pilot: Pilot[int], screen: SegmentScreen, files: Path) -> np.ndarray:
    shape = screen.session.image.data.shape
    label = np.zeros(shape, np.uint16)
    label[1:3, 2:5, 2:6], label[5:9, 10:14, 8:12], label[5:9, 10:14, 14:15] = 3, 5, 3
    np.save(files / "objects.npy", label)
    await from_menu(pilot, "L", files / "objects.npy")
    await until(pilot, lambda: screen.session.label is not None and pilot.app.screen is not screen)
    await pilot.press("n")
    await until(pilot, lambda: pilot.app.screen is screen)
    return label


async def test_the_slice_follows_the_row_and_enter_stays_there(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files)
        before = screen.view.cursor
        assert screen.why_not("objects", ()) == ""
        height = screen.view.size.height
        await pilot.press("J")
        shown = await table_of(pilot)
        assert screen.view.size.height < height
        assert screen.view.cursor == before
        assert "2 labels" in seen(pilot)
        objects = measure(label, screen.session.image.data)
        await pilot.press("right", "right", "r")
        assert shown.chosen is not None
        assert shown.chosen.label == 5
        await pilot.press("down")
        assert screen.view.cursor == middle(objects[0])
        await pilot.press("slash", *"voxels>50")
        assert "1 of 2 labels" in seen(pilot)
        await pilot.press("escape", "escape")
        assert screen.view.cursor == before
        assert screen.view.size.height == height

        await pilot.press("F", "t")
        shown = await table_of(pilot)
        await pilot.press("p")
        await until(pilot, lambda: "3 pieces" in seen(pilot))
        shown = await table_of(pilot)
        shown.query_one(LongList).highlighted = 2
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        pieces = measure(label, pieces=True)
        assert screen.view.cursor in {middle(one) for one in pieces}
        assert screen.view.brush.label == label[screen.view.cursor]


async def test_what_is_shown_is_written_as_it_is_shown(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files)
        image = screen.session.image
        await pilot.press("J")
        shown = await table_of(pilot)
        await pilot.press("r", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskPath))
        pilot.app.screen.query_one(PathInput).value = str(files / "table.csv")
        await pilot.press("enter")
        await until(pilot, lambda: (files / "table.csv").is_file() and screen.running is None)
        objects = measure(label, image.data, voxel_size=image.voxel_size)
        assert (files / "table.csv").read_text() == table_text(objects[::-1], image.unit)
        line = shown.query_one(ObjectFilter)
        await pilot.press("slash", *"voxels<many")
        assert "type a number" in seen(pilot)
        assert line.value == "voxels<many"
