"""Files of the segmentation screen: masks, labels and superpixels, saved and loaded by the keys of a person."""

import asyncio
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
import pytest
import tifffile
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from annotat3d_tui.__main__ import main
from annotat3d_tui.errors import CannotWrite, WorkspaceInUse
from annotat3d_tui.session import Session
from annotat3d_tui.tui.filing import as_label
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.help import HelpScreen
from annotat3d_tui.tui.screens.mask import MaskForm, MaskLook
from annotat3d_tui.tui.screens.paths import AskPath
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.volume.files import open_labels, save_labels
from annotat3d_tui.workflow.presets import PRESETS
from tests.tui.acting import LONGEST_WAIT, mark, opened, seen, toasts, until


async def from_menu(pilot: Pilot[int], letter: str, path: Path) -> None:
    """Choose from the files menu and give a path."""
    await pilot.press("f", letter)
    await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    await pilot.pause()


def marked(screen: SegmentScreen) -> np.ndarray:
    return screen.session.annotation.markers.to_volume()


async def test_a_mask_becomes_annotation_and_the_annotation_a_mask(files: Path, phases: tuple[np.ndarray, ...]) -> None:
    async with opened(files) as (pilot, screen):
        await from_menu(pilot, "M", files / "markers.tif")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskForm))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        assert not marked(screen).any()
        await pilot.press("enter")
        await until(pilot, lambda: marked(screen).any())
        assert np.array_equal(marked(screen), phases[2])
        await from_menu(pilot, "m", files / "again.tif")
        await until(pilot, lambda: any("Annotation saved" in toast for toast in toasts(pilot)))
        assert np.array_equal(open_labels(files / "again.tif").data, phases[2])
        await pilot.press("u")
        assert not marked(screen).any()


async def test_a_letter_typed_ahead_reaches_the_menu(files: Path) -> None:
    async with opened(files) as (pilot, _):
        for letter in "fM":
            pilot.app.post_message(events.Key(letter, letter))
        await until(pilot, lambda: isinstance(pilot.app.screen, AskPath) and bool(pilot.app.screen.query(OptionList)))
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, AskPath))


async def test_a_mask_of_another_size_is_refused_with_both_sizes(files: Path) -> None:
    tifffile.imwrite(files / "large.tif", np.ones((15, 6, 7), np.uint8))
    async with opened(files) as (pilot, screen):
        await from_menu(pilot, "M", files / "large.tif")
        await until(pilot, lambda: bool(toasts(pilot)))
        assert "must have the image's size 30×26×14 or be a part of it, received 7×6×15" in toasts(pilot)[0]
        assert not marked(screen).any()


async def test_a_label_is_loaded_shown_and_kept_and_saved_over_only_when_agreed(
    files: Path, phases: tuple[np.ndarray, ...]
) -> None:
    async with opened(files) as (pilot, screen):
        await from_menu(pilot, "L", files / "truth.tif")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))  # whether marks are to correct it
        await pilot.press("n")
        assert np.array_equal(screen.view.label_volume, phases[1])  # type: ignore[arg-type]
        before = (files / "markers.tif").read_bytes()
        await from_menu(pilot, "l", files / "markers.tif")
        assert "markers.tif exists" in seen(pilot)
        await pilot.press("n", "escape")
        await pilot.pause()
        assert (files / "markers.tif").read_bytes() == before
        await from_menu(pilot, "l", files / "markers.tif")
        await pilot.press("y")
        await until(pilot, lambda: any("Label saved" in toast for toast in toasts(pilot)))
        assert np.array_equal(open_labels(files / "markers.tif").data, phases[1])
    async with opened(files) as (_, screen):
        assert np.array_equal(screen.session.label, phases[1])  # type: ignore[arg-type]


async def test_superpixels_are_loaded_checked_and_used(files: Path) -> None:
    ids = np.arange(14 * 26 * 30, dtype=np.int32).reshape(14, 26, 30) // 30 + 1
    tifffile.imwrite(files / "ids.tif", ids)
    tifffile.imwrite(files / "zeros.tif", ids * 0)
    async with opened(files) as (pilot, screen):
        await from_menu(pilot, "S", files / "zeros.tif")
        await until(pilot, lambda: bool(toasts(pilot)))
        assert screen.session.superpixels is None
        await from_menu(pilot, "S", files / "ids.tif")
        await until(pilot, lambda: screen.view.superpixels is not None)
        assert np.array_equal(screen.session.superpixels, ids)  # type: ignore[arg-type]
        await until(pilot, lambda: str(ids.max()) in seen(pilot))


async def test_a_grey_image_is_no_superpixels_and_pieces_are_split(files: Path) -> None:
    ids = np.ones((14, 26, 30), np.int32)
    ids[:, :, 10:20] = 2
    tifffile.imwrite(files / "ids.tif", ids)
    async with opened(files) as (pilot, screen):
        await from_menu(pilot, "S", files / "image.tif")
        await until(pilot, lambda: any("received the image itself: give superpixels" in one for one in toasts(pilot)))
        assert screen.session.superpixels is None
        await from_menu(pilot, "S", files / "ids.tif")
        await until(pilot, lambda: any("1 superpixel in several pieces became 2." in one for one in toasts(pilot)))
        assert np.unique(screen.session.superpixels).tolist() == [1, 2, 3]  # type: ignore[arg-type]


async def test_what_is_not_there_cannot_be_saved_and_the_menu_says_why(files: Path) -> None:
    async with opened(files) as (pilot, _):
        await pilot.press("f")
        await until(pilot, lambda: "Save superpixels" in seen(pilot))
        assert "there are no superpixels yet" in seen(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "there are no superpixels yet: ⇧S makes them" in toasts(pilot))


async def test_what_cannot_be_written_there_is_told_in_the_dialog(files: Path) -> None:
    async with opened(files) as (pilot, _):
        await mark(pilot)
        await from_menu(pilot, "m", files / "nowhere" / "mask.tif")
        await until(pilot, lambda: "there is no folder" in seen(pilot))
        line = pilot.app.screen.query_one(Input)
        line.value = str(files / "mask.png")
        await pilot.press("enter")
        await until(pilot, lambda: "mask.png" in seen(pilot) and ".npy" in seen(pilot))
        assert toasts(pilot) == []


async def test_a_save_that_fails_is_an_error_that_stays(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **named: object) -> None:
        raise CannotWrite("mask.tif ran out of space: free some.")

    monkeypatch.setattr("annotat3d_tui.volume.files.save_labels", full)
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        await from_menu(pilot, "m", files / "mask.tif")
        await until(pilot, lambda: any(one.severity == "error" for one in pilot.app._notifications))
        await until(pilot, lambda: screen.running is None)


async def test_nothing_else_is_done_while_a_file_is_read(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = Event()

    def slow(path: Path) -> object:
        assert go.wait(LONGEST_WAIT)
        return open_labels(path)

    monkeypatch.setattr("annotat3d_tui.volume.files.open_labels", slow)
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        try:
            await from_menu(pilot, "L", files / "truth.tif")
            assert "▶ Load label" in seen(pilot)
            for key in ("A", "S", "P", "C", "ctrl+s", "ctrl+o", "escape"):
                await pilot.press(key)
            assert [said.text for said in pilot.app.said] == ["Load label is not done yet: wait for it"] * 7
            assert all(screen.why_not(action, ()) for action in ("load_label", "load_markers", "load_superpixels"))
            await pilot.press("ctrl+q")
            await until(pilot, lambda: "Quit as soon as it is?" in seen(pilot))
            await pilot.press("n")
        finally:
            go.set()
        await until(pilot, lambda: screen.running is None and screen.session.label is not None)


async def test_the_workspace_is_let_go_when_what_is_written_is_whole(
    files: Path, phases: tuple[np.ndarray, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = Event(), Event()
    save = save_labels

    def slow(path: Path, data: np.ndarray, **settings: Any) -> Path:
        begun.set()
        assert go.wait(LONGEST_WAIT)
        return save(path, data, **settings)

    async with opened(files) as (pilot, screen):
        monkeypatch.setattr("annotat3d_tui.session.save_labels", slow)
        try:
            await from_menu(pilot, "L", files / "truth.tif")
            await until(pilot, begun.is_set)
            await pilot.press("ctrl+q", "y")
            await until(pilot, lambda: not pilot.app.is_running or not screen.is_attached)
            with pytest.raises(WorkspaceInUse):
                open_session(image=files / "image.tif")
        finally:
            go.set()
    monkeypatch.undo()
    again = await once_free(files / "image.tif")
    assert np.array_equal(again.label, phases[1])  # type: ignore[arg-type]
    again.close()


async def once_free(image: Path) -> Session:
    """The session of an image as soon as nobody has it open."""
    begun = monotonic()
    while True:
        try:
            return open_session(image=image)
        except WorkspaceInUse:
            assert monotonic() - begun < LONGEST_WAIT
            await asyncio.sleep(0.01)


async def test_what_was_read_for_a_screen_that_is_gone_is_not_kept(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = Event(), Event()

    def slow(path: Path) -> object:
        begun.set()
        assert go.wait(LONGEST_WAIT)
        return open_labels(path)

    monkeypatch.setattr("annotat3d_tui.volume.files.open_labels", slow)
    async with opened(files) as (pilot, screen):
        await from_menu(pilot, "L", files / "truth.tif")
        await until(pilot, begun.is_set)
        await pilot.press("ctrl+q", "y")
    go.set()
    open_session(image=files / "image.tif").close()
    assert not screen.session.workspace.label.exists()


def test_ids_beyond_those_of_labels_are_refused() -> None:
    assert as_label(np.array([[[300]]], np.int32), "x.tif").dtype == np.uint16
    assert as_label(np.array([[[3]]], np.int32), "x.tif").dtype == np.uint8
    with pytest.raises(ValueError, match=r"x\.tif must hold label ids up to 65535, received 70000"):
        as_label(np.array([[[70000]]], np.int32), "x.tif")


async def test_the_image_and_the_workspace_are_never_replaced(files: Path) -> None:
    whole = (files / "image.tif").read_bytes()
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        save_labels(screen.session.workspace.label, np.ones((14, 26, 30), np.uint8))
        for target in (files / "image.tif", screen.session.workspace.label):
            await from_menu(pilot, "m", target)
            assert "must not be" in seen(pilot)
            await pilot.press("escape")
    assert (files / "image.tif").read_bytes() == whole


async def test_help_is_there_in_dialogs_too(files: Path) -> None:
    async with opened(files) as (pilot, _):
        for key in ("g", "n", "f", "C"):
            await pilot.press(key)
            dialog = pilot.app.screen
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            await pilot.press("f1")
            assert pilot.app.screen is dialog
            await pilot.press("escape")


async def test_a_new_error_takes_the_place_of_older_messages(files: Path) -> None:
    async with opened(files, size=(80, 24)) as (pilot, screen):
        for number in range(30):
            screen.app.call_later(say_error, screen.app, CannotWrite(f"error {number}: a long sentence about a disk."))
            await until(pilot, lambda number=number: any(f"error {number}" in toast for toast in toasts(pilot)))
            assert len(toasts(pilot)) == 1
        await pilot.press("escape")
        screen.notify("saved at last")
        await until(pilot, lambda: "saved at last" in seen(pilot))


async def test_an_annotation_is_saved_and_loaded_with_its_labels(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        screen.session.annotation.rename(2, "Grain")
        marked = screen.session.annotation.markers.coordinates()[0].copy()
        await from_menu(pilot, "a", files / "own.annotation.npz")
        await until(pilot, lambda: (files / "own.annotation.npz").is_file() and screen.running is None)
        screen.session.annotation.erase_all()
        screen.session.annotation.rename(2, "Other")
        assert not len(screen.session.annotation.markers)
        await from_menu(pilot, "A", files / "own.annotation.npz")
        await until(pilot, lambda: len(screen.session.annotation.markers) > 0 and screen.running is None)
        assert np.array_equal(screen.session.annotation.markers.coordinates()[0], marked)
        assert screen.session.annotation.table[2].name == "Grain"
        await from_menu(pilot, "A", files / "image.tif")
        await until(pilot, lambda: any("image.tif" in toast and "annotation" in toast for toast in toasts(pilot)))


async def test_the_strokes_are_saved_as_a_text_that_gives_the_same_markers(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        await pilot.press("2", "space", "right", "space")
        text, marked = files / "own.txt", screen.session.annotation.markers.to_volume()
        await from_menu(pilot, "a", text)
        await until(pilot, lambda: text.is_file() and screen.running is None)
        assert text.read_text().splitlines()[1:] == screen.session.annotation.history()
        await from_menu(pilot, "a", files / "own.tif")
        await until(
            pilot, lambda: any("must end with .npz or .txt, received own.tif" in said for said in toasts(pilot))
        )
        assert not (files / "own.tif").exists()
    again = files / "again.tif"
    assert main(["mark", str(files / "image.tif"), "--strokes", str(text), "-o", str(again)]) == 0
    assert np.array_equal(open_labels(again).data, marked)


async def test_what_was_learned_is_saved_and_labels_again(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("f", "c")
        await until(pilot, lambda: any("nothing was learned" in toast for toast in toasts(pilot)))
        screen.session.keep_parameters(PRESETS["manual"])
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.trained is not None and screen.running is None)
        label = screen.session.label
        assert label is not None
        for letter, name in (("c", "own.classifier.npz"), ("t", "own.training.npz")):
            await from_menu(pilot, letter, files / name)
            await until(pilot, lambda name=name: (files / name).is_file() and screen.running is None)  # type: ignore[misc]
        screen.session.annotation.erase_all()
        await from_menu(pilot, "C", files / "own.classifier.npz")
        await until(pilot, lambda: screen.session.label is not label and screen.running is None)
        assert np.array_equal(screen.session.label, label)
        await from_menu(pilot, "T", files / "own.training.npz")
        await until(pilot, lambda: len(screen.session.training) == 1)
