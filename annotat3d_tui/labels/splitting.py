"""One label becomes several: where touching objects are narrow, by seeds, by a plane.

The largest piece, or that of the first seed, keeps the id; the others get new ids, above the highest that is there.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.boxes import Box, Boxes, ids_of
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.morphology import chosen_ids
from annotat3d_tui.parameters import Parameters, parameter

NARROW = 0.5
"""What a voxel costs to pass, beside 1, where an object is widest."""


@dataclass(frozen=True)
class Separate(Parameters):
    """Touching objects of one label, and its pieces, become labels: watershed of the distance to the border.

    >>> label = np.zeros((1, 7, 13), np.uint16)
    >>> label[0, 1:6, 1:6] = label[0, 1:6, 7:12] = label[0, 3, 6] = 2
    >>> separate = Separate(depth=1.0)(label)
    >>> np.unique(separate.after).tolist(), separate.size > 20
    ([3], True)
    """

    kind = "separate"
    depth: float = parameter(
        1.0, "how much wider an object must be than the neck where it is cut: larger cuts less",
        unit="voxels", minimum=0, maximum=1000,
    )  # fmt: skip
    dimensions: int = parameter(3, "2: distances within each slice; 3: in the volume", choices=(2, 3))

    def __call__(
        self,
        label: NDArray[Any],
        ids: Collection[int] | None = None,
        *,
        background: int = 0,
        kept: Collection[int] = (),
        progress: Progress = quiet,
    ) -> Correction:
        """The correction of a label volume (Z, Y, X); ids, kept and what it raises as of `Morphology`.

        Raises InvalidParameter, too, where there would be more than 65535 labels.
        """
        boxes = Boxes.of(label)
        chosen = chosen_ids(boxes, ids, background, kept)

        def parts() -> Iterator[tuple[Box, NDArray[np.uint16]]]:
            free = new_ids(boxes, kept)
            for done, one in enumerate(chosen):
                part = ids_of(label[boxes[one]])
                numbers = self._pieces(part == one)
                sizes = np.bincount(numbers.reshape(-1))
                if len(sizes) > 2:
                    _name(part, numbers, 1 + int(np.argmax(sizes[1:])), one, free)
                    yield boxes[one], part
                progress((done + 1) / len(chosen), "separate")

        return in_boxes("separate touching objects", label, parts())

    def _pieces(self, mask: NDArray[np.bool_]) -> NDArray[np.int32]:
        from annotat3d_tui.labels.basins import divide

        heights, strides = _landscape(mask, self.dimensions == 2)
        numbers = np.zeros(heights.shape, np.int32)
        inside = np.flatnonzero(heights)
        order = inside[np.argsort(-heights.reshape(-1)[inside], kind="stable")]
        divide(order, heights.reshape(-1), strides, self.depth, numbers.reshape(-1))
        return numbers[1:-1, 1:-1, 1:-1]


def split_by_seeds(
    label: NDArray[Any], id: int, where: NDArray[np.int64], seeds: NDArray[Any], *, kept: Collection[int] = ()
) -> Correction:
    """The correction that divides a label among seeds: each voxel goes to the one that is nearest by ways within it.

    A voxel at the distance d to the border costs 1 + (R/d)²/2 to pass, where R is the largest d: so a rounded object is
    divided half-way between the seeds, and touching ones at their neck, wherever in them the seeds are (`march`).
    where, seeds: (m,) flat voxels, and numbers that say which of them are of one piece; those outside the label do not
    count. The lowest number keeps the id. Pieces of the label without a seed keep it, too. Raises InvalidMarkers for
    fewer than two seeds in the label.
    """
    from annotat3d_tui.labels.marching import march

    boxes = Boxes.of(label)
    box = _own_box(boxes, id, kept)
    part = ids_of(label[box])
    zyx = [at - side.start for at, side in zip(np.unravel_index(where, label.shape), box, strict=True)]
    inside = np.all([(at >= 0) & (at < side) for at, side in zip(zyx, part.shape, strict=True)], axis=0)
    places, numbers = tuple(at[inside] for at in zyx), np.asarray(seeds)[inside]
    own = part[places] == id
    places, (names, numbers) = tuple(at[own] for at in places), np.unique(numbers[own], return_inverse=True)
    if len(names) < 2:
        raise InvalidMarkers(
            f"A split of label {id} needs two seeds in it, received {len(names)}: mark it with two labels or more."
        )
    heights, strides = _landscape(part == id, False)
    found = np.zeros(heights.shape, np.int32)
    z, y, x = (at + 1 for at in places)
    found[z, y, x] = numbers + 1
    march(np.flatnonzero(found), heights.reshape(-1), strides, NARROW, found.reshape(-1))
    _name(part, found[1:-1, 1:-1, 1:-1], 1, id, new_ids(boxes, kept))
    return in_boxes(f"split label {id} by {len(names)} seeds", label, [(box, part)])


def split_by_plane(
    label: NDArray[Any],
    id: int,
    point: tuple[float, float, float],
    normal: tuple[float, float, float],
    *,
    kept: Collection[int] = (),
) -> Correction:
    """The correction that gives what lies on the side of a plane to which its normal points a new id.

    point, normal: (z, y, x) in voxels. Raises InvalidParameter for a normal that is zero or not finite, and a plane
    that leaves all on one side.
    """
    if not np.isfinite([*point, *normal]).all() or not any(normal):
        said = " and ".join("{2:g} {1:g} {0:g}".format(*one) for one in (point, normal))
        raise InvalidParameter(
            f"A plane's voxel and normal must be finite, and the normal not zero, received {said}: correct it."
        )
    boxes = Boxes.of(label)
    box = _own_box(boxes, id, kept)
    part = ids_of(label[box])
    along = ((np.arange(side.start, side.stop) - at) * step for side, at, step in zip(box, point, normal, strict=True))
    z, y, x = along
    beyond = (z[:, None, None] + y[:, None] + x > 0) & (part == id)
    if not beyond.any() or beyond.sum() == (part == id).sum():
        raise InvalidParameter(
            f"A plane must have voxels of label {id} on both sides, received one beside it: move it."
        )
    part[beyond] = next(new_ids(boxes, kept))
    return in_boxes(f"split label {id} by a plane", label, [(box, part)])


def new_ids(boxes: Boxes, taken: Collection[int] = ()) -> Iterator[int]:
    """Ids that no voxel has, and that are not taken otherwise: above the highest, then those between.

    Raises InvalidParameter when there is none left.
    """
    highest = int(boxes.ids.max())
    others = (*range(highest + 1, HIGHEST_LABEL + 1), *range(1, highest))
    yield from (one for one in others if one not in boxes and one not in taken)
    raise InvalidParameter(f"A label volume holds at most {HIGHEST_LABEL} labels, received more pieces: cut fewer.")


def _own_box(boxes: Boxes, id: int, kept: Collection[int]) -> Box:
    if id in kept:
        raise InvalidParameter(f"Label {id} is locked or hidden and cannot be split: unlock and show it first.")
    return boxes[id]


def _landscape(mask: NDArray[np.bool_], flat: bool) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Distances (voxels) to the border of an object, in a box with a border of 0; steps of a row, a plane."""
    from annotat3d_tui.labels.distance import FAR, squares

    bordered = np.zeros([side + 2 for side in mask.shape], np.float32)
    padded = np.pad(mask, 1)
    inner = squares(padded, flat=flat or len(mask) == 1)[1:-1, 1:-1, 1:-1]
    np.sqrt(inner, out=bordered[1:-1, 1:-1, 1:-1], where=inner < FAR)
    bordered[1:-1, 1:-1, 1:-1][inner >= FAR] = 1
    return bordered, (bordered.shape[2], bordered.shape[1] * bordered.shape[2])


def _name(part: NDArray[np.uint16], numbers: NDArray[np.int32], stays: int, id: int, free: Iterator[int]) -> None:
    """Give pieces 1… but the one that stays, and what has no number, ids that are free."""
    names = np.zeros(int(numbers.max()) + 1, np.uint16)
    for number in range(1, len(names)):
        names[number] = id if number == stays else next(free)
    own = numbers > 0
    part[own] = names[numbers[own]]
