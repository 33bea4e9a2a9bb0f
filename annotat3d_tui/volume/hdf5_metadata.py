"""Voxel size and unit of a dataset: as we, ilastik, Fiji and vigra write them."""

import math
from typing import Any

import h5py
import numpy as np

from annotat3d_tui.volume.axes import Selection
from annotat3d_tui.volume.units import in_micrometres, plain_unit
from annotat3d_tui.volume.voxel_size import UNKNOWN, VoxelSize, micrometres, voxel_size

SIZE, UNIT, MICROMETRES = "voxel_size", "unit", "element_size_um"
_SIZES = ((SIZE, ""), (MICROMETRES, "µm"), ("resolution", ""), ("spacing", ""), ("pixel_size", ""))


def read_voxel_size(dataset: h5py.Dataset, selection: Selection) -> VoxelSize:
    """Voxel size (z, y, x) and its unit; 1 voxel where the attributes say nothing."""
    for name, unit in _SIZES:
        lengths = _lengths(_small(dataset, name))
        if len(lengths) == len(selection.lengths) and len(lengths) > 3:
            lengths = [*selection.sizes(lengths)]
        if len(lengths) == 1:
            lengths *= 3
        assumed = "z" if len(lengths) == 2 else ""
        if assumed:
            lengths = [1.0, *lengths]
        if len(lengths) == 3:
            units = (unit,) * 3 if unit else _units(dataset, selection)
            return voxel_size((lengths[0], lengths[1], lengths[2]), units, assumed)
    return UNKNOWN


def write_voxel_size(dataset: h5py.Dataset, lengths: tuple[float, float, float], unit: str) -> None:
    """Attributes for us and, where the unit is one of length, for Fiji and others, which want µm."""
    dataset.attrs[SIZE] = np.array(lengths, np.float64)
    dataset.attrs[UNIT] = unit
    if in_micrometres(unit) is not None:
        dataset.attrs[MICROMETRES] = np.array([micrometres(length, unit) for length in lengths], np.float64)


def _units(dataset: h5py.Dataset, selection: Selection) -> tuple[str, str, str]:
    """Units along z, y, x: of an attribute with one for each axis, or with one for all."""
    said = next((found for name in (UNIT, "units", "unit_name") if (found := _small(dataset, name)) is not None), None)
    words = [_plain(word) for word in np.ravel(said)] if isinstance(said, np.ndarray) else [_plain(said)]
    if len(words) == len(selection.lengths) > 1:
        z, y, x = selection.axes
        return words[y if z is None else z], words[y], words[x]
    if len(words) == 3:
        return words[0], words[1], words[2]
    return ((words or ["voxel"])[0],) * 3


def _plain(said: Any) -> str:
    if isinstance(said, bytes):
        said = said.decode("utf-8", "replace")
    unit = plain_unit(said) if isinstance(said, str) else "voxel"
    return unit if unit.isprintable() else "voxel"


def _small(dataset: h5py.Dataset, name: str) -> Any:
    """The value of an attribute, None where it is not there or large."""
    try:
        if name not in dataset.attrs:
            return None
        attribute = dataset.attrs.get_id(name)
        if math.prod(attribute.shape) > 8 or attribute.dtype.itemsize > 1024:
            return None
        return dataset.attrs[name]
    except (OSError, TypeError, ValueError, KeyError, RuntimeError):
        return None


def _lengths(said: Any) -> list[float]:
    """Positive lengths; none where one of them is not."""
    if said is None:
        return []
    try:
        lengths = [float(length) for length in np.ravel(said)]
    except (TypeError, ValueError):
        return []
    return lengths if all(length > 0 and math.isfinite(length) for length in lengths) else []
