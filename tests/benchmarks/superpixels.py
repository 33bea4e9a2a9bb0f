"""Our superpixels beside scikit-image's, on one volume in one run: `make bench-superpixels`, a part of `make bench`.

Each contender runs in a process of its own, kernels compiled. The peers are `watershed` with a compactness, from seeds
on the same grid, and `slic` at as many iterations on slices smoothed as much. *Best Dice* is that of the label volume
in which each superpixel has the label of most of its voxels: speed that is bought with worse superpixels shows there.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.costs import cost_of
from tests.benchmarks.volumes import make_volume, mean_dice

Method = Callable[[np.ndarray], np.ndarray]
SIDE, SPACING = 192, 7


def waterpixels() -> Method:
    """Ours, on all processors."""
    from annotat3d_tui.blocks import available_threads
    from annotat3d_tui.superpixels.waterpixels import Waterpixels3D

    return lambda image: Waterpixels3D(spacing=SPACING)(image, threads=available_threads())


def slic() -> Method:
    """Ours, on all processors."""
    from annotat3d_tui.blocks import available_threads
    from annotat3d_tui.superpixels.slic import Slic

    return lambda image: Slic(spacing=SPACING)(image, threads=available_threads())


def their_watershed() -> Method:
    """scikit-image's compact watershed of the gradient of the smoothed image."""
    from skimage.filters import gaussian, sobel
    from skimage.segmentation import watershed

    def run(image: np.ndarray) -> np.ndarray:
        gradient = sobel(gaussian(image, 1, preserve_range=True))
        seeds = int(np.prod([-(-side // SPACING) for side in image.shape]))
        return watershed(gradient, seeds, compactness=10.0)

    return run


def their_slic() -> Method:
    """scikit-image's, with as many superpixels and iterations as ours, on slices smoothed as ours are."""
    from skimage.segmentation import slic

    from annotat3d_tui.superpixels.clustering import ITERATIONS

    def run(image: np.ndarray) -> np.ndarray:
        count = image.size // SPACING**3
        return slic(
            image,
            n_segments=count,
            compactness=0.1,
            max_num_iter=ITERATIONS,
            sigma=(0, 0.7, 0.7),
            channel_axis=None,
        )

    return run


CONTENDERS: dict[str, Callable[[], Method]] = {
    "waterpixels3d": waterpixels,
    "compact watershed": their_watershed,
    "slic": slic,
    "scikit-image slic": their_slic,
}
PROMISED = (("waterpixels3d", "compact watershed", 25.0), ("slic", "scikit-image slic", 15.0))
"""Ours, the peer, and the least ratio of the peer's processor seconds to ours."""


def best_dice(superpixels: np.ndarray, truth: np.ndarray) -> float:
    """Of the label volume in which each superpixel has the label of most of its voxels."""
    counts = np.zeros((int(superpixels.max()) + 1, int(truth.max()) + 1), np.int64)
    np.add.at(counts, (superpixels.ravel(), truth.ravel()), 1)
    return mean_dice(counts.argmax(1)[superpixels].ravel(), truth.ravel())


def measure(name: str, folder: Path) -> dict[str, Any]:
    """In this process: warm up on a corner, then the whole volume once."""
    image, truth = np.load(folder / "image.npy"), np.load(folder / "truth.npy")
    method = CONTENDERS[name]()
    method(image[:48, :64, :64].copy())
    superpixels, cost = cost_of(lambda: method(image))
    return {
        "name": name,
        "cpu": cost.cpu,
        "bytes_per_voxel": cost.peak / image.size,
        "count": len(np.unique(superpixels)),
        "dice": best_dice(superpixels, truth),
    }


def main() -> int:
    """Let each contender run and print the table; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE, help="side of the cube in voxels (192)")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.folder)))
        return 0
    found: dict[str, dict[str, Any]] = {}
    print(f"{given.side}³ uint16, spacing {SPACING}")
    print(f"{'':<18} {'CPU s':>8} {'ns/voxel':>9} {'B/voxel':>8} {'superpixels':>12} {'best Dice':>10}")
    with tempfile.TemporaryDirectory() as scratch:
        for name, array in zip(("image", "truth", "markers"), make_volume(given.side), strict=True):
            np.save(f"{scratch}/{name}.npy", array)
        for name in CONTENDERS:
            command = [sys.executable, __file__, "--measure", name, "--folder", scratch]
            row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            found[name] = row
            each = 1e9 * row["cpu"] / given.side**3
            print(
                f"{name:<18} {row['cpu']:8.2f} {each:9.0f} {row['bytes_per_voxel']:8.1f} {row['count']:12d} "
                f"{row['dice']:10.4f}",
                flush=True,
            )
    kept_all = True
    for own, peer, least in PROMISED:
        ratio = found[peer]["cpu"] / found[own]["cpu"]
        kept = ratio >= least
        kept_all &= kept
        print(f"{'kept' if kept else 'NOT kept'}: {own} {ratio:.1f}×, at least {least:g}× less CPU than {peer}")
    return 0 if kept_all else 1


if __name__ == "__main__":
    sys.exit(main())
