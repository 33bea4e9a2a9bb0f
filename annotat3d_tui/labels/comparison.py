"""All that is told of two label volumes: agreement of each label, distance of its surfaces, how they cut space.

>>> one, other = np.ones((1, 4, 9), np.uint8), np.ones((1, 4, 9), np.uint8)
>>> one[..., 4:], other[..., 6:] = 2, 2
>>> print(*compare_volumes(one, other, voxel_size=(1, 1, 0.5), unit="um").lines(), sep="\\n")
label   Dice    IoU  voxels    mean um    95 % um
1      0.800  0.667      24          1          1
2      0.750  0.600      12          1          1
mean   0.775  0.633      36          1          1
accuracy 0.778 of 36 voxels
adapted Rand error 0.3436 (precision 0.690, recall 0.626)
variation of information 1.152 (split 0.612 + merge 0.539 bits)
"""

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.labels.compare import MOST_LABELS, Agreement, agreement

if TYPE_CHECKING:
    from annotat3d_tui.labels.boundaries import SurfaceDistance
    from annotat3d_tui.labels.partitions import Partition


@dataclass(frozen=True)
class Comparison:
    """agreement: None for more than 4095 labels, which are objects. distances: in `unit`, None where not asked for."""

    agreement: Agreement | None
    partition: "Partition"
    distances: "dict[int, SurfaceDistance] | None"
    unit: str

    def lines(self) -> list[str]:
        """As people read it."""
        if self.agreement is None:
            table = [f"more than {MOST_LABELS - 1} labels: Dice and IoU of each are left out"]
        else:
            table = self.agreement.lines()
            ends = self._distance_columns(self.agreement)
            table = [line + end for line, end in zip(table, [*ends, *[""] * (len(table) - len(ends))], strict=True)]
        return [*table, *self.partition.lines()]

    def summary(self) -> list[str]:
        """The few numbers that say most; the mean Dice is that of labels above 0."""
        known = self.agreement
        dice = [one for label, one in zip(known.labels, known.dice, strict=True) if label] if known else []
        first = [f"mean Dice {sum(dice) / len(dice):.3f}"] if dice else []
        first += [f"accuracy {known.accuracy:.3f}"] if known else []
        information = self.partition.split + self.partition.merge
        return [*first, f"Rand error {self.partition.rand_error:.3f}", f"variation of information {information:.3f}"]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        distances = self.distances or {}
        return {
            **(self.agreement.to_dict() if self.agreement else {}),
            **self.partition.to_dict(),
            "unit": self.unit,
            "surface_distances": {str(label): one.to_dict() for label, one in distances.items()},
        }

    def _distance_columns(self, known: Agreement) -> list[str]:
        """Of the head, of each label, and of the mean over those that have a distance."""
        if self.distances is None:
            return []
        found = [(one.mean, one.hausdorff_95) if (one := self.distances.get(label)) else None for label in known.labels]
        finite = [one for one in found if one and isfinite(one[0])]
        middle = (sum(one[0] for one in finite) / len(finite), sum(one[1] for one in finite) / len(finite)) \
            if finite else None  # fmt: skip
        head = f"  {f'mean {self.unit}':>9}  {f'95 % {self.unit}':>9}"
        return [head, *(self._distance(one) for one in (*found, middle))]

    @staticmethod
    def _distance(one: tuple[float, float] | None) -> str:
        said = [f"{value:.4g}" if isfinite(value) else "∞" for value in one] if one else ["–", "–"]
        return "".join(f"  {text:>9}" for text in said)


def compare_volumes(
    labels: NDArray[Any],
    truth: NDArray[Any],
    *,
    ignore: NDArray[Any] | None = None,
    zero_counts: bool = False,
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    unit: str = "voxel",
    surfaces: bool = True,
    progress: Progress = quiet,
) -> Comparison:
    """Compare a label volume with the truth, both (Z, Y, X) of label ids; what is left out and raised as `Overlap.of`.

    voxel_size: along z, y, x in `unit`, for distances of `surfaces`, which may be left out.
    """
    from annotat3d_tui.labels.boundaries import surface_distances
    from annotat3d_tui.labels.overlap import Overlap
    from annotat3d_tui.labels.partitions import Partition

    end = 0.3 if surfaces else 1.0
    pairs = Overlap.of(labels, truth, ignore=ignore, zero_counts=zero_counts, progress=part(progress, 0.0, end))
    few = len(np.union1d(pairs.labels, [0])) <= MOST_LABELS
    distances = None
    if surfaces:
        distances = surface_distances(
            labels, truth, ignore=ignore, zero_counts=zero_counts, voxel_size=voxel_size,
            progress=part(progress, end, 1.0),
        )  # fmt: skip
    return Comparison(
        agreement(pairs, zero_counts=zero_counts) if few else None, Partition.of(pairs), distances, unit
    )  # fmt: skip
