"""The clipping plane: a slice at any angle, to look at; marks are drawn in the three planes, and seen here."""

from collections.abc import Callable
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from annotat3d_tui.render.oblique import Clipping, Oblique, Vector
from annotat3d_tui.render.viewport import next_zoom
from annotat3d_tui.tui.actions import hints, with_keys
from annotat3d_tui.tui.commands import parse_vector
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.widgets.oblique_picture import ObliquePicture
from annotat3d_tui.tui.widgets.slice_view import SliceView

KEYS = (
    ("oblique.left oblique.right oblique.up oblique.down", "turn"),
    ("oblique.before oblique.after", "along the normal"),
    ("oblique.pan_left oblique.pan_right", "pan"),
    ("oblique.zoom_in oblique.zoom_out", "zoom"),
    ("oblique.position", "position"),
    ("oblique.normal", "normal"),
    ("oblique.lock", "lock"),
    ("oblique.go", "go there"),
    ("oblique.next", "next plane"),
    ("oblique.back", "back"),
)


Left = Literal["back", "go there", "next plane"]
"""How the plane is left."""


def _key(id: str, keys: str, action: str, description: str, tooltip: str) -> Binding:
    return Binding(keys, action, description, tooltip=tooltip, id=f"oblique.{id}")


class ObliqueScreen(Over[Left]):
    """Turns and moves the plane; `clipping` is it as it is now, also when it is left."""

    CSS_PATH = "oblique.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("back", "escape", "dismiss('back')", "Back", "To the slice; the plane is found again as it was."),
        _key("go", "enter", "dismiss('go there')", "Go there", "The cursor goes to the voxel in the middle."),
        _key("next", "t", "dismiss('next plane')", "Turn plane", "The next plane, XY."),
        _key("left", "left", "turn(-5, 0)", "Turn left", "By 5°."),
        _key("right", "right", "turn(5, 0)", "Turn right", "By 5°."),
        _key("up", "up", "turn(0, -5)", "Turn up", "By 5°."),
        _key("down", "down", "turn(0, 5)", "Turn down", "By 5°."),
        _key("left_1", "shift+left", "turn(-1, 0)", "Turn left a little", "By 1°."),
        _key("right_1", "shift+right", "turn(1, 0)", "Turn right a little", "By 1°."),
        _key("up_1", "shift+up", "turn(0, -1)", "Turn up a little", "By 1°."),
        _key("down_1", "shift+down", "turn(0, 1)", "Turn down a little", "By 1°."),
        _key("before", "left_square_bracket,pageup", "along(-1)", "Back", "One voxel along the normal."),
        _key("after", "right_square_bracket,pagedown", "along(1)", "On", "One voxel along the normal."),
        _key("before_10", "left_curly_bracket", "along(-10)", "Far back", "Ten voxels along the normal."),
        _key("after_10", "right_curly_bracket", "along(10)", "Far on", "Ten voxels along the normal."),
        _key("pan_left", "ctrl+left", "pan(-1, 0)", "Pan left", "In the plane."),
        _key("pan_right", "ctrl+right", "pan(1, 0)", "Pan right", "In the plane."),
        _key("pan_up", "ctrl+up", "pan(0, -1)", "Pan up", "In the plane."),
        _key("pan_down", "ctrl+down", "pan(0, 1)", "Pan down", "In the plane."),
        _key("zoom_in", "plus,equals_sign", "zoom(1)", "Zoom in", "Nearer, around the middle."),
        _key("zoom_out", "underscore,minus", "zoom(-1)", "Zoom out", "Farther, around the middle."),
        _key("position", "p", "position", "Position…", "The place in the middle as x y z."),
        _key("normal", "n", "normal", "Normal…", "At right angles to the plane, as x y z: 0 0 1 is XY."),
        _key("lock", "y", "lock", "Lock", "Locked, the plane does not turn or move; or free again."),
    ]

    def __init__(self, view: SliceView, clipping: Clipping) -> None:
        super().__init__()
        self._picture = ObliquePicture(view)
        self.clipping = clipping

    def compose(self) -> ComposeResult:
        """Where the plane is, the plane, the keys."""
        yield Static(id="where", markup=False)
        yield self._picture
        yield Static(hints(self.app, *KEYS, gap="  "), id="keys", markup=False)

    def on_mount(self) -> None:
        """Show the plane."""
        self._show(self.clipping)

    def _show(self, clipping: Clipping) -> None:
        self.clipping = clipping
        self._picture.plane, self._picture.zoom = clipping.plane, clipping.zoom
        where, normal = (numbers_text(vector) for vector in (clipping.plane.position, clipping.plane.normal))
        locked = " · locked" if clipping.locked else ""
        said = f"Clipping plane · position x y z {where} · normal {normal} · ×{clipping.zoom:.3g}{locked}"
        self.query_one("#where", Static).update(said)

    def _take(self, plane: Oblique) -> None:
        """Show another plane, unless this one is locked."""
        if self.clipping.locked:
            said = with_keys("The plane is locked: {oblique.lock} frees it.", self.app)
            self.notify(said, severity="warning", timeout=3, markup=False)
        else:
            self._show(Clipping(plane, self.clipping.zoom))

    def action_turn(self, columns: float, rows: float) -> None:
        """Turn the plane by degrees."""
        self._take(self.clipping.plane.turned(columns, rows))

    def action_along(self, by: int) -> None:
        """Move it along its normal."""
        self._take(self.clipping.plane.moved(0, 0, by, self._picture.sizes))

    def action_pan(self, right: int, down: int) -> None:
        """Move what is seen by a quarter of the screen."""
        step = min(self._picture.size.width, 2 * self._picture.size.height) / 4 / self.clipping.zoom
        self._take(self.clipping.plane.moved(right * step, down * step, 0, self._picture.sizes))

    def action_zoom(self, steps: int) -> None:
        """Nearer or farther."""
        now = self.clipping
        self._show(Clipping(now.plane, next_zoom(now.zoom, steps), now.locked))

    def action_lock(self) -> None:
        """Hold the plane where it is, or free it."""
        now = self.clipping
        self._show(Clipping(now.plane, now.zoom, not now.locked))

    def action_position(self) -> None:
        """Ask where it lies."""
        plane = self.clipping.plane
        self._ask("Position x y z", plane.position, lambda at: Oblique(at, plane.across, plane.down))

    def action_normal(self) -> None:
        """Ask where it looks."""
        self._ask("Normal x y z", self.clipping.plane.normal, self.clipping.plane.facing)

    def _ask(self, title: str, now: Vector, plane_of: Callable[[Vector], Oblique]) -> None:
        ask = Ask(title, numbers_text(now), check=lambda text: plane_of(parse_vector(text)))

        def given(text: str) -> None:
            self._take(plane_of(parse_vector(text)))

        self.app.push_screen(ask, if_given(given))


def numbers_text(vector: Vector) -> str:
    """A vector (z, y, x) as people read it: x y z.

    >>> numbers_text((3.0, 0.5, 1 / 3))
    '0.333 0.5 3'
    """
    return " ".join(f"{round(value, 3) + 0.0:g}" for value in reversed(vector))
