"""A classifier that has learned, on another image."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.cache import Cache
from annotat3d_tui.classifiers.model import Model
from annotat3d_tui.classifiers.store import open_model
from annotat3d_tui.classifiers.training_data import TrainingData
from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.mapped.files import reading
from annotat3d_tui.workflow.classifying import Classified, classify_superpixels, classify_voxels
from annotat3d_tui.workflow.learning import Trained
from annotat3d_tui.workflow.measuring import Markers, measure
from annotat3d_tui.workflow.settings import Segmentation
from annotat3d_tui.workflow.smoothing import smoothed
from annotat3d_tui.workflow.superpixels import check_fit, make_superpixels


class Opened(NamedTuple):
    """What has learned, as it was kept in a file, and the names of its labels."""

    trained: Trained
    names: dict[int, str]


def open_trained(path: Path | str) -> Opened:
    """The classifier of a file; raises MissingFile, or InvalidFile for one that cannot be used."""
    kept = open_model(path)
    try:
        return Opened(learned(kept.model, Segmentation.from_dict(kept.parameters)), kept.names)
    except InvalidParameter as error:
        raise InvalidFile(f"{path} must have parameters that this program knows: {error}") from None


def learned(model: Model, parameters: Segmentation) -> Trained:
    """A model that was kept, with the parameters that it was trained with, without the samples.

    Raises InvalidParameter when the parameters leave something to the image, or the model takes a column that they do
    not measure.
    """
    if not parameters.settled:
        raise InvalidParameter(
            "The parameters of a classifier must be settled, received some that the image decides: keep those used."
        )
    columns = parameters.features.columns
    absent = [name for name in model.columns if name not in columns] or ([] if model.columns else ["no name"])
    if absent:
        raise InvalidParameter(
            f"A classifier must take what its parameters measure ({', '.join(columns[:5])}…), received one that takes "
            f"{absent[0]}: train it again."
        )
    nothing = TrainingData(
        rows=np.zeros((0, len(columns)), np.float32), labels=np.zeros(0, np.uint16), groups=np.zeros(0, np.intp),
        groups_are="planes", columns=columns, parameters=parameters.measuring,
    )  # fmt: skip
    importances = np.zeros(len(columns))
    trained = Trained(parameters, model, nothing, importances)
    importances[trained.columns] = model.importances
    return trained


@reading
def apply(
    trained: Trained,
    image: NDArray[Any],
    *,
    superpixels: NDArray[np.int32] | None = None,
    evidence: bool = False,
    cache: Cache | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> Classified:
    """The label volume of an image (Z, Y, X) by what was learned on another, and how sure it is.

    superpixels: used as they are when given, else made. evidence: whether it is wanted where every voxel is classified.
    On the image that it was trained on it gives the same bytes again. Raises ShapeMismatch for superpixels of another
    size, Cancelled.
    """
    parameters = trained.parameters
    if parameters.by_voxel:
        return classify_voxels(trained, image, evidence=evidence, threads=threads, progress=progress)
    if superpixels is None:
        superpixels = make_superpixels(image, parameters, threads=threads, progress=part(progress, 0.0, 0.4))
    else:
        check_fit(superpixels, image)
    unmarked = Markers(np.zeros((0, 3), np.int64), np.zeros(0, np.uint16), {})
    step = part(progress, 0.4, 0.8)
    table = measure(image, unmarked, parameters, superpixels, cache=cache, threads=threads, progress=step).table
    assert table is not None
    step, last = part(progress, 0.8, 0.9), part(progress, 0.9, 1.0)
    found = classify_superpixels(trained, superpixels, table, threads=threads, progress=step)
    return smoothed(parameters, image, found, None, threads=threads, progress=last)
