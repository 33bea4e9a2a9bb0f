"""Markers -> training samples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.classifiers.groups import strokes_of
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter, ShapeMismatch


def check_markers(labels: NDArray[Any], names: dict[int, str] | None = None) -> None:
    """Raises InvalidMarkers unless the label ids of the marks (m,) are of at least two labels; `names` names them."""
    present = np.unique(labels)
    if len(present) >= 2:
        return
    if len(present) == 0:
        raise InvalidMarkers(
            "Markers must hold at least two labels, received none: mark some voxels of each of two labels."
        )
    label = int(present[0])
    shown = f"{names[label]} ({label})" if names and label in names else f"label {label}"
    raise InvalidMarkers(f"Markers must hold at least two labels, received only {shown}: mark another label.")


def check_samples(samples: NDArray[np.float32], labels: NDArray[Any], columns: Sequence[str] = ()) -> None:
    """Raises ShapeMismatch, InvalidMarkers or InvalidParameter unless a classifier can learn from the samples.

    They must be finite (m, F) with a label id each (m,), of two labels at least; `columns` are F names, or none.
    """
    check_markers(labels)
    if samples.ndim != 2 or len(samples) != len(labels):
        raise ShapeMismatch(
            f"The samples must be a table with a row for each of the {len(labels)} labels, received one of shape "
            f"{samples.shape}: give the table of these labels."
        )
    if columns and len(columns) != samples.shape[1]:
        raise ShapeMismatch(
            f"The names must be as many as the columns, {samples.shape[1]}, received {len(columns)}: name each one."
        )
    if not np.isfinite(samples).all():
        row, column = np.argwhere(~np.isfinite(samples))[0]
        name = columns[column] if columns else f"column {column + 1}"
        raise InvalidParameter(
            f"The samples must hold finite numbers, received {samples[row, column]} in {name}: leave that feature out."
        )


def voxel_samples(
    coordinates: NDArray[np.integer[Any]], labels: NDArray[Any], *, limit: int = 300, seed: int = 0
) -> NDArray[np.intp]:
    """The marked voxels to train on, as ascending indices into the marks: at most `limit` of each stroke.

    coordinates: (m, 3) distinct voxels z, y, x; labels: (m,). A stroke is a 26-connected set of marks of one label, so
    it depends on the marks alone. Which voxels of it are taken is decided by a hash of each voxel's coordinates and
    `seed`: the order of the marks does not matter, and a new stroke elsewhere leaves the others' samples as they were.
    Voxels of one stroke are near copies: 300 cost no accuracy and make training up to four times cheaper.
    """
    strokes = strokes_of(coordinates, labels)
    order = np.lexsort((_hash(coordinates, seed), strokes))
    ordered = strokes[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return np.sort(order[rank < limit])


def superpixel_samples(
    superpixels: NDArray[np.int32], coordinates: NDArray[np.integer[Any]], labels: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
    """The superpixels that hold marks, as in the original: their ids, ascending, and the label of each.

    superpixels: (Z, Y, X) ids from 1; coordinates: (m, 3) z, y, x; labels: (m,). The label of a superpixel is that of
    most of its marks, the lower one of equals.
    """
    z, y, x = coordinates.T
    pairs, counts = np.unique(np.stack([superpixels[z, y, x], labels], axis=1), axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -counts, pairs[:, 0]))
    ids, first = np.unique(pairs[order, 0], return_index=True)
    return ids.astype(np.int32), pairs[order[first], 1].astype(np.uint16)


def superpixel_groups(
    superpixels: NDArray[np.int32], coordinates: NDArray[np.integer[Any]], groups: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The group of each superpixel that holds marks, in ascending order of their ids: the lowest of its marks' groups.

    groups: (m,) of each mark, from `groups.groups_of`.
    """
    z, y, x = coordinates.T
    ids = superpixels[z, y, x]
    order = np.lexsort((groups, ids))
    first = np.unique(ids[order], return_index=True)[1]
    return groups[order[first]]


def _hash(coordinates: NDArray[np.integer[Any]], seed: int) -> NDArray[np.uint64]:
    """A number for each voxel that looks random: the finaliser of SplitMix64 (Steele et al. 2014), once an axis."""
    mixed = np.full(len(coordinates), seed, np.uint64)
    for axis in coordinates.T:
        mixed = (mixed + axis.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed
