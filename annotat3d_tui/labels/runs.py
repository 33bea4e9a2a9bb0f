"""Marked voxels as runs: neighbouring voxels of one label are kept as start, length, label, and those as text."""

import base64
import binascii
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile

MANY = 1 << 16
"""Runs from which on they are packed quickly, not tightly."""
_COLUMNS = 3  # gap to the run before, length, label


def to_text(where: NDArray[np.int64], labels: NDArray[np.uint16]) -> str:
    """Voxels as one word of text: base64 of zlib of the runs as int64, bytes of equal weight side by side.

    where: (m,) rising flat indices; labels: (m,).

    >>> from_text(to_text(np.array([3, 4, 9]), np.array([2, 2, 7], np.uint16)))
    (array([3, 4, 9]), array([2, 2, 7], dtype=uint16))
    """
    return runs_text(*_runs(where, labels))


def runs_text(starts: NDArray[np.int64], lengths: NDArray[np.int64], values: NDArray[Any]) -> str:
    """Runs (n,), rising, with a label each, as the text that `to_text` makes of their voxels.

    >>> from_text(runs_text(np.array([3, 9]), np.array([2, 1]), np.array([2, 7])))
    (array([3, 4, 9]), array([2, 2, 7], dtype=uint16))
    """
    runs = np.stack([np.diff(starts, prepend=0), lengths, values], axis=1).astype("<i8")
    planes = np.ascontiguousarray(runs.view(np.uint8).reshape(-1, _COLUMNS * 8).T)
    level = 6 if len(starts) < MANY else 1
    return base64.b64encode(zlib.compress(planes.tobytes(), level)).decode()


def columns_text(*columns: NDArray[Any]) -> str:
    """Columns (n,) of whole numbers from 0, as one word of text: base64 of their widths and of zlib of their bytes.

    Each has as many bytes a number as its largest one needs; bytes of equal weight stand side by side.

    >>> [column.tolist() for column in from_columns_text(columns_text(np.array([3, 900]), np.array([2, 1])))]
    [[3, 900], [2, 1]]
    """
    widths = [(int(column.max(initial=0)).bit_length() + 7) // 8 for column in columns]
    packer = zlib.compressobj(6 if len(columns[0]) < MANY else 1)
    packed = [bytes([len(columns), *widths])]
    for column, width in zip(columns, widths, strict=True):
        weights = column.astype("<u8").view(np.uint8).reshape(-1, 8)
        packed += [packer.compress(weights[:, place].tobytes()) for place in range(width)]
    return base64.b64encode(b"".join([*packed, packer.flush()])).decode()


def from_columns_text(text: str) -> list[NDArray[np.int64]]:
    """The columns (n,) that `columns_text` wrote; raises InvalidFile when the text is not such a one."""
    try:
        packed = base64.b64decode(text, validate=True)
        widths = list(packed[1 : 1 + packed[0]])
        content = np.frombuffer(zlib.decompress(packed[1 + len(widths) :]), np.uint8)
        count = len(content) // sum(widths) if sum(widths) else 0
        weights, columns = iter(content.reshape(sum(widths), count)), []
        for width in widths:
            column = np.zeros((count, 8), np.uint8)
            for place in range(width):
                column[:, place] = next(weights)
            columns.append(column.view("<i8").reshape(-1).astype(np.int64, copy=False))
    except (binascii.Error, zlib.error, ValueError, IndexError) as error:
        raise InvalidFile(f"Runs must be base64 of zlib of columns, received other text ({error}).") from None
    return columns


def from_text(text: str) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """The voxels that `to_text` wrote; raises InvalidFile when the text is not such a one."""
    try:
        planes = np.frombuffer(zlib.decompress(base64.b64decode(text, validate=True)), np.uint8)
        runs = np.ascontiguousarray(planes.reshape(_COLUMNS * 8, -1).T).view("<i8").astype(np.int64)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise InvalidFile(f"Voxels must be base64 of zlib of runs, received other text ({error}).") from None
    starts, lengths, values = np.cumsum(runs[:, 0]), runs[:, 1], runs[:, 2]
    return spread(starts, lengths), np.repeat(values, lengths).astype(np.uint16)


def runs_of(where: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start and length of each run of neighbours among rising flat indices (m,)."""
    return _cut(where, np.diff(where) != 1)


def spread(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The flat indices (m,) of runs.

    >>> spread(np.array([3, 9]), np.array([2, 1])).tolist()
    [3, 4, 9]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    flat: NDArray[np.int64] = np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
    return flat


def _runs(
    where: NDArray[np.int64], labels: NDArray[np.uint16]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    starts, lengths = _cut(where, (np.diff(where) != 1) | (np.diff(labels) != 0))
    return starts, lengths, labels[np.cumsum(lengths) - 1].astype(np.int64)


def _cut(where: NDArray[np.int64], breaks: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if len(where) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    first = np.append(0, np.flatnonzero(breaks) + 1)
    return where[first], np.diff(first, append=len(where))
