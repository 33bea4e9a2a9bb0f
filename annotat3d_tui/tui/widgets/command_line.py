"""The command line: strokes and words as text, with a history; what is wrong is said under it."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from annotat3d_tui.tui.saying import STAYS
from annotat3d_tui.tui.turns import InTurn


class FromScreen(Suggester):
    """Suggests what a function says that may come next."""

    def __init__(self, suggest: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggest = suggest

    async def get_suggestion(self, value: str) -> str | None:
        """The line made longer, or None."""
        return self._suggest(value)


class CommandInput(Input):
    """The line; Up and Down walk through what was typed before, Tab takes what is suggested in dim letters."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Earlier command", id="command.older", tooltip="What was typed before."),
        Binding(
            "down", "newer", "Later command", id="command.newer", tooltip="What was typed after; then what was begun."
        ),
        Binding(
            "tab", "take", "Take the suggestion", id="command.take", tooltip="The dim letters, and a space after them."
        ),
        Binding("escape", "leave", "Back to the slice", id="command.leave", tooltip="What was typed stays."),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder="brush 2 r=5 xy z=40 10,12 30,40 · goto 10 20 5 · apply", compact=True)
        self.history: list[str] = []
        self.refused = ""
        """What was given back; a colon typed behind it begins anew."""
        self._back = 0
        self._draft = ""

    async def _on_key(self, event: events.Key) -> None:
        """As Textual does; a colon, the key that begins a command, begins anew where one was refused."""
        if event.character == ":" and self.value and self.value == self.refused:
            event.stop()
            event.prevent_default()
            self.select_all()
        else:
            await super()._on_key(event)

    def remember(self, text: str) -> None:
        """Add to the history."""
        if not self.history or self.history[-1] != text:
            self.history.append(text)
        self._back = 0

    async def on_paste(self, event: events.Paste) -> None:
        """Of several lines, as in a file of strokes, all are given but what follows the last line's end."""
        *lines, rest = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if not lines:
            return
        event.stop()
        event.prevent_default()
        for line in lines:
            self.insert_text_at_cursor(line.partition("#")[0])
            await self.action_submit()
        self.insert_text_at_cursor(rest)

    async def action_submit(self) -> None:
        """Give the command and begin a new line: what is typed before it is carried out belongs to the next one."""
        await super().action_submit()
        self.value = ""
        self._back = 0

    def action_older(self) -> None:
        """The command before."""
        self._walk(1)

    def action_newer(self) -> None:
        """The command after; after the last one, what was being typed."""
        self._walk(-1)

    def action_take(self) -> None:
        """Take what is suggested, and begin the next word: a digit that follows belongs to that one."""
        self.value = self._suggestion or self.value
        if self.value and not self.value.endswith((" ", "=")):
            self.value += " "
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        """Leave the line, and what is wrong with it."""
        self.post_message(CommandLine.Left())

    def _walk(self, step: int) -> None:
        if self._back == 0:
            self._draft = self.value
        self._back = min(max(self._back + step, 0), len(self.history))
        self.value = self.history[-self._back] if self._back else self._draft
        self.cursor_position = len(self.value)


class CommandLine(Vertical):
    """A colon, the line, and under it what is wrong with what was typed."""

    class Given(Message):
        """A command was given."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Esc in the line."""

    def compose(self) -> ComposeResult:
        """Colon, line, complaint."""
        with Horizontal():
            yield Static(":", classes="colon")
            yield CommandInput()
        yield Static("", classes="complaint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Tell the command."""
        event.stop()
        if event.value.strip():
            self.post_message(self.Given(event.value.strip()))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take the complaint away while it is being corrected."""
        event.stop()
        if event.value != self.query_one(CommandInput).refused:
            self.complain("")

    def know(self, history: list[str], suggest: Callable[[str], str | None]) -> None:
        """What was given in earlier times, oldest first, and what may come next."""
        line = self.query_one(CommandInput)
        line.history = [*history]
        line.suggester = FromScreen(suggest)

    def done(self, text: str) -> None:
        """The command was carried out: remember it."""
        self.query_one(CommandInput).remember(text)
        self.complain("")

    def refuse(self, text: str, sentence: str) -> None:
        """Give a command back and say what is wrong with it; as a message, when the next one is being typed."""
        line = self.query_one(CommandInput)
        if line.value or (isinstance(self.app, InTurn) and self.app.typed_ahead):
            self.notify(sentence, title=text, severity="error", timeout=STAYS, markup=False)
            return
        line.refused = line.value = text
        line.cursor_position = len(text)
        self.complain(sentence)

    def complain(self, sentence: str) -> None:
        """Say what is wrong, where it can be corrected; "" takes it away."""
        complaint = self.query_one(".complaint", Static)
        complaint.update(sentence)
        complaint.display = bool(sentence)

    def enter(self, text: str = "") -> None:
        """Begin to type."""
        line = self.query_one(CommandInput)
        if text:
            line.value = text
            line.cursor_position = len(text)
        line.focus()
