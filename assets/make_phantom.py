"""Makes the embedded demo volume: the tomogram of a concrete core that never was, with its truth and scribbles.

    python assets/make_phantom.py [--folder assets] [--seed 7]

1. phantom_sample.py models a core at twice the resolution: cement with grains, air voids, dense inclusions, a crack.
2. phantom_scan.py projects it with a two-energy beam, photon noise and unequal detector pixels, and reconstructs it
   by filtered back-projection. The truth is the majority label of the eight parts of each voxel, on the same grid.
3. phantom_strokes.py draws on a few planes, as a person would, each stroke inside its label.

The same seed gives the same volumes; tests/test_demo_assets.py measures that image and truth lie upon each other.

Files are TIFF, compressed by deflate. phantom.tif is uint16, of which the upper 12 bits are kept: a
step of 16 is far below the noise (400), and noise does not compress. phantom_truth.tif and phantom_scribbles.tif
are uint8, 0 = unmarked.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from phantom_sample import LABELS, majority, make_sample, sample_radius
from phantom_scan import scan
from phantom_strokes import scribble

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.volume.files import save_volume

SHAPE = (128, 192, 192)
VOXEL_SIZE = 0.65
"""In micrometres."""


class Phantom(NamedTuple):
    """Three volumes (Z, Y, X): image uint16, truth uint8, scribbles uint8."""

    image: NDArray[np.uint16]
    truth: NDArray[np.uint8]
    scribbles: NDArray[np.uint8]


def make_phantom(shape: tuple[int, int, int] = SHAPE, seed: int = 7, threads: int = 1) -> Phantom:
    """Tomogram, truth and scribbles of `shape` (Z, Y, X), in voxels; the same for any number of threads."""
    labels, attenuation = make_sample(shape, np.random.default_rng([seed, 0]))
    truth = majority(labels)
    image = scan(attenuation, sample_radius(shape), seed, threads)
    return Phantom(image, truth, scribble(truth, np.random.default_rng([seed, 1])))


def save_phantom(phantom: Phantom, folder: Path) -> list[Path]:
    """Write phantom.tif, phantom_truth.tif and phantom_scribbles.tif, over those that are there."""
    volumes: dict[str, NDArray[np.uint16] | NDArray[np.uint8]] = {
        "phantom": phantom.image,
        "phantom_truth": phantom.truth,
        "phantom_scribbles": phantom.scribbles,
    }
    voxel_size = (VOXEL_SIZE, VOXEL_SIZE, VOXEL_SIZE)
    return [
        save_volume(folder / f"{name}.tif", data, voxel_size=voxel_size, unit="µm", overwrite=True, compress=True)
        for name, data in volumes.items()
    ]


def main() -> None:
    """Make the files and say what is in them."""
    parser = argparse.ArgumentParser(description="Makes the embedded demo volume.")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    phantom = make_phantom(seed=chosen.seed, threads=available_threads())
    for path in save_phantom(phantom, chosen.folder):
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
    for label in LABELS:
        share, marked = (phantom.truth == label).mean(), int((phantom.scribbles == label).sum())
        print(f"label {label}: {100 * share:.2f} % of the volume, {marked} voxels marked")


if __name__ == "__main__":
    main()
