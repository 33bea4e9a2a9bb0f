"""V-Net: convolutions of 5, residuals, strided convolutions for pooling; as large as MONAI's VNet.

Source: Milletari, Navab, Ahmadi 2016, https://doi.org/10.1109/3DV.2016.79; with instance normalization in the place of
none, and dropout of whole features.
"""

from typing import Any

from annotat3d_tui.networks.architectures import VNET_STEPS
from annotat3d_tui.networks.models.layers import (
    RISING,
    InstanceNormalization,
    head_name,
    keras,
    layers,
    logits,
    normalized,
)

DROPOUT = 0.5
DROPPED_FROM = 3
"""The level from which on features are dropped."""
STEPS_UP = {3: 2, 2: 2, 1: 1, 0: 1}
SUPERVISED = (0, 1, 2)


def vnet(base: int, classes: int, channels: int, deep_supervision: bool) -> Any:
    """Four times down and up, with `base` features at the finest level and twice as many at each one below."""
    inputs = layers.Input((None, None, None, channels))
    x = _activated(layers.Add()([normalized(inputs, base, 5, 3), layers.Concatenate()([inputs] * (base // channels))]))
    skipped = [x]
    for level, steps in enumerate(VNET_STEPS, 1):
        x = _activated(normalized(x, base * 2**level, 2, 3, stride=2))
        dropped = layers.SpatialDropout3D(DROPOUT)(x) if level >= DROPPED_FROM else x
        x = _activated(layers.Add()([_steps(dropped, base * 2**level, steps), x]))
        skipped.append(x)
    outputs: list[Any] = []
    for level in (3, 2, 1, 0):
        x = _up(x, skipped[level], base * 2 ** (level + 1), level)
        if level and deep_supervision and level in SUPERVISED:
            outputs.insert(0, logits(x, classes, 3, head_name(level)))
    x = logits(_activated(normalized(x, classes, 5, 3)), classes, 3, head_name(0))
    name = "vnet" if base == 16 else f"vnet-{base}"
    return keras.Model(inputs, [x, *outputs] if deep_supervision else x, name=name)


def _up(x: Any, skip: Any, features: int, level: int) -> Any:
    if level >= DROPPED_FROM - 1:
        x = layers.SpatialDropout3D(DROPOUT)(x)
    risen = RISING[3](features // 2, 2, strides=2, use_bias=False, kernel_initializer="he_normal")(x)
    both = layers.Concatenate()([_activated(InstanceNormalization()(risen)), layers.SpatialDropout3D(DROPOUT)(skip)])
    return _activated(layers.Add()([_steps(both, features, STEPS_UP[level]), both]))


def _steps(x: Any, features: int, steps: int) -> Any:
    for _ in range(steps):
        x = _activated(normalized(x, features, 5, 3))
    return x


def _activated(x: Any) -> Any:
    return layers.ELU()(x)
