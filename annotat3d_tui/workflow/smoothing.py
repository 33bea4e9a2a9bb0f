"""Label volume of superpixels -> label volume whose borders follow the edges of the image."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, Slab, in_threads, part, quiet, slabs
from annotat3d_tui.classifiers.smoothing import Smoothing, make_guide, smooth_probabilities
from annotat3d_tui.workflow.classifying import Classified
from annotat3d_tui.workflow.evidence import VoxelEvidence
from annotat3d_tui.workflow.settings import Segmentation

PLANES = 8


def reached(parameters: Segmentation, planes: slice | None, depth: int) -> slice | None:
    """The planes that must be classified, so that `planes` can be smoothed with settled parameters."""
    if planes is None or not isinstance(parameters.smoothing, Smoothing) or parameters.features.dimensions == "2":
        return planes
    reach = parameters.smoothing.reach
    return slice(max(0, planes.start - reach), min(depth, planes.stop + reach))


def smoothed(
    parameters: Segmentation,
    image: NDArray[Any],
    classified: Classified,
    planes: slice | None = None,
    *,
    threads: int = 1,
    progress: Progress = quiet,
) -> Classified:
    """The same after the guided filter on its probabilities, on `planes` or all; as it is where smoothing is off.

    Beside the arrays that come out, 2 bytes a voxel for each label and for the guide, in a file where that is large.
    """
    evidence, smoothing = classified.evidence, parameters.smoothing
    if evidence is None or not isinstance(smoothing, Smoothing):
        return classified
    dimensions = int(parameters.features.dimensions)
    first, last, _ = (reached(parameters, planes, len(image)) or slice(None)).indices(len(image))
    sharp = empty((len(evidence.labels), last - first, *image.shape[1:]), np.float16)

    def spread(slab: Slab) -> None:
        for place, one in enumerate(evidence.labels):
            sharp[place, slab.write] = evidence.probability(int(one), (slice(first + slab.start, first + slab.stop),))

    in_threads(spread, slabs(last - first, PLANES), threads, part(progress, 0.0, 0.2), "smooth")
    guide = empty(sharp.shape[1:], np.float16)
    make_guide(image, dimensions, guide, planes=slice(first, last), threads=threads, progress=part(progress, 0.2, 0.3))
    wanted = slice(*(planes or slice(None)).indices(len(image))[:2])
    known = empty((len(evidence.labels), *image.shape), np.float16)
    known[:, : wanted.start] = known[:, wanted.stop :] = np.nan
    smooth_probabilities(
        sharp, guide, evidence.labels, classified.label[first:last], smoothing, dimensions=dimensions,
        planes=slice(wanted.start - first, wanted.stop - first), out=known[:, first:last], threads=threads,
        progress=part(progress, 0.3, 1.0),
    )  # fmt: skip
    classified.label[: wanted.start] = 0
    classified.label[wanted.stop :] = 0
    return Classified(classified.label, VoxelEvidence(evidence.labels, known))
