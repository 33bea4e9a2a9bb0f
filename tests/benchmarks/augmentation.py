"""What the changes of samples cost, in milliseconds of processor for each patch of 64³: `make bench-augmentation`.

Each change alone and for certain, then all that are on, as a training has them and each for certain; elastic
deformation beside scipy's, which smooths a field of random numbers for each axis and fetches every voxel by splines of
order 1 (label and weight: the nearest voxel). After a first patch, which pays for compilers; the memory is the most
that is held above the patch, the changed one with it.
"""

import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from annotat3d_tui.networks.augmentation import Augmentation, augment
from annotat3d_tui.networks.dataset import Sample
from annotat3d_tui.networks.previewing import CHANGES, alone
from tests.benchmarks.costs import cost_of

SIDE, TIMES = 64, 12
PROMISED = 60.0
"""Milliseconds for a patch with all changes on."""
ALPHA, SIGMA = 25.0, 2.5
"""In the middle of the ranges of the manual."""


def patch() -> Sample:
    """Grey values, labels and weights of a patch (64, 64, 64)."""
    rng = np.random.default_rng(0)
    shape = (SIDE,) * 3
    return Sample(
        rng.standard_normal(shape).astype(np.float32),
        rng.integers(0, 4, shape).astype(np.uint8),
        np.ones(shape, np.float32),
    )


def theirs(sample: Sample, rng: np.random.Generator) -> Sample:
    """Elastic deformation with scipy (Simard 2003)."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    shape = sample.image.shape
    field = [ALPHA * gaussian_filter(rng.uniform(-1, 1, shape).astype(np.float32), SIGMA) for _ in shape]
    places = np.indices(shape, np.float32) + np.stack(field)
    image, label, weight = (
        map_coordinates(part, places, order=order, mode="nearest")
        for part, order in ((sample.image, 1), (sample.label, 0), (sample.weight, 0))
    )
    return Sample(image, label, weight)


def row(name: str, change: Callable[[np.random.Generator], object], note: str = "") -> float:
    """Print what one patch costs; milliseconds of processor."""
    change(np.random.default_rng(0))

    def work() -> None:
        for number in range(1, TIMES + 1):
            change(np.random.default_rng(number))

    _, cost = cost_of(work, memory=False)
    tracemalloc.start()
    change(np.random.default_rng(1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    each = 1000 * cost.cpu / TIMES
    print(f"{name:<26}{each:>8.1f} ms  {1000 * cost.wall / TIMES:>8.1f} ms  {peak / 1e6:>8.1f} MB  {note}")
    return each


def main() -> int:
    """The table; 1 where all changes cost more than is promised."""
    sample, usual = patch(), Augmentation()
    exact = replace(usual, alpha_min=ALPHA, alpha_max=ALPHA, elastic_sigma_min=SIGMA, elastic_sigma_max=SIGMA)
    print(f"a patch of {SIDE}³ float32, labels uint8, weights float32; the mean of {TIMES}")
    print(f"{'':<26}{'CPU':>8}     {'wall':>8}     {'memory':>8}")
    for name in CHANGES:
        row(name.replace("_", " "), partial(augment, sample, alone(usual, (name,))))
    own = row("elastic, as scipy's", partial(augment, sample, alone(exact, ("elastic",))))
    peer = row("elastic, scipy", partial(theirs, sample))
    print(f"{'':<26}{peer / own:>8.1f} times ours")
    row("as a training has them", partial(augment, sample, usual))
    every = row(
        "all, each for certain", partial(augment, sample, alone(usual, CHANGES)), f"promised: below {PROMISED:g}"
    )
    return int(every > PROMISED)


if __name__ == "__main__":
    sys.exit(main())
