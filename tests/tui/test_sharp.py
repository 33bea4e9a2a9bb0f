"""The picture in pixels is that of the cells beneath, and is never there once they show something else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static
from textual.widgets._toast import Toast, ToastRack

from annotat3d_tui.render.halfblocks import packed
from annotat3d_tui.tui.terminal.graphics import numbered, placed
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.tui.widgets import sharp
from annotat3d_tui.tui.widgets.sharp import Painted
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.tui.widgets.uncovered import rectangles, written_cells
from tests.tui.acting import until
from tests.tui.pictures import kitty_shows, sixels
from tests.tui.viewing import Viewing, ramp

KITTY, SIXEL = Graphics("kitty", (8, 17)), Graphics("sixel", (8, 17))


class Sharp(Viewing, Painted[None]):
    """A slice view in a terminal with graphics; what is sent to it beside the cells is kept."""

    CSS = "Toast { width: 20; }"

    def __init__(self, image: NDArray[Any], graphics: Graphics) -> None:
        super().__init__(image)
        self.graphics, self.sent = graphics, ""
        self.updates: list[Any] = []

    def on_mount(self) -> None:
        super().on_mount()
        self.screen.move_child(self.screen.query_one(ToastRack), before=0)  # as screens that are composed have it
        assert self._driver is not None
        self._driver.write = self._keep  # type: ignore[method-assign]
        self.painted.subscribe(self, self.updates.append, immediate=True)
        self.view.sharpen(self.graphics)

    def _keep(self, data: str) -> None:
        self.sent += data

    @property
    def picture(self) -> NDArray[np.uint8] | None:
        """The picture over the view, where all of it is seen."""
        seen = self.seen()
        return None if (seen < 0).any() else np.stack([seen >> 16, seen >> 8 & 255, seen & 255], 2).astype(np.uint8)

    def seen(self) -> NDArray[np.int32]:
        """What is seen of the picture over the view, pixel by pixel; -1 where cells are."""
        width, height = self.view.size.width * 8, self.view.size.height * 17
        seen = np.full((height, width), -1, np.int32)
        left, top = self.view.region.offset
        for (column, row), picture in kitty_shows(self.sent).values():
            y, x = (row - top) * 17, (column - left) * 8
            part = seen[y : y + len(picture), x : x + picture.shape[1]]
            assert part.shape == picture.shape[:2], "a picture beside the view"
            part[:] = packed(picture)
        return seen

    def is_cut_around(self, *widgets: Widget) -> bool:
        """Whether the picture is seen everywhere but where these widgets are."""
        expected = self.expected()
        for widget in widgets:
            x, y, width, height = widget.region.intersection(self.view.region).translate(-self.view.region.offset)
            expected[y * 17 : (y + height) * 17, x * 8 : (x + width) * 8] = -1
        return np.array_equal(self.seen(), expected)

    def expected(self) -> NDArray[np.int32]:
        view = self.view
        palette = replace(view.palette(), number_of=None, levels=sharp.LEVELS[self.graphics.mode])
        pixels = view.drawn(replace(view.viewport, cell=(8, 17)), palette)
        return np.where(pixels < 0, packed(np.array(view.background_colors[1].rgb)), pixels)

    def is_sharp(self) -> bool:
        """Whether what is seen is what there is to be seen now, in pixels."""
        picture = self.picture
        return picture is not None and np.array_equal(packed(picture), self.expected())


class Cover(ModalScreen[None]):
    """Lies over a part of the view."""

    CSS = "Cover { align: center middle; } Static { width: 10; height: 3; }"

    def compose(self) -> ComposeResult:
        yield Static("a question")


@pytest.fixture(autouse=True)
def color_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SliceView, "color_system", "truecolor")


@asynccontextmanager
async def sharpened(graphics: Graphics = KITTY) -> AsyncIterator[tuple[Sharp, Pilot[None]]]:
    app = Sharp(ramp((9, 90, 130)), graphics)
    async with app.run_test(size=(50, 14), notifications=True) as pilot:
        await until(pilot, lambda: app.view.sharp is not None and app.view.sharp.shown is not None)
        yield app, pilot


async def test_every_pixel_is_drawn_once_nothing_moves() -> None:
    async with sharpened() as (app, pilot):
        assert app.is_sharp()
        assert app.picture is not None
        assert app.picture.shape == (14 * 17, 50 * 8, 3)
        before = len(app.sent)
        app.view.redraw_soon()
        await pilot.pause(3 * sharp.REST)
        assert len(app.sent) == before, "the same picture was sent again"


@pytest.mark.parametrize("keys", [["right_square_bracket"], ["right"], ["plus"], ["space"], ["t"], ["k"]])
async def test_a_movement_ends_in_another_sharp_picture(keys: list[str]) -> None:
    async with sharpened() as (app, pilot):
        await pilot.press(*keys)
        await until(pilot, app.is_sharp)


async def test_while_something_moves_the_cells_are_seen() -> None:
    async with sharpened() as (app, pilot):
        for _ in range(6):
            await pilot.press("right_square_bracket", "left_square_bracket")
            assert app.picture is None
        await until(pilot, app.is_sharp)


async def test_what_lies_over_the_view_is_seen() -> None:
    async with sharpened() as (app, pilot):
        app.push_screen(Cover())
        await until(pilot, lambda: app.picture is None)
        await pilot.pause(3 * sharp.REST)
        assert app.picture is None
        app.pop_screen()
        await until(pilot, app.is_sharp)


async def test_a_message_is_cut_out_of_the_picture_and_the_rest_stays() -> None:
    async with sharpened() as (app, pilot):
        app.notify("a message", timeout=60)
        await until(pilot, lambda: bool(app.screen.query(Toast)) and app.is_cut_around(*app.screen.query(Toast)))
        app.notify("another message", timeout=60)
        await until(pilot, lambda: len(app.screen.query(Toast)) == 2 and app.is_cut_around(*app.screen.query(Toast)))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: app.is_cut_around(*app.screen.query(Toast)))
        transmitted = len(app.sent)
        app.clear_notifications()
        await until(pilot, app.is_sharp)
        assert len(app.sent) - transmitted < 1000, "the picture was sent again"


async def test_while_a_message_comes_and_goes_no_other_cell_is_without_the_picture() -> None:
    async with sharpened() as (app, pilot):
        states: list[str] = []
        app.painted.subscribe(app, lambda _: states.append(app.sent), immediate=True)
        app.notify("a message", timeout=60)
        await until(pilot, lambda: bool(app.screen.query(Toast)) and app.is_cut_around(*app.screen.query(Toast)))
        beside = app.seen() >= 0
        app.clear_notifications()
        await until(pilot, app.is_sharp)
        for state in states:
            app.sent = state
            assert (app.seen() >= 0)[beside].all()


async def test_sixels_are_sent_again_where_a_message_was_alone() -> None:
    async with sharpened(SIXEL) as (app, pilot):
        app.sent = ""
        app.notify("a message", timeout=60)
        await until(pilot, lambda: bool(app.screen.query(Toast)))
        await pilot.pause(3 * sharp.REST)
        assert app.sent == ""
        over = app.screen.query_one(Toast).region
        app.clear_notifications()
        await until(pilot, lambda: bool(app.sent))
        [((column, row), part)] = sixels(app.sent)
        assert (column, row) == over.offset
        assert part.shape == (over.height * 17, over.width * 8, 3)
        whole = app.expected()[row * 17 :, column * 8 :][: part.shape[0], : part.shape[1]]
        assert np.abs((packed(np.rint(part).astype(np.uint8)) & 255) - (whole & 255)).max() <= 2


@pytest.mark.parametrize("graphics", [KITTY, SIXEL])
async def test_a_view_that_is_moved_leaves_no_picture_behind(graphics: Graphics) -> None:
    async with sharpened(graphics) as (app, pilot):
        app.view.styles.offset = (3, 2)
        app.view.styles.width, app.view.styles.height = 40, 10
        layer = app.view.sharp
        assert layer is not None
        await until(pilot, lambda: layer.shown is not None and tuple(layer.shown.region) == (3, 2, 40, 10))
        if graphics is KITTY:
            await until(pilot, app.is_sharp)


def test_rectangles_cover_the_cells_each_once() -> None:
    rng = np.random.default_rng(4)
    for share in (0.0, 0.3, 0.9, 1.0):
        cells = rng.random((9, 14)) < share
        covered = np.zeros(cells.shape, int)
        for x, y, width, height in rectangles(cells):
            covered[y : y + height, x : x + width] += 1
        assert np.array_equal(covered, cells)
    hole = np.ones((9, 14), bool)
    hole[3:5, 2:6] = False
    assert len(rectangles(hole)) == 4


async def test_another_size_or_theme_has_another_picture() -> None:
    async with sharpened() as (app, pilot):
        await pilot.resize_terminal(44, 12)
        await until(pilot, app.is_sharp)
        assert app.picture is not None
        assert app.picture.shape == (12 * 17, 44 * 8, 3)
        app.theme = "textual-light"
        await until(pilot, lambda: app.picture is None)
        await until(pilot, app.is_sharp)


async def test_over_a_slow_line_the_next_picture_comes_later() -> None:
    async with sharpened() as (app, _):
        layer = app.view.sharp
        assert layer is not None
        for taken, rest in ((1.5, 3.0), (60.0, sharp.LONGEST_REST), (0.01, sharp.REST)):
            layer._sent_at = monotonic() - taken
            app.view.line_is_free()
            assert layer.rest == pytest.approx(rest, abs=0.5)


async def test_sixels_are_written_over_cell_by_cell() -> None:
    async with sharpened(SIXEL) as (app, pilot):
        [(place, picture)] = sixels(app.sent)
        assert place == (0, 0)
        assert np.abs(packed(np.rint(picture).astype(np.uint8)) - app.expected() >> 16).max() <= 2
        app.updates.clear()
        await pilot.press("k", "right")
        await until(pilot, lambda: bool(app.updates))
        cells = [Region(x, y, 1, 1) for x in range(50) for y in range(14)]
        await until(pilot, lambda: all(any(written_cells(one, cell).any() for one in app.updates) for cell in cells))


def test_a_large_picture_comes_in_parts_where_sixels_have_a_limit() -> None:
    codes = np.random.default_rng(0).choice([0x000000, 0xFFFFFF, 0xFF0000], (68, 80)).astype(np.int32)
    parts = sixels(placed(codes, Graphics("sixel", (8, 17), 256, (50, 40)), (3, 2)))
    assert [place for place, _ in parts] == [(3, 2), (9, 2), (3, 4), (9, 4)]
    whole = np.zeros((68, 80, 3))
    for (column, row), part in parts:
        y, x = (row - 2) * 17, (column - 3) * 8
        whole[y : y + part.shape[0], x : x + part.shape[1]] = part
    assert np.array_equal(packed(np.rint(whole).astype(np.uint8)), codes)


def test_colours_are_exact_while_there_are_few_and_near_when_there_are_many() -> None:
    codes = np.random.default_rng(0).integers(0, 1 << 24, (20, 30)).astype(np.int32)
    few = np.where(codes % 2, 0x123456, codes % 100)
    indices, colours = numbered(few, 256)
    assert np.array_equal(packed(colours)[indices], few)
    indices, colours = numbered(codes, 16)
    assert indices.max() < 16
    assert len(colours) <= 256
