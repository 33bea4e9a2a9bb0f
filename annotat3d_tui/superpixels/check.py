"""Loaded superpixels -> superpixels that fit the image, with ids 1…n."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text, slabs
from annotat3d_tui.errors import InvalidFile, ShapeMismatch, UnknownType

_PLANES = 16


def check_superpixels(ids: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Superpixels of an image of `shape` (Z, Y, X), with ids 1…n: holes are closed, the order stays.

    `ids` are whole numbers of any width; the same array when nothing needs to change. Raises ShapeMismatch,
    UnknownType for real numbers, InvalidFile for ids below 1.

    >>> check_superpixels(np.array([[[2, 2, 9]]], np.uint16), (1, 1, 3)).tolist()
    [[[1, 1, 2]]]
    """
    check_form(ids, shape)
    present = _present_ids(ids)
    if present[-1] == present.size:
        return ids if ids.dtype == np.int32 else ids.astype(np.int32)
    numbers = np.empty(ids.shape, np.int32)
    for slab in slabs(ids.shape[0], _PLANES):
        numbers[slab.write] = np.searchsorted(present, ids[slab.write]) + 1
    return numbers


def check_form(ids: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Raises ShapeMismatch unless superpixels have the `shape` of the image, UnknownType unless whole numbers."""
    if ids.shape != tuple(shape):
        raise ShapeMismatch(
            f"Superpixels must have the image's size {size_text(shape)}, received {size_text(ids.shape)}: "
            "give the superpixels of this image."
        )
    if ids.dtype.kind not in "iu":
        raise UnknownType(f"Superpixels must be whole numbers, received {ids.dtype}: save them as 32-bit integers.")


def _present_ids(ids: NDArray[Any]) -> NDArray[Any]:
    """The ids that occur, in order; raises InvalidFile when one is below 1."""
    parts = [ids[slab.write] for slab in slabs(ids.shape[0], _PLANES)]
    lowest, highest = min(int(part.min()) for part in parts), max(int(part.max()) for part in parts)
    if lowest < 1:
        z, y, x = np.unravel_index(int(np.argmax(ids < 1)), ids.shape)
        raise InvalidFile(
            f"Superpixels must have an id of at least 1 in every voxel, received {ids[z, y, x]} at "
            f"x {x}, y {y}, z {z}: give superpixels that cover the whole image, or annotat3d superpixels --repair "
            "them."
        )
    if highest > 2 * ids.size:
        return np.unique(np.concatenate([np.unique(part) for part in parts]))
    occurs = np.zeros(highest + 1, np.bool_)
    for part in parts:
        occurs[part] = True
    return np.flatnonzero(occurs)
