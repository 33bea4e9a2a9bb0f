"""What a dataset will take, told from the headers of its files: bytes on disk and in memory, and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from annotat3d_tui.networks.pair import Pair
from annotat3d_tui.networks.pairs import CheckedPair, look_at, refuse_problems
from annotat3d_tui.networks.recipe import Recipe

CHECK_SECONDS, WRITE_SECONDS, IMAGE_SECONDS = 2.5e-9, 7e-9, 0.02
"""For a byte that is looked at, for a byte that is written, and for each image."""
LABELS_SHRINK_TO = 0.1
"""What gzip leaves of labels, about."""


@dataclass(frozen=True)
class Forecast:
    """Bytes of the file, seconds to check all pairs and to write the samples, bytes of memory for the largest pair."""

    samples: int
    bytes: int
    check_seconds: float
    write_seconds: float
    memory: int

    @property
    def seconds(self) -> float:
        """How long it takes, on a machine of today."""
        return self.check_seconds + self.write_seconds

    @property
    def share_of_check(self) -> float:
        """The share of the time until the first sample is drawn."""
        return self.check_seconds / self.seconds


def foretold(pairs: Sequence[Pair], recipe: Recipe) -> Forecast:
    """What the pairs whose headers have no problem will take; raises InvalidFile when none is left."""
    looked = look_at(pairs, recipe.patch_zyx)
    fit = [one for one in looked if not one.problem]
    if not fit:
        refuse_problems(looked)
    return forecast(fit, recipe)


def forecast(looked: Sequence[CheckedPair], recipe: Recipe) -> Forecast:
    """What pairs without problems, of which no more than the headers need be known, will take."""
    voxels = recipe.samples * prod(recipe.patch) * len(looked)
    grey = np.result_type(*(one.dtype for one in looked)).itemsize
    weight = 4 if any(one.pair.weight for one in looked) else 0
    return Forecast(
        samples=recipe.samples * len(looked),
        bytes=round(voxels * (grey + weight + LABELS_SHRINK_TO)),
        check_seconds=CHECK_SECONDS * sum(one.bytes for one in looked) + IMAGE_SECONDS * len(looked),
        write_seconds=WRITE_SECONDS * voxels * (grey + weight + 1) + IMAGE_SECONDS * len(looked),
        memory=max(one.memory for one in looked),
    )
