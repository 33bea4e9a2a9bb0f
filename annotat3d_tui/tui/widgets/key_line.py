"""The last line: the keys that matter now."""

from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.widgets.lines import fitting


class Key(NamedTuple):
    """A key and what it does.

    action: what a click does, an action of `node` or else of the screen. spare: how early it is left out.
    off: it can do nothing now.
    """

    key: str
    does: str
    action: str = ""
    spare: int = 5
    off: bool = False
    node: DOMNode | None = None

    def content(self) -> Content:
        """The key and its word, a cross between them when it can do nothing now."""
        style = "$foreground 60%" if self.off else "bold $text-accent"
        return Content.assemble((self.key, style), "×" if self.off else " ", (self.does, "$foreground 60%"))


class KeyLine(Widget):
    """Keys with a word each; those that do not fit are left out, F1 and the palette never."""

    DEFAULT_CSS = "KeyLine { height: 1; }"
    ALLOW_SELECT = False

    keys: reactive[tuple[Key, ...]] = reactive(())

    def render(self) -> Content:
        """The line."""
        return Content("  ").join(key.content() for key in self._shown())

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        start = self.gutter.left
        for key in self._shown():
            stop = start + key.content().cell_length
            if start <= event.x < stop and key.action:
                self.run_worker(self.app.run_action(key.action, key.node or self.screen))
            start = stop + 2

    def _shown(self) -> list[Key]:
        return fitting(self.keys, self.content_size.width, gap=2)
