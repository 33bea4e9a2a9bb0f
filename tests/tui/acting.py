"""How tests act on the segmentation screen: open it, type, wait for what must come, read what is seen."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from time import monotonic

from textual.pilot import Pilot

from annotat3d_tui.blocks import Progress
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.command_line import CommandInput

LONGEST_WAIT = 60.0
STROKES = ("brush 1 r=2 xy z=6 3,4 5,8", "brush 2 r=2 xy z=7 14,10 16,12")


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (100, 28)) -> AsyncIterator[tuple[Pilot[int], SegmentScreen]]:
    """The application on image.tif of a folder, with kernels said to be warm; at the end the workspace is let go."""
    app = Annotat3DApp(open_session(image=folder / "image.tif"), lambda *_: Warmup((sys.executable, "-c", "")))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, SegmentScreen)
        yield pilot, screen
    begun = monotonic()
    while screen.lease._users and monotonic() - begun < LONGEST_WAIT:  # a thread still writes to it
        await asyncio.sleep(0.01)


async def until(pilot: Pilot[int], condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds."""
    begun = monotonic()
    while not condition():
        assert monotonic() - begun < LONGEST_WAIT
        await pilot.pause(0.03)


async def command(pilot: Pilot[int], text: str) -> None:
    """Type a command and leave the line."""
    await pilot.press("colon")
    pilot.app.screen.query_one(CommandInput).value = text
    await pilot.press("enter", "escape")
    await pilot.pause()


async def mark(pilot: Pilot[int]) -> None:
    for stroke in STROKES:
        await command(pilot, stroke)


def toasts(pilot: Pilot[int]) -> list[str]:
    return [notification.message for notification in pilot.app._notifications]


def seen(pilot: Pilot[int]) -> str:
    """The text of the whole screen."""
    height = pilot.app.size.height
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips[:height])


def endless(*given: object, threads: int, progress: Progress, **named: object) -> None:
    """A computation that is never ready, and reports as the engine does."""
    while True:
        progress(0.43, "flood")
        Event().wait(0.05)
