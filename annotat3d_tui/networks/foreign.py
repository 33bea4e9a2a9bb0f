"""Dataset files that say nothing but their voxels, as Annotat3D and DeepSirius write them: one look at every sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from annotat3d_tui.blocks import Progress
from annotat3d_tui.content import text_key
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.networks import layout
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.normalization import moments_of_spread
from annotat3d_tui.networks.statistics import Spread, count_labels, spread_of

if TYPE_CHECKING:
    import h5py


@dataclass(frozen=True)
class Totals:
    """Of all samples of a dataset file: grey values for each image, voxels for each label id, weights (or None)."""

    grey: tuple[Spread, ...]
    labels: dict[int, int]
    weight: Spread | None

    @property
    def all_grey(self) -> Spread:
        """Grey values of all images."""
        return sum(self.grey, Spread())


def totals(file: "h5py.File", progress: Progress) -> Totals:
    """One pass over all samples of a file, one at a time; progress may raise to stop it."""
    images, samples = file[layout.DATA].shape[:2]
    has_weight = layout.WEIGHT in file
    grey, weight, labels = [Spread()] * images, Spread(), dict[int, int]()
    for number, (image, sample) in enumerate(np.ndindex(images, samples)):
        progress(number / (images * samples), "read samples")
        grey[image] += spread_of([file[layout.DATA][image, sample]])
        labels = _together(labels, count_labels([file[layout.LABEL][image, sample]]))
        if has_weight:
            weight += spread_of([file[layout.WEIGHT][image, sample]])
    progress(1.0, "read samples")
    return Totals(tuple(grey), dict(sorted(labels.items())), weight if has_weight else None)


def learned(file: "h5py.File", path: Path, found: Totals) -> Dataset:
    """A dataset of another program; 0 is a class in it, as Annotat3D's masks have it. Raises InvalidFile."""
    images, samples, *sides = file[layout.DATA].shape
    for what in _problems(found):
        raise InvalidFile(f"{path} {what}: make it anew, from volumes that are right.")
    return Dataset(
        path, images, samples, (sides[2], sides[1], sides[0]), file[layout.DATA].dtype, tuple(found.labels), {},
        None, found.weight is not None, tuple(map(moments_of_spread, found.grey)),
        np.argwhere(np.ones((images, samples))), np.empty((0, 2), np.int64),
        key=text_key(str(file[layout.DATA].shape), repr(found)),
    )  # fmt: skip


def _problems(found: Totals) -> Iterator[str]:
    """What makes a dataset useless for training."""
    if missing := sum(one.not_finite for one in found.grey):
        yield f"must hold grey values that are numbers, received {missing} that are NaN or infinite"
    if found.weight and (found.weight.not_finite or found.weight.minimum < 0):
        received = "NaN" if found.weight.not_finite else f"{found.weight.minimum:g}"
        yield f"must hold weights that are not negative, received {received}"
    low, high = min(found.labels), max(found.labels)
    if low < 0 or high > layout.HIGHEST_CLASS:
        yield f"must hold label ids from 0 to {layout.HIGHEST_CLASS}, received {low} to {high}"
    if len(found.labels) < 2:
        yield f"must hold labels of at least two classes, received {low} alone"
    if len(found.labels) > layout.MOST_CLASSES:
        yield f"must hold at most {layout.MOST_CLASSES} classes, received {len(found.labels)}"


def _together(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    return {label: one.get(label, 0) + other.get(label, 0) for label in {**one, **other}}
