"""Image, trained classifier -> the label of every voxel, slab by slab.

A forest asks for some of the features only, and only whether they are above its thresholds: each is computed, turned
into codes of one byte (`codes`) and dropped; other classifiers get the features of a few planes at a time.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress, Slab, in_threads, part, quiet, slabs
from annotat3d_tui.classifiers.codes import encode
from annotat3d_tui.classifiers.forest import Forest
from annotat3d_tui.classifiers.model import Model
from annotat3d_tui.classifiers.sieve import Sieve, Sieving
from annotat3d_tui.classifiers.smoothing import Smoothing, make_guide, smooth_probabilities
from annotat3d_tui.features.block import Scratch, Source
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.voxels import each_feature, voxel_features

SLAB_PLANES, SLAB_BYTES = 32, 2**26
"""Most planes, and most bytes of codes (but one plane), that a thread works on at a time."""
ROWS = 4096
"""Voxels that pass a forest together."""

Take = Callable[[Slab, NDArray[np.float32]], None]
"""Takes the probabilities (k, planes, Y, X) of a slab."""


def classify_voxels(
    image: NDArray[Any],
    features: Features,
    model: Model,
    *,
    smoothing: Smoothing | None = None,
    planes: slice | None = None,
    probabilities: NDArray[np.floating[Any]] | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> NDArray[Any]:
    """The most probable label of every voxel of an image (Z, Y, X): uint8, or uint16 for label ids above 255.

    features: those that the model learned from, with their dimensions settled. planes: label these only, the others
    are 0. probabilities: (k, Z, Y, X), gets the probability of each label, as smoothed; NaN in the other planes.
    The same bytes for any number of threads, and the same labels for any `planes`.

    Beside the label volume a thread needs the slabs of the features and 64 MiB of codes; smoothing needs 2 bytes
    a voxel for each label, in a file where that is large.
    """
    label = empty(image.shape, _kind(model))
    first, last, _ = (planes or slice(None)).indices(len(image))
    label[:first] = 0
    label[last:] = 0
    if probabilities is not None:
        probabilities[:, :first] = probabilities[:, last:] = np.nan
        probabilities = probabilities[:, first:last]
    inside = slice(first, last)
    _label_into(label[inside], image, features, model, smoothing, inside, probabilities, threads, progress)
    return label


def classify_planes(
    image: NDArray[Any],
    features: Features,
    model: Model,
    planes: slice,
    *,
    smoothing: Smoothing | None = None,
    probabilities: NDArray[np.floating[Any]] | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> NDArray[Any]:
    """Some planes of what `classify_voxels` gives, (planes, Y, X), in no more memory than they take.

    probabilities: (k, planes, Y, X), gets the probability of each label, as smoothed.
    """
    label = empty((planes.stop - planes.start, *image.shape[1:]), _kind(model))
    _label_into(label, image, features, model, smoothing, planes, probabilities, threads, progress)
    return label


def _kind(model: Model) -> type[np.uint8] | type[np.uint16]:
    """The type that holds the labels of a model."""
    return np.uint8 if model.labels.max(initial=0) <= 255 else np.uint16


def _label_into(
    label: NDArray[Any],
    image: NDArray[Any],
    features: Features,
    model: Model,
    smoothing: Smoothing | None,
    planes: slice,
    probabilities: NDArray[np.floating[Any]] | None,
    threads: int,
    progress: Progress,
) -> None:
    """Write label (planes, Y, X) and, where wanted, probabilities (k, planes, Y, X) of some planes of an image."""
    if smoothing is not None:
        _smoothly(image, features, model, smoothing, label, planes, probabilities, threads, progress)
        return

    def take(slab: Slab, shares: NDArray[np.float32]) -> None:
        here = slice(slab.start - planes.start, slab.stop - planes.start)
        label[here] = _most_probable(model.labels, shares)
        if probabilities is not None:
            probabilities[:, here] = shares

    _probabilities(image, features, model, range(planes.start, planes.stop), take, threads, progress)


def _smoothly(
    image: NDArray[Any],
    features: Features,
    model: Model,
    smoothing: Smoothing,
    label: NDArray[Any],
    planes: slice,
    probabilities: NDArray[np.floating[Any]] | None,
    threads: int,
    progress: Progress,
) -> None:
    """Keep the probabilities of all labels but the last, and smooth them."""
    dimensions = int(features.dimensions)
    halo = smoothing.reach if dimensions == 3 else 0
    first, last = max(0, planes.start - halo), min(len(image), planes.stop + halo)
    near = image[first:last]
    sharp = empty((max(1, len(model.labels) - 1), *near.shape), np.float16)

    def take(slab: Slab, shares: NDArray[np.float32]) -> None:
        np.copyto(sharp[:, slab.start - first : slab.stop - first], shares[: len(sharp)], casting="same_kind")

    _probabilities(image, features, model, range(first, last), take, threads, part(progress, 0.0, 0.8))
    guide = empty(near.shape, np.float16)
    make_guide(image, dimensions, guide, planes=slice(first, last), threads=threads, progress=part(progress, 0.8, 0.84))
    inner = slice(planes.start - first, planes.stop - first)
    alone = near.shape == label.shape
    found = label if alone else empty(near.shape, label.dtype)
    chances = probabilities
    if probabilities is not None and not alone:
        chances = empty((len(model.labels), *near.shape), probabilities.dtype)
    smooth_probabilities(
        sharp, guide, model.labels, found, smoothing, dimensions=dimensions, planes=inner, out=chances,
        threads=threads, progress=part(progress, 0.84, 1.0),
    )  # fmt: skip
    if not alone:
        label[:] = found[inner]
        if probabilities is not None and chances is not None:
            probabilities[:] = chances[:, inner]


def _probabilities(
    image: NDArray[Any], features: Features, model: Model, planes: range, take: Take, threads: int, progress: Progress
) -> None:
    """Hand over the probabilities of the labels of some planes, slab by slab, from several threads."""
    source = Source.of(image)
    make = _forest_slabs if isinstance(model, Forest) else _other_slabs
    thickness = max(1, min(SLAB_PLANES, SLAB_BYTES // (len(features.columns) * image[0].size)))
    grid = [
        Slab(max(one.start, planes.start), min(one.stop, planes.stop), 0, 0)
        for one in slabs(len(image), thickness)
        if one.start < planes.stop and one.stop > planes.start
    ]
    shares_of = make(source, features, model)

    def work(slab: Slab) -> None:
        take(slab, shares_of(slab))

    in_threads(work, grid, threads, progress, "classify")


def _other_slabs(source: Source, features: Features, model: Model) -> Callable[[Slab], NDArray[np.float32]]:
    """The probabilities (k, planes, Y, X) of a slab, by any model, plane by plane."""
    places = [features.columns.index(name) for name in model.columns] or slice(None)

    def shares_of(slab: Slab) -> NDArray[np.float32]:
        shape = source.image.shape[1:]
        shares = np.empty((len(model.labels), slab.stop - slab.start, *shape), np.float32)
        for z in range(slab.start, slab.stop):
            columns = voxel_features(source, features, slice(z, z + 1))[places]
            found = model.probabilities(columns.reshape(len(columns), -1).T)
            shares[:, z - slab.start] = found.T.reshape(-1, *shape)
        return shares

    return shares_of


def _forest_slabs(source: Source, features: Features, model: Model) -> Callable[[Slab], NDArray[np.float32]]:
    """The probabilities (k, planes, Y, X) of a slab, by a forest, from features that are codes at once."""
    assert isinstance(model, Forest)
    names = model.columns or features.columns
    sieve = model.trees.sieve(len(names))
    asked = np.unique(model.trees.feature[model.trees.feature >= 0])
    columns_of: dict[str, list[int]] = {}
    for column in asked:
        columns_of.setdefault(names[column].rpartition(" ")[0], []).append(int(column))
    own = threading.local()

    def shares_of(slab: Slab) -> NDArray[np.float32]:
        if not hasattr(own, "worker"):
            own.worker = _Worker(source, features, sieve, columns_of)
        worker: _Worker = own.worker
        return worker(slab)

    return shares_of


class _Worker:
    """The memory in which one thread sends slabs through a forest."""

    def __init__(self, source: Source, features: Features, sieve: Sieve, columns_of: dict[str, list[int]]) -> None:
        self._source, self._features, self._sieve, self._columns_of = source, features, sieve, columns_of
        self._scratch = Scratch()
        self._sieving = Sieving(sieve, ROWS)

    def __call__(self, slab: Slab) -> NDArray[np.float32]:
        """The probabilities (k, planes, Y, X) of a slab, overwritten by the next call."""
        height, width = self._source.image.shape[1:]
        count = (slab.stop - slab.start) * height * width
        codes = self._scratch.array("codes", (len(self._sieve.cuts.starts) - 1, count), self._sieve.kind)
        planes = slice(slab.start, slab.stop)
        for name, values in each_feature(self._source, self._features, planes, self._columns_of, self._scratch):
            for column in self._columns_of[name]:
                encode(values.reshape(-1), self._sieve.cuts, column, codes[column])
        shares = self._scratch.array("shares", (self._sieve.labels, count))
        for start in range(0, count, ROWS):
            some = slice(start, min(start + ROWS, count))
            self._sieve.share_out(self._sieving(codes, some.start, some.stop), shares[:, some])
        return shares.reshape(-1, slab.stop - slab.start, height, width)


def _most_probable(labels: NDArray[np.uint16], shares: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The label (planes, Y, X) of the highest share (k, planes, Y, X), the lower one of equals, 0 for NaN."""
    place, highest = np.zeros(shares.shape[1:], np.uint16), shares[0].copy()
    for one in range(1, len(labels)):
        np.copyto(place, one, where=shares[one] > highest)
        np.maximum(highest, shares[one], out=highest)
    found = labels[place]
    found[np.isnan(highest)] = 0
    return found
