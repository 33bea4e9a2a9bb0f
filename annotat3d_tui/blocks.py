"""Cover a volume with slabs, work on them in threads, report progress, be cancelled.

The slab grid depends on the shape alone, never on the number of threads: so does every result.
"""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

from annotat3d_tui.mapped.files import check_intact, lost

Item = TypeVar("Item")

Progress = Callable[[float, str], None]
"""Told the share done (0…1) and the stage; raises `errors.Cancelled` to stop the computation."""

POLL_SECONDS = 0.1

LEAST_FORETOLD = 0.02
"""From this share on the time left is told from the time taken."""

HERE = 0
"""No other thread: what is small, or runs in one of several threads already."""


def quiet(fraction: float, stage: str) -> None:
    """The progress of somebody who does not listen."""


def seconds_left(share: float, seconds: float, resumed_at: float = 0.0) -> float | None:
    """How long the rest takes when a share (0…1) took `seconds`; None while it is too early to tell.

    resumed_at: the share that was done before these seconds.

    >>> seconds_left(0.25, 10.0), seconds_left(0.001, 10.0), seconds_left(0.75, 10.0, resumed_at=0.5)
    (30.0, None, 10.0)
    """
    done = share - resumed_at
    return seconds * (1 - share) / done if done >= LEAST_FORETOLD * (1 - resumed_at) and done > 0 else None


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


def count_text(count: int, what: str) -> str:
    """How many of a thing, which takes an s beyond one.

    >>> count_text(1, "superpixel"), count_text(0, "empty voxel")
    ('1 superpixel', '0 empty voxels')
    """
    return f"{count} {what}{'s' * (count != 1)}"


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
    """Number of processors that this process may use; on a cluster those that Slurm has given its job."""
    given = os.environ.get("SLURM_CPUS_PER_TASK", "")
    allowed = len(os.sched_getaffinity(0))
    return min(max(int(given), 1), allowed) if given.isdecimal() else allowed


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
    """Call `work` once with each item, on `threads` threads, or on the calling one for 0 (`HERE`).

    The calling thread waits, reports the share of `weights` (1 each) that is done and may be
    cancelled by it: items not yet begun are dropped and running ones are waited for. The first
    error of an item is raised here; so is InvalidFile when a mapped file is lost meanwhile.
    """
    todo = list(items)
    shares = [1.0] * len(todo) if weights is None else [float(weight) for weight in weights]
    total, done = sum(shares), 0.0
    progress(0.0, stage)
    if threads == HERE:
        for item, share in zip(todo, shares, strict=True):
            work(item)
            done += share
            progress(min(done / total, 1.0), stage)
        return
    ended: list[tuple[float, Future[object]]] = []
    over = threading.Event()
    known = lost()

    def note(share: float, future: Future[object]) -> None:
        ended.append((share, future))
        if len(ended) == len(todo) or future.cancelled() or future.exception():
            over.set()

    with ThreadPoolExecutor(threads, initializer=_work_politely) as pool:
        for item, share in zip(todo, shares, strict=True):
            pool.submit(work, item).add_done_callback(partial(note, share))
        seen = 0
        try:
            while seen < len(todo):  # each item tells when it has ended: asking them all would hold up a screen
                over.wait(POLL_SECONDS)
                fresh = ended[seen:]
                seen += len(fresh)
                for share, future in fresh:
                    future.result()
                    done += share
                check_intact(known)
                progress(min(done / total, 1.0), stage)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
