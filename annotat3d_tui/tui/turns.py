"""Keys and the mouse, each in its turn.

A key goes through the widget in focus and all that hold it before the application does what is bound to it; the mouse
would go straight to what it points at, and a label chosen just before a press would come too late for the stroke.
"""

from textual import events
from textual.app import App
from textual.message import Message


class Pointed(Message):
    """An event of the mouse on the way that keys go."""

    def __init__(self, event: events.Event) -> None:
        super().__init__()
        self.event = event


class InTurn(App[int]):
    """An application in which no event of the mouse overtakes a key."""

    async def on_event(self, event: events.Event) -> None:
        """As Textual does, but the mouse goes round by the widget in focus."""
        by_mouse = isinstance(event, events.MouseEvent) and not event.is_forwarded
        if not (by_mouse and (self.focused or self.screen).post_message(Pointed(event))):
            await super().on_event(event)

    async def on_pointed(self, message: Pointed) -> None:
        """Every key that came before is done."""
        await super().on_event(message.event)
