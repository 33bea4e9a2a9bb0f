"""Which datasets may be volumes, and what they say of their axes."""

import json
from typing import Any

import h5py
import numpy as np

from annotat3d_tui.volume.axes import is_keys, long_axes

SMALL_TEXT = 1 << 16


def is_volume(dataset: Any) -> bool:
    """Whether a dataset may be a volume: numbers along 3 axes, but for those of length 1."""
    return isinstance(dataset, h5py.Dataset) and _numbers(dataset) and len(long_axes(dataset.shape)) == 3


def is_plane(dataset: Any) -> bool:
    """Whether a dataset may be a volume of one plane."""
    return isinstance(dataset, h5py.Dataset) and _numbers(dataset) and len(long_axes(dataset.shape)) == 2


def axis_keys(dataset: h5py.Dataset) -> str:
    """A letter for each axis, as vigra and ilastik write them; empty where nothing is said."""
    try:
        said = dataset.attrs.get_id("axistags")
        if said.get_storage_size() > SMALL_TEXT or said.shape != ():
            return ""
        axes = json.loads(dataset.attrs["axistags"])["axes"]
        keys = "".join(str(axis["key"]) for axis in axes)
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""
    return keys if is_keys(keys, len(dataset.shape)) else ""


def _numbers(dataset: h5py.Dataset) -> bool:
    try:
        return bool(np.issubdtype(dataset.dtype, np.number) or dataset.dtype.kind == "b")
    except TypeError:  # NumPy has no such type
        return False
