"""What a key sends to the terminal: what has changed, and little besides."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.pilot import Pilot

from annotat3d_tui.tui.widgets.position_line import PositionLine
from tests.tui.acting import mark, opened, seen

SIZE = (106, 39)
"""The slice has 64 × 32 cells."""


class Sent:
    """Bytes that the program would have sent since `clear`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes = 0
        display = App._display

        def count(app: App[Any], screen: Any, update: Any) -> None:
            if isinstance(update, CompositorUpdate):
                self.bytes += len(update.render_segments(app.console).encode())
            display(app, screen, update)

        monkeypatch.setattr(App, "_display", count)

    async def by(self, pilot: Pilot[int], act: Callable[[], object]) -> int:
        """Bytes that an act sends."""
        await pilot.pause(0.1)
        self.bytes = 0
        act()
        await pilot.pause(0.1)
        return self.bytes


async def test_a_step_of_the_brush_and_a_slice_are_short(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(files, SIZE) as (pilot, screen):
        assert screen.view.size == (64, 32)
        view, sent = screen.view, Sent(monkeypatch)
        await mark(pilot)
        await pilot.press("space", "right")
        assert 0 < await sent.by(pilot, lambda: view.action_move(1, 0)) < 800
        assert 0 < await sent.by(pilot, lambda: view.action_move(0, 1)) < 800
        assert 0 < await sent.by(pilot, lambda: view.action_slice(1)) < 100_000


async def test_the_list_of_labels_is_sent_where_it_says_something_else(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(files, SIZE) as (pilot, screen):
        await mark(pilot)
        sent = Sent(monkeypatch)
        assert await sent.by(pilot, screen.annotation_changed) == 0
        screen.session.annotation.rename(2, "Grain")
        assert 0 < await sent.by(pilot, screen.annotation_changed) < 400
        assert "B Grain" in seen(pilot)


async def test_the_bar_of_slices_is_sent_where_it_looks_otherwise(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(files, SIZE) as (pilot, screen):
        await mark(pilot)
        line, sent = screen.query_one(PositionLine), Sent(monkeypatch)
        counts = (*(0 for _ in range(7)), 30, *(0 for _ in range(6)))
        line.marked = counts
        more = (*counts[:7], 31, *counts[8:])
        assert await sent.by(pilot, lambda: setattr(line, "marked", more)) == 0
        assert await sent.by(pilot, lambda: setattr(line, "marked", (5, *more[1:]))) > 0


async def test_the_key_line_is_not_written_again_at_each_step_of_a_computation(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(files) as (pilot, screen):
        screen.begin("Apply")
        running = screen.running
        assert running is not None
        await pilot.pause()
        written: list[object] = []
        monkeypatch.setattr(screen, "keys_now", lambda: [written.append(None), ()][1])
        for step in range(5):
            screen.running = replace(running, fraction=step / 5)
            await pilot.pause()
        assert not written
        screen.running = None
        await pilot.pause()
        assert written == [None]


async def test_a_key_that_goes_elsewhere_and_back_sends_no_slice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (5, 64, 64), np.uint8)
    tifffile.imwrite(tmp_path / "image.tif", noise)
    async with opened(tmp_path, SIZE) as (pilot, screen):
        sent = Sent(monkeypatch)
        whole = await sent.by(pilot, screen.view.redraw_whole)
        for key in ("colon", "escape", "w", "escape"):
            sent.bytes = 0
            await pilot.press(key)
            await pilot.pause(0.1)
            assert 0 < sent.bytes < whole / 2, key
        assert screen.focused is screen.view
