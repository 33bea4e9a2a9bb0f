"""Slow things made in a thread, the newest wish first: what was wished before, and is not begun yet, is forgotten."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

IDLE = 2.0
"""Seconds that the thread waits for another wish before it ends, so that not each slice begins one."""


class Reader:
    """Makes what is wished, one thing at a time; `ready` is called in its thread when something came too late."""

    def __init__(self, ready: Callable[[], object]) -> None:
        self._ready = ready
        self._changed = threading.Condition()
        self._wish: tuple[Hashable, Callable[[], Any]] | None = None
        self._at_work = False
        self._late: Hashable | None = None
        self._made: tuple[Hashable, Any] | None = None

    def read(self, key: Hashable, make: Callable[[], Any], patience: float) -> Any | None:
        """What `make` gives, if it is there within so many seconds; else None, and `ready` is called later."""
        with self._changed:
            if not self._is_made(key) and self._late != key:
                self._late = None
                self._wish = (key, make)
                self._changed.notify_all()
                if not self._at_work:
                    self._at_work = True
                    threading.Thread(target=self._work, name="reader", daemon=True).start()
                self._changed.wait_for(lambda: self._is_made(key), patience)
            if self._is_made(key):
                assert self._made is not None
                return self._made[1]
            self._late = key
            return None

    def _is_made(self, key: Hashable) -> bool:
        return self._made is not None and self._made[0] == key

    def _work(self) -> None:
        """Make what is wished until nothing is for a while."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wish is not None, IDLE)
                if self._wish is None:
                    self._at_work = False
                    return
                (key, make), self._wish = self._wish, None
            made = make()
            with self._changed:
                self._made = (key, made)
                late, self._late = self._late == key, None if self._late == key else self._late
                self._changed.notify_all()
            if late:
                self._ready()
