"""The batch script of a job as it will be sent to a cluster: read it, change it, send it or not."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import TextArea

from annotat3d_tui.tui.actions import hints

KEYS = (("script.send", "send"), ("script.back", "do not send"))


class ScriptScreen(ModalScreen[str | None]):
    """A text to change; what it is when it is sent, or None."""

    CSS_PATH = "script.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s",
            "send",
            "Send",
            id="script.send",
            priority=True,
            tooltip="The script as it stands, to the cluster.",
        ),
        Binding("escape", "dismiss(None)", "Do not send", id="script.back", priority=True, tooltip="No job is made."),
    ]

    def __init__(self, script: str, title: str) -> None:
        super().__init__()
        self._script, self._title = script, title

    def compose(self) -> ComposeResult:
        """The text, with its keys below."""
        with Vertical(id="script") as box:
            box.border_title = self._title
            box.border_subtitle = hints(self.app, *KEYS)
            yield TextArea(self._script, show_line_numbers=True, soft_wrap=False, tab_behavior="indent", compact=True)

    def action_send(self) -> None:
        """Close with the text."""
        self.dismiss(self.query_one(TextArea).text)
