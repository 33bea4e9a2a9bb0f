"""Filter `median` of the window."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.block import Block
from annotat3d_tui.features.borders import reflected
from annotat3d_tui.features.codes import Codes
from annotat3d_tui.features.counting import COUNTED, WIDTH, counted_medians
from annotat3d_tui.features.filters import Scale, SinglePart
from annotat3d_tui.features.histograms import BINS, TILE, sliding_medians
from annotat3d_tui.features.lines import Array
from annotat3d_tui.features.networks import Pairs, needed, run, sorting


class Median(SinglePart):
    """`median` of the cube (or, in 2 dimensions, square) of side 2r + 1, with mirrored borders.

    At radius 1, and at every radius in 8-bit images, exactly `scipy.ndimage.median_filter` (int32 and float64 values
    are rounded to float32). At larger radii other images are rounded to 8-bit codes first: 223 equal steps between
    the 0.5th and the 99.5th percentile (of at most 4096 voxels spread over the image), so in this range a median is
    wrong by half a step at most, 1/446 of the range; not at all where integers span up to 223. Beyond, steps
    grow in proportion to the distance from the range.

    Source: Huang, Yang & Tang 1979 (A fast two-dimensional median filtering algorithm,
    doi:10.1109/TASSP.1979.1163188); histograms of columns: Perreault & Hébert 2007 (Median filtering in constant
    time, doi:10.1109/TIP.2007.902329), with one step more for the third dimension.

    >>> FAMILY.filters
    ('median',)
    """

    filters = ("median",)
    scaled = True

    def cost(self, wanted: tuple[str, ...], scale: Scale, dimensions: int) -> float:
        """A network, counts, or histograms that do not mind the radius."""
        return 8.0 if scale.radius == 1 else 30.0

    def evaluate(self, block: Block, wanted: tuple[str, ...], scale: Scale) -> Iterator[tuple[str, str, NDArray[Any]]]:
        """By what is fastest for the window."""
        radius = scale.radius
        target = block.scratch.array("first", block.shape)
        if radius == 1:
            _nearest(block, target)
        else:
            _coded(block, radius, target)
        yield "median", "", target


FAMILY = Median()


def _coded(block: Block, radius: int, target: NDArray[np.float32]) -> None:
    coding = Codes.of(block.source)
    codes, where = coding.window(block, radius, WIDTH)
    if (2 * radius + 1) ** block.dimensions <= COUNTED:
        work = block.scratch.array("counts", (3, WIDTH), np.uint8)
        counted_medians(codes, where, radius, coding.values, work, target)
    else:
        side = TILE + 2 * radius
        columns = block.scratch.array("columns", (side, side, BINS), np.uint8)
        sheets = block.scratch.array("sheets", (side, BINS), np.uint16)
        sliding_medians(codes, where, radius, coding.values, columns, sheets, target)


def _nearest(block: Block, target: NDArray[np.float32]) -> None:
    """The window of radius 1, by networks, on voxels of up to 16 bits as they are, else on float32."""
    planes, where = block.window(1)
    _, height, width = block.shape
    lists = 9 if block.dimensions == 3 else 3
    dtype = planes.dtype if planes.dtype.itemsize <= 2 else np.dtype(np.float32)
    lines = block.scratch.array("sorted", (lists, width + 2), dtype)
    rows = block.scratch.array("rows", (3 * lists, WIDTH), dtype)
    places = reflected(-1, height + 1, height)
    _medians(planes, where, places, SORT[lists], MERGE[lists], lines, rows, target)


def middle_of_sorted(length: int) -> Pairs:
    """Pairs that bring the median of three ascending lists to the middle; element i of list j is at 3 i + j.

    Equal ranks are sorted first. Of what then ascends both ways, element (i, j) has (i + 1)(j + 1) elements that are
    not greater and (length − i)(3 − j) that are not less, itself included: more than half either way rules it out.
    """
    most = (3 * length + 1) // 2
    pairs = [pair for i in range(length) for pair in sorting([3 * i, 3 * i + 1, 3 * i + 2])]
    left = [
        3 * i + j
        for i in range(length)
        for j in range(3)
        if (i + 1) * (j + 1) <= most and (length - i) * (3 - j) <= most
    ]
    middle = left.index(3 * length // 2)
    assert 2 * middle + 1 == len(left)
    return pairs + sorting(left)


SORT = {lists: needed(sorting(list(range(lists))), range(lists)) for lists in (3, 9)}
MERGE = {lists: needed(middle_of_sorted(lists), [3 * lists // 2]) for lists in (3, 9)}


@kernel
def _medians(
    planes: Array,
    where: Array,
    places: Array,
    sort: Array,
    merge: Array,
    lines: Array,
    rows: Array,
    target: Array,
) -> None:
    """Each column of 3 or 9 voxels is sorted once, then the three that are neighbours along x are merged."""
    count, height, width = target.shape
    lists = lines.shape[0]
    for z in range(count):
        for y in range(height):
            for k in range(lists):
                row, line = planes[where[z + k // 3], places[y + k % 3]], lines[k]
                for i in range(width):
                    line[1 + i] = row[i]
                line[0], line[width + 1] = line[1], line[width]
            run(sort, lines)
            for left in range(0, width, WIDTH):
                stop = min(left + WIDTH, width)
                for k in range(3 * lists):
                    line, lane = lines[k // 3, left + k % 3 :], rows[k]
                    for i in range(stop - left):
                        lane[i] = line[i]
                run(merge, rows)
                out, middle = target[z, y, left:stop], rows[3 * lists // 2]
                for i in range(out.size):
                    out[i] = middle[i]
