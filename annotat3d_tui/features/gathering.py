"""Where features go: pooled in superpixels, picked at marked voxels."""

import threading
from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.features.census import Census
from annotat3d_tui.features.pooling import Pool


class Turns:
    """Blocks of one feature come in from several threads, and are taken in order."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next: defaultdict[str, int] = defaultdict(int)
        self._stopped = False

    def wait(self, key: str, number: int) -> bool:
        """Wait for turn `number` of `key`; False when there is no point any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._next[key] == number)
            return not self._stopped

    def done(self, key: str) -> None:
        """Let the next one have its turn."""
        with self._changed:
            self._next[key] += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Send everybody home."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


class Marks:
    """Features of marked voxels: coordinates (m, 3) z, y, x -> `values` (m, features)."""

    def __init__(self, coordinates: NDArray[np.int64], features: tuple[str, ...]) -> None:
        self.coordinates = coordinates
        self.values = np.empty((len(coordinates), len(features)), np.float32)
        self._place = {name: place for place, name in enumerate(features)}

    def take(self, feature: str, start: int, stop: int, values: NDArray[Any]) -> None:
        """Pick what is marked from `values` of planes `start` to `stop`."""
        here = np.flatnonzero((self.coordinates[:, 0] >= start) & (self.coordinates[:, 0] < stop))
        z, y, x = self.coordinates[here].T
        self.values[here, self._place[feature]] = values[z - start, y, x]


class Regions:
    """Features of superpixels with ids `after` + 1 to `after` + `count`, of which planes `first` to `last` are pooled.

    superpixels: (planes, Y, X), from plane `at` of the image on, these planes among them.

    Blocks are numbered from 0, in order; `blocks` are their (start, stop) planes. First every block is
    counted, then `begin`, then every block of every feature is taken. `columns` (count, features × pools) are
    contiguous each.
    """

    def __init__(
        self,
        superpixels: NDArray[np.int32],
        at: int,
        after: int,
        count: int,
        planes: tuple[int, int],
        features: tuple[str, ...],
        pooling: tuple[str, ...],
        blocks: list[tuple[int, int]],
    ) -> None:
        self._superpixels, self._at = superpixels, at
        self._parts = [slice(max(start, planes[0]), max(start, min(stop, planes[1]))) for start, stop in blocks]
        self._starts = [start for start, _ in blocks]
        self._pooling = pooling
        self._place = {name: place * len(pooling) for place, name in enumerate(features)}
        self._census = Census(count, len(blocks), after)
        self._turns = Turns()
        self._pools: dict[str, Pool] = {}
        self.columns = empty((len(features) * len(pooling), count), np.float32).T

    def count(self, number: int) -> None:
        """Count the voxels of superpixels in block `number`."""
        self._census.look(number, self._ids(self._parts[number]))

    def begin(self) -> None:
        """All is counted."""
        self._census.settle()

    def take(self, feature: str, number: int, values: NDArray[Any]) -> None:
        """Pool `values` of a feature in block `number`, when the blocks before have been."""
        part = self._parts[number]
        if self._turns.wait(feature, number):
            if feature not in self._pools:  # in the thread of its first block, so that columns are filled side by side
                place = self._place[feature]
                self._pools[feature] = Pool(
                    self.columns[:, place : place + len(self._pooling)], self._pooling, self._census
                )
            if part.start < part.stop:
                first = part.start - self._starts[number]
                inside = values[first : first + part.stop - part.start]
                self._pools[feature].add(number, inside, self._ids(part))
            self._turns.done(feature)

    def stop(self) -> None:
        """Nobody wants the columns any more."""
        self._turns.stop()

    def _ids(self, planes: slice) -> NDArray[np.int32]:
        """The superpixels of some planes of the image."""
        return self._superpixels[max(planes.start - self._at, 0) : max(planes.stop - self._at, 0)]
