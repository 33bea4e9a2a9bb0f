"""Pictures no faster than the line takes them: the next one is drawn once the terminal has got to the last.

After some kilobytes the terminal is asked where its cursor is. It answers when it has come to the question, so that
what is still under way, in the buffers of SSH, too, is known. A terminal that never answers is sent everything at once.
"""

import threading
import time
from typing import Any

from textual import events
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from annotat3d_tui.tui.terminal.late import Parser

QUESTION = "\x1b[6n"
ASK_BYTES = 4096
"""Bytes after which to ask: a step of the brush is far below, a slice above."""
FEW_BYTES = 4 * ASK_BYTES
"""Sent while an answer was awaited they are words, not a picture, and no reason to ask again before the next one."""
LONGEST = 5.0
"""Seconds after which an answer is no longer waited for."""
PARTING = 1.0
"""Seconds that the last answer may take when the screen closes; later it would stand in the shell."""


class Drained(Message):
    """The terminal has got to what was sent last."""

    bubble = False


class Pace:
    """Whether a question is under way; it is asked by one thread, answered by another."""

    def __init__(self) -> None:
        self._unasked = ASK_BYTES  # so that it is known from the first picture on whether there are answers
        self._asked = 0.0
        self._answers = False
        self._quiet = threading.Event()
        self._quiet.set()

    def sent(self, size: int) -> bool:
        """So many bytes more were sent; True where the terminal is to be asked now."""
        self._unasked += size
        if self._unasked < ASK_BYTES or self._waits:
            return False
        self._unasked, self._asked = 0, time.monotonic()
        self._quiet.clear()
        return True

    def answered(self) -> None:
        """The terminal has answered."""
        self._answers = True
        if self._unasked < FEW_BYTES:
            self._unasked = 0
        self._quiet.set()

    @property
    def busy(self) -> bool:
        """Whether a terminal that answers has not answered yet."""
        return self._answers and self._waits

    def end(self) -> None:
        """Wait for the last answer, where one can be expected."""
        if self.busy:
            self._quiet.wait(PARTING)

    @property
    def _waits(self) -> bool:
        return not self._quiet.is_set() and time.monotonic() - self._asked < LONGEST


class PacedDriver(LinuxDriver):
    """The driver of a terminal that is asked how far it has got; it posts `Drained` when it says so.

    parting: what is sent last, however the screen ends.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        self.pace = Pace()
        self.parting = ""
        self._suspends = self._is_over = False
        super().__init__(*given, **named)

    def leave(self, data: str) -> None:
        """Send this, too, when the screen ends."""
        if data not in self.parting:
            self.parting += data

    def write(self, data: str) -> None:
        """Send, and ask where it is time to."""
        super().write(data)
        if self.pace.sent(len(data)):
            super().write(QUESTION)

    def process_message(self, message: Message) -> None:
        """Keep answers to itself."""
        if isinstance(message, events.CursorPosition):
            self.pace.answered()
            self.send_message(Drained())
        else:
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Read keys by a parser that leaves out answers that come late."""
        linux_driver.XTermParser = Parser  # type: ignore[attr-defined]
        super().run_input_thread()

    def suspend_application_mode(self) -> None:
        """Give the terminal to a shell for a while."""
        self._suspends = True
        super().suspend_application_mode()
        self._suspends = False

    def _sigcont_application(self, *given: Any) -> None:
        """Begin again after a while, but not when all is over: a terminal that goes away sends this signal, too."""
        if not self._is_over:
            super()._sigcont_application(*given)

    def stop_application_mode(self) -> None:
        """Leave nothing on the terminal that its other screen would show."""
        self._is_over = not self._suspends
        if self.parting:
            self.write(self.parting)
        super().stop_application_mode()

    def disable_input(self) -> None:
        """Stop reading once the last answer is there."""
        self.pace.end()
        super().disable_input()


def is_busy(app: App[Any]) -> bool:
    """Whether the terminal has not got to the last picture yet."""
    driver = app._driver
    return isinstance(driver, PacedDriver) and driver.pace.busy
