"""A change of markers as data: which voxels, what they were, what they become."""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.runs import runs_of, spread

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Edit:
    """Voxels with label and stroke id before and after; applying and then reverting it changes nothing.

    The voxels are kept as runs, and ids that are all alike as one number, so that a history of thousands is small.
    """

    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    labels_before: NDArray[np.uint16]
    labels_after: NDArray[np.uint16]
    strokes_before: NDArray[np.uint32]
    strokes_after: NDArray[np.uint32]

    @classmethod
    def of(
        cls,
        where: NDArray[np.int64],
        labels_before: NDArray[np.uint16],
        labels_after: NDArray[np.uint16],
        strokes_before: NDArray[np.uint32],
        strokes_after: NDArray[np.uint32],
    ) -> Self:
        """The edit of voxels `where` (m,), rising; the others are (m,)."""
        return cls(
            *runs_of(where),
            _compact(labels_before),
            _compact(labels_after),
            _compact(strokes_before),
            _compact(strokes_after),
        )

    @property
    def where(self) -> NDArray[np.int64]:
        """Flat indices (m,) of the voxels, rising."""
        return spread(self.starts, self.lengths)

    @property
    def size(self) -> int:
        """Number of voxels; 0 when nothing would change."""
        return len(self.labels_after)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Edit):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in self.__dataclass_fields__)

    __hash__ = None  # type: ignore[assignment]


def _compact(numbers: NDArray[Number]) -> NDArray[Number]:
    """The same numbers, read-only; where they are all alike they take the memory of one."""
    if len(numbers) and (numbers == numbers[0]).all():
        return np.broadcast_to(numbers[0].copy(), numbers.shape)
    kept = numbers.copy()
    kept.flags.writeable = False
    return kept
