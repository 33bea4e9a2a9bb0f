"""Python looks for garbage among all that the screen holds while the hand rests: it takes longer than a key may."""

import gc
import time
from collections.abc import Callable

REST = 2.0
"""Seconds without a key or the mouse."""
SELDOM = 1000
"""So many times more than usual must be new before all is looked at while keys are pressed."""


class Tidying:
    """What was loaded at the start stays for good and is never looked at; the rest is, once after each spell of keys.

    clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._moved: float | None = None

    def begin(self) -> None:
        """Let Python look for garbage again, which it did not while starting."""
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, SELDOM)
        gc.freeze()
        gc.enable()

    def moved(self) -> None:
        """A key was pressed, or the mouse moved."""
        self._moved = self._clock()

    def tidy(self) -> None:
        """Look for garbage, if the hand rests and has done something since the last time."""
        if self._moved is not None and self._clock() - self._moved >= REST:
            self._moved = None
            gc.collect()
