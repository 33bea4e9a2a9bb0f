"""Compiles the kernels once and keeps them on disk, so that nothing waits for them later.

Where there are two processors, two processes compile: one what measures features, the other the rest.
"""

import argparse
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, available_threads, part
from annotat3d_tui.cli.output import progress_line
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.features.features import Features
from annotat3d_tui.volume.types import IMAGE_TYPES
from annotat3d_tui.workflow.presets import PRESETS

DEPTHS = {"3": 12, "2": 1}
"""Planes of the tiny volume that is computed in so many dimensions."""
FEW = ("none", "median")
"""Filters of the process that leaves the others to its helper: about half of all compiling is left."""
POLL_SECONDS = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "--types", metavar="A,B,…", default=",".join(IMAGE_TYPES), help="voxel types to compile for (%(default)s)"
    )
    parser.add_argument("--features-only", action="store_true", help="compile only what measures features")


def run(given: argparse.Namespace) -> int:
    """Segment a tiny volume of every voxel type with every preset, in 2D and 3D."""
    begun = time.monotonic()
    progress = progress_line()
    types = given.types.split(",")
    if unknown := sorted(set(types) - set(IMAGE_TYPES)):
        raise InvalidParameter(f"--types must be of {', '.join(IMAGE_TYPES)}, received {unknown[0]!r}: correct it.")
    if given.features_only:
        measure_all(types, progress)
    else:
        with helper(types) as child:
            if child is not None:
                segment_all(types, part(progress, 0.0, 0.45), few=True)
                wait_for(child, part(progress, 0.45, 0.9))
            if child is None or child.returncode:
                segment_all(types, progress)
        progress(1.0, "preparing kernels")
    print(f"kernels compiled in {time.monotonic() - begun:.1f} s")
    return 0


@contextlib.contextmanager
def helper(types: list[str]) -> Iterator[subprocess.Popen[bytes] | None]:
    """A process that compiles what measures features, ended with the work; None where there is one processor."""
    if available_threads() < 2:
        yield None
        return
    command = [sys.executable, "-m", "annotat3d_tui", "warmup", "--features-only", "--types", ",".join(types)]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent) as child:
        try:
            yield child
        finally:
            child.kill()  # at once, whatever it compiles: files are put in place when they are written


def wait_for(child: subprocess.Popen[bytes], progress: Progress) -> None:
    """Return when the helper has ended, however: what it did not compile is compiled here."""
    while child.poll() is None:
        progress(0.0, "preparing kernels  features")
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=POLL_SECONDS)


def measure_all(types: list[str], progress: Progress) -> None:
    """Measure the other filters of the presets on tiny volumes, in superpixels and at marked voxels."""
    filters = tuple(dict.fromkeys(name for one in PRESETS.values() for name in one.features.filters if name not in FEW))
    radii = tuple({radius for one in PRESETS.values() for radius in one.features.radii})
    chosen = (filters, *((name,) for name in filters))  # a model may want but one of what is computed together
    runs = [(dtype, dimensions, names) for dtype in types for dimensions in DEPTHS for names in chosen]
    for done, (dtype, dimensions, names) in enumerate(runs):
        image = _two_halves(dtype, DEPTHS[dimensions])
        superpixels = np.ones(image.shape, np.int32)
        superpixels[:, :, 8:] = 2
        step = part(progress, done / len(runs), (done + 1) / len(runs), f"preparing kernels  features {dtype}")
        features = Features(names, radii, dimensions)
        features(image, superpixels=superpixels, marked=np.zeros((1, 3), np.int64), progress=step)


def segment_all(types: list[str], progress: Progress, *, few: bool = False) -> None:
    """Segment tiny volumes with every preset; with `few` filters alone, which leaves out most kernels of features."""
    from annotat3d_tui.workflow.segmentation import segment

    runs = [(dtype, preset, dimensions) for dtype in types for preset in PRESETS for dimensions in DEPTHS]
    for done, (dtype, preset, dimensions) in enumerate(runs):
        depth = DEPTHS[dimensions]
        coordinates = np.array([(z, y, x) for z in {0, depth - 1} for y in (4, 8, 12) for x in (3, 4, 11, 12)])
        labels = np.where(coordinates[:, 2] < 8, 1, 2)
        used = PRESETS[preset]
        features = replace(used.features, dimensions=dimensions, filters=FEW if few else used.features.filters)
        used = replace(used, features=features, classifier=used.classifier.quick())
        step = part(progress, done / len(runs), (done + 1) / len(runs), f"preparing kernels  {preset} {dtype}")
        segment(_two_halves(dtype, depth), coordinates, labels, used, threads=1, progress=step)


def _two_halves(dtype: str, depth: int) -> NDArray[np.generic]:
    image = np.random.default_rng(0).integers(0, 20, (depth, 16, 16)).astype(dtype)
    image[:, :, 8:] += 100
    return image
