"""Writing HDF5: a dataset that lies there as it is, so that it can be mapped, or one in compressed chunks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, OutputExists
from annotat3d_tui.volume.hdf5_file import opened
from annotat3d_tui.volume.hdf5_metadata import write_voxel_size
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.place import Place
from annotat3d_tui.volume.source import regrouped

DATASET = "/data"
"""Where a volume is put when nobody says."""
CHUNK = (8, 256, 256)
_LEVEL = 4


def write(path: Path, blocks: Iterable[NDArray[Any]], header: Header) -> None:
    """Write the voxels, little-endian, into a new file, or into one that is there as `header.inside`.

    Compressed by gzip in chunks where that is asked for. No date is written.
    """
    name = header.inside or DATASET
    with h5py.File(path, "r+" if path.stat().st_size else "w") as file:
        if name in file:
            del file[name]
        chunk = tuple(min(side, length) for side, length in zip(CHUNK, header.shape, strict=True))
        packed = {"chunks": chunk, "compression": "gzip", "compression_opts": _LEVEL, "shuffle": True}
        dataset = file.create_dataset(
            name, header.shape, header.dtype.newbyteorder("<"), **(packed if header.compress else {})
        )
        write_voxel_size(dataset, header.voxel_size, header.unit)
        start = 0
        for block in regrouped(blocks, CHUNK[0]) if header.compress else blocks:
            dataset.write_direct(np.ascontiguousarray(block), dest_sel=np.s_[start : start + len(block)])
            start += len(block)


def check_room(place: Place, overwrite: bool) -> None:
    """Raises OutputExists or InvalidFile when a dataset cannot be put into a file that is there."""
    with opened(place.file) as file:
        parts = place.inside.strip("/").split("/")
        for end in range(1, len(parts)):
            if isinstance(file.get("/".join(parts[:end])), h5py.Dataset):
                raise InvalidFile(
                    f"{place.name} must not lie in the dataset {'/'.join(parts[:end])}: name another path."
                )
        found = file.get(place.inside)
    if found is None:
        return
    if not overwrite:
        raise OutputExists(f"{place.name} exists: give --overwrite to replace it, or another name.")
