"""OME-Zarr, 0.4 and 0.5: which array of a group is the image at full resolution, its axes and its voxel size."""

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume.axes import is_keys
from annotat3d_tui.volume.units import plain_unit
from annotat3d_tui.volume.zarr_metadata import is_array, node_of

MOST_CHILDREN = 1000
DEEPEST = 3


@dataclass(frozen=True)
class ZarrImage:
    """The folder of an array, and what a group says of it: axes, size of a voxel along each, units of them."""

    folder: Path
    keys: str = ""
    sizes: tuple[float, ...] = ()
    units: tuple[str, ...] = ()


def images_in(folder: Path, depth: int = DEEPEST) -> list[ZarrImage]:
    """The images in a folder, itself or below: arrays, but those of a multi-resolution image count once.

    Raises InvalidFile for metadata that are damaged.
    """
    node = node_of(folder)
    if is_array(node):
        return [ZarrImage(folder, _array_keys(node))]
    if scales := _multiscales(node):
        return [_image(folder, scales)]
    if depth == 0:
        return []
    return [image for child in _children(folder) for image in images_in(child, depth - 1)]


def _children(folder: Path) -> list[Path]:
    with os.scandir(folder) as found:
        names = sorted(one.name for one in found if one.is_dir() and not one.name.startswith("."))
    return [folder / name for name in names[:MOST_CHILDREN]]


def _multiscales(node: dict[str, Any]) -> dict[str, Any]:
    attributes = node.get("attributes")
    if not isinstance(attributes, dict):
        return {}
    said = attributes.get("ome") if isinstance(attributes.get("ome"), dict) else attributes
    scales = said.get("multiscales") if isinstance(said, dict) else None
    return scales[0] if isinstance(scales, list) and scales and isinstance(scales[0], dict) else {}


def _image(folder: Path, scales: dict[str, Any]) -> ZarrImage:
    try:
        level = scales["datasets"][0]
        axes = [axis if isinstance(axis, dict) else {"name": axis} for axis in scales.get("axes") or []]
        keys = "".join(str(axis["name"]) for axis in axes)
        units = tuple(plain_unit(axis.get("unit")) for axis in axes)
        sizes = [1.0] * len(axes)
        for owner in (level, scales):
            for one in owner.get("coordinateTransformations") or []:
                if one.get("type") == "scale":
                    sizes = [size * float(more) for size, more in zip(sizes, one["scale"], strict=True)]
        path = str(level["path"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InvalidFile(
            f"{folder.name} is damaged (its multiscales lack or garble {error}): copy it again or save it anew."
        ) from error
    if not all(size > 0 and math.isfinite(size) for size in sizes):
        sizes = [1.0] * len(axes)
    if os.path.isabs(path) or ".." in path.split("/"):
        raise InvalidFile(f"{folder.name} is damaged (its image lies outside, at {path[:80]!r}): copy it again.")
    known = is_keys(keys, len(axes))
    return ZarrImage(folder / path, keys if known else "", tuple(sizes), units)


def _array_keys(node: dict[str, Any]) -> str:
    """The names of the axes of an array by itself, where they are letters that we know."""
    names = node.get("dimension_names")
    if not isinstance(names, list):
        attributes = node.get("attributes")
        names = attributes.get("_ARRAY_DIMENSIONS") if isinstance(attributes, dict) else None
    keys = "".join(str(name) for name in names) if isinstance(names, list) else ""
    return keys if isinstance(names, list) and is_keys(keys, len(names)) else ""
