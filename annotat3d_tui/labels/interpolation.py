"""Labels between annotated slices: shapes change into one another, by signed distances to their borders.

After G. Herman, J. Zheng, C. Bucholtz, Shape-based interpolation, IEEE Computer Graphics and Applications 12, 1992
(doi:10.1109/38.135915): the distance to the border, positive inside, is interpolated, here by a cubic through the
slices on both sides (Catmull-Rom), each moved so that the middles of the object come to lie on the way between them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.boxes import Boxes, ids_of
from annotat3d_tui.labels.boxes import whole as whole_box
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.morphology import check_background, chosen_ids
from annotat3d_tui.parameters import Parameters, parameter

AXES = ("z", "y", "x")
METHODS = ("smooth", "linear")
HALF, SHORTEST, LONGEST = 0.5, 0.2, 0.95
"""Where an object ends behind its last slice, as a share of the gap: where nothing is known, and at least and most."""


@dataclass(frozen=True)
class Interpolate(Parameters):
    """Labels go on through the slices between those in which they are annotated, where there is background.

    >>> label = np.zeros((5, 7, 7), np.uint16)
    >>> label[0, 3, 3], label[4, 1:6, 1:6] = 2, 2
    >>> Interpolate()(label).size > 9
    True
    """

    kind = "interpolate"
    axis: str = parameter("z", "the axis along which slices follow one another", choices=AXES)
    method: str = parameter("smooth", "a cubic through four slices, or straight between two", choices=METHODS)

    def __call__(
        self,
        label: NDArray[Any],
        ids: Collection[int] | None = None,
        *,
        slices: Sequence[int] | None = None,
        background: int = 0,
        kept: Collection[int] = (),
        progress: Progress = quiet,
    ) -> Correction:
        """The correction of a label volume (Z, Y, X); ids, kept and what it raises as of `Morphology`.

        slices: those that are annotated; an object that is in one of two and not in the other ends between them. Left
        out, the slices of each label are those that hold it. Raises InvalidParameter for fewer than two slices, and
        where labels are named of which none is in two.
        """
        boxes = Boxes.of(label)
        chosen = chosen_ids(boxes, ids, background, kept)
        check_background(background, kept)
        axis = AXES.index(self.axis)
        turned = np.moveaxis(label, axis, 0)
        known = None if slices is None else sorted(set(slices))
        if known is not None and (len(known) < 2 or known[0] < 0 or known[-1] >= len(turned)):
            raise InvalidParameter(
                f"Two annotated slices or more must be given along {self.axis}, from 0 to {len(turned) - 1}, received "
                f"{len(known)}: annotate another one."
            )
        whole = ids_of(label)
        after = np.moveaxis(whole, axis, 0)
        best = np.zeros(turned.shape, np.float32)
        between = 0
        for done, one in enumerate(chosen):
            sides = [boxes[one][axis], *(side for other, side in enumerate(boxes[one]) if other != axis)]
            part = (slice(None), *_widened(sides[1:], turned.shape[1:]))
            own = known or _slices_of(turned, one, sides)
            if len(own) > 1:
                self._fill(turned[part], own, one, background, after[part], best[part])
            between += len(own) > 1
            progress((done + 1) / len(chosen), "interpolate")
        if ids is not None and chosen and not between:
            raise InvalidParameter(
                f"Label {chosen[0]} must be in two slices or more along {self.axis}, received one: draw it in another "
                "slice."
            )
        return in_boxes(f"interpolate along {self.axis}", label, [(whole_box(label.shape), whole)])

    def _fill(
        self,
        turned: NDArray[Any],
        known: list[int],
        id: int,
        background: int,
        after: NDArray[np.uint16],
        best: NDArray[np.float32],
    ) -> None:
        """Write one label where it is deeper inside than others, between all pairs of slices of which one has it."""
        shapes = [turned[z] == id for z in known]
        present = [bool(shape.any()) for shape in shapes]
        for i, (low, high) in enumerate(pairwise(known)):
            if high - low < 2 or not (present[i] or present[i + 1]):
                continue
            four = [max(i - 1, 0), i, i + 1, min(i + 2, len(known) - 1)]
            rows, columns = _window([shapes[k] for k in four])
            cut, there = [shapes[k][rows, columns] for k in four], [present[k] for k in four]
            fields, middles = [_signed(shape) for shape in cut], [_middle(shape) for shape in cut]
            end = self._end(known, shapes, i) if there[1] != there[2] else 0.0
            for z in range(low + 1, high):
                share = (z - low) / (high - low)
                if there[1] != there[2]:
                    one = 1 if there[1] else 2
                    field = self._cap(fields[one], (share if there[1] else 1.0 - share) / end)
                else:
                    weights = self._weights(share, [known[k] for k in four], there)
                    target = _mixed(middles, weights)
                    field = np.zeros(cut[0].shape, np.float32)
                    for weight, one_field, middle in zip(weights, fields, middles, strict=True):
                        if weight:
                            field += np.float32(weight) * _moved(one_field, middle, target)
                deepest = best[z, rows, columns]
                won = (field > 0) & (field > deepest) & (turned[z, rows, columns] == background)
                after[z, rows, columns][won] = id
                deepest[won] = field[won]

    def _end(self, known: list[int], shapes: list[NDArray[np.bool_]], i: int) -> float:
        """How far an object goes beyond its last slice, as a share of the gap behind it.

        Where there are two slices before it, the areas of the three go on as those of an ellipsoid; else half-way.
        """
        way = -1 if shapes[i].any() else 1
        last = i if way < 0 else i + 1
        before = [last, last + way, last + 2 * way]
        if self.method == "linear" or min(before) < 0 or max(before) >= len(known):
            return HALF
        areas = [float(np.count_nonzero(shapes[k])) for k in before]
        if not all(areas):
            return HALF
        gap = known[i + 1] - known[i]
        steps = [abs(known[k] - known[last]) / gap for k in before]
        bend, slope, level = np.polyfit([-step for step in steps], areas, 2)
        if bend >= 0:
            return HALF
        root = (-slope - np.sqrt(slope * slope - 4 * bend * level)) / (2 * bend)
        return float(np.clip(root, SHORTEST, LONGEST))

    def _cap(self, field: NDArray[np.float32], share: float) -> NDArray[np.float32]:
        """The last slice of an object, a share of the way to its end: round, or a cone."""
        left = np.sqrt(max(1.0 - share * share, 0.0)) if self.method == "smooth" else max(1.0 - share, 0.0)
        return field - np.float32(float(field.max()) * (1.0 - left)) if share < 1 else np.full_like(field, -1)

    def _weights(self, share: float, places: list[int], there: list[bool]) -> list[float]:
        """Of four slices, for a place a share of the way from the second to the third."""
        if self.method == "linear" or not all(there):
            return [0.0, 1.0 - share, share, 0.0]
        width = places[2] - places[1]
        before, behind = places[2] - places[0], places[3] - places[1]
        start, end = _hermite(share)
        slope, other = share * (1 - share) ** 2, share**2 * (share - 1)
        return [
            -slope * width / before,
            start - other * width / behind,
            end + slope * width / before,
            other * width / behind,
        ]


def _hermite(share: float) -> tuple[float, float]:
    end = share * share * (3 - 2 * share)
    return 1 - end, end


def _slices_of(turned: NDArray[Any], id: int, sides: Sequence[slice]) -> list[int]:
    """The slices that hold a label, which lies in a box."""
    first, rows, columns = sides
    return [z for z in range(first.start, first.stop) if (turned[z, rows, columns] == id).any()]


def _widened(sides: Sequence[slice], lengths: Sequence[int]) -> tuple[slice, slice]:
    """Rows and columns of a box, and a margin of half of that, as far as the slice goes."""
    rows, columns = (
        slice(max(one.start - _margin(one), 0), min(one.stop + _margin(one), length))
        for one, length in zip(sides, lengths, strict=True)
    )
    return rows, columns


def _margin(side: slice) -> int:
    return 2 + int(side.stop - side.start - 1) // 4


def _window(shapes: list[NDArray[np.bool_]]) -> tuple[slice, slice]:
    """The rows and columns of any of the shapes, and a margin of half of that, as far as the slice goes."""
    union = np.any(shapes, axis=0)
    found = [np.flatnonzero(union.any(axis=axis)) for axis in (1, 0)]
    return _widened([slice(int(places[0]), int(places[-1]) + 1) for places in found], union.shape)


def _signed(shape: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distances to the border, in voxels: above 0 inside, below 0 outside."""
    from annotat3d_tui.labels.distance import squares

    limit = float(sum(shape.shape)) ** 2
    inside, outside = (np.sqrt(np.minimum(squares(one[None], flat=True)[0], limit)) for one in (shape, ~shape))
    signed: NDArray[np.float32] = np.where(shape, inside - 0.5, 0.5 - outside).astype(np.float32)
    return signed


def _middle(shape: NDArray[np.bool_]) -> NDArray[np.float64]:
    found = np.argwhere(shape)
    return found.mean(0) if len(found) else np.full(2, np.nan)


def _mixed(middles: list[NDArray[np.float64]], weights: list[float]) -> NDArray[np.float64]:
    """Where the middle of the object is to lie."""
    target = np.zeros(2)
    for weight, middle in zip(weights, middles, strict=True):
        if weight:
            target += weight * middle
    return target


def _moved(field: NDArray[np.float32], middle: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float32]:
    """A field moved so that the middle comes to lie on the target; what comes in is as what is beside it."""
    from scipy.ndimage import shift

    if not np.isfinite(middle).all() or np.abs(target - middle).max() < 1e-6:
        return field
    moved: NDArray[np.float32] = shift(field, target - middle, order=1, mode="nearest")
    return moved
