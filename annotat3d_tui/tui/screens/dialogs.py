"""Small questions: yes or no, a line of text."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.tui.actions import declared_by, hints, keys_text, mapped_keys
from annotat3d_tui.tui.screens.over import Over

Answer = TypeVar("Answer")


def if_given(act: Callable[[Answer], object]) -> Callable[[Answer | None], None]:
    """What to do with the answer of a dialog: `act`, unless it was closed by Esc or answered with no.

    An empty line is an answer.
    """

    def answered(answer: Answer | None) -> None:
        if answer is not None and answer is not False:
            act(answer)

    return answered


class Confirm(Over[bool]):
    """Asks before something is lost; the answer is True for yes. The question names the thing."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", id="confirm.no", tooltip="Nothing is changed."),
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do what was asked."),
        Binding(
            "left,right",
            "app.focus_next",
            "Other",
            show=False,
            id="confirm.other",
            tooltip="To the other button.",
        ),
    ]

    def __init__(self, question: str, yes: str = "Yes", no: str = "No") -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        """The question and two buttons; the harmless one is in focus."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="question", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._worded(self._no, "confirm.no"), id="no", compact=True)
                yield Button(self._worded(self._yes, "confirm.yes"), id="yes", variant="error", compact=True)

    def _worded(self, word: str, id: str) -> str:
        """The word of a button, and its letter."""
        binding = next(one for one in declared_by(Confirm) if one.id == id)
        keys = keys_text(mapped_keys(binding, self.app)).split()
        return f"{word} ({keys[-1]})" if keys else word

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer as the button says."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)


class Ask(Over[str | None]):
    """Asks for one line of text; the answer is None when it was closed by Esc.

    `check` reads the text and raises an error of the family when it is wrong: the sentence is
    shown under the line, where it can be corrected.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="ask.cancel", tooltip="Nothing is changed.")
    ]

    def __init__(
        self, title: str, value: str = "", *, help: str = "", check: Callable[[str], object] | None = None
    ) -> None:
        super().__init__()
        self._title, self._value, self._help, self._check = title, value, help, check

    def compose(self) -> ComposeResult:
        """The line, and under it help or what is wrong."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            box.border_subtitle = hints(self.app, ("Enter", "ok"), ("ask.cancel", "cancel"))
            yield Input(self._value, compact=True)
            yield Static(self._help, classes="help", markup=False)

    def on_input_changed(self) -> None:
        """Take the complaint away while it is being corrected."""
        self._show(self._help, wrong=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the text, or say what is wrong with it."""
        try:
            if self._check is not None:
                self._check(event.value)
        except Annotat3DError as error:
            self._show(str(error), wrong=True)
        else:
            self.dismiss(event.value)

    def _show(self, text: str, *, wrong: bool) -> None:
        said = self.query_one(".help", Static)
        said.update(text)
        said.set_class(wrong, "-wrong")
