"""The networks, without Keras: what they are made of, how large they are, which patches they take.

>>> ARCHITECTURES["unet3d"].parameter_count(2)
1438034
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

UNET_3D = (16, 16, 32, 64, 128, 16)
"""Features of the five levels, the finest first, and before the last convolution."""
UNET_2D = (32, 32, 64, 128, 256, 32)
VNET_STEPS = (1, 2, 3, 2)
"""Convolutions of the stages on the way down, below the first."""
BYTES = 4
WEIGHT_COPIES = 4
"""Of each weight: itself, its gradient, two moments of Adam."""
ACTIVATION_COPIES = 4.5
"""Of the outputs of each convolution: they, normalized, activated, and gradients of what is under way (measured)."""
FORWARD_COPIES = 1.0
"""While nothing is learned (measured)."""
BASE_BYTES = 700_000_000
"""TensorFlow itself."""


@dataclass(frozen=True)
class Convolution:
    """A convolution of `kernel`^d voxels from `inputs` to `outputs` features, on voxels 2^level times as wide.

    normalized: instance normalization follows, and there is no bias.
    """

    kernel: int
    inputs: int
    outputs: int
    level: int
    normalized: bool = True

    def parameters(self, dimensions: int) -> int:
        """Weights, with scale and shift of the normalization or the bias."""
        weights: int = self.kernel**dimensions * self.inputs * self.outputs
        return weights + self.outputs * (2 if self.normalized else 1)


@dataclass(frozen=True)
class Architecture:
    """A network by its name: dimensions 2 or 3; divisor: what must divide each side of a patch.

    receptive_field: voxels along an axis that can change the class of one; source: who described it; convolutions: for
    numbers of classes and channels; supervised: features of its coarser outputs, with deep supervision; about: for what
    it is good, a sentence.
    """

    name: str
    dimensions: int
    divisor: int
    receptive_field: int
    source: str
    convolutions: Callable[[int, int], Iterator[Convolution]]
    supervised: tuple[int, ...]
    about: str = ""

    def parameter_count(self, classes: int, channels: int = 1, deep_supervision: bool = False) -> int:
        """How many numbers are learned."""
        coarser = sum((features + 1) * classes for features in self.supervised) if deep_supervision else 0
        return coarser + sum(one.parameters(self.dimensions) for one in self.convolutions(classes, channels))

    def memory_needed(self, patch: tuple[int, int, int], batch: int, classes: int, training: bool = True) -> int:
        """Bytes that a step with `batch` patches (Z, Y, X) takes, of a device or of the machine; about right."""
        voxels = math.prod(patch) * batch
        shrink = 2**self.dimensions
        values = sum(one.outputs * voxels / shrink**one.level for one in self.convolutions(classes, 1))
        activations = values * BYTES * (ACTIVATION_COPIES if training else FORWARD_COPIES)
        weights = self.parameter_count(classes) * BYTES * (WEIGHT_COPIES if training else 1)
        return int(BASE_BYTES + weights + activations)


def propose_batch(architecture: Architecture, patch: tuple[int, int, int], classes: int, free: int) -> int:
    """The largest batch, a power of two, for which `free` bytes suffice; 0 when not even one patch fits."""
    batch = 1
    if architecture.memory_needed(patch, batch, classes) > free:
        return 0
    while batch < 1024 and architecture.memory_needed(patch, 2 * batch, classes) <= free:
        batch *= 2
    return batch


def check_patch(architecture: Architecture, patch: "Sequence[int]") -> None:
    """Raises InvalidParameter, naming one that fits, unless the network takes patches (Z, Y, X) of this shape."""
    divisor = architecture.divisor
    if architecture.dimensions == 2:
        fits = (1, *(_rounded(side, divisor) for side in patch[1:]))
        rule = f"be 1 in z and have sides in y and x that {divisor} divides"
    else:
        fits = tuple(_rounded(side, divisor) for side in patch)
        rule = f"have sides that {divisor} divides"
    if tuple(patch) != fits:
        raise InvalidParameter(
            f"A patch of {architecture.name} must {rule}, received {size_text(patch)}: give {size_text(fits)}."
        )


def architecture_of(name: str) -> Architecture:
    """The network of this name; raises InvalidParameter."""
    if name not in ARCHITECTURES:
        raise InvalidParameter(f"A network must be one of {', '.join(ARCHITECTURES)}, received {name!r}: choose one.")
    return ARCHITECTURES[name]


def build(
    name: str, classes: int, *, channels: int = 1, deep_supervision: bool = False, dtype_policy: str = "float32"
) -> Any:
    """The Keras model: input (batch, [z,] y, x, channels), output logits (batch, [z,] y, x, classes) float32.

    With deep supervision there is a list of them, the finest first, then at half and quarter resolution.
    Raises InvalidParameter, MissingLibrary.
    """
    architecture = architecture_of(name)
    from annotat3d_tui.networks.models import policy, unet, vnet

    with policy(dtype_policy):
        if name.startswith("unet"):
            return unet.unet(architecture.dimensions, UNET_FEATURES[name], classes, channels, deep_supervision)
        return vnet.vnet(VNET_BASES[name], classes, channels, deep_supervision)


def _rounded(side: int, divisor: int) -> int:
    """The nearest multiple from one divisor on, the larger one of two."""
    return max(divisor, (side + divisor // 2) // divisor * divisor)


def _unet(features: tuple[int, ...]) -> Callable[[int, int], Iterator[Convolution]]:
    def convolutions(classes: int, channels: int) -> Iterator[Convolution]:
        *levels, last = features
        before = channels
        for level, width in enumerate(levels):
            yield Convolution(3, before, width, level)
            yield Convolution(3, width, width, level)
            before = width
        for level in reversed(range(len(levels) - 1)):
            width = levels[level] if level else last
            risen = before // 2 if level else before
            yield Convolution(2, before, risen, level, normalized=False)
            yield Convolution(3, risen + levels[level], width, level)
            yield Convolution(3, width, width, level)
            before = width
        yield Convolution(1, before, classes, 0, normalized=False)

    return convolutions


def _vnet(base: int) -> Callable[[int, int], Iterator[Convolution]]:
    def convolutions(classes: int, channels: int) -> Iterator[Convolution]:
        yield Convolution(5, channels, base, 0)
        for level, steps in enumerate(VNET_STEPS, 1):
            width = base * 2**level
            yield Convolution(2, width // 2, width, level)
            yield from (Convolution(5, width, width, level) for _ in range(steps))
        before = base * 16
        for level, steps in zip((3, 2, 1, 0), (2, 2, 1, 1), strict=True):
            width = base * 2 ** (level + 1)
            yield Convolution(2, before, width // 2, level)
            yield from (Convolution(5, width, width, level) for _ in range(steps))
            before = width
        yield Convolution(5, before, classes, 0)
        yield Convolution(1, classes, classes, 0, normalized=False)

    return convolutions


_RONNEBERGER = "Ronneberger et al. 2015, https://doi.org/10.1007/978-3-319-24574-4_28"
_CICEK = "Çiçek et al. 2016, https://doi.org/10.1007/978-3-319-46723-8_49"
_MILLETARI = "Milletari et al. 2016, https://doi.org/10.1109/3DV.2016.79"
_ABOUT_2D = "Sees each slice by itself: for single images, and for stacks whose slices lie far apart."
_ABOUT_3D = "Sees volumes; small and quick, the one to begin with."
_ABOUT_V = "Sees volumes, with wider convolutions and steps that are added to what they start from; slow and large."
_ABOUT_V32 = "As vnet, with twice the features in each step: slower and larger still, for many classes."
UNET_FEATURES = {"unet2d": UNET_2D, "unet3d": UNET_3D}
VNET_BASES = {"vnet": 16, "vnet-32": 32}
ARCHITECTURES = {
    one.name: one
    for one in (
        Architecture("unet2d", 2, 16, 204, _RONNEBERGER, _unet(UNET_2D), UNET_2D[1:3], _ABOUT_2D),
        Architecture("unet3d", 3, 16, 204, _CICEK, _unet(UNET_3D), UNET_3D[1:3], _ABOUT_3D),
        Architecture("vnet", 3, 16, 396, _MILLETARI, _vnet(16), (64, 128), _ABOUT_V),
        Architecture("vnet-32", 3, 16, 396, _MILLETARI, _vnet(32), (128, 256), _ABOUT_V32),
    )
}
"""By name; `vnet-32` has twice the features of `vnet`."""
