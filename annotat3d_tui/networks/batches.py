"""Batches of samples: what a step sees is decided by the seed and its number, so that a training can go on from any."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.networks.dataset import Dataset, Sample
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.workers import ALONE, Workers

if TYPE_CHECKING:
    from annotat3d_tui.networks.augmentation import Augmentation

ORDER, CHANGES = 0, 1
"""What a stream of random numbers is for."""
WORKERS = 2
AHEAD = 4
"""Batches made before they are asked for."""


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step learns from, all (batch, [z,] y, x): normalized images, indices of classes, weights."""

    images: NDArray[np.float32]
    labels: NDArray[np.int32]
    weights: NDArray[np.float32]


def batch_of(
    dataset: Dataset,
    *,
    size: int,
    seed: int,
    step: int,
    augmentation: "Augmentation | None",
    moments: Sequence[Moments],
    dimensions: int,
    workers: Workers = ALONE,
) -> Batch:
    """The batch of a step (from 0), or the part of one of several workers: a function of its arguments, the same in any
    process.

    Every training sample is seen once before one is seen again, each time in another order.
    """
    share = size // workers.count
    first = step * size + workers.index * share
    samples = [_changed(dataset, moments, augmentation, seed, number) for number in range(first, first + share)]
    return stacked(samples, dimensions)


def validation_batches(dataset: Dataset, size: int, moments: Sequence[Moments], dimensions: int) -> Iterator[Batch]:
    """All samples kept for validation, as they are; the last batch is filled with voxels of weight 0."""
    for start in range(0, len(dataset.validation), size):
        picked = dataset.validation[start : start + size]
        batch = stacked([_read(dataset, moments, image, sample) for image, sample in picked], dimensions)
        missing = [(0, size - len(picked))]
        yield Batch(*(np.pad(part, missing + [(0, 0)] * (part.ndim - 1)) for part in vars(batch).values()))


def stacked(samples: Sequence[Sample], dimensions: int) -> Batch:
    """Samples as one batch; in 2D without the axis z, which is 1."""
    z = 0 if dimensions == 2 else slice(None)
    images = np.stack([sample.image[z] for sample in samples])
    labels = np.stack([sample.label[z] for sample in samples]).astype(np.int32)
    return Batch(images[..., None], labels, np.stack([sample.weight[z] for sample in samples]))


class Batches:
    """The batches from a step on, some made ahead in threads; closed by leaving its context.

    waited: seconds for which `next` had none ready.
    """

    def __init__(
        self,
        dataset: Dataset,
        first: int,
        *,
        size: int,
        seed: int,
        augmentation: "Augmentation | None",
        moments: Sequence[Moments],
        dimensions: int,
        workers: Workers = ALONE,
    ) -> None:
        self._make = partial(
            batch_of,
            dataset,
            size=size,
            seed=seed,
            augmentation=augmentation,
            moments=moments,
            dimensions=dimensions,
            workers=workers,
        )
        self._step = first
        self._pool = ThreadPoolExecutor(WORKERS, "batches")
        self._coming: deque[Future[Batch]] = deque()
        self.waited = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def next(self) -> Batch:
        """The next batch; raises what went wrong while it was made."""
        while len(self._coming) < AHEAD:
            self._coming.append(self._pool.submit(self._make, step=self._step))
            self._step += 1
        begun = time.monotonic()
        batch = self._coming.popleft().result()
        self.waited += time.monotonic() - begun
        return batch


def _changed(
    dataset: Dataset, moments: Sequence[Moments], augmentation: "Augmentation | None", seed: int, number: int
) -> Sample:
    """The sample that is seen as the `number`-th since the beginning, augmented."""
    epoch, place = divmod(number, len(dataset.training))
    image, sample = dataset.training[_order(len(dataset.training), seed, epoch)[place]]
    found = _read(dataset, moments, image, sample)
    if augmentation is None:
        return found
    from annotat3d_tui.networks.augmentation import augment

    return augment(found, augmentation, _random(seed, CHANGES, number))


def _read(dataset: Dataset, moments: Sequence[Moments], image: int, sample: int) -> Sample:
    found = dataset.read(int(image), int(sample))
    return Sample(moments[image].normalized(found.image), found.label, found.weight)


@lru_cache(8)
def _order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    return _random(seed, ORDER, epoch).permutation(count)


def _random(seed: int, purpose: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, purpose, number]))
