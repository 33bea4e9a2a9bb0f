"""Answers of a system that may be slow or silent: asked for in a thread of their own, kept for a while."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from annotat3d_tui.errors import Annotat3DError

WAIT = 2.0
"""Seconds for which who asks first waits for the answer."""

Value = TypeVar("Value")


class Answer(Generic[Value]):
    """The last answer to a question, asked anew when it is older than `fresh` seconds, or `fresh_failure` where there
    was none. While the answer takes its time, the one before holds, `before` and `problem` at first."""

    def __init__(
        self, ask: Callable[[], Value], before: Value, fresh: float, fresh_failure: float, problem: str = ""
    ) -> None:
        self._ask, self._value, self._problem = ask, before, problem
        self._fresh, self._fresh_failure = fresh, fresh_failure
        self._lock = threading.Lock()
        self._until = 0.0
        self._asking: threading.Event | None = None

    def now(self) -> tuple[Value, str]:
        """The answer, and why there is none now."""
        with self._lock:
            answered = self._begin() if self._asking is None and time.monotonic() >= self._until else None
        if answered is not None:
            answered.wait(WAIT)
        with self._lock:
            return self._value, self._problem

    def forget(self) -> None:
        """Ask anew the next time: what it is about has just been changed. An answer that is on its way is too old."""
        with self._lock:
            self._until, self._asking = 0.0, None

    def _begin(self) -> threading.Event:
        answered = self._asking = threading.Event()
        threading.Thread(target=self._take, args=(answered,), name="ask", daemon=True).start()
        return answered

    def _take(self, answered: threading.Event) -> None:
        problem = ""
        try:
            value = self._ask()
        except Annotat3DError as error:
            problem = str(error)
        with self._lock:
            if self._asking is answered:
                if not problem:
                    self._value = value
                self._problem, self._asking = problem, None
                self._until = time.monotonic() + (self._fresh_failure if problem else self._fresh)
        answered.set()
