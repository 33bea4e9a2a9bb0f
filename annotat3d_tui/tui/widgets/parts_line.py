"""The parts of a screen that has several, one of them bright; a click chooses another."""

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.widgets.lines import two_sided

MUTED = "$foreground 60%"
GAP = 2


class PartsLine(Widget):
    """A line of names; posts `Chosen` when one is clicked. parts: name by id. `note` is said at the right."""

    DEFAULT_CSS = "PartsLine { height: 1; }"
    ALLOW_SELECT = False

    chosen: reactive[str] = reactive("")
    note: reactive[Content] = reactive(Content(""))

    class Chosen(Message):
        """Another part is to be shown."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def __init__(self, parts: Mapping[str, str], chosen: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts = dict(parts)
        self.set_reactive(PartsLine.chosen, chosen)

    def after(self, step: int) -> str:
        """The part so many places after the bright one, round all of them."""
        ids = list(self._parts)
        return ids[(ids.index(self.chosen) + step) % len(ids)]

    def render(self) -> Content:
        """The line."""
        names = [Content.styled(f" {name} ", self._style(id)) for id, name in self._parts.items()]
        return two_sided(Content(" " * GAP).join(names), self.note, self.content_size.width)

    def _style(self, id: str) -> str:
        return "bold $text-accent on $surface-lighten-2" if id == self.chosen else MUTED

    def on_click(self, event: events.Click) -> None:
        """Choose the part under the mouse."""
        start = self.gutter.left
        for id, name in self._parts.items():
            if start <= event.x < start + len(name) + 2:
                self.post_message(self.Chosen(id))
            start += len(name) + 2 + GAP
