"""Compiles the kernels once and keeps them on disk, so that nothing waits for them later."""

import argparse
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import part
from annotat3d_tui.cli.output import progress_line
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.volume.types import IMAGE_TYPES
from annotat3d_tui.workflow.presets import PRESETS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "--types", metavar="A,B,…", default=",".join(IMAGE_TYPES), help="voxel types to compile for (%(default)s)"
    )


def run(given: argparse.Namespace) -> int:
    """Segment a tiny volume of every voxel type with every preset, in 2D and 3D."""
    from annotat3d_tui.workflow.segmentation import segment

    begun = time.monotonic()
    progress = progress_line()
    types = given.types.split(",")
    if unknown := sorted(set(types) - set(IMAGE_TYPES)):
        raise InvalidParameter(f"--types must be of {', '.join(IMAGE_TYPES)}, received {unknown[0]!r}: correct it.")
    runs = [(dtype, preset, depth) for dtype in types for preset in PRESETS for depth in (12, 1)]
    for done, (dtype, preset, depth) in enumerate(runs):
        image = _two_halves(dtype, depth)
        coordinates = np.array([(z, y, x) for z in {0, depth - 1} for y in (4, 8, 12) for x in (3, 4, 11, 12)])
        labels = np.where(coordinates[:, 2] < 8, 1, 2)
        parameters = PRESETS[preset]
        parameters = replace(
            parameters,
            features=replace(parameters.features, dimensions="2" if depth == 1 else "3"),
            classifier=parameters.classifier.quick(),
        )
        step = part(progress, done / len(runs), (done + 1) / len(runs), f"preparing kernels  {preset} {dtype}")
        segment(image, coordinates, labels, parameters, threads=1, progress=step)
    print(f"kernels compiled in {time.monotonic() - begun:.1f} s")
    return 0


def _two_halves(dtype: str, depth: int) -> NDArray[np.generic]:
    image = np.random.default_rng(0).integers(0, 20, (depth, 16, 16)).astype(dtype)
    image[:, :, 8:] += 100
    return image
