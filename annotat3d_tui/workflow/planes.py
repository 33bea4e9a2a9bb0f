"""Some planes of the label volume that a trained classifier gives to an image: the same bytes as of the whole.

Of superpixels those are measured whole that the planes cut; so planes can be labelled apart from each other, one
after the other or on many machines, and no one holds more than its own.

>>> import numpy as np
>>> from annotat3d_tui.workflow.presets import PRESETS
>>> from annotat3d_tui.workflow.segmentation import segment
>>> image = np.zeros((6, 12, 12), np.uint8)
>>> image[:, :, 6:] = 200
>>> coordinates = np.array([(3, 5, 1), (3, 6, 2), (3, 5, 9), (3, 6, 10)])
>>> result = segment(image, coordinates, np.array([1, 1, 2, 2]), PRESETS["manual"])
>>> bool((label_planes(result.trained, image, slice(2, 4), result.superpixels) == result.label[2:4]).all())
True
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.classifiers.model import most_probable
from annotat3d_tui.classifiers.paint import paint
from annotat3d_tui.classifiers.smoothing import Smoothing, make_guide, smooth_probabilities
from annotat3d_tui.classifiers.voxels import classify_planes
from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.mapped.files import reading
from annotat3d_tui.workflow.learning import Trained
from annotat3d_tui.workflow.smoothing import reached


@reading
def label_planes(
    trained: Trained,
    image: NDArray[Any],
    planes: slice,
    superpixels: NDArray[np.int32] | None = None,
    *,
    threads: int = 1,
    progress: Progress = quiet,
) -> NDArray[Any]:
    """The labels (planes, Y, X), uint8 or uint16, of planes start to stop - 1 of an image (Z, Y, X).

    superpixels: (Z, Y, X) of the whole image, each in one piece, which may be mapped from a file: only what is near the
    planes is read. None where every voxel is classified by itself. Raises ShapeMismatch where they are missing,
    Cancelled.
    """
    parameters = trained.parameters
    smoothing = parameters.smoothing if isinstance(parameters.smoothing, Smoothing) else None
    if parameters.by_voxel:
        return classify_planes(
            image, parameters.features, trained.model, planes, smoothing=smoothing, threads=threads, progress=progress
        )
    if superpixels is None or superpixels.shape != image.shape:
        raise ShapeMismatch("Superpixels must have the image's size, received others: give those of this image.")
    wide = reached(parameters, planes, len(image)) or planes
    window = whole_ones(superpixels, wide)
    ids = np.array(superpixels[window], np.int32)
    ids -= ids.min() - 1
    table = parameters.features(
        image, superpixels=ids, at=window.start, threads=threads, progress=part(progress, 0.0, 0.8)
    ).superpixels
    assert table is not None
    ids = ids[wide.start - window.start : wide.stop - window.start]
    seen = np.unique(ids) - 1
    found = trained.model.probabilities(trained.rows(table[seen]), threads=threads, progress=part(progress, 0.8, 0.85))
    if smoothing is None:
        labels = np.zeros(len(table), np.uint16)
        labels[seen] = most_probable(trained.model.labels, found)
        return paint(ids, labels, threads=threads, progress=part(progress, 0.85, 1.0))
    place = np.zeros(len(table), np.int32)
    place[seen] = np.arange(len(seen))
    sharp = empty((len(trained.model.labels), *ids.shape), np.float16)
    for number, chances in enumerate(found.T):
        for z, plane in enumerate(ids):
            sharp[number, z] = chances[place[plane - 1]]
    dimensions = int(parameters.features.dimensions)
    guide = empty(ids.shape, np.float16)
    make_guide(image, dimensions, guide, planes=wide, threads=threads, progress=part(progress, 0.85, 0.88))
    label = empty(ids.shape, np.uint16)
    inside = slice(planes.start - wide.start, planes.stop - wide.start)
    smooth_probabilities(
        sharp, guide, trained.model.labels, label, smoothing, dimensions=dimensions, planes=inside, threads=threads,
        progress=part(progress, 0.88, 1.0),
    )  # fmt: skip
    return label[inside]


def whole_ones(superpixels: NDArray[np.int32], planes: slice) -> slice:
    """The planes that hold whole all superpixels, each in one piece, that some planes cut.

    >>> ids = np.array([1, 1, 2, 2, 3]).reshape(5, 1, 1)
    >>> whole_ones(ids, slice(1, 3))
    slice(0, 4, None)
    """
    wanted = np.unique(superpixels[planes])
    first, last = planes.start, planes.stop
    while first > 0 and np.isin(superpixels[first - 1], wanted).any():
        first -= 1
    while last < len(superpixels) and np.isin(superpixels[last], wanted).any():
        last += 1
    return slice(first, last)
