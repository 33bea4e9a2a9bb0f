"""Scratch arrays that threads reuse: fresh ones for every block would cost more than the kernels."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Scratch = TypeVar("Scratch")


def lent(work: Callable[[Item, Scratch], object], make: Callable[[], Scratch]) -> Callable[[Item], None]:
    """`work(item, scratch)` as a function of the item alone, for `in_threads`.

    As many scratches are made as items are ever worked on at the same time; each is handed on from item to item.
    """
    free: SimpleQueue[Scratch] = SimpleQueue()

    def work_with_lent_scratch(item: Item) -> None:
        try:
            scratch = free.get_nowait()
        except Empty:
            scratch = make()
        try:
            work(item, scratch)
        finally:
            free.put(scratch)

    return work_with_lent_scratch
