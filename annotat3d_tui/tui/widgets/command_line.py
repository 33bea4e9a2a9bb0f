"""The command line: strokes and words as text, with a history; what is wrong is said under it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static


class CommandInput(Input):
    """The line; Up and Down walk through what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Earlier command", id="command.older"),
        Binding("down", "newer", "Later command", id="command.newer"),
        Binding("escape", "leave", "Back to the slice", id="command.leave"),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder="brush 2 r=5 xy z=40 10,12 30,40 · goto 10 20 5 · apply", compact=True)
        self.history: list[str] = []
        self._back = 0

    def remember(self, text: str) -> None:
        """Add to the history and begin a new line."""
        if not self.history or self.history[-1] != text:
            self.history.append(text)
        self._back = 0
        self.value = ""

    def action_older(self) -> None:
        """The command before."""
        self._walk(1)

    def action_newer(self) -> None:
        """The command after; after the last one, an empty line."""
        self._walk(-1)

    def action_leave(self) -> None:
        """Leave the line, and what is wrong with it."""
        self.post_message(CommandLine.Left())

    def _walk(self, step: int) -> None:
        self._back = min(max(self._back + step, 0), len(self.history))
        self.value = self.history[-self._back] if self._back else ""
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
        self.complain("")

    def done(self, text: str) -> None:
        """The command was carried out: remember it."""
        self.query_one(CommandInput).remember(text)
        self.complain("")

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
