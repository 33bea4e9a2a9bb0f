"""Marks and labels on the segmentation screen: kept at once, undone, named; by keys, mouse and command line."""

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.widgets.command_line import CommandInput
from annotat3d_tui.tui.widgets.position_line import PositionLine
from annotat3d_tui.tui.widgets.slice_view import SliceView
from tests.tui.acting import STROKES, command, endless, mark, opened, seen, toasts, until


async def test_drawing_with_the_keyboard_is_in_the_journal_at_once(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("2", "minus", "space", "right", "right")
        assert "brush 2 r=4" in screen.session.workspace.journal.read_text()
        kept, _ = Annotation.open(screen.session.image.data.shape, screen.session.workspace.journal)
        assert kept.history() == screen.session.annotation.history() == ["brush 2 r=4 xy z=7 15,13 17,13"]
        assert len(kept.markers) == len(screen.session.annotation.markers) > 0
        kept.close()
        await pilot.press("E")
        await until(pilot, lambda: len(screen.session.annotation.markers) == 0)


async def test_undo_takes_the_stroke_back_that_is_under_the_pen(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        await mark(pilot)
        await pilot.press("space", "right", "down", "u")
        assert annotation.history() == list(STROKES)
        assert not screen.view.pen_down
        await pilot.press("right")
        assert annotation.history() == list(STROKES)
        await pilot.press("ctrl+y")
        assert annotation.history()[2:] == ["brush 1 r=5 xy z=7 15,13 16,13 16,14"]


async def test_what_is_under_the_mouse_counts_for_all_that_is_done_meanwhile(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotat3d_tui.workflow.segmentation.segment", endless)
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        await mark(pilot)
        for number, key in enumerate(("A", "P", "S", "u", "ctrl+y", "ctrl+e", "ctrl+q"), 3):
            column, row = 10 + 2 * number, 5 + number
            await pilot.mouse_down(screen.view, (column, row))
            await pilot.hover(screen.view, (column + 2, row))
            before = len(annotation.history())
            await pilot.press(key)
            if key != "ctrl+q":
                assert len(annotation.history()) == before + (key != "u"), key
                assert bool(annotation.undone()) == (key == "u")
                await pilot.press("escape")
                await until(pilot, lambda: screen.running is None and pilot.app.screen is screen)
            await pilot.mouse_up(screen.view, (column + 2, row))
        history = annotation.history()
    again = open_session(image=files / "image.tif")
    assert again.annotation.history() == history
    again.close()


async def test_marks_are_synced_when_the_hand_rests(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotat3d_tui.tui.showing.SYNC_SECONDS", 0.05)
    async with opened(files) as (pilot, screen):
        synced: list[int] = []
        monkeypatch.setattr(
            screen.session.annotation, "sync", lambda: synced.append(len(screen.session.annotation.markers))
        )
        await pilot.press("space", "right")
        await until(pilot, lambda: len(screen.session.annotation.markers) in synced)


async def test_a_new_label_without_a_name_gets_the_next_one(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("n")
        await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
        pilot.app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        await until(pilot, lambda: 3 in screen.session.annotation.table)
        assert screen.session.annotation.table[3].name == "Label 2"


async def test_labels_are_added_renamed_recoloured_hidden_and_removed(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        table = lambda: screen.session.annotation.table  # noqa: E731
        await pilot.press("n")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "Crack"
        await pilot.press("enter")
        await pilot.pause()
        assert (table()[3].name, screen.view.brush.label) == ("Crack", 3)
        await pilot.press("R")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "Background"
        await pilot.press("enter")
        await pilot.pause()
        assert "must have a name of its own" in seen(pilot)
        pilot.app.screen.query_one(Input).value = "Pore"
        await pilot.press("enter", "H")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "reddish"
        await pilot.press("enter")
        await pilot.pause()
        assert "A colour must be #rrggbb, a name such as orange" in seen(pilot)
        pilot.app.screen.query_one(Input).value = "Orange"
        await pilot.press("enter")
        await pilot.pause()
        assert table()[3].colour == (255, 165, 0)
        await pilot.press("H")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "255 0 10"
        await pilot.press("enter")
        await pilot.pause()
        assert (table()[3].name, table()[3].colour) == ("Pore", (255, 0, 10))
        await pilot.press("v")
        assert not table()[3].visible
        await pilot.press("V")
        assert [label.visible for label in table()] == [False, False, True]
        await pilot.press("V")
        assert all(label.visible for label in table())
        await pilot.press("D")
        await pilot.pause()
        assert (len(table()), screen.view.brush.label) == (2, 2)
        await pilot.press("u")
        assert table()[3].name == "Pore"


async def test_removing_a_marked_label_and_erasing_all_ask_first(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        await pilot.press("2", "D")
        await pilot.pause()
        assert "marked voxels: remove it and" in seen(pilot)
        await pilot.press("escape")
        assert 2 in screen.session.annotation.table
        await pilot.press("ctrl+e")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert len(screen.session.annotation.markers) == 0
        await pilot.press("u")
        assert len(screen.session.annotation.markers) > 0


async def test_commands_typed_ahead_of_the_screen_are_all_carried_out(files: Path) -> None:
    lines = ("brush 1 r=0 xy z=3 4,4", "brush two", "brush 2 r=0 xy z=3 8,8", "brush 1 r=0 xy z=4 4,4")
    async with opened(files) as (pilot, screen):
        await pilot.press("colon")
        line = screen.query_one(CommandInput)
        for text in lines:
            for character in text:
                pilot.app.post_message(events.Key(character if character.isalnum() else "key", character))
            pilot.app.post_message(events.Key("enter", "\r"))
        pilot.app.post_message(events.Key("g", "g"))
        await until(pilot, lambda: len(screen.session.annotation.history()) == 3)
        assert screen.session.annotation.history() == [lines[0], *lines[2:]]
        await until(pilot, lambda: any("after brush must be a whole number" in toast for toast in toasts(pilot)))
        assert line.value == "g"


async def test_several_lines_are_pasted_as_so_many_commands(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("colon")
        text = "# two strokes\r\nbrush 1 r=0 xy z=3 4,4\r\n\r\nbrush 2 r=0 xy z=3 8,8 # the other\r\ngoto 1 2"
        screen.query_one(CommandInput).post_message(events.Paste(text))
        await until(pilot, lambda: len(screen.session.annotation.history()) == 2)
        assert screen.session.annotation.history() == ["brush 1 r=0 xy z=3 4,4", "brush 2 r=0 xy z=3 8,8"]
        assert screen.query_one(CommandInput).value == "goto 1 2"
        assert toasts(pilot) == []


async def test_the_line_that_was_begun_comes_back_below_the_earlier_ones(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await command(pilot, "goto 1 2 3")
        await pilot.press("colon", *"lab", "up")
        line = screen.query_one(CommandInput)
        assert line.value == "goto 1 2 3"
        await pilot.press("down")
        assert line.value == "lab"


async def test_the_command_line_complains_where_it_stands_and_remembers(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("colon")
        line = screen.query_one(CommandInput)
        line.value = "brush two r=5 xy z=4 1,1"
        await pilot.press("enter")
        await until(pilot, lambda: "The word after brush must be a whole number" in seen(pilot))
        line.value = "goto 1 2 30"
        await pilot.press("enter")
        await until(pilot, lambda: "z must be from 0 to 13" in seen(pilot))
        line.value = "goto 1 2 3"
        await pilot.press("enter")
        await pilot.pause()
        assert screen.view.cursor == (3, 2, 1)
        line.value = "label 2"
        await pilot.press("enter")
        await pilot.pause()
        assert screen.view.brush.label == 2
        for refused, reason in (("apply", "mark at least two labels first"), ("label 7", "there is no label 7")):
            line.value = refused
            await pilot.press("enter")
            await until(pilot, lambda reason=reason: reason in seen(pilot))  # type: ignore[misc]
            assert line.value == refused
        assert toasts(pilot) == []
        await pilot.press("up", "up")
        assert line.value == "goto 1 2 3"
        await pilot.press("down")
        assert line.value == "label 2"
        await pilot.press("escape")
        assert isinstance(screen.focused, SliceView)


async def test_a_click_on_a_label_chooses_it_and_with_ctrl_shows_only_it(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.click("LabelList", offset=(5, 1))
        await until(pilot, lambda: screen.view.brush.label == 2)
        assert isinstance(screen.focused, SliceView)
        await pilot.click("LabelList", offset=(5, 0), control=True)
        await until(pilot, lambda: [label.visible for label in screen.session.annotation.table] == [True, False])


async def test_a_digit_without_a_label_says_so(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("7")
        assert toasts(pilot) == ["there is no label 7: n adds one"]
        assert screen.view.brush.label == 1


@pytest.mark.parametrize("size", [(100, 28), (60, 20)])
async def test_the_bar_of_marks_goes_to_the_slice_that_is_pointed_at(files: Path, size: tuple[int, int]) -> None:
    async with opened(files, size) as (pilot, screen):
        await command(pilot, "brush 1 r=1 xy z=9 3,3")
        screen.view.cursor = (2, 5, 6)
        await pilot.pause()
        line = screen.query_one(PositionLine)
        columns = [line.slice_at(column) for column in range(line.content_size.width)]
        bar = [index for index in columns if index is not None]
        assert bar == sorted(bar)
        assert (bar[0], 9 in bar) == (0, True)
        drawn = line.render().plain
        for index in (9, bar[0], bar[-1]):
            await pilot.click(PositionLine, offset=(columns.index(index) + line.styles.padding.left, 0))
            await pilot.pause()
            assert screen.view.cursor == (index, 5, 6)
            assert line.render().plain[columns.index(index)] in "│┃"
        await pilot.click(PositionLine, offset=(1, 0))
        await pilot.pause()
        assert screen.view.cursor[0] == bar[-1]
        assert drawn != line.render().plain
