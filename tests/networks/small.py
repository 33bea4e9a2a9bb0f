"""A small dataset that can be learned, textured blobs in noise, and networks small enough to be begun often."""

from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from annotat3d_tui.networks import architectures
from annotat3d_tui.networks.dataset import Dataset, open_dataset
from annotat3d_tui.networks.normalization import moments_of
from annotat3d_tui.networks.storing import Content, written_dataset

CLASSES = (1, 2)
ROOT = str(Path(__file__).parents[2])
SHRUNK = f"import sys; sys.path.insert(0, {ROOT!r})\nfrom tests.networks.small import shrink; shrink()\n"
"""How the script of a child begins whose networks are small."""


def shrink() -> None:
    """Give unet3d three levels and vnet two features, in this process: the same code, a third of the operations."""
    architectures.UNET_FEATURES["unet3d"] = (8, 8, 16, 8)
    architectures.VNET_BASES["vnet"] = 2


def textured(seed: int, size: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Image and label (Z, Y, X): 1 and 2 differ in texture, hardly in grey value."""
    rng = np.random.default_rng(seed)
    field = gaussian_filter(rng.standard_normal((size,) * 3), 3.0)
    inside = field > np.quantile(field, 0.85)
    smooth = gaussian_filter(rng.standard_normal(inside.shape), 1.2)
    image = np.where(inside, smooth / smooth.std(), rng.standard_normal(inside.shape))
    image += 0.3 * rng.standard_normal(inside.shape)
    return (1000 + 100 * image).clip(0, 2000).astype(np.uint16), (1 + inside).astype(np.uint8)


def textured_dataset(path: Path, patch: tuple[int, int, int], samples: int, validation: int = 2) -> Dataset:
    """Samples (z, y, x) of such a volume, and some of another one for validation."""
    rng = np.random.default_rng(0)
    volumes = textured(1), textured(2)
    held = np.zeros((2, max(samples, validation)), np.uint8)
    held[1] = 1
    moments = [moments_of([image]) for image, _ in volumes]
    content = Content(2, held.shape[1], patch, np.dtype(np.uint16), np.dtype(np.uint8), CLASSES, moments, held)
    with written_dataset(path, content, overwrite=True) as writer:
        for volume, sample in np.ndindex(held.shape):
            image, label = volumes[volume]
            corner = [rng.integers(0, size - side + 1) for size, side in zip(image.shape, patch, strict=True)]
            place = tuple(slice(start, start + side) for start, side in zip(corner, patch, strict=True))
            writer.put(volume, sample, image[place], label[place])
    return open_dataset(path)
