"""Keys, pasted text and the mouse, each in its turn.

What a key is bound to is done by the application, once the key has gone through the widget in focus and all that hold
it; a letter is taken by the widget at once, and the mouse goes straight to what it points at. Keys that arrive in one
burst would be taken out of order: a letter typed behind Tab would land in the field before it. So each waits for the
one before it.
"""

import asyncio
from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

PATIENCE = 0.25
"""Seconds after which it is asked whether the widget that the last key went to is still there."""

ROUNDS = 3
"""Behind a key its way is gone for what is bound to it, and again for what that tells (a button pressed); the third
time it is only asked what the application was told to do after that (to give a widget the focus).
"""


class Turn(Message):
    """Goes behind a key on its way; when it comes to the application, the key is done."""

    def __init__(self, target: MessagePump, screen: Screen[object], round: int) -> None:
        super().__init__()
        self.target = target
        self.screen = screen
        self.round = round


class InTurn(App[int]):
    """An application in which no key, pasted text or event of the mouse overtakes another."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waiting: deque[events.Event] = deque()
        self._turn: Turn | None = None

    @property
    def typed_ahead(self) -> bool:
        """Whether more was given than has been done."""
        return bool(self._waiting)

    async def on_event(self, event: events.Event) -> None:
        """As Textual does, but what a person gives waits for what was given before."""
        given = isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded
        if not given:
            await super().on_event(event)
            return
        self._waiting.append(event)
        await self._take_waiting()

    async def on_turn(self, turn: Turn) -> None:
        """The key before is done, or what it told is."""
        if turn is not self._turn:
            return
        self._turn = None
        if not self.screen_stack:  # the application ends
            self._waiting.clear()
            return
        if turn.round < ROUNDS:
            self._go_behind(turn.target if turn.round + 1 < ROUNDS else self, turn.round + 1)
        elif self.screen is not turn.screen:  # it was opened meanwhile: it chooses its focus first
            self._go_behind(self.screen, ROUNDS)
        await self._take_waiting()

    async def _take_waiting(self) -> None:
        while self._waiting and self._turn is None and self.screen_stack:
            event = self._waiting.popleft()
            target = self._target(event)
            await super().on_event(event)
            self._go_behind(target, 1)

    def _target(self, event: events.Event) -> MessagePump:
        """Where Textual sends it."""
        if isinstance(event, events.MouseEvent):
            return self.mouse_captured or self._under(event)
        return self.focused or self.screen

    def _under(self, event: events.MouseEvent) -> MessagePump:
        widgets = self.screen.get_widgets_at(event.x, event.y)
        return next((widget for widget, _ in widgets), self.screen)

    def _go_behind(self, target: MessagePump, round: int) -> None:
        turn = Turn(target, self.screen, round)
        if target.post_message(turn):
            self._turn = turn
            self._watch(turn)

    def _watch(self, turn: Turn) -> None:
        """A widget that was removed with the turn in its queue never hands it on."""
        asyncio.get_running_loop().call_later(PATIENCE, self._look_after, turn)

    def _look_after(self, turn: Turn) -> None:
        if turn is not self._turn:
            return
        if turn.target.is_attached:
            self._watch(turn)
        else:
            self.post_message(turn)
