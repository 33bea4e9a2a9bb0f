"""Label volumes of touching cells, and their image, that tests of editing share."""

import numpy as np
from numpy.typing import NDArray


def cells(shape: tuple[int, int, int], count: int, seed: int = 0, share: float = 0.6) -> NDArray[np.uint16]:
    """Labels 1…count around random points, as far as `share` of their spacing; 0 between and around them."""
    from scipy.spatial import KDTree

    random = np.random.default_rng(seed)
    points = random.random((count, 3)) * shape
    zyx = np.stack(np.indices(shape), axis=-1).reshape(-1, 3)
    distance, nearest = KDTree(points).query(zyx)
    radius = share * (np.prod(shape) / count) ** (1 / 3)
    return np.where(distance <= radius, nearest + 1, 0).astype(np.uint16).reshape(shape)


def picture(label: NDArray[np.uint16], noise: float = 10.0, seed: int = 0) -> NDArray[np.uint8]:
    """Grey values: objects brighter than what is around them, their borders dark, with noise."""
    random = np.random.default_rng(seed)
    grey = np.where(label > 0, 160.0 + 8 * (label % 5), 60.0)
    return np.clip(grey + random.normal(0, noise, label.shape), 0, 255).astype(np.uint8)
