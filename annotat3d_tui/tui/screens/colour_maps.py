"""The colour maps, each with what it looks like on this terminal; the one looked at is shown on the image meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from annotat3d_tui.render.colormaps import COLORMAPS, INVERTED, inverted
from annotat3d_tui.render.palette import Palette
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.screens.over import Over

SWATCH = 18
NAME = 11
KEYS = (("Enter", "choose"), ("colour_maps.invert", "invert"), ("colour_maps.close", "close"))


class ColourMaps(Over[str | None]):
    """The map that was chosen; None when closed by Esc. `show` is called with each that is looked at."""

    CSS_PATH = "colour_maps.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="colour_maps.close", tooltip="The colours stay as they were."),
        Binding("i,I", "invert", "Inverted", id="colour_maps.invert", tooltip="All maps the other way round."),
    ]

    def __init__(self, now: str, palette: Palette, show: Callable[[str], None]) -> None:
        super().__init__()
        self._now, self._palette, self._show = now.removesuffix(INVERTED), palette, show
        self._inverted = now.endswith(INVERTED)

    def compose(self) -> ComposeResult:
        """The maps in the order of the manual."""
        with Vertical(id="maps") as box:
            box.border_title = "Colour map"
            box.border_subtitle = hints(self.app, *KEYS)
            yield OptionList(*(Option(self._line(name), name) for name in COLORMAPS), compact=True)

    def on_mount(self) -> None:
        """Begin at the one that is shown."""
        self.query_one(OptionList).highlighted = list(COLORMAPS).index(self._now)

    def _variant(self, name: str) -> str:
        return inverted(name) if self._inverted else name

    def _line(self, name: str) -> Content:
        colours = replace(self._palette, colormap=self._variant(name), levels=SWATCH).greys
        cells = [("█", f"rgb({red},{green},{blue})") for red, green, blue in colours.tolist()]
        return Content.assemble(f" {name:<{NAME}} ", *cells)

    def action_invert(self) -> None:
        """Show all maps the other way, or back."""
        self._inverted = not self._inverted
        options = self.query_one(OptionList)
        for name in COLORMAPS:
            options.replace_option_prompt(name, self._line(name))
        self._show(self._variant(self._now))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show it on the image."""
        assert event.option_id is not None
        self._now = event.option_id
        self._show(self._variant(self._now))

    def on_option_list_option_selected(self) -> None:
        """Enter or a click chooses."""
        self.dismiss(self._variant(self._now))
