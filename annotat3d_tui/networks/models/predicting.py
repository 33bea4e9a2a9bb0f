"""A trained model as a function of patches, on one device each."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import OverBudget
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.inference import Predict
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.quiet import tensorflow

tf = tensorflow()


def predictors(network: Network, want_probabilities: bool, mirror: bool, devices: Sequence[str] = ()) -> list[Predict]:
    """One for each of TensorFlow's `devices`, else for each GPU that this process sees, else one for the processors.

    Raises what `Network.model` does.
    """
    names = list(devices) or [device.name for device in tf.config.list_logical_devices("GPU")] or ["/CPU:0"]
    return [_predictor(network, name, want_probabilities, mirror) for name in names]


def _predictor(network: Network, device: str, want_probabilities: bool, mirror: bool) -> Predict:
    flat = architecture_of(network.architecture).dimensions == 2
    with tf.device(device):
        model = network.model()
    axes = (1, 2) if flat else (1, 2, 3)
    turns = [turn for count in range(len(axes) + 1) for turn in itertools.combinations(axes, count)] if mirror else [()]

    def shares(images: Any) -> Any:
        found = [tf.reverse(tf.nn.softmax(model(tf.reverse(images, turn), training=False)), turn) for turn in turns]
        return tf.add_n(found) / len(found)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def compute(images: Any) -> Any:
        if want_probabilities:
            return shares(images)
        logits = shares(images) if mirror else model(images, training=False)
        return tf.cast(tf.argmax(logits, -1), tf.uint8)

    def predict(images: NDArray[np.float32]) -> NDArray[Any]:
        given = images[:, 0] if flat else images
        try:
            with tf.device(device):
                found = compute(tf.constant(given[..., None])).numpy()
        except tf.errors.ResourceExhaustedError:
            batch = len(images)
            advice = f"batch {batch // 2} would take half of it" if batch > 1 else "give a smaller --patch"
            raise OverBudget(f"Out of memory with batch {batch}: {advice}.") from None
        return np.asarray(found[:, None] if flat else found)

    return predict
