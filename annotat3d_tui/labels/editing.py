"""Label editing on a screen: marks correct a label volume again and again, each time only where they are new.

>>> from annotat3d_tui.labels.resume import Resume
>>> label, image = np.ones((1, 5, 5), np.uint8), np.zeros((1, 5, 5), np.uint8)
>>> editing = Editing()
>>> first = editing.change(Resume(), label, image, np.array([12]), np.array([2]), frozenset(), ())
>>> first.put(label)
>>> editing.took(("resume",))
>>> editing.change(Resume(), label, image, np.array([12]), np.array([2]), frozenset(), ("resume",)).size
0
"""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.resume import Resume

if TYPE_CHECKING:
    from annotat3d_tui.labels.resuming import Resuming

Past = tuple[Hashable, ...]
Marks = tuple[NDArray[np.int64], NDArray[Any]]


class Editing:
    """Remembers the label volume that editing began with, and which marks have been applied to it.

    The `past` of a call names what was done to the label volume since it was loaded, oldest first; `took` says what it
    is once a change was made. Whatever else was done meanwhile, undo among it, leads to the same label volume as
    beginning anew.
    """

    def __init__(self) -> None:
        self._resuming: Resuming | None = None
        self._kept: frozenset[int] = frozenset()
        self._pasts: list[Past] = []
        self._marks: Marks | None = None
        self._now: Past | None = None

    def change(
        self,
        parameters: Resume,
        label: NDArray[Any],
        image: NDArray[Any],
        where: NDArray[np.int64],
        labels: NDArray[Any],
        kept: frozenset[int],
        past: Past,
        progress: Progress = quiet,
    ) -> Correction:
        """What all marks (m,) change in a label volume (Z, Y, X) as it is now; raises as `Resuming`."""
        from annotat3d_tui.labels.resuming import Resuming  # brings in Numba

        if self._resuming is None or past not in self._pasts:
            self._begin(Resuming(parameters, np.array(label), image, kept, progress), kept)
            self._pasts = [past]
        elif (self._resuming.parameters, self._kept) != (parameters, kept):
            self._begin(Resuming(parameters, self._resuming.loaded, image, kept, progress), kept)
        assert self._resuming is not None
        new = _others(self._marks, (where, labels)) if self._marks and past == self._now else None
        change = self._resuming.change(label, where, labels, new=new, progress=progress)
        self._marks, self._now = (where, labels), None
        return change

    def took(self, past: Past, *, whole: bool = True) -> None:
        """Say that the last change was made, wholly or in part, and what was done to the label volume by now."""
        self._pasts.append(past)
        self._now = past if whole else None

    def _begin(self, resuming: "Resuming", kept: frozenset[int]) -> None:
        self._resuming, self._kept = resuming, kept
        self._marks = self._now = None


def _others(before: Marks, now: Marks) -> NDArray[np.int64]:
    """Flat indices of marks that came, went or changed."""
    both, first, second = np.intersect1d(before[0], now[0], assume_unique=True, return_indices=True)
    changed = both[np.asarray(before[1])[first] != np.asarray(now[1])[second]]
    return np.concatenate([np.setxor1d(before[0], now[0], assume_unique=True), changed])
