"""Keeps a session open as long as a thread uses it, also after its screen has gone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.tui.saying import log


class Lease:
    """Counts who uses something, and calls `close` once it was given up and the last user has ended.

    >>> lease = Lease(lambda: print("closed"))
    >>> with lease.used():
    ...     lease.end()
    ...     print("still written")
    still written
    closed
    """

    def __init__(self, close: Callable[[], object]) -> None:
        self._close = close
        self._lock = threading.Lock()
        self._users = 0
        self._ended = False

    @contextmanager
    def used(self) -> Iterator[None]:
        """While this lasts it is not closed; raises Cancelled when it was given up before."""
        with self._lock:
            self.check()
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                last = self._ended and not self._users
            if last:
                self._let_go()

    def check(self) -> None:
        """Raises Cancelled once it was given up."""
        if self._ended:
            raise Cancelled("The workspace was closed before this was done; nothing was changed.")

    def end(self) -> None:
        """Give it up: closed now, or by the last user."""
        with self._lock:
            first, self._ended = not self._ended, True
            last = first and not self._users
        if last:
            self._let_go()

    def _let_go(self) -> None:
        try:
            self._close()
        except Annotat3DError as error:  # there is no screen any more that could say it
            log.error("%s: %s", type(error).__name__, error)
