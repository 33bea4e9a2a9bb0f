"""The river on a page: image -> superpixels -> feature table -> training samples -> forest -> label volume.

>>> import numpy as np
>>> image = np.zeros((6, 12, 12), np.uint8)
>>> image[:, :, 6:] = 200
>>> coordinates = np.array([(3, 5, 1), (3, 6, 2), (3, 5, 9), (3, 6, 10)])
>>> result = segment(image, coordinates, np.array([1, 1, 2, 2]), PRESETS["manual"])
>>> [int(label) for label in result.label[3, 5, ::4]]
[1, 1, 2]
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet, size_text
from annotat3d_tui.classifiers.forest import CLASSIFIERS, ExtraTrees, Forest, RandomForest
from annotat3d_tui.classifiers.groups import groups_of
from annotat3d_tui.classifiers.model import predict
from annotat3d_tui.classifiers.paint import paint
from annotat3d_tui.classifiers.scores import Scores, cross_validated_scores, out_of_bag_scores
from annotat3d_tui.classifiers.training import check_markers, superpixel_groups, superpixel_samples, voxel_samples
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter, ShapeMismatch
from annotat3d_tui.features.dimensions import choose_dimensions
from annotat3d_tui.features.features import Features
from annotat3d_tui.parameters import Parameters, group, parameter
from annotat3d_tui.superpixels.waterpixels import METHODS, Waterpixels, Waterpixels3D


@dataclass(frozen=True)
class AutomaticWaterpixels(Parameters):
    """Waterpixels in 3D where the features are 3D, else slice by slice."""

    kind = "auto"
    spacing: int = parameter(7, "distance between seeds", unit="voxels", minimum=2, maximum=64)
    compactness: float = parameter(
        10000.0, "100 follows every edge, 20000 makes regular cells", minimum=0.0, maximum=1e6
    )

    def for_dimensions(self, dimensions: int) -> Waterpixels3D | Waterpixels:
        """The method that is used with features of 2 or 3 dimensions."""
        method = Waterpixels3D if dimensions == 3 else Waterpixels
        return method(spacing=self.spacing, compactness=self.compactness)


SUPERPIXEL_METHODS = (AutomaticWaterpixels, *METHODS)


@dataclass(frozen=True)
class Segmentation(Parameters):
    """Everything that decides a label volume, but for the image and its markers."""

    kind = "segmentation"
    superpixels: AutomaticWaterpixels | Waterpixels3D | Waterpixels = group(
        AutomaticWaterpixels(), "regions that get one label each", SUPERPIXEL_METHODS
    )
    features: Features = group(Features(), "what is measured in each region", (Features,))
    training_on: str = parameter(
        "voxels", "voxels: the marked voxels; superpixels: those that hold markers", choices=("voxels", "superpixels")
    )
    classifier: RandomForest | ExtraTrees = group(ExtraTrees(), "what learns from the markers", CLASSIFIERS)

    def resolved(self, image: NDArray[Any]) -> "Segmentation":
        """These parameters with what is automatic decided from `image` (Z, Y, X)."""
        dimensions = self.features.dimensions
        if dimensions == "auto":
            dimensions = str(choose_dimensions(image)[0])
        superpixels = self.superpixels
        if isinstance(superpixels, AutomaticWaterpixels):
            superpixels = superpixels.for_dimensions(int(dimensions))
        return replace(self, superpixels=superpixels, features=replace(self.features, dimensions=dimensions))


PRESETS: dict[str, Segmentation] = {
    "fast": Segmentation(
        superpixels=AutomaticWaterpixels(spacing=3, compactness=10000.0),
        features=Features(
            filters=("none", "fft_gauss", "fft_dog", "sobel", "minimum", "maximum", "average", "variance"),
        ),
        training_on="voxels",
        classifier=ExtraTrees(),
    ),
    "manual": Segmentation(
        superpixels=AutomaticWaterpixels(spacing=7, compactness=10000.0),
        features=Features(filters=("none", "fft_gauss"), radii=(1, 2, 4, 8), pooling=("mean",)),
        training_on="superpixels",
        classifier=RandomForest(trees=200),
    ),
}


BYTES_PER_VOXEL = 9
"""Superpixels 4, their gradient 2, label volume 1 and slabs at work 2; the image itself is mapped from its file."""
BYTES_PER_CELL = 6
"""Of the feature table: its mean, and for a while its sum in double precision."""
BYTES_AT_LEAST = 300_000_000


def memory_needed(image: NDArray[Any], parameters: Segmentation) -> int:
    """Bytes that segmenting an image (Z, Y, X) takes beside the image."""
    used = parameters.resolved(image)
    in_superpixel = used.superpixels.spacing ** (2 if isinstance(used.superpixels, Waterpixels) else 3)
    cells = len(used.features.columns) / in_superpixel
    return BYTES_AT_LEAST + int(image.size * (BYTES_PER_VOXEL + BYTES_PER_CELL * cells))


@dataclass(frozen=True)
class Result:
    """A label volume and how it came about.

    label: (Z, Y, X) uint8 or uint16, 0 outside the planes of a preview.
    superpixels: (Z, Y, X) int32, ids 1…n.
    scores: of the markers, each tested by a forest that has not seen its plane (or stroke); out of bag where that
    cannot be done. out_of_bag: of the forest itself, on markers whose neighbours it has seen: too good.
    parameters: as used, with nothing automatic left.
    """

    label: NDArray[Any]
    superpixels: NDArray[np.int32]
    forest: Forest
    scores: Scores
    out_of_bag: Scores
    parameters: Segmentation


def make_superpixels(
    image: NDArray[Any], parameters: Segmentation, *, threads: int = 1, progress: Progress = quiet
) -> NDArray[np.int32]:
    """Superpixels (Z, Y, X) int32, ids 1…n, of an image (Z, Y, X)."""
    method = parameters.resolved(image).superpixels
    if isinstance(method, AutomaticWaterpixels):
        raise InvalidParameter("The superpixel method must be decided by now, received auto: report this as a fault.")
    return method(image, threads=threads, progress=progress)


def segment(
    image: NDArray[Any],
    coordinates: NDArray[np.int64],
    labels: NDArray[Any],
    parameters: Segmentation,
    *,
    names: dict[int, str] | None = None,
    superpixels: NDArray[np.int32] | None = None,
    planes: slice | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> Result:
    """The label volume that the markers of an image (Z, Y, X) ask for.

    coordinates: (m, 3) z, y, x of the marked voxels; labels: (m,) their label ids ≥ 1.
    superpixels: used as they are when given, else made. planes: label these planes only (a preview).
    The same image, markers and parameters give the same bytes for any number of threads, whatever the order of the
    markers. Raises InvalidMarkers unless at least two labels are marked, ShapeMismatch, Cancelled.
    """
    coordinates, labels = _canonical(coordinates, labels, image.shape)
    check_markers(labels, names)
    parameters = parameters.resolved(image)
    if superpixels is None:
        superpixels = make_superpixels(image, parameters, threads=threads, progress=part(progress, 0.0, 0.35))
    elif superpixels.shape != image.shape:
        raise ShapeMismatch(
            f"Superpixels must have the image's size {size_text(image.shape)}, received "
            f"{size_text(superpixels.shape)}: make or load those of this image."
        )
    samples, rows = _measure(image, coordinates, labels, parameters, superpixels, planes, threads, progress)
    classifier, train = parameters.classifier, part(progress, 0.75, 0.80, "train")
    forest = classifier(samples.rows, samples.labels, columns=samples.columns, threads=threads, progress=train)
    held_out = cross_validated_scores(
        classifier, samples.rows, samples.labels, samples.groups, of=samples.groups_are, threads=threads,
        progress=part(progress, 0.80, 0.85, "test"),
    )  # fmt: skip
    label_of_superpixel = predict(forest, rows, threads=threads, progress=part(progress, 0.85, 0.97, "classify"))
    label = paint(superpixels, label_of_superpixel, threads=threads, progress=part(progress, 0.97, 1.0, "paint"))
    if planes is not None:
        label[: planes.start] = 0
        label[planes.stop :] = 0
    progress(1.0, "done")
    out_of_bag = out_of_bag_scores(forest, samples.labels)
    return Result(label, superpixels, forest, held_out if held_out.complete else out_of_bag, out_of_bag, parameters)


class _Samples(NamedTuple):
    """Training samples: rows (m, columns), their labels, and which of them a fair test keeps together."""

    rows: NDArray[np.float32]
    labels: NDArray[Any]
    groups: NDArray[np.intp]
    groups_are: str
    columns: tuple[str, ...]


def _measure(
    image: NDArray[Any],
    coordinates: NDArray[np.int64],
    labels: NDArray[Any],
    parameters: Segmentation,
    superpixels: NDArray[np.int32],
    planes: slice | None,
    threads: int,
    progress: Progress,
) -> tuple[_Samples, NDArray[np.float32]]:
    """The training samples, and the feature table of the superpixels (n, columns)."""
    groups, groups_are = groups_of(coordinates, labels)
    on_voxels = parameters.training_on == "voxels"
    if on_voxels:
        chosen = voxel_samples(coordinates, labels, seed=parameters.classifier.seed)
        coordinates, labels, groups = coordinates[chosen], labels[chosen], groups[chosen]
    table = parameters.features(
        image,
        superpixels=superpixels,
        marked=coordinates if on_voxels else None,
        planes=_pooled_planes(planes, coordinates, superpixels, on_voxels),
        threads=threads,
        progress=part(progress, 0.35, 0.75),
    )
    assert table.superpixels is not None
    if on_voxels:
        assert table.voxels is not None
        return _Samples(table.voxels, labels, groups, groups_are, table.columns), table.superpixels
    ids, majority = superpixel_samples(superpixels, coordinates, labels)
    if len(np.unique(majority)) < 2:
        raise InvalidMarkers(
            f"Marked superpixels must be of at least two labels, received only label {majority[0]}, since one "
            "superpixel holds marks of several: choose a smaller spacing, or learn from voxels."
        )
    groups = superpixel_groups(superpixels, coordinates, groups)
    return _Samples(table.superpixels[ids - 1], majority, groups, groups_are, table.columns), table.superpixels


def _pooled_planes(
    planes: slice | None, coordinates: NDArray[np.int64], superpixels: NDArray[np.int32], on_voxels: bool
) -> slice | None:
    """The planes that a preview must pool over, so that the superpixels it labels or learns from are whole ones.

    A superpixel is taken to lie in consecutive planes, as a connected one does.
    """
    if planes is None:
        return None
    wanted = np.zeros(int(superpixels.max()) + 1, np.bool_)
    wanted[superpixels[planes]] = True
    first, last = planes.start, planes.stop - 1
    if not on_voxels:
        wanted[superpixels[tuple(coordinates.T)]] = True
        first, last = min(first, int(coordinates[:, 0].min())), max(last, int(coordinates[:, 0].max()))
    while first > 0 and wanted[superpixels[first - 1]].any():
        first -= 1
    while last < len(superpixels) - 1 and wanted[superpixels[last + 1]].any():
        last += 1
    return slice(first, last + 1)


def _canonical(
    coordinates: NDArray[np.int64], labels: NDArray[Any], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The markers in raster order, so that the order in which they were drawn changes nothing."""
    outside = ((coordinates < 0) | (coordinates >= shape)).any(axis=1)
    if outside.any():
        z, y, x = coordinates[outside][0].tolist()
        raise InvalidMarkers(
            f"Markers must lie in the image of {size_text(shape)} voxels, received one at x {x}, y {y}, z {z}: "
            "use those of this image."
        )
    order = np.lexsort((labels, np.ravel_multi_index(tuple(coordinates.T), shape)))
    return coordinates[order], labels[order]
