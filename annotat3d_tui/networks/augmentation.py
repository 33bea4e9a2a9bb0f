"""Samples changed at random, so that a network learns what stays the same; image, label and weight alike.

The three move together: a label never leaves its image.
"""

from dataclasses import dataclass

import numpy as np

from annotat3d_tui.networks.dataset import Sample
from annotat3d_tui.parameters import Parameters, parameter


@dataclass(frozen=True)
class Augmentation(Parameters):
    """Which changes are made; each with a chance of one half."""

    kind = "augmentation"
    vertical_flip: bool = parameter(True, "upside down, along y")
    horizontal_flip: bool = parameter(True, "left and right exchanged, along x")
    depth_flip: bool = parameter(True, "front and back exchanged, along z; nothing in 2D")


def augment(sample: Sample, augmentation: Augmentation, rng: np.random.Generator) -> Sample:
    """The sample, (Z, Y, X), changed as the random numbers decide."""
    wanted = (augmentation.depth_flip, augmentation.vertical_flip, augmentation.horizontal_flip)
    axes = tuple(axis for axis, on in enumerate(wanted) if on and rng.random() < 0.5)
    image, label, weight = (np.flip(part, axes) for part in (sample.image, sample.label, sample.weight))
    return Sample(np.ascontiguousarray(image), np.ascontiguousarray(label), np.ascontiguousarray(weight))
