"""Messages: all that was said since the start, found by typing, the chosen one in full."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.saying import SIGNS, Said
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.widgets.long_list import LongList

STYLES = {"information": "", "warning": "$text-warning", "error": "$text-error"}
KEYS = (("past.up past.down", "choose"), ("past.copy", "copy"), ("past.close", "close"))


class PastMessages(Over[None]):
    """Messages since the start, the newest last; typing leaves those that hold what is typed."""

    CSS_PATH = "past.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="past.close", tooltip="Back to where it was called."),
        Binding("up", "by(-1)", "Earlier", show=False, id="past.up", tooltip="The message before."),
        Binding("down", "by(1)", "Later", show=False, id="past.down", tooltip="The message after."),
        Binding("pageup", "by(-10)", "Much earlier", show=False, id="past.page_up", tooltip="Ten messages before."),
        Binding("pagedown", "by(10)", "Much later", show=False, id="past.page_down", tooltip="Ten messages after."),
        Binding("enter", "copy", "Copy", id="past.copy", tooltip="The whole sentence, to the clipboard."),
    ]

    def __init__(self, said: Sequence[Said]) -> None:
        super().__init__()
        self._said, self._found = said, list(said)

    def compose(self) -> ComposeResult:
        """What is looked for, the list, and the chosen message in full."""
        with Vertical(id="past") as box:
            box.border_title = "Messages"
            box.border_subtitle = hints(self.app, *KEYS)
            yield Input(placeholder="type a part of a message", compact=True)
            yield LongList(self._line)
            with VerticalScroll(can_focus=False):
                yield Static(id="whole", markup=False)

    def on_mount(self) -> None:
        """Begin at the newest."""
        self.query_one(LongList).can_focus = False
        self.query_one(Input).focus()
        self._find("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._find(event.value)

    def _find(self, text: str) -> None:
        wanted = text.casefold().strip()
        self._found = [one for one in self._said if wanted in f"{one.clock} {one.severity} {one.words}".casefold()]
        listed = self.query_one(LongList)
        listed.count = len(self._found)
        listed.highlighted = len(self._found) - 1
        listed.refresh()
        self._show_whole()

    @on(LongList.Selected)
    def _show_whole(self) -> None:
        number = self.query_one(LongList).highlighted
        if number is None:
            self.query_one("#whole", Static).update("nothing was said" if not self._said else "no message holds this")
        else:
            one = self._found[number]
            head = ", ".join(word for word in (one.clock, one.severity, one.title) if word)
            self.query_one("#whole", Static).update(f"{head}\n{one.text}")

    def action_by(self, lines: int) -> None:
        """Another message."""
        self.query_one(LongList).action_by(lines)
        self._show_whole()

    @on(Input.Submitted)
    def action_copy(self) -> None:
        """The whole sentence to the clipboard of the terminal (OSC 52)."""
        number = self.query_one(LongList).highlighted
        if number is not None:
            self.app.copy_to_clipboard(self._found[number].text)
            self.query_one("#past").border_subtitle = "copied, where the terminal allows it"

    def _line(self, number: int, width: int) -> Content:
        one = self._found[number]
        text = f"{one.clock} {SIGNS[one.severity]} {one.words}"
        return Content.styled(text, STYLES[one.severity]).truncate(width, ellipsis=True)
