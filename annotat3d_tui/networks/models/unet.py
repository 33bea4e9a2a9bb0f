"""U-Net in 2D and 3D, with instance normalization and leaky rectifiers, as large as MONAI's BasicUNet.

Sources: Ronneberger et al. 2015, https://doi.org/10.1007/978-3-319-24574-4_28; Çiçek et al. 2016,
https://doi.org/10.1007/978-3-319-46723-8_49; normalization and rectifiers as in Isensee et al. 2021 (nnU-Net),
https://doi.org/10.1038/s41592-020-01008-z.
"""

from collections.abc import Sequence
from typing import Any

from annotat3d_tui.networks.models.layers import POOLING, RISING, head_name, keras, layers, logits, normalized

SLOPE = 0.1
SUPERVISED = (0, 1, 2)
"""Levels whose logits are compared with the labels, with deep supervision."""


def unet(dimensions: int, features: Sequence[int], classes: int, channels: int, deep_supervision: bool) -> Any:
    """Four times down by pooling, four times up by a transposed convolution, two convolutions of 3 at every level.

    features: of the five levels and before the logits. The class of a voxel depends on 204 voxels along an axis.
    """
    *levels, last = features
    inputs = x = layers.Input((*(None,) * dimensions, channels))
    skipped = []
    for level, width in enumerate(levels):
        x = _twice(POOLING[dimensions](2)(x) if level else x, width, dimensions)
        skipped.append(x)
    skipped.pop()
    outputs: list[Any] = []
    for level in reversed(range(len(skipped))):
        width = levels[level] if level else last
        risen = x.shape[-1] // 2 if level else x.shape[-1]
        x = RISING[dimensions](risen, 2, strides=2)(x)
        x = _twice(layers.Concatenate()([skipped[level], x]), width, dimensions)
        if level in (SUPERVISED if deep_supervision else (0,)):
            outputs.insert(0, logits(x, classes, dimensions, head_name(level)))
    return keras.Model(inputs, outputs if deep_supervision else outputs[0], name=f"unet{dimensions}d")


def _twice(x: Any, features: int, dimensions: int) -> Any:
    for _ in range(2):
        x = layers.LeakyReLU(SLOPE)(normalized(x, features, 3, dimensions))
    return x
