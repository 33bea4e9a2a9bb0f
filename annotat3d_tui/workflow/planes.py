"""Some planes of the label volume that a trained classifier gives to an image: the same bytes as of the whole.

Planes can be labelled apart from each other, one after the other or on many machines, and no one holds more than its
own. Without smoothing a label is that of a superpixel, which is measured whole by whoever has the planes in which it
begins; with it those are measured whole that the planes cut, and some planes around them.

>>> import numpy as np
>>> from annotat3d_tui.workflow.presets import PRESETS
>>> from annotat3d_tui.workflow.segmentation import segment
>>> image = np.zeros((6, 12, 12), np.uint8)
>>> image[:, :, 6:] = 200
>>> coordinates = np.array([(3, 5, 1), (3, 6, 2), (3, 5, 9), (3, 6, 10)])
>>> result = segment(image, coordinates, np.array([1, 1, 2, 2]), PRESETS["manual"])
>>> ids, chances = classify_begun(result.trained, image, slice(0, 6), result.superpixels)
>>> bool((chances == result.evidence.probabilities[ids - 1]).all())
True
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.classifiers.smoothing import Smoothing, make_guide, smooth_probabilities
from annotat3d_tui.classifiers.voxels import classify_planes
from annotat3d_tui.errors import ShapeMismatch
from annotat3d_tui.mapped.files import reading
from annotat3d_tui.workflow.learning import Trained
from annotat3d_tui.workflow.smoothing import reached

ROWS = 1 << 16
"""Superpixels that are classified at a time."""


class Labelled(NamedTuple):
    """Labels (planes, Y, X) of whole numbers; and probabilities (k, planes, Y, X) float16, None unless asked for."""

    label: NDArray[Any]
    probabilities: NDArray[np.float16] | None


class Begun(NamedTuple):
    """Superpixels that begin in some planes: ids (m,) int32, ascending, and probabilities of labels (m, k) float32."""

    ids: NDArray[np.int32]
    probabilities: NDArray[np.float32]


def by_superpixel(trained: Trained) -> bool:
    """Whether all voxels of a superpixel have one label: neither smoothing nor voxels by themselves."""
    return not trained.parameters.by_voxel and not isinstance(trained.parameters.smoothing, Smoothing)


@reading
def classify_begun(
    trained: Trained,
    image: NDArray[Any],
    planes: slice,
    superpixels: NDArray[np.int32],
    *,
    threads: int = 1,
    progress: Progress = quiet,
) -> Begun:
    """The superpixels of an image (Z, Y, X) whose first plane is one of start to stop - 1, and their probabilities.

    superpixels: (Z, Y, X) int32 of the whole image, each in one piece, which may be mapped from a file: only the planes
    that theirs reach are read. Raises ShapeMismatch, Cancelled.
    """
    near = _checked(superpixels, image)[planes.start : _end(superpixels, planes.stop - 1, 1) + 1]
    after = int(near.min()) - 1
    table = trained.parameters.features(
        image, superpixels=near, at=planes.start, after=after, threads=threads, progress=part(progress, 0.0, 0.9)
    ).superpixels
    assert table is not None
    begun = np.zeros(len(table), np.bool_)
    for plane in near[: planes.stop - planes.start]:
        begun[plane - (after + 1)] = True
    if planes.start:
        before = superpixels[planes.start - 1].ravel() - (after + 1)
        begun[before[(before >= 0) & (before < len(begun))]] = False
    ids = np.flatnonzero(begun)
    found = np.empty((len(ids), len(trained.model.labels)), np.float32)
    done = 0
    for start in range(0, len(table), ROWS):  # of a whole table, which is large, no copy is made
        rows = table[start : start + ROWS][begun[start : start + ROWS]]
        found[done : done + len(rows)] = trained.model.probabilities(trained.rows(rows), threads=threads)
        done += len(rows)
        progress(0.9 + 0.1 * min(start + ROWS, len(table)) / len(table), "classify")
    return Begun((ids + after + 1).astype(np.int32), found)


@reading
def label_planes(
    trained: Trained,
    image: NDArray[Any],
    planes: slice,
    superpixels: NDArray[np.int32] | None = None,
    *,
    evidence: bool = False,
    threads: int = 1,
    progress: Progress = quiet,
) -> Labelled:
    """The labels of planes start to stop - 1 of an image (Z, Y, X), and how probable they are where it is asked for.

    For what has learned with smoothing, or classifies every voxel by itself; `classify_begun` does the rest.
    superpixels: (Z, Y, X) of the whole image, each in one piece, which may be mapped from a file: only what is near the
    planes is read. None where every voxel is classified by itself. evidence: whether probabilities are wanted. Raises
    ShapeMismatch where superpixels are missing, Cancelled.
    """
    parameters, labels = trained.parameters, trained.model.labels
    smoothing = parameters.smoothing if isinstance(parameters.smoothing, Smoothing) else None
    shape = (len(labels), planes.stop - planes.start, *image.shape[1:])
    if parameters.by_voxel:
        chances = empty(shape, np.float16) if evidence else None
        label = classify_planes(
            image, parameters.features, trained.model, planes, smoothing=smoothing, probabilities=chances,
            threads=threads, progress=progress,
        )  # fmt: skip
        return Labelled(label, chances)
    assert smoothing is not None
    wide = reached(parameters, planes, len(image)) or planes
    window = whole_ones(_checked(superpixels, image), wide)
    assert superpixels is not None
    near, ids = superpixels[window], superpixels[wide]
    after = int(near.min()) - 1
    table = parameters.features(
        image, superpixels=near, at=window.start, after=after, threads=threads, progress=part(progress, 0.0, 0.8)
    ).superpixels
    assert table is not None
    cut = np.zeros(len(table), np.bool_)
    for plane in ids:
        cut[plane - (after + 1)] = True
    found = trained.model.probabilities(trained.rows(table[cut]), threads=threads, progress=part(progress, 0.8, 0.85))
    place = np.cumsum(cut) - 1
    sharp = empty((len(labels), *ids.shape), np.float16)
    for z, plane in enumerate(ids):
        sharp[:, z] = found[place[plane - (after + 1)]].transpose(2, 0, 1)
    dimensions = int(parameters.features.dimensions)
    guide = empty(ids.shape, np.float16)
    make_guide(image, dimensions, guide, planes=wide, threads=threads, progress=part(progress, 0.85, 0.88))
    label, smooth = empty(ids.shape, np.uint16), empty(sharp.shape, np.float16) if evidence else None
    inside = slice(planes.start - wide.start, planes.stop - wide.start)
    smooth_probabilities(
        sharp, guide, labels, label, smoothing, dimensions=dimensions, planes=inside, out=smooth, threads=threads,
        progress=part(progress, 0.88, 1.0),
    )  # fmt: skip
    return Labelled(label[inside], None if smooth is None else smooth[:, inside])


def _checked(superpixels: NDArray[np.int32] | None, image: NDArray[Any]) -> NDArray[np.int32]:
    if superpixels is None or superpixels.shape != image.shape:
        raise ShapeMismatch("Superpixels must have the image's size, received others: give those of this image.")
    return superpixels


def whole_ones(superpixels: NDArray[np.int32], planes: slice) -> slice:
    """The planes that hold whole all superpixels, each in one piece, that some planes cut.

    >>> ids = np.array([1, 1, 2, 2, 3]).reshape(5, 1, 1)
    >>> whole_ones(ids, slice(1, 3))
    slice(0, 4, None)
    """
    return slice(_end(superpixels, planes.start, -1), _end(superpixels, planes.stop - 1, 1) + 1)


def _end(superpixels: NDArray[np.int32], plane: int, step: int) -> int:
    """The last plane, up or down from one, in which a superpixel of that one goes on."""
    still = np.unique(superpixels[plane])
    while 0 <= plane + step < len(superpixels):
        here = superpixels[plane + step]
        still = np.unique(here[np.isin(here, still)])
        if not still.size:
            break
        plane += step
    return plane
