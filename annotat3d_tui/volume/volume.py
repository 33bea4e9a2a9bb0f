"""A volume: voxels (Z, Y, X), and how large a voxel is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text


@dataclass(frozen=True)
class Volume:
    """Voxels (Z, Y, X), with the voxel size (z, y, x) in `unit` and the file they come from.

    `data` of an opened volume is read-only, in the machine's byte order, with whole planes in C
    order, and memory-mapped where the file allows (uncompressed, in the machine's byte order).
    `warnings` are sentences about what may be wrong with its files.
    """

    data: NDArray[Any]
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0)
    unit: str = "voxel"
    path: Path | None = None
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> str:
        """Its size as people read it, X×Y×Z."""
        return size_text(self.data.shape)
