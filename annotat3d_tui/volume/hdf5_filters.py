"""How the chunks of a dataset are compressed, and whether that can be undone here."""

import contextlib
import importlib
from typing import Any

import h5py

from annotat3d_tui.errors import InvalidFile, MissingLibrary

_NAMES = {
    1: "gzip",
    2: "",  # shuffle, fletcher32: nothing is smaller by them
    3: "",
    4: "szip",
    5: "nbit",
    6: "scaleoffset",
    32000: "lzf",
    32001: "blosc",
    32004: "lz4",
    32008: "bitshuffle",
    32013: "zfp",
    32015: "zstd",
    32026: "blosc2",
}


def compression_of(dataset: h5py.Dataset) -> str:
    """The names of the filters that make it smaller, `none` where there are none."""
    names = [_NAMES.get(code, f"filter {code}") for code in _codes(dataset)]
    return "+".join(name for name in names if name) or "none"


def check_filters(dataset: h5py.Dataset, name: str) -> None:
    """Raises MissingLibrary unless every filter is there; the package hdf5plugin brings the unusual ones."""
    missing = [code for code in _codes(dataset) if not _available(code)]
    if missing:
        with contextlib.suppress(ImportError):
            importlib.import_module("hdf5plugin")
        missing = [code for code in missing if not _available(code)]
    if not missing:
        return
    known = _NAMES.get(missing[0], "")
    what = f"the filter {missing[0]}" + (f" ({known})" if known else "")
    if missing[0] >= 1 << 16:
        raise InvalidFile(f"{name} is damaged ({what} does not exist): copy it again or save it anew from its source.")
    raise MissingLibrary(
        f"{name} is compressed by {what}, which must be installed: pip install hdf5plugin, or h5repack -f GZIP=4 "
        "where it can be read."
    )


def _available(code: int) -> bool:
    return bool(h5py.h5z.filter_avail(code))


def _codes(dataset: h5py.Dataset) -> list[int]:
    properties: Any = dataset.id.get_create_plist()
    return [int(properties.get_filter(number)[0]) for number in range(properties.get_nfilters())]
