"""Labels on the segmentation screen: locked, moved, found by typing; and the history of all acts."""

from pathlib import Path
from time import process_time

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input

from annotat3d_tui.labels.colours import letter_of
from annotat3d_tui.labels.strokes import Stroke, parse_stroke
from annotat3d_tui.tui.screens import history
from annotat3d_tui.tui.screens.history import History
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.widgets.labels_panel import LabelFilter, LabelList, LabelsPanel, matching
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.slice_view import SliceView
from tests.tui.acting import STROKES, command, mark, opened, seen, toasts, until


async def typed(pilot: Pilot[int], text: str) -> None:
    """Put a text into the line that asks for one."""
    await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()


async def test_marks_of_a_locked_label_are_kept_and_it_is_said(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        await mark(pilot)
        before = annotation.markers.count(2).voxels
        await pilot.press("2", "K")
        assert annotation.table[2].locked
        assert "#Label 1" in seen(pilot)
        await command(pilot, "erase r=9 xy z=7 14,10 16,12")
        assert annotation.markers.count(2).voxels == before
        await until(pilot, lambda: f"{before} voxels of locked labels kept" in seen(pilot))
        await pilot.press("D")
        assert toasts(pilot)[-1] == "Label 1 is locked: ⇧K unlocks it"
        screen.view.cursor = (7, 11, 15)
        await pilot.press("E")
        await until(pilot, lambda: any("of a locked label" in toast for toast in toasts(pilot)))
        await pilot.press("K")
        assert not annotation.table[2].locked
        await pilot.press("E")
        await until(pilot, lambda: annotation.markers.count(2).voxels == 0)


async def test_a_label_goes_and_its_marks_stay_as_those_of_another(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        await mark(pilot)
        total = len(annotation.markers)
        await pilot.press("2", "D")
        await pilot.pause()
        assert "marked voxels: remove it and" in seen(pilot)
        await pilot.press("m")
        await typed(pilot, "2")
        assert "must go to another label" in seen(pilot)
        await typed(pilot, "Background")
        assert 2 not in annotation.table
        assert (screen.view.brush.label, annotation.markers.count(1).voxels) == (1, total)
        await pilot.press("u")
        assert annotation.markers.count(2).voxels > 0
        await pilot.press("2", "D")
        await pilot.pause()
        await pilot.press("e")
        await until(pilot, lambda: 2 not in annotation.table)
        assert len(annotation.markers) < total


async def test_labels_are_moved_in_the_list(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        await pilot.press("2", "alt+up")
        assert [label.id for label in annotation.table] == [2, 1]
        assert screen.query_one(LabelList).highlighted == 0
        await pilot.press("alt+up", "alt+down", "alt+down")
        assert [label.id for label in annotation.table] == [1, 2]
        assert annotation.history() == ["move label 2 Label 1 to place 1", "move label 2 Label 1 to place 2"]


async def test_a_label_is_found_by_typing(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        for name in ("Grain", "Crack", "Pore"):
            screen.session.annotation.add_label(name)
        screen.annotation_changed()
        await pilot.press("slash")
        assert isinstance(screen.focused, LabelFilter)
        await pilot.press("r", "a")
        await until(pilot, lambda: "2 of 5" in seen(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: screen.view.brush.label == 4)
        assert isinstance(screen.focused, SliceView)
        await until(pilot, lambda: "voxels  marks" in seen(pilot))
        await pilot.press("slash", "5", "enter")
        await until(pilot, lambda: screen.view.brush.label == 5)
        await pilot.press("slash", "q", "q", "enter")
        assert "0 of 5" in seen(pilot)
        screen.query_one(LabelFilter).value = "l"
        await pilot.press("down", "down", "down", "o", "enter")  # fewer are left than the one that was highlighted
        assert isinstance(screen.focused, LabelFilter)
        await pilot.press("escape")
        assert isinstance(screen.focused, SliceView)
        assert screen.query_one(LabelsPanel).query_one(LabelList).count == 5


def test_an_id_stands_before_names_that_hold_it() -> None:
    assert matching("2", [1, 2, 20, 3], ["room 2", "b", "c", "d"]) == [1, 0, 2]


async def test_65535_labels_answer_at_once(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        annotation.add_missing(range(1, 65536), "many labels")
        screen.annotation_changed()
        await pilot.pause()
        await pilot.press("slash")
        begun = process_time()
        for key in "60123":
            await pilot.press(key)
        assert process_time() - begun < 2.0  # 0.2 s on a quiet machine
        await pilot.press("enter")
        await until(pilot, lambda: screen.view.brush.label == 60123)
        await until(pilot, lambda: f"60123 {letter_of(60123)}" in seen(pilot))
        begun = process_time()
        await pilot.press("space", "right", "down", "right", "space", "v", "V", "V")
        assert process_time() - begun < 5.0


async def test_history_goes_back_and_forth(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        await pilot.press("U")
        assert toasts(pilot) == ["nothing was done yet"]
        await mark(pilot)
        await command(pilot, "brush 2 r=1 xy z=3 4,4")
        await pilot.press("U")
        await pilot.pause()
        assert isinstance(pilot.app.screen, History)
        assert "▶      3  brush 2 r=1 xy z=3 4,4" in seen(pilot)
        await pilot.press("up", "up", "enter")
        await until(pilot, lambda: annotation.position == 1)
        assert f"▶      1  {STROKES[0]}" in seen(pilot)
        await pilot.press("end", "enter")
        await until(pilot, lambda: annotation.position == 3)
        await pilot.press("home", "enter")
        await until(pilot, lambda: annotation.position == 0)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert len(annotation.markers) == 0
        await pilot.press("ctrl+y")
        assert annotation.history() == [STROKES[0]]


async def test_a_long_way_in_history_is_stopped_by_esc(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SLICE_SECONDS", -1.0)  # a machine too slow to get anywhere
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        for number in range(60):
            annotation.draw(Stroke("brush", 1 + number % 2, 1, "xy", number % 10, ((number % 20, number % 13),)))
        await pilot.press("U")
        await pilot.pause()
        await pilot.press("home", "enter")
        await until(pilot, lambda: "60 acts to go · Esc stops" in seen(pilot))
        await pilot.press("down", "escape")
        await until(pilot, lambda: "Enter go there · Esc close" in seen(pilot))
        assert (annotation.position, isinstance(pilot.app.screen, History)) == (60, True)
        monkeypatch.setattr(history, "SLICE_SECONDS", 1e-4)
        lines = screen.session.workspace.journal.read_bytes().count(b"\n")
        await pilot.press("home", "enter")
        await until(pilot, lambda: annotation.position == 0)
        assert screen.session.workspace.journal.read_bytes().count(b"\n") == lines + 3  # of 25, 25 and 10 acts


async def test_100000_acts_are_listed_at_once(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        act = annotation.draw(parse_stroke("brush 2 r=1 xy z=3 4,4"))
        assert act is not None
        annotation._past.done *= 100_000
        begun = process_time()
        await pilot.press("U")
        await pilot.pause()
        await pilot.press("home", "pagedown", "end", "pageup")
        assert process_time() - begun < 3.0
        shown = pilot.app.screen.query_one(LongList)
        assert shown.count == 100_001
        assert "100000  brush 2 r=1 xy z=3 4,4" in seen(pilot)
        await pilot.press("escape")
        del annotation._past.done[1:]
        assert isinstance(pilot.app.screen, SegmentScreen)


async def test_a_list_that_gets_shorter_highlights_what_is_there() -> None:
    app = Listing()
    async with app.run_test(size=(40, 8)) as pilot:
        listed = app.query_one(LongList)
        await pilot.press("end")
        assert listed.highlighted == 99
        listed.count = 7
        assert listed.highlighted == 6
        await pilot.press("enter")
        listed.count = 0
        assert listed.highlighted is None
        await pilot.press("enter", "down", "pageup")
        assert app.chosen == [6]


class Listing(App[None]):
    """A long list alone."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield LongList(lambda number, width: Content(f"line {number}"))

    def on_mount(self) -> None:
        self.query_one(LongList).count = 100
        self.query_one(LongList).focus()

    def on_long_list_selected(self, event: LongList.Selected) -> None:
        self.chosen.append(event.number)
