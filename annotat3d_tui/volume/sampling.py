"""A look at a few planes of a file, however large: the range of their values, and how long reading all would take."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.volume.finite import ValueRange, range_of_blocks
from annotat3d_tui.volume.source import Source

MOST_BYTES = 1 << 27
PIECES = 8
WRITTEN_A_SECOND = 5e8
"""Bytes that a disk takes, beside what reading takes."""


@dataclass(frozen=True)
class Sample:
    """The range of the planes that were looked at, and their share of all (1: the range is exact).

    seconds: about what converting the whole volume takes, None where it is mapped.
    """

    values: ValueRange
    share: float
    seconds: float | None

    @property
    def is_exact(self) -> bool:
        """Whether every voxel was looked at."""
        return self.share >= 1.0


def sampled(source: Source, most_bytes: int = MOST_BYTES) -> Sample | None:
    """Look at planes all over a volume, about so many bytes of them; all, where it has no more.

    None where not even one plane comes without reading more than eight times as much. Raises what reading raises.
    """
    depth, plane = source.shape[0], source.voxel_bytes // source.shape[0]
    rows = source.chunks[0] if source.chunks and source.mapping is None else 1
    if source.voxel_bytes > most_bytes and rows * plane > 8 * most_bytes:
        return None
    began, looked = time.perf_counter(), 0

    def blocks() -> Iterator[NDArray[Any]]:
        nonlocal looked
        for start, stop in _pieces(depth, plane, rows, most_bytes, source):
            for block in source.blocks(start, stop):
                looked += len(block)
                yield block

    values = range_of_blocks(blocks())
    seconds = None
    if source.why_read:
        seconds = (time.perf_counter() - began) * depth / looked + source.voxel_bytes / WRITTEN_A_SECOND
    return Sample(values, looked / depth, seconds)


def _pieces(depth: int, plane: int, rows: int, most_bytes: int, source: Source) -> list[tuple[int, int]]:
    """Planes from and to which is read: of all the volume, or from its beginning where that is the only way."""
    wanted = max(most_bytes // plane, 1)
    if depth <= wanted:
        return [(0, depth)]
    if source.is_stream:
        return [(0, wanted)]
    if source.mapping is not None:
        chosen = np.unique(np.linspace(0, depth - 1, wanted).astype(int))
        return [(int(one), int(one) + 1) for one in chosen]
    steps = ceil(depth / rows)
    pieces = min(max(wanted // rows, 1), PIECES, steps)
    length = max(wanted // pieces // rows, 1) * rows
    starts = [round(one * (steps - 1) / max(pieces - 1, 1)) * rows for one in range(pieces)]
    starts = [min(start, max(ceil((depth - length) / rows), 0) * rows) for start in starts]
    return [(start, min(start + length, depth)) for start in sorted(set(starts))]
