"""Cover a volume with slabs, work on them in threads, report progress, be cancelled.

The slab grid depends on the shape alone, never on the number of threads: so does every result.
"""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")

Progress = Callable[[float, str], None]
"""Told the share done (0…1) and the stage; raises `errors.Cancelled` to stop the computation."""

POLL_SECONDS = 0.1


def quiet(fraction: float, stage: str) -> None:
    """The progress of somebody who does not listen."""


def part(progress: Progress, start: float, stop: float, stage: str = "") -> Progress:
    """Progress of a step that takes the share `start` to `stop` of a larger one.

    `stage`, when given, names the step to the listener; otherwise the step names itself.

    >>> told = []
    >>> half = part(lambda fraction, stage: told.append((fraction, stage)), 0.5, 1.0, "pool")
    >>> half(0.5, "")
    >>> told
    [(0.75, 'pool')]
    """

    def report(fraction: float, inner_stage: str) -> None:
        progress(start + (stop - start) * fraction, stage or inner_stage)

    return report


def size_text(shape: Sequence[int]) -> str:
    """A shape (Z, Y, X) as people read it, X×Y×Z.

    >>> size_text((128, 200, 192))
    '192×200×128'
    """
    return "×".join(str(length) for length in reversed(shape))


class Slab(NamedTuple):
    """Planes `start` to `stop` of a volume, read with a halo from `first` to `last`."""

    start: int
    stop: int
    first: int
    last: int

    @property
    def read(self) -> slice:
        """Planes to read: the slab and its halo."""
        return slice(self.first, self.last)

    @property
    def crop(self) -> slice:
        """Where the slab lies in what was read."""
        return slice(self.start - self.first, self.stop - self.first)

    @property
    def write(self) -> slice:
        """Planes to write: the slab alone."""
        return slice(self.start, self.stop)


def slabs(depth: int, thickness: int, halo: int = 0) -> list[Slab]:
    """Slabs of `thickness` planes that cover `depth` planes once, each with `halo` planes around it.

    >>> [tuple(s) for s in slabs(5, 2, halo=1)]
    [(0, 2, 0, 3), (2, 4, 1, 5), (4, 5, 3, 5)]
    """
    starts = range(0, depth, thickness)
    return [
        Slab(start, min(start + thickness, depth), max(start - halo, 0), min(start + thickness + halo, depth))
        for start in starts
    ]


def available_threads() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def _work_politely() -> None:
    """Give worker threads a lower priority, so that a screen in the same process answers at once."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)


def in_threads(
    work: Callable[[Item], object],
    items: Iterable[Item],
    threads: int,
    progress: Progress = quiet,
    stage: str = "",
    weights: Sequence[float] | None = None,
) -> None:
    """Call `work` once with each item, on `threads` threads.

    The calling thread waits, reports the share of `weights` (1 each) that is done and may be
    cancelled by it: items not yet begun are dropped and running ones are waited for. The first
    error of an item is raised here.
    """
    todo = list(items)
    total = float(sum(weights)) if weights is not None else float(len(todo))
    done = 0.0
    progress(0.0, stage)
    with ThreadPoolExecutor(max(threads, 1), initializer=_work_politely) as pool:
        weight_of = {pool.submit(work, item): weights[i] if weights is not None else 1.0 for i, item in enumerate(todo)}
        running = set(weight_of)
        try:
            while running:
                finished, running = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    done += weight_of[future]
                progress(min(done / total, 1.0), stage)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
