"""Marker volumes from elsewhere: 0 is unmarked, any other value the id of a label, or what a mapping makes of it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter, ShapeMismatch, UnknownType
from annotat3d_tui.labels.colours import HIGHEST_LABEL, check_label

Offset = tuple[int, int, int]
_VOXELS_AT_ONCE = 1 << 24


def check_mask(volume: NDArray[Any], shape: tuple[int, ...], name: str = "The mask") -> tuple[int, ...]:
    """The label ids in a marker volume (Z, Y, X) of integers, rising; `name` stands for it in messages.

    Raises ShapeMismatch unless it has `shape`, UnknownType for floating point, InvalidMarkers when nothing is marked
    or a value is no label's id.
    """
    _check_kind(volume, shape, name)
    return _check_values({value for _, values in _marks(volume) for value in np.unique(values).tolist()}, name)


def marked_voxels(
    volume: NDArray[Any], shape: tuple[int, ...], mapping: Mapping[int, int] | None = None, name: str = "The mask"
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Flat indices (m,), rising, and labels (m,) of the marks of a marker volume (Z, Y, X).

    mapping: from each value of the mask to a label's id, or to 0 to leave its voxels out; without it a value is the
    id. Raises as `check_mask`, and InvalidMarkers for a value that the mapping does not name.

    >>> marked_voxels(np.array([[[0, 7, 3]]]), (1, 1, 3), {7: 2, 3: 0})
    (array([1]), array([2], dtype=uint16))
    """
    _check_kind(volume, shape, name)
    parts = [(where, values) for where, values in _marks(volume) if len(where)]
    found = {value for _, values in parts for value in np.unique(values).tolist()}
    if mapping is None:
        _check_values(found, name)
        return _joined([(where, values.astype(np.uint16)) for where, values in parts], name)
    for label in mapping.values():
        if label != 0:
            check_label(label)
    _check_mapped(found, mapping, name)
    numbers = np.array(sorted(found), dtype=volume.dtype)
    to = np.array([mapping[value] for value in sorted(found)], dtype=np.uint16)
    mapped = [(where, to[np.searchsorted(numbers, values)]) for where, values in parts]
    return _joined([(where[labels != 0], labels[labels != 0]) for where, labels in mapped], name)


def values_of(volume: NDArray[Any], name: str = "The mask") -> dict[int, int]:
    """How many voxels of a marker volume (Z, Y, X) have each value that is not 0, by rising value.

    Raises UnknownType for floating point, InvalidMarkers when nothing is marked.

    >>> values_of(np.array([[[0, 7, 3, 7]]]))
    {3: 1, 7: 2}
    """
    _check_kind(volume, volume.shape, name)
    counts: Counter[int] = Counter()
    for _, values in _marks(volume):
        found, times = np.unique(values, return_counts=True)
        counts.update(dict(zip(found.tolist(), times.tolist(), strict=True)))
    if not counts:
        raise _nothing_marked(name)
    return {int(value): counts[value] for value in sorted(counts)}


def check_fits(part: tuple[int, ...], shape: tuple[int, ...], name: str = "The mask") -> None:
    """Raises ShapeMismatch when a volume of shape `part` is larger than one of `shape` in any direction."""
    if any(side > whole for side, whole in zip(part, shape, strict=True)):
        raise ShapeMismatch(
            f"{name} must have the image's size {size_text(shape)} or be a part of it, received {size_text(part)}: "
            "give the mask of this image."
        )


def check_place(part: tuple[int, ...], shape: tuple[int, ...], offset: Offset, name: str = "The mask") -> None:
    """Raises ShapeMismatch unless a volume of shape `part` placed at `offset` (z, y, x) lies inside one of `shape`."""
    check_fits(part, shape, name)
    if any(at < 0 or at + side > whole for at, side, whole in zip(offset, part, shape, strict=True)):
        z, y, x = offset
        last_z, last_y, last_x = (whole - side for side, whole in zip(part, shape, strict=True))
        raise ShapeMismatch(
            f"{name} of {size_text(part)} must lie inside the image of {size_text(shape)}, received the place "
            f"x {x}, y {y}, z {z}: give a place from 0 0 0 to {last_x} {last_y} {last_z} (x y z)."
        )


def placed(
    where: NDArray[np.int64], part: tuple[int, ...], shape: tuple[int, ...], offset: Offset
) -> NDArray[np.int64]:
    """Flat indices (m,) in a volume of `shape` of voxels (m,) of a part of it that lies at `offset` (z, y, x).

    >>> placed(np.array([0, 3]), (1, 2, 2), (3, 4, 5), (1, 1, 2))
    array([27, 33])
    """
    inside = np.unravel_index(where, part)
    moved = tuple(axis + at for axis, at in zip(inside, offset, strict=True))
    return np.ravel_multi_index(moved, shape).astype(np.int64)


def mapping_of(text: str, names: Mapping[str, int] | None = None) -> dict[int, int]:
    """The mapping from values of a mask to label ids that is written `1=2,255=0`; nothing is an empty one.

    names: ids by names that may stand in the place of ids. Raises InvalidParameter.

    >>> mapping_of("1=2, 255=Grain", {"Grain": 7})
    {1: 2, 255: 7}
    """
    mapping: dict[int, int] = {}
    for pair in text.split(",") if text.strip() else []:
        value, _, label = (word.strip() for word in pair.partition("="))
        known = (names or {}).get(label, label)
        if not re.fullmatch(r"-?\d{1,19}", value) or not re.fullmatch(r"\d{1,9}", str(known)) or int(value) in mapping:
            raise InvalidParameter(
                "A mapping must be pairs VALUE=LABEL such as 1=2,255=1, each value once and each label one that is "
                f"there, received {pair.strip()!r}: correct it."
            )
        mapping[int(value)] = int(known)
        if mapping[int(value)]:
            check_label(mapping[int(value)])
    return mapping


def marks_of(mask: NDArray[Any], name: str = "The mask") -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Coordinates z, y, x (m, 3) and labels (m,) of the marks of a mask, in raster order; raises as `check_mask`.

    >>> marks_of(np.array([[[0, 7], [3, 0]]]))
    (array([[0, 0, 1],
           [0, 1, 0]]), array([7, 3], dtype=uint16))
    """
    where, labels = marked_voxels(mask, mask.shape, name=name)
    return np.stack(np.unravel_index(where, mask.shape), axis=1), labels


def _marks(volume: NDArray[Any]) -> Iterator[tuple[NDArray[np.int64], NDArray[Any]]]:
    """Flat indices and values of what is not 0, some planes at a time."""
    in_plane = max(int(np.prod(volume.shape[1:])), 1)
    planes = max(_VOXELS_AT_ONCE // in_plane, 1)
    for first in range(0, volume.shape[0], planes):
        flat = np.asarray(volume[first : first + planes]).reshape(-1)
        where = np.flatnonzero(flat)
        yield where + first * in_plane, flat[where]


def _joined(
    parts: list[tuple[NDArray[np.int64], NDArray[np.uint16]]], name: str
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    if not any(len(where) for where, _ in parts):
        raise _nothing_marked(name)
    return np.concatenate([where for where, _ in parts]), np.concatenate([labels for _, labels in parts])


def _check_kind(volume: NDArray[Any], shape: tuple[int, ...], name: str) -> None:
    if volume.shape != tuple(shape):
        raise ShapeMismatch(
            f"{name} must have the image's size {size_text(shape)}, received {size_text(volume.shape)}: "
            "give the mask of this image."
        )
    if volume.dtype.kind not in "bui":
        raise UnknownType(
            f"{name} must hold whole numbers (0 unmarked, else a label's id), received {volume.dtype}: "
            "save it as uint8 or uint16."
        )


def _check_values(found: set[int], name: str) -> tuple[int, ...]:
    if not found:
        raise _nothing_marked(name)
    wrong = next((value for value in sorted(found) if not 1 <= value <= HIGHEST_LABEL), None)
    if wrong is not None:
        raise InvalidMarkers(
            f"{name} must hold labels from 1 to {HIGHEST_LABEL}, or 0 for unmarked, received {wrong}: "
            "give a mapping from its values to labels."
        )
    return tuple(int(value) for value in sorted(found))


def _check_mapped(found: set[int], mapping: Mapping[int, int], name: str) -> None:
    missing = sorted(found - set(mapping))
    if missing:
        raise InvalidMarkers(
            f"{name} holds the value {missing[0]}, which must be in the mapping, received only "
            f"{', '.join(str(value) for value in sorted(mapping)) or 'an empty one'}: "
            f"add {missing[0]} with its label, or with 0 to leave it out."
        )


def _nothing_marked(name: str) -> InvalidMarkers:
    return InvalidMarkers(f"{name} must mark at least one voxel, received none: mark some, or give another mask.")
