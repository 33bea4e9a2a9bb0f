"""How far apart the surfaces of a label are in two volumes, in the unit of the voxel size.

The surface of a label are its voxels that share a side with a voxel of another id; what ends at the border of the
volume, or at voxels that are not compared, has no surface there. From each surface voxel of either volume the distance
to the nearest one of the other is taken: their mean, and of both directions the larger 95th percentile.
Source: Y. Taha, A. Hanbury, Metrics for evaluating 3D medical image segmentation, BMC Medical Imaging 15, 2015
(doi:10.1186/s12880-015-0068-x).
"""

from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.compiled import kernel
from annotat3d_tui.labels.boxes import Boxes, ids_of
from annotat3d_tui.labels.distance import squares
from annotat3d_tui.labels.overlap import check_pair, compared_in

PERCENT = 95


@dataclass(frozen=True)
class SurfaceDistance:
    """Of one label: mean over both surfaces, and 95 % Hausdorff distance; infinite where one volume has no surface."""

    mean: float
    hausdorff_95: float

    def to_dict(self) -> dict[str, float | None]:
        """As JSON has it: None for what is infinite."""
        return {
            "mean": self.mean if isfinite(self.mean) else None,
            "hausdorff_95": self.hausdorff_95 if isfinite(self.hausdorff_95) else None,
        }


def surface_distances(
    labels: NDArray[Any],
    truth: NDArray[Any],
    *,
    ignore: NDArray[Any] | None = None,
    zero_counts: bool = False,
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    progress: Progress = quiet,
) -> dict[int, SurfaceDistance]:
    """Distance of the surfaces of each label above 0 that either volume (Z, Y, X) has a surface of.

    ignore, zero_counts: as of `Overlap.of`. voxel_size: along z, y, x. Only the box around a label in both volumes is
    in memory, of which a voxel takes 15 bytes. Raises as `Overlap.of`, but for volumes without anything to compare.

    >>> one, other = np.zeros((1, 1, 9), np.uint8), np.zeros((1, 1, 9), np.uint8)
    >>> one[..., 2:], other[..., 4:] = 1, 1
    >>> surface_distances(one, other, zero_counts=True, voxel_size=(1, 1, 0.5))
    {1: SurfaceDistance(mean=1.0, hausdorff_95=1.0)}
    """
    check_pair(labels, truth, ignore)
    both = Boxes.of(labels), Boxes.of(truth)
    found = {}
    ids = sorted({*both[0].labels, *both[1].labels})
    for done, one in enumerate(ids):
        present = [boxes.table[one] for boxes in both if one in boxes]
        first, last = (np.array([row[part] for row in present]) for part in (slice(0, 3), slice(3, 6)))
        low, high = np.maximum(first.min(0) - 1, 0), np.minimum(last.max(0) + 1, labels.shape)
        box = tuple(slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
        right = ids_of(truth[box])
        compared = compared_in(right, None if ignore is None else ignore[box], zero_counts)
        distance = _distance(_surface(ids_of(labels[box]), compared, one), _surface(right, compared, one), voxel_size)
        if distance is not None:
            found[one] = distance
        progress((done + 1) / len(ids), "surfaces")
    return found


def _distance(
    given: NDArray[np.uint8], truth: NDArray[np.uint8], voxel_size: tuple[float, float, float]
) -> SurfaceDistance | None:
    """Of two masks (Z, Y, X) that are 0 on the surfaces; None where there is none at all."""
    on_given, on_truth = given == 0, truth == 0
    if not (on_given.any() and on_truth.any()):
        return SurfaceDistance(inf, inf) if on_given.any() or on_truth.any() else None
    forth = np.sqrt(squares(truth, voxel_size)[on_given].astype(np.float64))
    back = np.sqrt(squares(given, voxel_size)[on_truth].astype(np.float64))
    mean = float((forth.sum() + back.sum()) / (len(forth) + len(back)))
    return SurfaceDistance(mean, float(max(np.percentile(one, PERCENT) for one in (forth, back))))


def _surface(ids: NDArray[np.uint16], compared: NDArray[np.bool_], id: int) -> NDArray[np.uint8]:
    mask = np.empty(ids.shape, np.uint8)
    _mark_surface(ids, compared, id, mask)
    return mask


@kernel
def _mark_surface(ids: NDArray[np.uint16], compared: NDArray[np.bool_], id: int, mask: NDArray[np.uint8]) -> None:
    """Write 0 on the surface of a label and 1 elsewhere."""
    depth, height, width = ids.shape
    for z in range(depth):
        for y in range(height):
            row, target = ids[z, y], mask[z, y]
            for x in range(width):
                target[x] = 1
                if row[x] != id or not compared[z, y, x]:
                    continue
                for axis in range(3):
                    for way in (-1, 1):
                        p, q, r = z + way * (axis == 0), y + way * (axis == 1), x + way * (axis == 2)
                        inside = 0 <= p < depth and 0 <= q < height and 0 <= r < width
                        if inside and compared[p, q, r] and ids[p, q, r] != id:
                            target[x] = 0
