"""Samples to look at while changes are chosen: of a dataset, or of an image and its label before there is one."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.networks.augmentation import Augmentation, augment
from annotat3d_tui.networks.augmented import ids_of
from annotat3d_tui.networks.dataset import Dataset, Sample, open_dataset
from annotat3d_tui.networks.pair import IMAGE, LABEL, Pair
from annotat3d_tui.networks.regions import Triple
from annotat3d_tui.volume.files import open_labels

CHANGES = tuple(one.name for one in Augmentation.parameters() if one.value_type is bool)
"""The changes, each of which may be made alone."""
TRIES = 20
"""Places at most of which the first is taken whose middle slice shows two labels."""


@dataclass(frozen=True, eq=False)
class Specimen:
    """A sample, and the label id of each voxel; both (Z, Y, X). where: what it is of, in words."""

    image: NDArray[np.float32]
    ids: NDArray[Any]
    where: str = ""


class Specimens(Protocol):
    """Where samples come from."""

    @property
    def name(self) -> str:
        """What people call it."""

    def of(self, number: int) -> Specimen:
        """A sample, as it is; any number from 0 has one."""

    def changed(self, number: int, augmentation: Augmentation, seed: int) -> Specimen:
        """The same sample changed."""


def alone(augmentation: Augmentation, changes: tuple[str, ...]) -> Augmentation:
    """These changes for certain, as far as the ranges go, and no other.

    >>> made = alone(Augmentation(gamma_min=0.5), ("contrast",))
    >>> made.contrast, made.blur, made.gamma_min, made.chance
    (True, False, 0.5, 1.0)
    """
    return replace(augmentation, chance=1.0, **{name: name in changes for name in CHANGES})


@dataclass(frozen=True, eq=False)
class DatasetSpecimens:
    """The samples of a dataset, image by image; progress: of learning what a file of another program holds."""

    path: Path
    progress: Progress = quiet

    @cached_property
    def dataset(self) -> Dataset:
        """What it holds; raises as `open_dataset`."""
        return open_dataset(self.path, self.progress)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    def of(self, number: int) -> Specimen:
        """A sample, as it is."""
        image, sample = self._place(number)
        return self._specimen(self.dataset.read(image, sample), number)

    def changed(self, number: int, augmentation: Augmentation, seed: int) -> Specimen:
        """The same sample changed, as `annotat3d dataset augment` does with this seed."""
        image, sample = self._place(number)
        rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, image, sample]))
        return self._specimen(augment(self.dataset.read(image, sample), augmentation, rng), number)

    def _place(self, number: int) -> tuple[int, int]:
        dataset = self.dataset
        return divmod(number % (dataset.images * dataset.samples), dataset.samples)

    def _specimen(self, sample: Sample, number: int) -> Specimen:
        image, which = self._place(number)
        return Specimen(sample.image, ids_of(sample, self.dataset), f"sample {which} of image {image}")


@dataclass(frozen=True, eq=False)
class PairSpecimens:
    """Patches (z, y, x) of an image with its label, drawn at random; as large as the image at most."""

    pair: Pair
    patch: Triple
    seed: int = 0

    @property
    def name(self) -> str:
        """The name of the image."""
        return self.pair.image.name

    @cached_property
    def _volumes(self) -> tuple[NDArray[Any], NDArray[Any]]:
        pair = self.pair
        return pair.source(IMAGE).voxels(), open_labels(pair.label, pair.raw_of(LABEL)).data

    def of(self, number: int) -> Specimen:
        """A patch, as it is."""
        image, label = self._volumes
        place = self._place(number)
        x, y, z = (part.start for part in reversed(place))
        voxels = np.ascontiguousarray(image[place], np.float32)
        return Specimen(voxels, np.ascontiguousarray(label[place]), f"at x {x} y {y} z {z}")

    def changed(self, number: int, augmentation: Augmentation, seed: int) -> Specimen:
        """The same patch changed."""
        before = self.of(number)
        classes, index = np.unique(before.ids, return_inverse=True)
        label: Any = index.reshape(before.ids.shape).astype(np.uint8 if len(classes) < 256 else np.uint16)
        sample = Sample(before.image, label, np.ones(label.shape, np.float32))
        rng = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, number]))
        after = augment(sample, augmentation, rng)
        return Specimen(after.image, classes[after.label], before.where)

    def _place(self, number: int) -> tuple[slice, ...]:
        _, label = self._volumes
        rng = np.random.Generator(np.random.Philox(key=self.seed, counter=[0, 0, 4, number]))
        sides = [min(side, whole) for side, whole in zip(self.patch, label.shape, strict=True)]
        room = [whole - side + 1 for side, whole in zip(sides, label.shape, strict=True)]
        for _ in range(TRIES if prod(room) > 1 else 1):
            first = [int(rng.integers(free)) for free in room]
            place = tuple(slice(start, start + side) for start, side in zip(first, sides, strict=True))
            middle = label[place][sides[0] // 2]
            if middle.min() != middle.max():
                break
        return place
