"""What a piece of work costs: seconds of processor and of the clock, memory above what was there before."""

import resource
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")


@dataclass(frozen=True)
class Cost:
    """cpu, wall: seconds. peak: resident bytes above those before; anonymous: those that are of no file."""

    cpu: float
    wall: float
    peak: int
    anonymous: int


def cost_of(work: Callable[[], Made], memory: bool = True) -> tuple[Made, Cost]:
    """What `work` makes, and what it costs, all threads together.

    memory: whether a thread looks fifty times a second how much is taken, which disturbs where threads are compared.
    """
    before, before_anonymous = resident("VmRSS"), resident("RssAnon")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    highest, over = [before_anonymous], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            highest[0] = max(highest[0], resident("RssAnon"))

    watcher = threading.Thread(target=watch)
    if memory:
        watcher.start()
    wall, cpu = time.perf_counter(), cpu_seconds()
    try:
        made = work()
    finally:
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        over.set()
        if memory:
            watcher.join()
    return made, Cost(cpu, wall, resident("VmHWM") - before, highest[0] - before_anonymous)


def resident(field: str) -> int:
    """Bytes of a line of /proc/self/status, such as VmRSS."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(field))
    return int(line.split()[1]) * 1024


def cpu_seconds() -> float:
    """Of this process so far, all threads together."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
