"""The picture in 3D: coarse while it moves, sharp when it is still, and always the newest; made in a thread."""

import time
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.render.halfblocks import NOTHING
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.render.scene.camera import FLY, Camera
from annotat3d_tui.render.scene.scene import COARSE, SHARP
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.tui.space import Asked, Space, reduced
from annotat3d_tui.tui.terminal.pace import is_busy
from annotat3d_tui.tui.widgets.sharp import REST, Drawing
from annotat3d_tui.tui.widgets.space_colours import codes_of
from annotat3d_tui.tui.widgets.space_mouse import SpaceMouse

TURN, FINE_TURN, PAN, ZOOM, FLIGHT = 5.0, 1.0, 0.05, 1.15, 0.05
"""Of a key: degrees, degrees with Alt, shares of the height, times as large, shares of the height."""
FINER = 2
"""A still picture of half-blocks is drawn so many times as wide and high, and made smaller."""
HELD = 0.03
"""Seconds after which a picture is begun that waited for a slow line."""
GAP, ARM = 1, 2
"""Of the reticle, in half-blocks: from the middle to its arms, their length."""


def _key(id: str, keys: str, action: str, description: str, tooltip: str) -> Binding:
    return Binding(keys, action, description, id=f"scene.{id}", tooltip=tooltip)


class SpacePicture(SpaceMouse, can_focus=True):
    """What a camera sees of a scene; asked gives a picture that is wanted now, of a size and a quality."""

    DEFAULT_CSS = "SpacePicture { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("left", "left", "turn(-1, 0)", "Turn left", "What is seen, by 5°; flying, the head."),
        _key("right", "right", "turn(1, 0)", "Turn right", "What is seen, by 5°; flying, the head."),
        _key("up", "up", "turn(0, -1)", "Turn up", "What is seen, by 5°; flying, the head."),
        _key("down", "down", "turn(0, 1)", "Turn down", "What is seen, by 5°; flying, the head."),
        _key("left_1", "alt+left", "turn_little(-1, 0)", "Turn left a little", "By 1°."),
        _key("right_1", "alt+right", "turn_little(1, 0)", "Turn right a little", "By 1°."),
        _key("up_1", "alt+up", "turn_little(0, -1)", "Turn up a little", "By 1°."),
        _key("down_1", "alt+down", "turn_little(0, 1)", "Turn down a little", "By 1°."),
        _key("pan_left", "shift+left", "pan(-1, 0)", "Pan left", "Move what is seen."),
        _key("pan_right", "shift+right", "pan(1, 0)", "Pan right", "Move what is seen."),
        _key("pan_up", "shift+up", "pan(0, -1)", "Pan up", "Move what is seen."),
        _key("pan_down", "shift+down", "pan(0, 1)", "Pan down", "Move what is seen."),
        _key("slice_before", "pageup", "slice(-1)", "Slice before", "Of the plane that is seen best."),
        _key("slice_after", "pagedown", "slice(1)", "Slice after", "Of the plane that is seen best."),
        _key("pick", "enter", "pick", "Pick", "What is in the middle: the slices go there."),
    ]

    class Changed(Message):
        """The camera is another one, or what is to be seen."""

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, SpacePicture.Changed)

    class Made(Message, bubble=False):
        """A picture is there, or was given up: None."""

        def __init__(self, rgb: NDArray[np.uint8] | None, codes: NDArray[np.int32] | None, quality: str) -> None:
            super().__init__()
            self.rgb, self.codes, self.quality = rgb, codes, quality

    class Drawn(Message):
        """A picture is shown; seconds since it was asked for."""

        def __init__(self, quality: str, seconds: float) -> None:
            super().__init__()
            self.quality, self.seconds = quality, seconds

    class Failed(Message):
        """No picture could be made."""

        def __init__(self, error: Annotat3DError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, space: Space, camera: Camera, asked: Callable[[tuple[int, int], str], Asked]) -> None:
        super().__init__()
        self.grid, self._space, self._asked = space.grid, space, asked
        self.set_reactive(SpacePicture.camera, camera)
        self._rgb: NDArray[np.uint8] | None = None
        self._codes: NDArray[np.int32] | None = None
        self._making, self._again, self._due_later = "", False, False
        self._begun = 0.0
        self._still: Timer | None = None

    # the camera

    def validate_camera(self, camera: Camera) -> Camera:
        """One that sees something."""
        return camera.limited(self.grid)

    def watch_camera(self) -> None:
        """See it from there."""
        self._space.camera = self.camera
        self.redraw_soon()

    def action_turn(self, right: int, down: int) -> None:
        """Turn what is seen, or the head."""
        self.camera = self.camera.orbited(TURN * right, TURN * down)

    def action_turn_little(self, right: int, down: int) -> None:
        """Turn it a little."""
        self.camera = self.camera.orbited(FINE_TURN * right, FINE_TURN * down)

    def action_pan(self, right: int, down: int) -> None:
        """Move what is seen."""
        self.camera = self.camera.panned(PAN * right, PAN * down)

    def action_slice(self, by: int) -> None:
        """Want another slice of the plane that is seen best."""
        self.post_message(self.SliceWanted(by))

    def action_pick(self) -> None:
        """Point at what is in the middle."""
        self.post_message(self.Pointed((self.size.width / 2, float(self.size.height))))

    def zoom(self, steps: int) -> None:
        """Nearer or farther; flying, ahead or back."""
        flies = self.camera.style == FLY
        self.camera = self.camera.flown(FLIGHT * steps) if flies else self.camera.zoomed(ZOOM**steps)

    @property
    def aspect(self) -> float:
        """How many times as wide as high it is."""
        return self.size.width / max(2 * self.size.height, 1)

    # drawing

    @property
    def waits(self) -> bool:
        """Whether another picture is to come, coarse or sharp."""
        return bool(self._making or self._again or self._still)

    def redraw_soon(self) -> None:
        """Have what is to be seen now drawn coarsely, as soon as what is being drawn is done or given up."""
        if not self.is_running or not self.size:
            return
        self.post_message(self.Changed())
        if self._still is not None:
            self._still.stop()
            self._still = None
        if self.sharp is not None:
            self.sharp.stirred(False)
        self._space.hurry()
        self._again = True
        self._begin_again()

    def _begin_again(self) -> None:
        """Begin the picture that is wanted, unless one is being made, or the line has not got to the last one."""
        self._due_later = False
        if not self._again or self._making or not self.is_running:
            return
        if is_busy(self.app):
            self._due_later = True
            self.set_timer(HELD, self._begin_again)
            return
        self._begin(COARSE)

    def _begin(self, quality: str) -> None:
        self._still = None
        if self._making or not self.size:
            return
        self._making, self._again, self._begun = quality, False, time.monotonic()
        times = FINER if quality == SHARP else 1
        size = (self.size.width * times, 2 * self.size.height * times)
        self.make(self._asked(size, quality), times, self.palette())

    @work(thread=True, group="space")
    def make(self, asked: Asked, times: int, palette: Palette) -> None:
        """Have a picture drawn, in the colours of the terminal."""
        rgb = codes = None
        try:
            rgb = reduced(self._space.picture(asked), times)
            codes = codes_of(rgb, palette, moving=asked.quality == COARSE)
        except Cancelled:
            pass
        except Annotat3DError as error:
            self.post_message(self.Failed(error))
        self.post_message(self.Made(rgb, codes, asked.quality))

    def on_space_picture_made(self, event: Made) -> None:
        """Show it; then draw what has changed meanwhile, or draw it sharp when nothing changes for a while."""
        self._making = ""
        if event.rgb is not None:
            self._rgb, self._codes = event.rgb, event.codes
            self.show_soon()
            self.post_message(self.Drawn(event.quality, time.monotonic() - self._begun))
        if self._again and not self._due_later:
            self._begin_again()
        elif event.quality == COARSE and event.rgb is not None and self.sharp is None:
            self._still = self.set_timer(REST, lambda: self._begin(SHARP))

    def pixels(self, palette: Palette) -> NDArray[np.int32]:
        """The picture that was made last; nothing before there is one of this size."""
        shape = (2 * self.size.height, self.size.width)
        if self._codes is None or self._codes.shape != shape:
            return np.full(shape, NOTHING, np.int32)
        pixels = self._codes.copy()
        if self._space.reticle:
            draw_reticle(pixels, 1)
        return pixels

    @property
    def viewport(self) -> Viewport:
        """Of half-blocks, each a voxel of nothing."""
        width, height = max(self.size.width, 1), max(self.size.height, 1)
        return Viewport((2 * height, width), (width, height), zoom=1.0)

    def still(self, viewport: Viewport, palette: Palette) -> Drawing:
        """What draws the picture in every pixel of the terminal."""
        rows, columns = viewport.screen
        asked, space, unit, coarse = self._asked((columns, rows), SHARP), self._space, viewport.fineness, self._rgb

        def drawn() -> NDArray[np.int32]:
            try:
                rgb = space.picture(asked)
            except Annotat3DError:  # another one is wanted by now, or what is wrong is said where it moves
                rgb = enlarged(coarse, (rows, columns))
            pixels = codes_of(rgb, palette, moving=False)
            if space.reticle:
                draw_reticle(pixels, max(round(unit), 1))
            return pixels

        return drawn


def enlarged(rgb: NDArray[np.uint8] | None, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture in so many rows and columns of pixels; black where there is none.

    >>> enlarged(np.zeros((1, 2, 3), np.uint8), (2, 4)).shape
    (2, 4, 3)
    """
    if rgb is None:
        return np.zeros((*size, 3), np.uint8)
    rows, columns = (np.arange(length) * old // length for length, old in zip(size, rgb.shape, strict=False))
    return np.asarray(rgb[rows[:, None], columns])


def draw_reticle(pixels: NDArray[np.int32], unit: int) -> None:
    """Four short arms around the middle of a picture, seen on any colour; unit: pixels of a half-block."""
    rows, columns = pixels.shape
    thick, begin, end = max(unit // 4, 1), GAP * unit + unit // 2, (GAP + ARM) * unit + unit // 2
    row, column = (rows - thick) // 2, (columns - thick) // 2
    for down, across in (
        (slice(row - end, row - begin), slice(column, column + thick)),
        (slice(row + thick + begin, row + thick + end), slice(column, column + thick)),
        (slice(row, row + thick), slice(column - end, column - begin)),
        (slice(row, row + thick), slice(column + thick + begin, column + thick + end)),
    ):
        if min(down.start, across.start) < 0:
            continue
        part = pixels[down, across]
        bright = (part >> 16 & 255) + (part >> 8 & 255) + (part & 255) > 330
        pixels[down, across] = np.where(bright, 0x202020, 0xD0D0D0)
