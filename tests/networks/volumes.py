"""Images and labels in files, for datasets to be made of."""

from pathlib import Path

import numpy as np

from annotat3d_tui.networks.pair import Pair
from annotat3d_tui.volume.files import save_volume

SHAPE = (12, 20, 28)


def classes(shape: tuple[int, int, int] = SHAPE, ids: tuple[int, ...] = (0, 1)) -> np.ndarray:
    """Label ids uint8 (Z, Y, X): slabs across x with a slope, so that no axis is like another."""
    z, y, x = np.indices(shape)
    return np.array(ids, np.uint8)[((x + y // 3 + z // 4) // 5) % len(ids)]


def painted(labels: np.ndarray) -> np.ndarray:
    """An image uint16 that says of each voxel its label and, in the lower digits, where it is."""
    z, y, x = np.indices(labels.shape)
    return (labels * 1000.0 + (7 * z + 3 * y + x) % 97).astype(np.uint16)


def pair(
    folder: Path, labels: np.ndarray, name: str = "a", weight: np.ndarray | None = None, suffix: str = ".npy"
) -> Pair:
    """Files of these labels and of the image that is painted with them."""
    files = {"": painted(labels), "-label": labels} | ({} if weight is None else {"-weight": weight})
    for what, volume in files.items():
        save_volume(folder / f"{name}{what}{suffix}", volume, overwrite=True, compress=suffix == ".tif")
    found = [folder / f"{name}{what}{suffix}" for what in files]
    return Pair(found[0], found[1], found[2] if weight is not None else None)
