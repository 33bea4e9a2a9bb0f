"""Superpixels, floods and polygons on the whole screen: one act each, in the words of the command line."""

from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.drawing import Ground, draw
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.screens.segment import SegmentScreen
from tests.tui.acting import command, opened, seen, toasts, until

LARGE = "flood 2 xy z=7 tol=60000 4,4 max=3"


def same(screen: SegmentScreen) -> bool:
    """Whether the words of the history give the marks that are there."""
    annotation, _ = Annotation.open(screen.session.image.data.shape)
    ground = Ground(annotation.shape, screen.session.image.data, screen.session.superpixels)
    for words in screen.session.annotation.history():
        draw(annotation, parse_stroke(words), ground)
    ours, theirs = annotation.markers.to_volume(), screen.session.annotation.markers.to_volume()
    return np.array_equal(ours, theirs)


async def test_a_flood_is_found_beside_the_screen_and_is_one_act(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        annotation = screen.session.annotation
        await pilot.press("b", "b", "b", "space")
        await until(pilot, lambda: len(annotation.history()) == 1)
        assert annotation.history()[0].startswith("flood 1 xy z=7 tol=")
        assert same(screen)
        await pilot.press("e", "space")
        await until(pilot, lambda: len(annotation.history()) == 2)
        assert len(annotation.markers) == 0
        await pilot.press("u", "u")
        assert not annotation.can_undo


async def test_a_flood_that_finds_too_much_is_a_sentence_and_marks_nothing(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await command(pilot, "flood 2 xy z=7 tol=60000 4,4 max=3")
        await until(pilot, lambda: any("at most 3 voxels" in toast for toast in toasts(pilot)))
        assert len(screen.session.annotation.markers) == 0


async def test_what_comes_after_a_flood_is_done_after_it(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        lines = ("flood 2 xy z=7 tol=60000 4,4 max=3", "flood 1 xy z=7 tol=60000 4,4", "flood 2 xy z=7 tol=0 4,4")
        for line in (*lines, "brush 1 r=1 xy z=7 9,9"):
            screen.draw(parse_stroke(line))
        await until(pilot, lambda: len(screen.session.annotation.history()) == 3)
        assert screen.session.annotation.history() == [
            "flood 1 xy z=7 tol=60000 4,4",
            "flood 2 xy z=7 tol=0 4,4",
            "brush 1 r=1 xy z=7 9,9",
        ]
        assert same(screen)
        assert any("at most 3 voxels" in toast for toast in toasts(pilot))


async def test_a_polygon_is_filled_shown_and_kept(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("b", "b", "b", "b", "space", "right", "right", "right", "right", "space")
        assert "corner back" in seen(pilot)
        assert "2 corners" in seen(pilot)
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, lambda: len(screen.session.annotation.history()) == 1)
        assert screen.session.annotation.history() == ["polygon 1 xy z=7 15,13 19,13 19,16"]
        assert same(screen)
        await pilot.press("space", "escape")
        assert screen.view.corners is None
    again = open_session(image=files / "image.tif")
    assert again.annotation.history() == ["polygon 1 xy z=7 15,13 19,13 19,16"]
    again.close()


async def test_superpixels_are_painted_once_they_are_there(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("b", "b", "space")
        assert any("⇧S" in toast for toast in toasts(pilot))
        await pilot.press("S")
        await until(pilot, lambda: screen.view.superpixels is not None and screen.running is None)
        await pilot.press("space", "right", "right", "right", "down", "down", "down", "space")
        assert len(screen.session.annotation.history()) == 1
        assert same(screen)


async def test_a_read_only_screen_floods_nothing(files: Path) -> None:
    open_session(image=files / "image.tif").close()
    async with opened(files) as (pilot, screen):
        screen.session.annotation.read_only = True
        await pilot.press("b", "b", "b", "space")
        await until(pilot, lambda: any("read-only" in toast for toast in toasts(pilot)))
        assert len(screen.session.annotation.markers) == 0


async def test_what_a_flood_would_take_is_seen_and_counted_before_it_is_drawn(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        view = screen.view
        await pilot.press("b", "b", "b")
        await until(pilot, lambda: view.foreseen is not None)
        first = view.foreseen
        assert first is not None
        assert first.voxels is not None
        await until(pilot, lambda: f"{first.voxels} voxels" in seen(pilot))
        assert len(screen.session.annotation.markers) == 0
        rows, columns = first.footprint
        await pilot.press("space")
        await until(pilot, lambda: len(screen.session.annotation.markers) == first.voxels)
        marks = view.scene.marks("xy", 7)
        assert marks[rows, columns].all()
        await pilot.press("right")
        assert view.foreseen is not first, "another place, another flood"
        await until(pilot, lambda: view.foreseen is not None)
        await pilot.press("b")
        assert view.foreseen is None


async def test_a_flood_that_would_be_refused_says_so_before(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        monkeypatch.setattr(type(screen.view), "flood_here", lambda _: parse_stroke(LARGE))
        await pilot.press("b", "b", "b")
        await until(pilot, lambda: "too many voxels" in seen(pilot))
        assert toasts(pilot) == []
