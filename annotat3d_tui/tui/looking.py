"""How the image is looked at on the segmentation screen: colours and contrast, which the workspace keeps."""

from dataclasses import replace
from functools import partial

from textual import on

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.places import resolved
from annotat3d_tui.render.colormaps import inverted
from annotat3d_tui.render.histogram import parse_window
from annotat3d_tui.render.looks import SWITCHES, ImageLook, Looks
from annotat3d_tui.render.oblique import Clipping, Oblique, Vector
from annotat3d_tui.render.planes import voxel_of
from annotat3d_tui.render.slice import Window
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.commands import Clip
from annotat3d_tui.tui.messages import AlternativeRead
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.colour_maps import ColourMaps
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.oblique import Left, ObliqueScreen
from annotat3d_tui.tui.showing import Showing
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.position_line import PositionLine
from annotat3d_tui.tui.widgets.slice_view import SliceView

CONTRAST_HELP = "Two grey values, or percentiles: 1% 99%"
SHOWN = "This is only shown: everything is computed from the image itself. {segment.alternative} shows it again."
SIDES_FROM = 180
"""Columns of the terminal."""
NOT_COUNTED = "The grey values must be counted first, which is being done: try again in a moment."
TOO_NARROW = (
    "One plane is shown, on {} columns, too; this terminal has {}.",
    "Three planes are shown side by side on {} columns and more; this terminal has {}.",
)
"""What is said where there is no room for the other planes: not wanted, wanted."""


class Looking(Showing):
    """A screen that remembers how its image was looked at."""

    _looks: Looks

    def look_as_kept(self) -> None:
        """Show the image as it was looked at last."""
        self._looks = self.session.looks
        self._histograms = {}
        volume = self.session.alternative
        self.view.alternative = None if volume is None else volume.data
        self._show_image(self._looks.alternative_shown and volume is not None)
        for name in SWITCHES:
            setattr(self.view, f"show_{name}", getattr(self._looks, name))
        self.view.label_opacity = self._looks.opacity

    def on_resize(self) -> None:
        """The other planes are seen where there is room."""
        self._show_sides()

    def _show_sides(self) -> None:
        self.set_class(self.view.show_sides and self.size.width >= SIDES_FROM, "-sides")

    def looks_now(self) -> Looks:
        """How the image is looked at."""
        switches = {name: getattr(self.view, f"show_{name}") for name in SWITCHES}
        alternative = self.view.show_alternative
        look = ImageLook(self.view.colormap, self.view.window)
        looks = replace(self._looks, alternative_shown=alternative, opacity=self.view.label_opacity, **switches)
        return replace(looks, alternative=look) if alternative else replace(looks, image=look)

    def _show_image(self, alternative: bool) -> None:
        """Show the image or the visualization image as it was looked at last."""
        look = self._looks.alternative if alternative else self._looks.image
        self.view.show_alternative = alternative
        self.view.colormap, self.view.window = look.colormap, look.window

    def action_alternative(self) -> None:
        """Show the visualization image, or the image again; where there is none, ask for one."""
        if self.session.alternative is None:
            self.action_open_visualization()
            return
        self._looks = self.looks_now()
        self._show_image(not self.view.show_alternative)

    @on(AlternativeRead)
    def _alternative_read(self, event: AlternativeRead) -> None:
        volume = event.volume
        self._looks = replace(self.looks_now(), visualization=str(resolved(event.path)), alternative=ImageLook())
        self.session.alternative, self._histograms[True] = volume, event.histogram
        self.view.alternative = volume.data
        self._show_image(True)
        self.notify(with_keys(SHOWN, self.app), markup=False)

    def action_close_visualization(self) -> None:
        """Show the image itself, and forget the other."""
        self._looks = self.looks_now()
        self._show_image(False)
        self._looks = replace(self._looks, visualization="", alternative=ImageLook())
        self.session.alternative = self.view.alternative = None

    @on(PositionLine.SlicePointed)
    def _go_to_slice(self, event: PositionLine.SlicePointed) -> None:
        self.view.cursor = voxel_of(self.view.point, event.index, self.view.plane)

    @on(SliceView.ViewChanged)
    def _looks_changed(self) -> None:
        before, self._looks = self._looks, self.looks_now()
        self._show_sides()
        if self._looks.sides != before.sides and self.size.width < SIDES_FROM:
            self.notify(TOO_NARROW[self._looks.sides].format(SIDES_FROM, self.size.width), markup=False)
        if self._looks != self.session.looks:
            self.rest_soon()

    def _sync(self) -> None:
        super()._sync()
        self._keep_looks()

    def _keep_looks(self) -> None:
        with errors_said(self):
            self.session.keep_looks(self._looks)

    def on_unmount(self) -> None:
        """What was changed a moment ago is kept, too."""
        self._keep_looks()

    def action_colour_map(self) -> None:
        """Choose the colours of grey values; each is shown while it is looked at."""
        before = self.view.colormap
        show = partial(setattr, self.view, "colormap")
        chooser = ColourMaps(before, self.view.terminal_palette(), show)
        self.app.push_screen(chooser, lambda chosen: show(chosen or before))

    @on(SliceView.ClippingWanted)
    def action_clipping(self) -> None:
        """Look at a plane at any angle, which goes through the cursor unless it is locked."""
        kept = self._clipping
        self._look_at(kept if kept.locked else self._placed(kept, self.view.cursor))

    def clip(self, command: Clip) -> None:
        """Look at the plane that was typed: at the cursor where no position is, as it was left where no normal is."""
        clipping = self._placed(self._clipping, command.position or self.view.cursor)
        plane = clipping.plane.facing(command.normal) if command.normal else clipping.plane
        self._look_at(replace(clipping, plane=plane))

    @property
    def _clipping(self) -> Clipping:
        """The plane as it was left; before it was ever looked at, the slice."""
        return self._looks.clipping or Clipping(Oblique(self.view.cursor), self.view.viewport.scale)

    @property
    def clipping(self) -> Clipping | None:
        """The plane as it was left; None before it was ever looked at."""
        return self._looks.clipping

    def keep_clipping(self, clipping: Clipping) -> None:
        """Take a plane that was turned or moved elsewhere."""
        self._looks = replace(self.looks_now(), clipping=clipping)
        self.rest_soon()

    @staticmethod
    def _placed(clipping: Clipping, position: Vector) -> Clipping:
        z, y, x = (float(at) for at in position)
        return replace(clipping, plane=replace(clipping.plane, position=(z, y, x)))

    def _look_at(self, clipping: Clipping) -> None:
        self.view.lift()
        screen = ObliqueScreen(self.view, clipping)

        def left(end: Left | None) -> None:
            self.keep_clipping(screen.clipping)
            if end == "next plane":
                self.view.plane = next(iter(PLANES))
            elif end == "go there":
                z, y, x = (round(at) for at in screen.clipping.plane.position)
                self.view.cursor = (z, y, x)

        self.app.push_screen(screen, left)

    def action_contrast_percent(self) -> None:
        """The contrast between the next percentiles."""
        view, histogram = self.view, self.query_one(ContrastPanel).histogram
        assert histogram is not None
        view.window = histogram.next_window(view.window_now)

    def action_contrast_values(self) -> None:
        """Ask for the grey values drawn black and white."""
        low, high = self.query_one(ContrastPanel).window
        ask = Ask("Contrast", f"{low:.7g} {high:.7g}", help=CONTRAST_HELP, check=self._window)
        self.app.push_screen(ask, if_given(self.set_contrast))

    def set_contrast(self, text: str) -> None:
        """The contrast that was typed; raises InvalidParameter when it is none."""
        self.view.window = self._window(text)

    def _window(self, text: str) -> Window:
        histogram = self.query_one(ContrastPanel).histogram
        if histogram is None:
            raise InvalidParameter(NOT_COUNTED)
        return parse_window(text, histogram)

    def action_invert_colours(self) -> None:
        """Let the colours of grey values run the other way."""
        self.view.colormap = inverted(self.view.colormap)
