"""Which pixels of a plane a disk covers while it moves along straight lines, and which lie in a polygon: all in whole
numbers, without gaps."""

from collections.abc import Iterator
from math import isqrt

import numpy as np
from numpy.typing import NDArray

SPANS_AT_ONCE = 1 << 20


def swept_ball(
    points: NDArray[np.int64], shape: tuple[int, int], radius: int, depth: int, ball: bool
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Slice offset and covered pixels, flat and rising, of each slice that a disk or ball along `points` reaches.

    points: (n, 2) of (h, v); shape: (rows, columns) of the plane. A disk is repeated on ± depth slices. A ball holds
    dh² + dv² ≤ radius² (1 - k² / depth²) at slice offset k, with depth = radius where depth is 0.
    """
    centres = centre_line(points, shape, radius)
    reach = (depth or radius) if ball else depth
    if ball and reach:
        squared = [radius**2 * (reach**2 - offset**2) // reach**2 for offset in range(reach + 1)]
        pixels = [swept_disk(centres, shape, one) for one in squared]
    else:
        pixels = [swept_disk(centres, shape, radius**2)] * (reach + 1)
    for offset in range(-reach, reach + 1):
        yield offset, pixels[abs(offset)]


def centre_line(points: NDArray[np.int64], shape: tuple[int, int], margin: int) -> NDArray[np.int64]:
    """Pixels (m, 2) of (h, v) of the straight lines between `points` (n, 2), each line as Bresenham draws it.

    Only pixels within `margin` of a plane of `shape` (rows, columns) are made, however long the lines are.
    """
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)
    begin, step = points[:-1], np.diff(points, axis=0)
    length = np.maximum(np.abs(step).max(axis=1), 1)
    first, last = _steps_inside(begin, step, length, np.array([shape[1], shape[0]]), margin)
    counts = np.maximum(last - first + 1, 0)
    segment = np.repeat(np.arange(len(step)), counts)
    ends = np.cumsum(counts)
    index = np.arange(len(segment)) - (ends - counts)[segment] + first[segment]
    # rounding half up of begin + step · index / length, without leaving the whole numbers
    twice = 2 * length[segment, None]
    line: NDArray[np.int64] = begin[segment] + (2 * step[segment] * index[:, None] + length[segment, None]) // twice
    inside = ((line >= -margin) & (line < np.array([shape[1], shape[0]]) + margin)).all(axis=1)
    kept: NDArray[np.int64] = line[inside]
    return kept


def _steps_inside(
    begin: NDArray[np.int64], step: NDArray[np.int64], length: NDArray[np.int64], size: NDArray[np.int64], margin: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last step (inclusive) of each line for which its longer direction is near the plane."""
    row = np.arange(len(step))
    major = np.abs(step).argmax(axis=1)
    start, way = begin[row, major], step[row, major]
    low, high = -margin - start, size[major] + margin - 1 - start
    first = np.where(way >= 0, low, -high)
    last = np.where(way >= 0, high, -low)
    standing = way == 0  # a point, which is one step long
    near = (low <= 0) & (high >= 0)
    first = np.where(standing, np.where(near, 0, 1), np.maximum(first, 0))
    return first, np.where(standing, 0, np.minimum(last, length))


def swept_disk(centres: NDArray[np.int64], shape: tuple[int, int], squared_radius: int) -> NDArray[np.int64]:
    """Flat indices, rising, of pixels of a plane (rows, columns) in a disk around one of `centres` (m, 2) of (h, v).

    Each row of a disk is one span; begins and ends of all spans are counted and summed along the rows.
    """
    if len(centres) == 0:
        return np.empty(0, np.int64)
    radius = isqrt(squared_radius)
    left, top = np.maximum(centres.min(axis=0) - radius, 0).tolist()
    right, bottom = np.minimum(centres.max(axis=0) + radius + 1, (shape[1], shape[0])).tolist()
    if bottom <= top or right <= left:
        return np.empty(0, np.int64)
    width = right - left + 1  # one column more, for the ends
    row, start, stop = _row_runs(centres)
    spans = np.zeros((bottom - top) * width, np.int64)
    downs = np.arange(-radius, radius + 1)
    halves = np.array([isqrt(squared_radius - down**2) for down in range(-radius, radius + 1)])
    for part in np.array_split(np.arange(len(downs)), -(-len(downs) * len(row) // SPANS_AT_ONCE)):
        rows = row + downs[part, None] - top
        inside = (rows >= 0) & (rows < bottom - top)
        begins = rows * width + np.clip(start - halves[part, None] - left, 0, width - 1)
        ends = rows * width + np.clip(stop + halves[part, None] - left, 0, width - 1)
        spans += np.bincount(begins[inside], minlength=spans.size)
        spans -= np.bincount(ends[inside], minlength=spans.size)
    covered = np.flatnonzero(np.cumsum(spans) > 0)  # every row ends at 0, so rows may be summed as one
    rows, columns = np.divmod(covered, width)
    flat: NDArray[np.int64] = (rows + top) * shape[1] + columns + left
    return flat


def filled_polygon(points: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.int64]:
    """Flat indices, rising, of pixels of a plane (rows, columns) inside a closed polygon of (n, 2) of (h, v), or on it.

    Inside is what a ray to the left leaves an odd number of times; the outline is that of `centre_line`.
    """
    closed = np.concatenate([points, points[:1]])
    outline = swept_disk(centre_line(closed, shape, 0), shape, 0)
    left, top = np.maximum(points.min(axis=0), 0).tolist()
    right, bottom = np.minimum(points.max(axis=0) + 1, (shape[1], shape[0])).tolist()
    if bottom <= top or right <= left:
        return outline
    width = right - left + 1  # one column more, for edges on the right of the plane
    row, column = _crossings(closed, top, bottom)
    ends = np.bincount((row - top) * width + np.clip(column, left, right) - left, minlength=(bottom - top) * width)
    inside = np.flatnonzero(np.cumsum(ends) & 1)  # each row is left as often as entered, so rows may be summed as one
    rows, columns = np.divmod(inside, width)
    flat: NDArray[np.int64] = np.union1d(outline, (rows + top) * shape[1] + columns + left)
    return flat


def _crossings(closed: NDArray[np.int64], top: int, bottom: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows from `top` to `bottom` (exclusive) that edges of a closed line cross, and the first pixel right of each."""
    begin, end = closed[:-1], closed[1:]
    turned = begin[:, 1] > end[:, 1]
    upper, lower = np.where(turned[:, None], end, begin), np.where(turned[:, None], begin, end)
    first, last = np.maximum(upper[:, 1], top), np.minimum(lower[:, 1], bottom)  # a corner is of the edge below it
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    across, down = (lower - upper)[edge].T
    return row, upper[edge, 0] + (row - upper[edge, 1]) * across // np.maximum(down, 1) + 1


def _row_runs(centres: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row, first column and column after the last of each run of neighbouring `centres` (m, 2) in a row."""
    lowest = centres.min(axis=0)
    columns = int(np.ptp(centres[:, 0])) + 2  # a gap of at least one keeps rows apart
    flat = np.sort((centres[:, 1] - lowest[1]) * columns + centres[:, 0] - lowest[0])
    breaks = np.flatnonzero(np.diff(flat) > 1)
    first, last = flat[np.append(0, breaks + 1)], flat[np.append(breaks, len(flat) - 1)]
    row, start = np.divmod(first, columns)
    return row + lowest[1], start + lowest[0], start + lowest[0] + last - first + 1
