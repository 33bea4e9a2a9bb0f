"""Images, labels and weights -> a dataset file of patches drawn from them, one patch in memory at a time."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.errors import InvalidParameter, OverBudget
from annotat3d_tui.memory import bytes_text, default_budget
from annotat3d_tui.networks.classes import Classes, classes_of
from annotat3d_tui.networks.forecast import Forecast, foretold
from annotat3d_tui.networks.holding_out import Holding, hold_out
from annotat3d_tui.networks.pair import IMAGE, LABEL, WEIGHT, Pair
from annotat3d_tui.networks.pairs import CheckedPair, check_pairs, refuse_problems
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.networks.regions import Triple
from annotat3d_tui.networks.sampling import Sampling, draw
from annotat3d_tui.networks.scanning import as_weight
from annotat3d_tui.networks.storing import Content, Writer, label_type, written_dataset
from annotat3d_tui.volume.files import open_labels
from annotat3d_tui.volume.writing import check_free_space

_TRAINING, _VALIDATION = 0, 1


@dataclass(frozen=True)
class Made:
    """What a new dataset file holds: its classes, numbers of samples, and what was forecast."""

    path: Path
    classes: Classes
    training: int
    validation: int
    pairs: tuple[CheckedPair, ...]
    forecast: Forecast
    names: Mapping[int, str] = field(default_factory=dict)


def make_dataset(
    path: Path | str,
    pairs: Sequence[Pair],
    recipe: Recipe,
    *,
    names: Mapping[int, str] | None = None,
    overwrite: bool = False,
    budget: int | None = None,
    progress: Progress = quiet,
) -> Made:
    """Check every pair, draw patches of each and write them; the same bytes for the same files and recipe.

    names: of label ids. budget: bytes of memory that may be taken. Raises InvalidFile with the problems of all pairs,
    InvalidParameter, OverBudget, or what writing raises; then nothing is written.
    """
    expected = foretold(pairs, recipe)
    _check_memory(expected, default_budget() if budget is None else budget)
    share = expected.share_of_check
    checked = check_pairs(
        pairs,
        patch=recipe.patch_zyx,
        classes=recipe.classes,
        zero_is_class=recipe.zero_is_class,
        progress=part(progress, 0.0, share),
    )
    refuse_problems(checked)
    classes = classes_of(checked, recipe.zero_is_class)
    _check_names(names or {}, classes)
    held = hold_out(checked, recipe)
    target = Path(path)
    check_free_space(target, expected.bytes)
    with written_dataset(target, _content(checked, classes, held, recipe, names or {}), overwrite) as writer:
        rest = part(progress, share, 1.0)
        for number, one in enumerate(checked):
            within = part(rest, number / len(pairs), (number + 1) / len(pairs), f"sample {one.pair.image.name}")
            _write(writer, number, one, held, _sampling(recipe, classes), recipe.seed, within)
    validation = int(held.marks.sum())
    return Made(target, classes, held.marks.size - validation, validation, tuple(checked), expected, names or {})


def _check_memory(expected: Forecast, budget: int) -> None:
    if expected.memory > budget:
        raise OverBudget(
            f"The largest pair is compressed and needs {bytes_text(expected.memory)} of memory, which may be "
            f"{bytes_text(budget)}: convert its image to .npy with annotat3d convert, or allow more (--memory)."
        )


def _check_names(names: Mapping[int, str], classes: Classes) -> None:
    for label in names:
        if label not in classes.ids:
            listed = ", ".join(map(str, classes.ids))
            raise InvalidParameter(f"A name must be for one of the classes {listed}, received {label}: correct it.")


def _sampling(recipe: Recipe, classes: Classes) -> Sampling:
    common = max(classes.ids, key=lambda label: classes.voxels[label])
    return Sampling(recipe.strategy, recipe.patch_zyx, classes.ids, common, classes.unlabelled is not None)


def _content(
    checked: Sequence[CheckedPair], classes: Classes, held: Holding, recipe: Recipe, names: Mapping[int, str]
) -> Content:
    return Content(
        images=len(checked),
        samples=recipe.samples,
        patch=recipe.patch_zyx,
        dtype=np.result_type(*(one.dtype for one in checked)),
        label_dtype=label_type(list(classes.voxels)),
        classes=classes.ids,
        moments=[one.moments for one in checked],
        validation=held.marks,
        unlabelled=classes.unlabelled,
        names=names,
        has_weight=any(one.pair.weight for one in checked),
        sources=[_source(one) for one in checked],
        parameters=recipe.to_dict(),
    )


def _source(one: CheckedPair) -> dict[str, Any]:
    """Where an image, its labels and weights come from, what they hold, and its size X, Y, Z."""
    files = {what: {"path": os.path.abspath(path), "key": one.keys[what]} for what, path in one.pair.files.items()}
    return files | {"size": list(reversed(one.shape))}


def _write(
    writer: Writer, image: int, one: CheckedPair, held: Holding, sampling: Sampling, seed: int, progress: Progress
) -> None:
    """Draw the patches of one image and write them."""
    progress(0.0, "")
    pair = one.pair
    labels = open_labels(pair.label, pair.raw_of(LABEL)).data
    places = _places(labels, image, held, sampling, seed)
    voxels = pair.source(IMAGE).voxels()
    weight = pair.source(WEIGHT).voxels() if pair.weight else None
    for sample, place in enumerate(places):
        progress(sample / len(places), "")
        where = tuple(slice(first, first + side) for first, side in zip(place, sampling.patch, strict=True))
        writer.put(
            image, sample, voxels[where], labels[where], None if weight is None else as_weight(weight[where]), place
        )
    progress(1.0, "")


def _places(labels: NDArray[Any], image: int, held: Holding, sampling: Sampling, seed: int) -> list[Triple]:
    """Of each sample of an image, in order: what is drawn depends on seed, image, and whether it is held out."""
    marks, split = held.marks[image], held.splits[image]
    places: list[Triple] = [(0, 0, 0)] * len(marks)
    for role, boxes in ((_TRAINING, split.training), (_VALIDATION, split.validation)):
        samples = np.flatnonzero(marks == role).tolist()
        if samples:
            rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, role, image]))
            for sample, place in zip(samples, draw(labels, boxes, len(samples), sampling, rng), strict=True):
                places[sample] = place
    return places
