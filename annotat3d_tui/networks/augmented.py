"""A dataset whose samples for training were changed once, for programs that do not change them while they learn."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.networks.augmentation import Augmentation, augment
from annotat3d_tui.networks.dataset import Dataset, Sample
from annotat3d_tui.networks.storing import Content, label_type, written_dataset
from annotat3d_tui.volume.writing import check_free_space


def write_augmented(
    dataset: Dataset,
    path: Path | str,
    augmentation: Augmentation,
    *,
    seed: int = 0,
    overwrite: bool = False,
    progress: Progress = quiet,
) -> None:
    """Write a dataset of as many samples: those for training changed, those for validation as they are.

    Moments stay those of the images as they were. The same bytes for the same dataset, augmentation and seed. Raises
    InvalidFile for a damaged dataset, or what writing raises; then nothing is written.
    """
    check_free_space(path, dataset.path.stat().st_size)
    training = set(map(tuple, dataset.training.tolist()))
    with written_dataset(path, _content(dataset, augmentation, seed), overwrite) as writer:
        for number in range(dataset.images * dataset.samples):
            progress(number / (dataset.images * dataset.samples), "augment")
            image, sample = divmod(number, dataset.samples)
            if (image, sample) not in training:
                writer.put(image, sample, *dataset.read_raw(image, sample))
                continue
            rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, image, sample]))
            changed = augment(dataset.read(image, sample, exact=True), augmentation, rng)
            told = changed.weight > 0 if dataset.unlabelled is not None else True  # else by a weight of 0 alone
            weight = np.where(told, changed.weight, np.float32(1))
            writer.put(image, sample, as_type(changed.image, dataset.dtype), ids_of(changed, dataset), weight)
        progress(1.0, "augment")


def as_type(voxels: NDArray[np.floating], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Grey values as another type: rounded, and the nearest that a type of whole numbers has.

    >>> as_type(np.array([-3.0, 1.6, 300.0], np.float32), np.dtype(np.uint8))
    array([  0,   2, 255], dtype=uint8)
    """
    if dtype.kind not in "iu":
        return voxels.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(voxels.astype(np.float64)), limits.min, limits.max).astype(dtype)


def ids_of(sample: Sample, dataset: Dataset) -> NDArray[Any]:
    """The label ids of a sample's classes, and where it is ignored the id that says so."""
    known = [*dataset.classes, *([] if dataset.unlabelled is None else [dataset.unlabelled])]
    ids = np.array(dataset.classes, label_type(known))[sample.label]
    if dataset.unlabelled is not None:
        ids[sample.weight == 0] = dataset.unlabelled
    return ids


def _content(dataset: Dataset, augmentation: Augmentation, seed: int) -> Content:
    held = np.zeros((dataset.images, dataset.samples), np.uint8)
    held[tuple(dataset.validation.T)] = 1
    known = [*dataset.classes, *([] if dataset.unlabelled is None else [dataset.unlabelled])]
    return Content(
        images=dataset.images,
        samples=dataset.samples,
        patch=dataset.patch,
        dtype=dataset.dtype,
        label_dtype=label_type(known),
        classes=dataset.classes,
        moments=dataset.moments,
        validation=held,
        unlabelled=dataset.unlabelled,
        names=dataset.names,
        has_weight=dataset.has_weight,
        sources=dataset.sources,
        parameters={**dataset.parameters, "augmentation": {**augmentation.to_dict(), "seed": seed}},
    )
