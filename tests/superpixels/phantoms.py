"""Small volumes that the tests of superpixels share."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def two_phases(
    shape: tuple[int, ...], noise: float = 1500.0, seed: int = 0
) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """A noisy image of blobs, and which voxels are blob (2) and which are not (1)."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.standard_normal(shape), 5)
    truth = (field > np.quantile(field, 0.6)).astype(np.uint8)
    image = ndimage.gaussian_filter(truth * 12000.0, 0.7) + 20000 + rng.normal(0, noise, shape)
    return image.astype(np.uint16), truth + 1


def majority_labels(ids: NDArray[np.int32], truth: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The best labels that these superpixels allow: each one's most frequent true label."""
    labels = int(truth.max()) + 1
    counts = np.bincount(ids.ravel().astype(np.int64) * labels + truth.ravel(), minlength=(int(ids.max()) + 1) * labels)
    return counts.reshape(-1, labels).argmax(axis=1)[ids]
