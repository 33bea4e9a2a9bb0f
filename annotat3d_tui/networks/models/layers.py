"""Layers that Keras lacks, and the blocks that networks are made of."""

from typing import Any

from annotat3d_tui.networks.quiet import keras as _keras

keras = _keras()
layers, ops = keras.layers, keras.ops
CONVOLUTION = {2: layers.Conv2D, 3: layers.Conv3D}
RISING = {2: layers.Conv2DTranspose, 3: layers.Conv3DTranspose}
POOLING = {2: layers.MaxPooling2D, 3: layers.MaxPooling3D}
EPSILON = 1e-5


@keras.saving.register_keras_serializable(package="annotat3d")
class InstanceNormalization(layers.Layer):  # type: ignore[misc, name-defined]
    """Mean 0 and variance 1 of every feature of every patch, then a learned scale and shift, in float32.

    Source: Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022. Unlike batch normalization it does the same while
    training and after, and does not depend on the batch.
    """

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Scale and shift, one for each feature."""
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")
        self.shift = self.add_weight(shape=(shape[-1],), initializer="zeros", name="shift")

    def call(self, inputs: Any) -> Any:
        """(batch, …, features) -> the same shape and type."""
        values = ops.cast(inputs, "float32")
        mean, variance = ops.moments(values, list(range(1, len(inputs.shape) - 1)), keepdims=True)
        factor = ops.cast(self.scale, "float32") * ops.rsqrt(variance + EPSILON)
        return ops.cast(values * factor + (ops.cast(self.shift, "float32") - mean * factor), inputs.dtype)


def normalized(x: Any, features: int, kernel: int, dimensions: int, stride: int = 1) -> Any:
    """A convolution and instance normalization."""
    padding = "same" if stride == 1 else "valid"
    convolution = CONVOLUTION[dimensions](
        features, kernel, strides=stride, padding=padding, use_bias=False, kernel_initializer="he_normal"
    )
    return InstanceNormalization()(convolution(x))


def logits(x: Any, classes: int, dimensions: int, name: str) -> Any:
    """The last convolution, in float32."""
    return CONVOLUTION[dimensions](classes, 1, dtype="float32", name=name)(x)


def head_name(level: int) -> str:
    """The layer of the logits at 1/2^level of the resolution: what is new when the classes change."""
    return "logits" if level == 0 else f"logits_{2**level}"
