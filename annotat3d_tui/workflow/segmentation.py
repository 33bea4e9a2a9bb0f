"""The river on a page: image -> superpixels -> feature table -> training samples -> model -> label volume.

>>> import numpy as np
>>> from annotat3d_tui.workflow.presets import PRESETS
>>> image = np.zeros((6, 12, 12), np.uint8)
>>> image[:, :, 6:] = 200
>>> coordinates = np.array([(3, 5, 1), (3, 6, 2), (3, 5, 9), (3, 6, 10)])
>>> result = segment(image, coordinates, np.array([1, 1, 2, 2]), PRESETS["manual"])
>>> [int(label) for label in result.label[3, 5, ::4]]
[1, 1, 2]
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet, size_text
from annotat3d_tui.cache import Cache
from annotat3d_tui.classifiers.model import Model
from annotat3d_tui.classifiers.scores import Scores
from annotat3d_tui.classifiers.training import check_markers
from annotat3d_tui.classifiers.training_data import TrainingData, check_same_features
from annotat3d_tui.errors import InvalidMarkers
from annotat3d_tui.mapped.files import reading
from annotat3d_tui.workflow.classifying import Classified, classify_superpixels, classify_voxels
from annotat3d_tui.workflow.evidence import Evidence
from annotat3d_tui.workflow.learning import Trained, gathered, learn, scores_of
from annotat3d_tui.workflow.measuring import Markers, measure
from annotat3d_tui.workflow.settings import Segmentation
from annotat3d_tui.workflow.smoothing import reached, smoothed
from annotat3d_tui.workflow.superpixels import check_fit, make_superpixels
from annotat3d_tui.workflow.timing import CLASSIFIED, LEARNED, MEASURED, timed


class Elsewhere(Protocol):
    """Classifies an image on other machines, which know where it lies."""

    def __call__(
        self,
        trained: Trained,
        shape: tuple[int, ...],
        superpixels: NDArray[np.int32] | None,
        *,
        evidence: bool,
        threads: int,
        progress: Progress,
    ) -> Classified:
        """The label volume (Z, Y, X), by what has learned and superpixels if there are any.

        evidence: whether it is wanted where it is not known of superpixels alone. threads: of this machine.
        """
        ...


@dataclass(frozen=True)
class Result:
    """A label volume and how it came about.

    label: (Z, Y, X) uint8 or uint16, 0 outside the planes of a preview.
    superpixels: (Z, Y, X) int32, ids 1…n; None where every voxel was classified by itself.
    evidence: probabilities and uncertainty; None where every voxel was classified and nobody wanted them.
    scores: of the markers, each tested by a model that has not seen its plane (or stroke); out of bag where that
    cannot be done. out_of_bag: of the model itself, on markers whose neighbours it has seen: too good. Both None when
    nothing was tested.
    """

    label: NDArray[Any]
    superpixels: NDArray[np.int32] | None
    evidence: Evidence | None
    trained: Trained
    scores: Scores | None = None
    out_of_bag: Scores | None = None

    @property
    def parameters(self) -> Segmentation:
        """As used, with nothing automatic left."""
        return self.trained.parameters

    @property
    def model(self) -> Model:
        """What has learned."""
        return self.trained.model

    @property
    def superpixel_count(self) -> int:
        """How many superpixels there are, 0 without."""
        return 0 if self.superpixels is None else int(self.superpixels.max())

    def tested(self, *, threads: int = 1, progress: Progress = quiet) -> "Result":
        """The same with scores."""
        scores, out_of_bag = scores_of(self.trained, threads=threads, progress=progress)
        return replace(self, scores=scores, out_of_bag=out_of_bag)


@reading
def segment(
    image: NDArray[Any],
    coordinates: NDArray[np.int64],
    labels: NDArray[Any],
    parameters: Segmentation,
    *,
    names: dict[int, str] | None = None,
    superpixels: NDArray[np.int32] | None = None,
    training: Sequence[TrainingData] = (),
    planes: slice | None = None,
    source: str = "",
    cache: Cache | None = None,
    evidence: bool = True,
    test: bool = True,
    elsewhere: Elsewhere | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> Result:
    """The label volume that the markers of an image (Z, Y, X) ask for.

    coordinates: (m, 3) z, y, x of the marked voxels; labels: (m,) their label ids ≥ 1.
    superpixels: used as they are when given, else made. training: samples of other images, learned from as well.
    planes: label these planes only (a preview). cache: where what is measured is kept and looked up.
    evidence: whether probabilities are wanted where every voxel is classified (2 bytes a voxel and label), or smoothed
    elsewhere. test: whether scores are. elsewhere: classifies the whole image in the place of this process.
    The same image, markers and parameters give the same bytes for any number of threads, whatever the order of the
    markers. Raises InvalidMarkers unless at least two labels are marked, InvalidParameter for more labels than the
    classifier learns in a sensible time, ShapeMismatch, Cancelled.
    """
    markers = canonical(coordinates, labels, names or {}, image.shape)
    if not training:
        check_markers(markers.labels, names)
    count = len(np.unique(np.concatenate([markers.labels, *(one.labels for one in training)])))
    parameters.classifier.check_labels(count)
    progress = timed(progress, image.size, parameters.classifier, count, test)
    parameters = parameters.resolved(image)
    if parameters.by_voxel:
        superpixels = None
    elif superpixels is None:
        superpixels = make_superpixels(image, parameters, threads=threads, progress=part(progress, 0.0, 0.35))
    else:
        check_fit(superpixels, image)
    wide = reached(parameters, planes, len(image))
    learned_from = superpixels
    if elsewhere is not None:
        wide = _one_marked(markers)
        learned_from = superpixels if parameters.training_on == "superpixels" and wide is not None else None
    measured = measure(
        image, markers, parameters, learned_from, wide, source=source, cache=cache, threads=threads,
        progress=part(progress, 0.35, MEASURED),
    )  # fmt: skip
    samples = gathered(measured.samples, training, markers.names)
    check_same_features(samples, parameters.features.columns, parameters.measuring, "this image")
    trained = learn(samples, parameters, threads=threads, progress=part(progress, MEASURED, LEARNED))
    found: Classified
    if elsewhere is not None:
        step = part(progress, LEARNED, CLASSIFIED)
        found = elsewhere(trained, image.shape, superpixels, evidence=evidence, threads=threads, progress=step)
    elif superpixels is None:
        step = part(progress, LEARNED, CLASSIFIED)
        found = classify_voxels(trained, image, planes, evidence=evidence, threads=threads, progress=step)
    else:
        assert measured.table is not None
        step, last = part(progress, LEARNED, 0.90), part(progress, 0.90, CLASSIFIED)
        found = classify_superpixels(trained, superpixels, measured.table, wide, threads=threads, progress=step)
        found = smoothed(parameters, image, found, planes, threads=threads, progress=last)
    result = Result(found.label, superpixels, found.evidence, trained)
    if test:
        result = result.tested(threads=threads, progress=part(progress, CLASSIFIED, 1.0))
    progress(1.0, "done")
    return result


def _one_marked(markers: Markers) -> slice | None:
    """A plane with markers; None where there are none. What else is marked is measured with it."""
    if not len(markers.labels):
        return None
    first = int(markers.coordinates[0, 0])
    return slice(first, first + 1)


def canonical(
    coordinates: NDArray[np.int64], labels: NDArray[Any], names: dict[int, str], shape: tuple[int, ...]
) -> Markers:
    """The markers in raster order, so that the order in which they were drawn changes nothing.

    Raises InvalidMarkers when one lies outside an image of `shape`.
    """
    coordinates = np.asarray(coordinates, np.int64).reshape(-1, 3)
    outside = ((coordinates < 0) | (coordinates >= shape)).any(axis=1)
    if outside.any():
        z, y, x = coordinates[outside][0].tolist()
        raise InvalidMarkers(
            f"Markers must lie in the image of {size_text(shape)} voxels, received one at x {x}, y {y}, z {z}: "
            "use those of this image."
        )
    order = np.lexsort((labels, np.ravel_multi_index(tuple(coordinates.T), shape)))
    return Markers(coordinates[order], labels[order], names)
