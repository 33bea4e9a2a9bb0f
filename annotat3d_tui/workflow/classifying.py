"""Trained classifier and image -> label volume."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty, give_back
from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.classifiers.model import most_probable
from annotat3d_tui.classifiers.paint import paint
from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.classifiers.voxels import classify_voxels as label_voxels
from annotat3d_tui.workflow.evidence import Evidence, SuperpixelEvidence, VoxelEvidence
from annotat3d_tui.workflow.learning import Trained


class Classified(NamedTuple):
    """A label volume (Z, Y, X) uint8 or uint16, and how sure it is."""

    label: NDArray[Any]
    evidence: Evidence | None


def classify_superpixels(
    trained: Trained,
    superpixels: NDArray[np.int32],
    table: NDArray[np.float32],
    planes: slice | None = None,
    *,
    threads: int = 1,
    progress: Progress = quiet,
) -> Classified:
    """The label of each superpixel, painted; with `planes` only of those that these cut, and 0 in other planes."""
    give_back()
    seen = _seen(superpixels, len(table), planes)
    rows = trained.rows(table if seen is None else table[seen])
    found = trained.model.probabilities(rows, threads=threads, progress=part(progress, 0.0, 0.8, "classify"))
    labels = most_probable(trained.model.labels, found)
    if seen is not None:
        few_labels, few = labels, found
        labels, found = np.zeros(len(table), np.uint16), np.full((len(table), few.shape[1]), np.nan, np.float32)
        labels[seen], found[seen] = few_labels, few
    label = paint(superpixels, labels, planes=planes, threads=threads, progress=part(progress, 0.8, 1.0, "paint"))
    return Classified(label, SuperpixelEvidence(trained.model.labels, superpixels, found, planes))


def painted(
    trained: Trained,
    superpixels: NDArray[np.int32],
    probabilities: NDArray[np.float32],
    *,
    threads: int = 1,
    progress: Progress = quiet,
) -> Classified:
    """The label volume of superpixels whose probabilities (n, k) are known."""
    labels = most_probable(trained.model.labels, probabilities)
    label = paint(superpixels, labels, threads=threads, progress=progress)
    return Classified(label, SuperpixelEvidence(trained.model.labels, superpixels, probabilities))


def _seen(superpixels: NDArray[np.int32], count: int, planes: slice | None) -> NDArray[np.intp] | None:
    """Which superpixels, from 0, some planes cut; None where all are wanted."""
    if planes is None:
        return None
    cut = np.zeros(count + 1, np.bool_)
    cut[superpixels[planes]] = True
    return np.flatnonzero(cut[1:])


def classify_voxels(
    trained: Trained,
    image: NDArray[Any],
    planes: slice | None = None,
    *,
    evidence: bool = False,
    threads: int = 1,
    progress: Progress = quiet,
) -> Classified:
    """The label of every voxel of an image (Z, Y, X); with `planes` only of these, and 0 in the others."""
    model, smoothing = trained.model, trained.parameters.smoothing
    known = empty((len(model.labels), *image.shape), np.float16) if evidence else None
    label = label_voxels(
        image,
        trained.parameters.features,
        model,
        smoothing=smoothing if isinstance(smoothing, Smoothing) else None,
        planes=planes,
        probabilities=known,
        threads=threads,
        progress=progress,
    )
    return Classified(label, None if known is None else VoxelEvidence(model.labels, known))
