"""Samples changed at random, so that a network learns what stays the same; image, label and weight alike.

The three move together: a label never leaves its image. The first five changes and their ranges are those of Annotat3D.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.dataset import Sample
from annotat3d_tui.parameters import Parameters, parameter

RANGES = ("gamma", "blur_sigma", "alpha", "elastic_sigma", "noise_level")
"""What has a smallest and a largest value, `NAME_min` and `NAME_max`."""


@dataclass(frozen=True)
class Augmentation(Parameters):
    """Which changes are made, each with the same chance, and how far they go."""

    kind = "augmentation"
    vertical_flip: bool = parameter(True, "upside down, along y")
    horizontal_flip: bool = parameter(True, "left and right exchanged, along x")
    depth_flip: bool = parameter(True, "front and back exchanged, along z; nothing in 2D")
    rotation: bool = parameter(True, "turned by 90, 180 or 270°, in planes whose sides are equal")
    contrast: bool = parameter(True, "grey values to the power of gamma, within the range of the sample")
    gamma_min: float = parameter(0.64, "smallest gamma", minimum=0.1, maximum=10.0)
    gamma_max: float = parameter(1.36, "largest gamma", minimum=0.1, maximum=10.0)
    blur: bool = parameter(True, "Gaussian blur of the image")
    blur_sigma_min: float = parameter(0.67, "least blur", unit="voxels", minimum=0.0, maximum=20.0)
    blur_sigma_max: float = parameter(1.43, "most blur", unit="voxels", minimum=0.0, maximum=20.0)
    elastic: bool = parameter(True, "bent by smooth random shifts of the voxels")
    alpha_min: float = parameter(15.07, "smallest factor of the shifts", minimum=0.0, maximum=1000.0)
    alpha_max: float = parameter(35.03, "largest factor of the shifts", minimum=0.0, maximum=1000.0)
    elastic_sigma_min: float = parameter(
        1.57, "roughest shifts: sigma of their smoothing", unit="voxels", minimum=0.5, maximum=50.0
    )
    elastic_sigma_max: float = parameter(3.53, "smoothest shifts", unit="voxels", minimum=0.5, maximum=50.0)
    brightness: bool = parameter(True, "all grey values shifted")
    brightness_most: float = parameter(
        0.2, "largest shift, in standard deviations of the sample", minimum=0.0, maximum=5.0
    )
    noise: bool = parameter(True, "Gaussian noise added to the image")
    noise_level_min: float = parameter(
        0.0, "least noise, in standard deviations of the sample", minimum=0.0, maximum=5.0
    )
    noise_level_max: float = parameter(
        0.1, "most noise, in standard deviations of the sample", minimum=0.0, maximum=5.0
    )
    chance: float = parameter(0.5, "how often each change is made", minimum=0.0, maximum=1.0)

    def __post_init__(self) -> None:
        """Raises InvalidParameter when a range is upside down, too."""
        super().__post_init__()
        for name in RANGES:
            low, high = self.span(name)
            if low > high:
                raise InvalidParameter(
                    f"{name}_min of augmentation must be at most {name}_max, received {low:g} and {high:g}: swap them."
                )

    def span(self, name: str) -> tuple[float, float]:
        """The smallest and the largest value of a range."""
        return getattr(self, f"{name}_min"), getattr(self, f"{name}_max")


def augment(sample: Sample, augmentation: Augmentation, rng: "np.random.Generator") -> Sample:
    """The sample, (Z, Y, X), changed as the random numbers decide; image, label and weight keep their types."""
    sample = _moved(sample, augmentation, rng)
    if _happens(augmentation.elastic, augmentation, rng):
        from annotat3d_tui.networks.elastic import bent

        alpha = rng.uniform(*augmentation.span("alpha"))
        sample = bent(sample, alpha, rng.uniform(*augmentation.span("elastic_sigma")), rng)
    return Sample(_regraded(sample.image, augmentation, rng), sample.label, sample.weight)


def _moved(sample: Sample, augmentation: Augmentation, rng: "np.random.Generator") -> Sample:
    """Flipped and turned."""
    wanted = (augmentation.depth_flip, augmentation.vertical_flip, augmentation.horizontal_flip)
    axes = tuple(axis for axis, on in enumerate(wanted) if _happens(on, augmentation, rng))
    turns, plane = 0, (1, 2)
    shape = sample.image.shape
    planes = [(a, b) for a, b in ((1, 2), (0, 1), (0, 2)) if shape[a] == shape[b] > 1]
    if planes and _happens(augmentation.rotation, augmentation, rng):
        turns, plane = int(rng.integers(1, 4)), planes[int(rng.integers(len(planes)))]

    image, label, weight = (
        np.rot90(np.flip(part, axes), turns, plane) for part in (sample.image, sample.label, sample.weight)
    )
    return Sample(np.ascontiguousarray(image), np.ascontiguousarray(label), np.ascontiguousarray(weight))


def _regraded(
    image: NDArray[np.float32], augmentation: Augmentation, rng: "np.random.Generator"
) -> NDArray[np.float32]:
    """Blurred, and of another contrast, brightness and noise; shares of the deviation are of the image as it was."""
    deviation, kept = float(image.std()), image.dtype
    if _happens(augmentation.blur, augmentation, rng):
        from scipy.ndimage import gaussian_filter

        sigma = rng.uniform(*augmentation.span("blur_sigma"))
        image = gaussian_filter(
            image, [sigma if side > 1 else 0.0 for side in image.shape], mode="nearest", truncate=3.0
        )
    if _happens(augmentation.contrast, augmentation, rng):
        image = _to_the_power(image, rng.uniform(*augmentation.span("gamma")))
    if _happens(augmentation.brightness, augmentation, rng):
        image = image + np.float32(deviation * augmentation.brightness_most * rng.uniform(-1, 1))
    if _happens(augmentation.noise, augmentation, rng):
        level = deviation * rng.uniform(*augmentation.span("noise_level"))
        image = image + np.float32(level) * rng.standard_normal(image.shape, np.float32)
    return np.asarray(image, kept)


def _to_the_power(image: NDArray[np.float32], gamma: float) -> NDArray[np.float32]:
    """Grey values from 0 to 1 of their range, to this power, back in their range."""
    low = image.min()
    width = image.max() - low
    if not width > 0:
        return image
    shares = np.clip((image - low) / width, 0, 1)
    return np.asarray(np.power(shares, np.float32(gamma)) * width + low, image.dtype)


def _happens(on: bool, augmentation: Augmentation, rng: "np.random.Generator") -> bool:
    """Whether a change is made; a number is drawn in any case, so that the others do not depend on what is on."""
    return bool(rng.random() < augmentation.chance) and on
