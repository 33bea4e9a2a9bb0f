"""A second screen on a workspace: told who has it, it looks at everything and changes nothing."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from annotat3d_tui.errors import ReadOnly
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.session import Session
from annotat3d_tui.tui import app as app_module
from annotat3d_tui.tui.actions import why_not
from annotat3d_tui.tui.app import Annotat3DApp, run_app
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.screens.dialogs import Confirm
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.welcome import InUse, Welcome
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.command_line import CommandInput
from tests.tui.acting import STROKES, seen, until


@contextmanager
def first_screen(files: Path) -> Iterator[Session]:
    """A session that has the workspace, with marks and a stroke half written."""
    session = open_session(image=files / "image.tif")
    for stroke in STROKES:
        session.annotation.draw(parse_stroke(stroke))
    yield session
    session.close()


@asynccontextmanager
async def looking(files: Path, in_use: InUse | None = None) -> AsyncIterator[Pilot[int]]:
    session = None if in_use else open_session(image=files / "image.tif", read_only=True)
    app = Annotat3DApp(session, lambda *_: Warmup((sys.executable, "-c", "")), in_use)
    async with app.run_test(size=(100, 28), notifications=True) as pilot:
        await pilot.pause()
        yield pilot


def content(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


async def test_read_only_shows_all_greys_what_changes_and_writes_nothing(files: Path) -> None:
    with first_screen(files) as first:
        before = content(first.workspace.folder)
        async with looking(files) as pilot:
            screen = pilot.app.screen
            assert isinstance(screen, SegmentScreen)
            assert seen(pilot).splitlines()[0].strip().startswith("read-only")
            assert len(screen.session.annotation.markers) == len(first.annotation.markers)
            for action in ("apply", "preview", "superpixels", "undo", "new_label", "rename_label", "load_markers"):
                assert why_not(screen, action) == "the workspace is open read-only"
            for action in ("pen", "line", "erase_stroke"):
                assert why_not(screen.view, action) == "the workspace is open read-only"
            await pilot.press("space", "right", "enter", "E", "u", "n", "A", "C", "D")
            await pilot.mouse_down(screen.view, (20, 8))
            await pilot.hover(screen.view, (25, 8))
            await pilot.mouse_up(screen.view, (25, 8))
            await pilot.press("colon")
            screen.query_one(CommandInput).value = "brush 1 r=2 xy z=3 3,4"
            await pilot.press("enter")
            await until(pilot, lambda: "must not be open read-only" in seen(pilot))
            await pilot.press("escape", "v", "V", "right_square_bracket")
            assert screen.session.annotation.history() == first.annotation.history()
            for refused in (
                lambda: screen.session.keep_label(screen.session.image.data, None),
                lambda: screen.session.keep_parameters(screen.session.parameters),
            ):
                with pytest.raises(ReadOnly):
                    refused()
        assert content(first.workspace.folder) == before


async def test_the_screen_asks_and_opens_read_only(files: Path) -> None:
    with first_screen(files) as first:
        async with looking(files, InUse("somebody has it", None, files / "image.tif")) as pilot:
            assert isinstance(pilot.app.screen, Confirm)
            await pilot.press("y")
            await until(pilot, lambda: isinstance(pilot.app.screen, SegmentScreen))
            assert pilot.app.screen.session.read_only
        async with looking(files, InUse("somebody has it", None, files / "image.tif")) as pilot:
            await pilot.press("n")
            await pilot.pause()
            assert isinstance(pilot.app.screen, Welcome)
            pilot.app.screen._open(folder=first.workspace.folder)
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await until(pilot, lambda: "may be open once, and" in seen(pilot))


def test_the_command_line_asks_on_the_screen_unless_told(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[bool, bool]] = []

    def run(app: Annotat3DApp, mouse: bool) -> int:
        opened.append((app._in_use is not None, app._session is not None and app._session.read_only))
        if app._session is not None:
            app._session.close()
        return 0

    monkeypatch.setattr(app_module.Annotat3DApp, "run", run)
    with first_screen(files) as first:
        assert run_app(image=files / "image.tif") == 0
        assert run_app(first.workspace.folder, read_only=True) == 0
    assert run_app(first.workspace.folder) == 0
    assert opened == [(True, False), (False, True), (False, False)]
