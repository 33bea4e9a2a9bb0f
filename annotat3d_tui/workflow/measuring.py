"""Image, superpixels and markers -> feature table and training samples; what is known already is not computed again."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import __version__
from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.cache import Cache, NoCache
from annotat3d_tui.classifiers.groups import groups_of
from annotat3d_tui.classifiers.training import superpixel_groups, superpixel_samples, voxel_samples
from annotat3d_tui.classifiers.training_data import TrainingData
from annotat3d_tui.content import content_key, text_key
from annotat3d_tui.errors import InvalidMarkers
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.registry import origins
from annotat3d_tui.workflow.settings import Segmentation

ALL_AT_ONCE = 1 << 24
"""Voxels up to which a preview measures the whole image, so that the next one need not, if there is a cache."""


class Markers(NamedTuple):
    """Marked voxels of an image: coordinates (m, 3) z, y, x, their labels (m,), and the names of labels."""

    coordinates: NDArray[np.int64]
    labels: NDArray[Any]
    names: dict[int, str]


class Measured(NamedTuple):
    """Training samples, or None without markers, and the table (n, columns) of superpixels, None without those."""

    samples: TrainingData | None
    table: NDArray[np.float32] | None


def measure(
    image: NDArray[Any],
    markers: Markers,
    parameters: Segmentation,
    superpixels: NDArray[np.int32] | None,
    planes: slice | None = None,
    *,
    source: str = "",
    cache: Cache | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> Measured:
    """What is measured of an image (Z, Y, X) with settled parameters.

    `planes`: those whose superpixels are wanted, the others may be NaN. `source` names the image in the samples.
    """
    coordinates, labels = markers.coordinates, markers.labels
    groups, groups_are = groups_of(coordinates, labels) if len(labels) else (np.zeros(0, np.intp), "planes")
    on_voxels = parameters.training_on == "voxels"
    if on_voxels:
        chosen = voxel_samples(coordinates, labels, seed=parameters.classifier.seed)
        coordinates, labels, groups = coordinates[chosen], labels[chosen], groups[chosen]
    marked = coordinates if on_voxels and len(labels) else None
    pooled = partial(_pooled_planes, planes, coordinates, superpixels, on_voxels, cache)
    rows, table = _tables(image, parameters.features, superpixels, marked, pooled, cache, threads, progress)
    if not len(labels):
        return Measured(None, table)
    if not on_voxels:
        assert superpixels is not None
        assert table is not None
        groups = superpixel_groups(superpixels, coordinates, groups)
        ids, labels = _marked_superpixels(superpixels, coordinates, labels)
        rows = table[ids - 1]
    assert rows is not None
    samples = TrainingData(
        rows=np.ascontiguousarray(rows),
        labels=labels.astype(np.uint16),
        groups=groups,
        groups_are=groups_are,
        columns=parameters.features.columns,
        parameters=parameters.measuring,
        names=markers.names,
        sources=((source, content_key(image)),) if cache is not None or source else (),
    )
    return Measured(samples, table)


def _marked_superpixels(
    superpixels: NDArray[np.int32], coordinates: NDArray[np.int64], labels: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
    ids, majority = superpixel_samples(superpixels, coordinates, labels)
    if len(np.unique(majority)) == 1 < len(np.unique(labels)):
        raise InvalidMarkers(
            f"Marked superpixels must be of at least two labels, received only label {majority[0]}, since one "
            "superpixel holds marks of several: choose a smaller spacing, or learn from voxels."
        )
    return ids, majority


def _tables(
    image: NDArray[Any],
    features: Features,
    superpixels: NDArray[np.int32] | None,
    marked: NDArray[np.int64] | None,
    pooled: Callable[[], slice | None],
    cache: Cache | None,
    threads: int,
    progress: Progress,
) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
    """Rows of the marked voxels (m, columns) and of superpixels (n, columns), from the cache or computed at once.

    `pooled` gives the planes to pool over, if superpixels must be measured.
    """
    known = _Known(image, features, cache)
    table = known.table(superpixels)
    at, rows = known.rows()
    missing = None if marked is None else _without(marked, at)
    wanted = superpixels if table is None else None
    if wanted is not None or (missing is not None and len(missing)):
        planes = None if wanted is None else pooled()
        made = features(image, superpixels=wanted, marked=missing, planes=planes, threads=threads, progress=progress)
        if made.superpixels is not None:
            table = made.superpixels
            if planes is None and superpixels is not None:
                known.keep_table(superpixels, table)
        if missing is not None and made.voxels is not None and len(missing):
            at, rows = np.concatenate([at, missing]), np.concatenate([rows, made.voxels])
            known.keep_rows(at, rows)
    return (None if marked is None else rows[_places(marked, at)]), table


class _Known:
    """What a cache holds of an image measured by some features."""

    def __init__(self, image: NDArray[Any], features: Features, cache: Cache | None) -> None:
        self._cache: Cache = NoCache() if cache is None else cache
        self._width = len(features.columns)
        words = json.dumps(features.to_dict(), sort_keys=True)
        self._key = ""
        if cache is not None:
            added = origins(features.filters)
            self._key = text_key("features", __version__, content_key(image), words, *added)

    def table(self, superpixels: NDArray[np.int32] | None) -> NDArray[np.float32] | None:
        """The table of superpixels, if it is known."""
        if superpixels is None or not self._key:
            return None
        return self._cache.get(self._table_key(superpixels))

    def keep_table(self, superpixels: NDArray[np.int32], table: NDArray[np.float32]) -> None:
        if self._key:
            self._cache.put(self._table_key(superpixels), table)

    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Coordinates (m, 3) of the voxels that are known, and their rows."""
        found = self._cache.get(self._key + "-voxels") if self._key else None
        if found is None:
            return np.zeros((0, 3), np.int64), np.zeros((0, self._width), np.float32)
        return np.array(found["at"]), np.array(found["row"])

    def keep_rows(self, at: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
        if self._key:
            both = np.empty(len(at), [("at", np.int64, (3,)), ("row", np.float32, (self._width,))])
            both["at"], both["row"] = at, rows
            self._cache.put(self._key + "-voxels", both)

    def _table_key(self, superpixels: NDArray[np.int32]) -> str:
        return f"{self._key}-{content_key(superpixels)}"


def _without(marked: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """The voxels of `marked` (m, 3) that are not in `known`, each once."""
    both = np.unique(marked, axis=0)
    return both[~np.isin(_as_one(both), _as_one(known))]


def _places(marked: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each voxel of `marked` (m, 3) is in `at`."""
    keys = _as_one(at)
    order = np.argsort(keys)
    return order[np.searchsorted(keys, _as_one(marked), sorter=order)]


def _as_one(coordinates: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number a voxel; the sides of a volume are below 2^21."""
    keys: NDArray[np.int64] = coordinates @ np.array([1 << 42, 1 << 21, 1])
    return keys


def _pooled_planes(
    planes: slice | None,
    coordinates: NDArray[np.int64],
    superpixels: NDArray[np.int32] | None,
    on_voxels: bool,
    cache: Cache | None,
) -> slice | None:
    """The planes that a preview must pool over, so that the superpixels it labels or learns from are whole ones.

    Those of another program may be in pieces, so each plane is looked at. None stands for all.
    """
    if planes is None or superpixels is None or (cache is not None and superpixels.size <= ALL_AT_ONCE):
        return None
    wanted = np.zeros(int(superpixels.max()) + 1, np.bool_)
    wanted[superpixels[planes]] = True
    first, last = planes.start, planes.stop - 1
    if not on_voxels and len(coordinates):
        wanted[superpixels[tuple(coordinates.T)]] = True
        first, last = min(first, int(coordinates[:, 0].min())), max(last, int(coordinates[:, 0].max()))
    before = (z for z in range(first) if wanted[superpixels[z]].any())
    after = (z for z in range(len(superpixels) - 1, last, -1) if wanted[superpixels[z]].any())
    return slice(next(before, first), next(after, last) + 1)
