"""The label volume is corrected on the screen: by marks, looked at first, undone in one step, kept on disk."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from textual.pilot import Pilot
from textual.widgets import Input, Select

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.labels.correcting import corrected
from annotat3d_tui.labels.resume import Resume
from annotat3d_tui.session import Session
from annotat3d_tui.tui.overview import label_shares
from annotat3d_tui.tui.saying import clear_messages
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.history import History
from annotat3d_tui.tui.screens.mask import MaskLook
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.workspace import open_workspace
from tests.tui.acting import command, opened, seen, toasts, until
from tests.tui.test_app_files import from_menu

STROKE = "brush 2 r=2 xy z=4 12,10 18,10"


def halves(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    label = np.ones(shape, np.uint8)
    label[:, :, shape[2] // 2 :] = 2
    return label


async def load(pilot: Pilot[int], screen: SegmentScreen, files: Path, *, edit: bool) -> NDArray[np.uint8]:
    """A label of two halves, loaded from a file; the question that comes is answered."""
    label = halves(screen.session.image.data.shape)
    np.save(files / "halves.npy", label)
    await from_menu(pilot, "L", files / "halves.npy")
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm) and "Start label editing?" in seen(pilot))
    await pilot.press("y" if edit else "n")
    await until(pilot, lambda: pilot.app.screen is screen)
    return label


async def test_a_tool_is_looked_at_before_it_is_taken_and_undone_in_one_step(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files, edit=False)
        await command(pilot, STROKE)
        for answer in ("escape", "enter"):
            await pilot.press("F", "r")
            await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
            await until(pilot, lambda: "resume: " in seen(pilot))
            assert screen.view.label_volume is not None
            assert screen.view.label_volume[4, 10, 12] == 2
            assert np.array_equal(screen.session.label, label)
            await pilot.press(answer)
            await until(pilot, lambda: pilot.app.screen is screen and screen.running is None)
            if answer == "escape":
                assert np.array_equal(screen.view.label_volume, label)
                assert screen.session.corrections is None
        await until(pilot, lambda: screen.session.corrections is not None)
        await until(pilot, lambda: screen.view.label_volume is screen.session.label)
        corrected = np.array(screen.session.label)
        assert corrected[4, 10, 12] == 2
        await pilot.press("u")
        assert np.array_equal(screen.session.label, label)
        assert screen.view.label_volume is screen.session.label
        await pilot.press("ctrl+y")
        assert np.array_equal(screen.session.label, corrected)
        folder = screen.session.workspace.folder
    again = Session.open(open_workspace(folder))
    assert np.array_equal(again.label, corrected)
    again.close()


async def take(pilot: Pilot[int], screen: SegmentScreen, letter: str) -> None:
    """A tool that asks for nothing, looked at and taken."""
    done = len(screen.session.corrections.done) if screen.session.corrections else 0
    await pilot.press("F", letter)
    await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
    await pilot.press("enter")
    await until(pilot, lambda: screen.session.corrections is not None and len(screen.session.corrections.done) > done)
    await until(pilot, lambda: screen.view.label_volume is screen.session.label and screen.running is None)
    await pilot.pause()


async def test_a_new_stroke_or_lock_ends_redoing_of_marks_and_corrections(files: Path) -> None:
    async with opened(files, size=(120, 40)) as (pilot, screen):
        await load(pilot, screen, files, edit=True)
        for number, new in enumerate(("brush 2 r=1 xy z=9 5,20", "K")):
            for x in (4, 9):
                await command(pilot, f"brush {2 + number} r=2 xy z={4 + number} {x},10")
                await take(pilot, screen, "d")
            before = np.array(screen.session.label)
            await pilot.press("u", "u", "u", "u")
            undone = np.array(screen.session.label)
            assert not np.array_equal(undone, before)
            await (command(pilot, new) if number == 0 else pilot.press(new))
            await pilot.press("U")
            await until(pilot, lambda: isinstance(pilot.app.screen, History))
            await pilot.pause()
            assert "the beginning" in seen(pilot)
            await pilot.press("escape")
            assert screen.session.past.redo() is None
            assert np.array_equal(screen.session.label, undone)
            assert (screen.session.past.acts(), screen.session.past.position) == (number + 1, number + 1)
        folder, acts = screen.session.workspace.folder, screen.session.past.acts()
    again = Session.open(open_workspace(folder))
    assert (again.past.acts(), again.past.redo()) == (acts, None)
    assert np.array_equal(again.label, undone)
    again.close()


async def test_undo_of_a_correction_is_said_and_counted(files: Path) -> None:
    async with opened(files, size=(120, 40)) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)

        def counted() -> bool:
            return screen._shares == label_shares(screen.session.label)

        def note() -> str:
            return screen.query_one(TabLine).note

        await until(pilot, counted)
        loaded = note()
        await command(pilot, "brush 1 r=1 xy z=4 5,5 25,5")
        await take(pilot, screen, "m")
        await until(pilot, counted)
        assert screen._shares == {1: 1.0}
        assert note() == "label volume corrected by hand"
        await pilot.press("u")
        await until(pilot, lambda: "Undone: merge 2 into 1" in toasts(pilot))
        await until(pilot, counted)
        assert np.array_equal(screen.session.label, label)
        assert "50.0" in seen(pilot)
        assert note() == loaded
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "Done again: merge 2 into 1" in toasts(pilot))
        await until(pilot, counted)
        assert note() == "label volume corrected by hand"


async def test_strokes_that_a_merge_used_do_not_count_in_a_split_and_come_back_by_undo(files: Path) -> None:
    async with opened(files, size=(120, 40)) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)
        marks = screen.session.annotation.markers
        await command(pilot, "brush 1 r=1 xy z=4 5,5 25,5")
        merging = len(marks)
        await pilot.press("F", "m")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        await pilot.pause()
        assert "by 1 stroke, taken off" in seen(pilot)
        await pilot.press("escape")
        assert len(marks) == merging
        await take(pilot, screen, "m")
        assert len(marks) == 0
        await command(pilot, "brush 1 r=1 xy z=4 20,20")
        await command(pilot, "brush 2 r=1 xy z=4 5,20")
        await take(pilot, screen, "x")
        assert len(marks) == 0
        split = np.array(screen.session.label)
        assert split[4, 20, 20] == 1 != split[4, 20, 5]
        words = [screen.session.past.words_of(number) for number in range(screen.session.past.acts())]
        assert words[1:5:3] == ["merge 2 into 1", "split label 1 by 2 seeds"]
        await pilot.press("u")
        assert {one: count.strokes for one, count in marks.counts().items()} == {1: 1, 2: 1}
        await pilot.press("u", "u", "u")
        assert (len(marks), np.array_equal(screen.session.label, label)) == (merging, True)
        for _ in range(4):
            await pilot.press("ctrl+y")
        assert len(marks) == 0
        assert np.array_equal(screen.session.label, split)
        await pilot.press("F", "e")
        await until(pilot, lambda: screen.session.editing is None and pilot.app.screen is screen)
        await command(pilot, "brush 1 r=1 xy z=4 5,5 25,5")
        await take(pilot, screen, "d")
        assert len(marks) == merging  # they are learned from


async def test_a_correction_that_cannot_be_written_leaves_the_strokes(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(files, size=(120, 40)) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)
        await command(pilot, "brush 7 r=1 xy z=4 5,5 25,5")
        marks = screen.session.annotation.markers
        before, acts = len(marks), screen.session.past.acts()

        def full(_: object) -> None:
            raise CannotWrite("The disk is full: make room.")

        monkeypatch.setattr(screen.session, "correct", full)
        await pilot.press("F", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        await pilot.press("enter")
        await until(pilot, lambda: any("disk is full" in said for said in toasts(pilot)))
        await until(pilot, lambda: len(marks) == before and screen.session.past.acts() == acts)
        assert np.array_equal(screen.session.label, label)


async def test_while_labels_are_edited_apply_lets_marks_correct_them(files: Path) -> None:
    async with opened(files, size=(120, 40)) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)
        assert screen.session.editing == Resume()
        assert "beta 6" in seen(pilot)
        await command(pilot, STROKE)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.corrections is not None and screen.running is None)
        image = screen.session.image.data
        where, labels, _ = screen.session.annotation.markers.voxels()
        first = corrected(label, Resume()(label, image, np.array(where), np.array(labels)))
        assert np.array_equal(screen.session.label, first)
        await command(pilot, "brush 1 r=2 xy z=4 20,16 26,16")
        await pilot.press("A")
        await until(pilot, lambda: len(screen.session.corrections.done) == 2 and screen.running is None)
        where, labels, _ = screen.session.annotation.markers.voxels()
        both = corrected(label, Resume()(label, image, np.array(where), np.array(labels)))
        assert np.array_equal(screen.session.label, both)
        await pilot.press("A")
        await until(pilot, lambda: any("no voxel would change" in said for said in toasts(pilot)))
        folder = screen.session.workspace.folder
    again = Session.open(open_workspace(folder))
    assert again.editing == Resume()
    assert np.array_equal(again.label, both)
    again.close()


async def test_a_locked_or_hidden_label_loses_no_voxel(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)
        await command(pilot, STROKE)
        await command(pilot, "brush 3 r=2 xy z=2 12,10 18,10")
        screen.session.annotation.set_locked(1, True)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.corrections is not None and screen.running is None)
        assert np.array_equal(screen.session.label == 1, label == 1)
        assert 3 in screen.session.label


async def test_a_locked_label_gains_no_voxel_and_says_so_where_all_marks_are_of_it(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)
        await command(pilot, STROKE)
        await pilot.press("2", "K")
        await pilot.pause()
        for action, tool in (("apply", ()), ("correct_with", ("draw",)), ("correct_with", ("resume",))):
            assert screen.why_not(action, tool).startswith("all marks are of locked or hidden labels: ⇧K unlocks")
        await command(pilot, "brush 3 r=2 xy z=2 4,10 8,10")
        await pilot.press("A")
        await until(pilot, lambda: screen.session.corrections is not None and screen.running is None)
        assert np.array_equal(screen.session.label == 2, label == 2)
        assert 3 in screen.session.label


async def test_a_tool_says_that_the_chosen_label_is_locked_hidden_or_around_objects(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = await load(pilot, screen, files, edit=True)
        annotation = screen.session.annotation

        async def refused(letter: str, chosen: int, said: str) -> None:
            await command(pilot, f"label {chosen}")
            await until(pilot, lambda: screen.view.brush.label == chosen)
            clear_messages(pilot.app)
            await pilot.press("F", letter)
            await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
            await pilot.press("ctrl+s")
            await until(pilot, lambda: any(said in one for one in toasts(pilot)))
            await until(pilot, lambda: pilot.app.screen is screen and screen.running is None)

        await refused("s", 1, "received 1, which is what is around them: choose another")
        annotation.set_locked(2, True)
        await refused("o", 2, "Label 2 is locked or hidden and cannot be changed: unlock and show it first.")
        annotation.set_locked(2, False)
        annotation.set_visible(2, False)
        await refused("s", 2, "Label 2 is locked or hidden and cannot be changed: unlock and show it first.")
        annotation.set_visible(2, True)
        annotation.set_locked(1, True)
        await refused("O", 2, "Label 1, which is what is around objects, is locked or hidden")
        assert np.array_equal(screen.session.label, label)


async def test_without_marks_or_label_it_says_why(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        assert "there is no label volume yet" in screen.why_not("correct", ())
        await load(pilot, screen, files, edit=True)
        assert screen.why_not("apply", ()) == "mark what is wrong first"
        assert screen.why_not("correct_with", ("resume",)) == "mark what is wrong first"
        await pilot.press("F")
        await pilot.pause()
        assert "End label editing" in seen(pilot)
        await pilot.press("e")
        await until(pilot, lambda: screen.session.editing is None)
        assert screen.why_not("apply", ()) == "mark at least two labels first"


async def test_grey_values_are_marked_in_the_slice_or_in_all_after_a_look(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        image = screen.session.image.data
        middle = float(np.median(image))
        for where, expected in (("slice", image[screen.view.index] >= middle), ("volume", image >= middle)):
            await pilot.press("G")
            await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
            low, high = pilot.app.screen.query(Input)
            low.value, high.value = str(middle), "99999"
            pilot.app.screen.query(Select).last().value = where
            await pilot.pause()
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
            assert len(screen.session.annotation.markers) == 0
            await pilot.press("enter")
            await until(pilot, lambda: len(screen.session.annotation.markers) > 0)
            marked = screen.session.annotation.markers.to_volume() > 0
            assert np.array_equal(marked[screen.view.index] if where == "slice" else marked, expected)
            assert marked.sum() == expected.sum()
            await pilot.press("u")
            assert len(screen.session.annotation.markers) == 0


async def objects(pilot: Pilot[int], screen: SegmentScreen, files: Path, *, around: int) -> None:
    """A label of the ids 1, 2, 3 and 54 is loaded, and what is around them."""
    label = np.full(screen.session.image.data.shape, around, np.uint8)
    label[3:6, 3:6, 3:15:3] = (1, 2, 3, 54)
    np.save(files / "objects.npy", label)
    await from_menu(pilot, "L", files / "objects.npy")
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
    await pilot.press("n")
    await until(pilot, lambda: 54 in screen.session.annotation.table)


async def test_loaded_objects_are_called_by_their_ids(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await objects(pilot, screen, files, around=0)
        table = screen.session.annotation.table
        assert [(one.id, one.name) for one in table] == [(id, f"Label {id}") for id in (1, 2, 3, 54)]
        await pilot.press("n")
        await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
        assert "Label 55" in seen(pilot)
        await pilot.press("escape", "u")
        assert [one.name for one in screen.session.annotation.table] == ["Background", "Label 1"]


async def test_the_first_labels_keep_their_names_where_one_is_around_the_others(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await objects(pilot, screen, files, around=1)
        names = [one.name for one in screen.session.annotation.table]
        assert names == ["Background", "Label 1", "Label 3", "Label 54"]


async def test_the_first_labels_keep_their_names_where_they_are_marked(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await command(pilot, STROKE)
        await objects(pilot, screen, files, around=0)
        names = [one.name for one in screen.session.annotation.table]
        assert names == ["Background", "Label 1", "Label 3", "Label 54"]
