"""Datasets for the tests of this room."""

from pathlib import Path

import numpy as np

from annotat3d_tui.networks.dataset import Dataset, open_dataset
from annotat3d_tui.networks.normalization import moments_of
from annotat3d_tui.networks.storing import Content, label_type, written_dataset

PATCH = (4, 6, 8)


def blobs(patch: tuple[int, int, int] = PATCH, *, classes: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Grey values uint16 and class indices uint8 (Z, Y, X): what is brighter is of a higher class."""
    rng = np.random.default_rng(seed)
    index = rng.integers(0, classes, patch).astype(np.uint8)
    index.flat[:classes] = np.arange(classes)
    return (1000 + 500 * index.astype(np.uint16) + rng.integers(0, 50, patch)).astype(np.uint16), index


def dataset(
    path: Path,
    *,
    images: int = 2,
    samples: int = 5,
    patch: tuple[int, int, int] = PATCH,
    classes: tuple[int, ...] = (0, 1),
    unlabelled: int | None = None,
    validation: int = 1,
    weight: bool = False,
) -> Dataset:
    """A dataset file of `blobs`, opened; the last `validation` samples of each image are not trained on."""
    held = np.zeros((images, samples), np.uint8)
    held[:, samples - validation :] = 1
    parts = [[blobs(patch, classes=len(classes), seed=samples * i + j) for j in range(samples)] for i in range(images)]
    moments = [moments_of([voxels for voxels, _ in one]) for one in parts]
    content = Content(
        images, samples, patch, np.dtype(np.uint16), label_type(classes), classes, moments, held, unlabelled,
        has_weight=weight,
    )  # fmt: skip
    with written_dataset(path, content, overwrite=True) as writer:
        for image, sample in np.ndindex(images, samples):
            voxels, index = parts[image][sample]
            ids = np.array(classes, label_type(classes))[index]
            if unlabelled is not None:
                ids[-1] = unlabelled
            writer.put(image, sample, voxels, ids, 1.0 + index if weight else None)
    return open_dataset(path)
