"""How sure a label volume is: probabilities and uncertainty, cut by cut.

The uncertainty of a voxel is 1 − (highest − second highest probability): 0 where one label is certain, 1 where two
are equally probable.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter

Cut = tuple[slice | int, ...]
"""Part of a volume (Z, Y, X), as arrays are indexed."""

APART = 5
"""Planes that two places to annotate are apart, at least."""


class Evidence(Protocol):
    """Probabilities of labels, and uncertainty, of the voxels of a volume; NaN where nothing is known."""

    @property
    def labels(self) -> NDArray[np.uint16]:
        """Ids (k,), ascending."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """(Z, Y, X)."""
        ...

    def probability(self, label: int, cut: Cut) -> NDArray[np.float32]:
        """Of a label, 0 to 1; raises InvalidParameter for one that was not learned."""
        ...

    def uncertainty(self, cut: Cut) -> NDArray[np.float32]:
        """0 to 1."""
        ...


@dataclass(frozen=True)
class SuperpixelEvidence:
    """Evidence that is the same for all voxels of a superpixel.

    labels: (k,). superpixels: (Z, Y, X) int32 from 1. probabilities: (n, k) float32. planes: those that are known,
    all by default; NaN elsewhere, where a superpixel that they cut may well go on.
    """

    labels: NDArray[np.uint16]
    superpixels: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    planes: slice | None = None
    shape: tuple[int, ...] = field(init=False)
    _uncertain: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", self.superpixels.shape)
        object.__setattr__(self, "_uncertain", uncertainty_of(self.probabilities))

    def probability(self, label: int, cut: Cut) -> NDArray[np.float32]:
        """Of a label, 0 to 1; raises InvalidParameter for one that was not learned."""
        return self._spread(self.probabilities[:, place_of(label, self.labels)], cut)

    def uncertainty(self, cut: Cut) -> NDArray[np.float32]:
        """0 to 1."""
        return self._spread(self._uncertain, cut)

    def _spread(self, values: NDArray[np.float32], cut: Cut) -> NDArray[np.float32]:
        """Values of superpixels (n,) in a part of the volume."""
        found = np.asarray(values[self.superpixels[cut] - 1])
        if self.planes is None:
            return found
        first, last, _ = self.planes.indices(self.shape[0])
        z = np.arange(self.shape[0])[cut[0]] if cut else np.arange(self.shape[0])
        inside = np.asarray((z >= first) & (z < last))
        return np.where(inside.reshape(inside.shape + (1,) * (found.ndim - inside.ndim)), found, np.float32(np.nan))


@dataclass(frozen=True)
class VoxelEvidence:
    """Evidence of every voxel.

    labels: (k,). probabilities: (k, Z, Y, X), NaN where nothing is known.
    """

    labels: NDArray[np.uint16]
    probabilities: NDArray[Any]
    shape: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", self.probabilities.shape[1:])

    def probability(self, label: int, cut: Cut) -> NDArray[np.float32]:
        """Of a label, 0 to 1; raises InvalidParameter for one that was not learned."""
        return np.asarray(self.probabilities[(place_of(label, self.labels), *cut)], np.float32)

    def uncertainty(self, cut: Cut) -> NDArray[np.float32]:
        """0 to 1."""
        here = np.asarray(self.probabilities[(slice(None), *cut)], np.float32)
        return uncertainty_of(np.moveaxis(here, 0, -1))


def uncertainty_of(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 − (highest − second highest) along the last axis (…, k); NaN where they are NaN.

    >>> uncertainty_of(np.array([[0.5, 0.5, 0.0], [0.25, 0.0, 0.75]], np.float32)).tolist()
    [1.0, 0.5]
    """
    if probabilities.shape[-1] < 2:
        return 1 - probabilities[..., 0]
    first, second = probabilities[..., 0].copy(), np.full(probabilities.shape[:-1], -np.inf, np.float32)
    for label in range(1, probabilities.shape[-1]):
        one = probabilities[..., label]
        np.maximum(second, np.minimum(first, one), out=second)
        np.maximum(first, one, out=first)
    return 1 - (first - second)


def place_of(label: int, labels: NDArray[np.uint16]) -> int:
    """Which of the learned labels a label is; raises InvalidParameter when it is none of them."""
    place = int(np.searchsorted(labels, label))
    if place == len(labels) or labels[place] != label:
        learned = ", ".join(str(one) for one in labels[:20])
        raise InvalidParameter(f"The label must be one that was learned ({learned}), received {label}: mark it first.")
    return place


def places_to_annotate(evidence: Evidence, count: int = 10) -> list[tuple[int, int, int]]:
    """Where marks would teach most: z, y, x of the most uncertain place in each of the most uncertain slices.

    Slices are ranked by their mean uncertainty and lie at least 5 apart; the place is the middle of the most uncertain
    window of about a twelfth of the slice.
    """
    mean = np.array([_mean(plane) for plane in _planes(evidence)])
    chosen: list[int] = []
    for z in np.argsort(-mean, kind="stable"):
        if np.isnan(mean[z]) or len(chosen) == count:
            break
        if all(abs(int(z) - other) >= APART for other in chosen):
            chosen.append(int(z))
    return [(z, *_most_uncertain(evidence.uncertainty((z,)))) for z in chosen]


def _planes(evidence: Evidence) -> Iterator[NDArray[np.float32]]:
    for z in range(evidence.shape[0]):
        yield evidence.uncertainty((z,))


def _mean(plane: NDArray[np.float32]) -> float:
    known = ~np.isnan(plane)
    return float(plane[known].mean(dtype=np.float64)) if known.any() else float("nan")


def _most_uncertain(plane: NDArray[np.float32]) -> tuple[int, int]:
    """y, x of the middle of the window whose mean is highest."""
    from scipy.ndimage import uniform_filter

    side = max(1, min(plane.shape) // 12) | 1
    smooth = uniform_filter(np.nan_to_num(plane), side, mode="constant")
    y, x = np.unravel_index(int(smooth.argmax()), plane.shape)
    return int(y), int(x)
