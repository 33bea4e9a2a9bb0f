"""Samples of three labels that overlap, for the tests of this room."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LABELS = np.array([2, 5, 300])


def noisy_samples(count: int, columns: int, seed: int) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """Samples (count, columns) float32 around three centres, the first label twice as often, and their label ids."""
    random = np.random.default_rng(seed)
    classes = random.choice([0, 0, 1, 2], count)
    centres = np.random.default_rng(99).normal(0, 1, (3, columns))
    samples = centres[classes] + random.normal(0, 1, (count, columns))
    return samples.astype(np.float32), LABELS[classes]
