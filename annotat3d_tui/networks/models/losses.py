"""How far the output of a network is from the labels. Voxels of weight 0 count nowhere."""

from collections.abc import Callable, Sequence
from typing import Any

from annotat3d_tui.networks.quiet import tensorflow

tf = tensorflow()
TINY = 1e-7
Loss = Callable[[Any, Any, Any], Any]
Total = Callable[[Any], Any]
"""A sum over the devices of what each has summed."""


def loss_of(kind: str, class_weights: Sequence[float] | None = None, total: Total = tf.identity) -> Loss:
    """The loss (labels (batch, …) int, logits (batch, …, classes), weights (batch, …)) -> a number.

    kind: `cross_entropy`, `dice`, or both with + between. class_weights: a factor for the voxels of each class.
    total: where a batch is spread over devices, so that the loss is that of the whole batch.
    """
    parts = [{"cross_entropy": cross_entropy, "dice": soft_dice}[name] for name in kind.split("+")]
    factors = None if class_weights is None else tf.constant(class_weights, tf.float32)

    def loss(labels: Any, logits: Any, weights: Any) -> Any:
        if factors is not None:
            weights = weights * tf.gather(factors, labels)
        return tf.add_n([part(labels, logits, weights, total) for part in parts])

    return loss


def cross_entropy(labels: Any, logits: Any, weights: Any, total: Total = tf.identity) -> Any:
    """Mean over the voxels, weighted; 0 where no voxel has a weight."""
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    return total(tf.reduce_sum(each * weights)) / tf.maximum(total(tf.reduce_sum(weights)), TINY)


def soft_dice(labels: Any, logits: Any, weights: Any, total: Total = tf.identity) -> Any:
    """1 - the mean Dice of the classes that occur in the batch, of probabilities, weighted.

    Source: Milletari et al. 2016, https://doi.org/10.1109/3DV.2016.79, without the squares, as nnU-Net has it.
    """
    probabilities = tf.nn.softmax(logits)
    classes = logits.shape[-1]
    truth = tf.one_hot(labels, classes) * weights[..., None]
    axes = list(range(len(logits.shape) - 1))
    common = total(tf.reduce_sum(probabilities * truth, axes))
    true_sum = total(tf.reduce_sum(truth, axes))
    found_sum = total(tf.reduce_sum(probabilities * weights[..., None], axes))
    there = tf.cast(true_sum > 0, tf.float32)
    dice = 2 * common / tf.maximum(true_sum + found_sum, TINY)
    count = tf.reduce_sum(there)
    return tf.where(count > 0, 1 - tf.reduce_sum(dice * there) / tf.maximum(count, 1), 0.0)
