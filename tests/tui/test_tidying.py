"""Garbage is looked for when the hand rests, once."""

import gc
import subprocess
import sys
from weakref import ref

from annotat3d_tui.tui.tidying import REST, Tidying


class Ring:
    """What only the search for garbage takes away."""

    def __init__(self) -> None:
        self.self = self


def test_garbage_goes_once_the_hand_rests() -> None:
    now = 0.0
    tidying = Tidying(lambda: now)
    enabled = gc.isenabled()
    gc.disable()
    try:
        gone = ref(Ring())
        tidying.tidy()
        assert gone() is not None  # nothing was pressed yet
        tidying.moved()
        now += REST / 2
        tidying.tidy()
        assert gone() is not None
        now += REST
        tidying.tidy()
        assert gone() is None
        gone = ref(Ring())
        now += REST
        tidying.tidy()
        assert gone() is not None  # nothing was pressed since
    finally:
        if enabled:
            gc.enable()


SCRIPT = """
import gc
from annotat3d_tui.tui.tidying import SELDOM, Tidying
gc.disable()
Tidying().begin()
print(gc.isenabled(), gc.get_freeze_count() > 1000, gc.get_threshold()[2] == SELDOM)
"""


def test_what_was_loaded_is_never_looked_at_again() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.split() == ["True"] * 3
