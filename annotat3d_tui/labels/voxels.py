"""Marked voxels one by one, as text: what was not drawn by a stroke, such as an imported mask.

    voxels 2 z=40 y=12 10-14 17 y=13 9-15      label 2, in row y=12 of slice z=40 from x=10 to 14 and at x=17, …
    erase voxels z=40 y=12 10-14               takes marks away

z= and y= hold until the next ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.colours import check_label
from annotat3d_tui.labels.places import COORDINATE_MAX
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.runs import runs_of, spread

TOOL = "voxels"
_WORD = re.compile(r"([zy])=(\d{1,9})|(\d{1,9})(?:-(\d{1,9}))?")


@dataclass(frozen=True)
class Voxels:
    """Runs along x, each (z, y, first x, last x), of a label 1…65535, or 0 to erase; raises InvalidParameter."""

    label: int
    runs: tuple[tuple[int, int, int, int], ...]

    def __post_init__(self) -> None:
        if self.label != 0:
            check_label(self.label)
        if not self.runs:
            raise InvalidParameter("Voxels must be at least one, received none: add some, such as z=40 y=12 10-14.")
        for run in self.runs:
            if min(run) < 0 or max(run) > COORDINATE_MAX or run[2] > run[3]:
                raise InvalidParameter(
                    f"A run of voxels must go from one x to a higher one, all from 0, received {run}: correct it."
                )

    @classmethod
    def of(cls, where: NDArray[np.int64], label: int, shape: Shape) -> Self:
        """Voxels `where` (m,) (flat indices, rising) of a volume of `shape` (Z, Y, X)."""
        columns = shape[2]
        starts, lengths = runs_of(where + where // columns)  # a gap after each row, which no run crosses
        place, first = np.divmod(starts, columns + 1)
        z, y = np.divmod(place, shape[1])
        runs = np.stack([z, y, first, first + lengths - 1], axis=1)
        return cls(label, tuple((int(z), int(y), int(a), int(b)) for z, y, a, b in runs))

    @property
    def size(self) -> int:
        """How many voxels the runs hold."""
        return sum(last - first + 1 for _, _, first, last in self.runs)

    def __str__(self) -> str:
        words = [TOOL, str(self.label)] if self.label else ["erase", TOOL]
        return " ".join([*words, *self._words()])

    def _words(self) -> Iterator[str]:
        z_now = y_now = -1
        for z, y, first, last in self.runs:
            if z != z_now:
                yield f"z={z}"
            if (z, y) != (z_now, y_now):
                yield f"y={y}"
            z_now, y_now = z, y
            yield f"{first}-{last}" if last > first else str(first)

    def voxels(self, shape: Shape) -> NDArray[np.int64]:
        """Flat indices (m,), rising; raises InvalidMarkers for those outside a volume of `shape` (Z, Y, X)."""
        z, y, first, last = np.array(self.runs, np.int64).T
        if z.max() >= shape[0] or y.max() >= shape[1] or last.max() >= shape[2]:
            raise InvalidMarkers(
                f"Voxels must lie in the image of {size_text(shape)} voxels, received some up to x {last.max()}, "
                f"y {y.max()}, z {z.max()}: give those of this image."
            )
        return np.unique(spread((z * shape[1] + y) * shape[2] + first, last - first + 1))


def read_runs(words: list[str]) -> tuple[tuple[int, int, int, int], ...]:
    """The runs that words such as `z=40 y=12 10-14` name; raises InvalidMarkers."""
    now: dict[str, int] = {}
    runs = []
    for word in words:
        found = _WORD.fullmatch(word)
        if found is None:
            raise InvalidMarkers(
                f"{word!r} must be z=, y=, or a range of x such as 10-14, of whole numbers from 0: correct the word."
            )
        if found[1]:
            now[found[1]] = int(found[2])
        elif len(now) < 2:
            raise InvalidMarkers(f"Voxels must have z= and y= before {word!r}: say in which row they lie.")
        else:
            runs.append((now["z"], now["y"], int(found[3]), int(found[4] or found[3])))
    return tuple(runs)
