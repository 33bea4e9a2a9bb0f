"""Small volumes and plain definitions that the tests of features share."""

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.features.block import Block, Scratch, Source
from annotat3d_tui.features.engine import evaluate
from annotat3d_tui.features.plan import evaluations

SHAPES = [(9, 13, 17), (3, 4, 6), (1, 12, 7), (5, 1, 1), (40, 3, 70)]
TYPES = (np.uint8, np.uint16, np.int16, np.int32, np.float32, np.float64)
EVERY = (
    "none",
    "fft_gauss",
    "fft_dog",
    "sobel",
    "laplacian",
    "hessian",
    "structure_tensor",
    "minimum",
    "maximum",
    "average",
    "variance",
    "median",
    "lbp",
    "membrane_projections",
    "fft_gabor",
)


def textured(shape, dtype=np.uint16, seed=0):
    """Noise on a slope that is steepest along x; three different sides show a swapped axis."""
    rng = np.random.default_rng(seed)
    z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
    values = 100 + 0.5 * z + 1.5 * y + 3 * x + rng.normal(0, 20, shape)
    low, high = (-60, 250) if np.dtype(dtype).kind in "if" else (0, 255)
    clipped = np.clip(values - (100 if low < 0 else 0), low, high)
    return clipped.astype(dtype)


def filtered(image, names, radii=(2,), dimensions=3, thickness=None):
    """Feature name -> values (Z, Y, X) of one filter or several, block by block."""
    names = (names,) if isinstance(names, str) else names
    source, scratch = Source.of(image), Scratch()
    depth = image.shape[0]
    found: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, depth, thickness or depth):
        block = Block(source, start, min(start + (thickness or depth), depth), dimensions, scratch)
        for feature, values in evaluate(block, evaluations(names, radii, dimensions)):
            found.setdefault(feature, []).append(values.copy())
    return {feature: np.concatenate(parts) for feature, parts in found.items()}


def windows(image, radius, dimensions):
    """Every voxel's window with mirrored borders, float64: (Z, Y, X, window)."""
    reach = [radius if dimensions == 3 else 0, radius, radius]
    padded = np.pad(image.astype(np.float64), [(r, r) for r in reach], mode="symmetric")
    views = np.lib.stride_tricks.sliding_window_view(padded, [2 * r + 1 for r in reach])
    return views.reshape(*image.shape, -1)
