"""One step of training and one of validation, compiled, on one device or on several that share a batch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.networks.batches import Batch
from annotat3d_tui.networks.models.losses import Loss, loss_of
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.quiet import keras as _keras
from annotat3d_tui.networks.quiet import tensorflow
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.workers import ALONE, Workers

tf, keras = tensorflow(), _keras()
LARGEST_NORM = 12.0
"""Gradients longer than that are shortened, as nnU-Net does, https://doi.org/10.1038/s41592-020-01008-z."""


class Steps:
    """A model and its optimizer, made for a network; `variables` is all that changes while training."""

    def __init__(
        self, network: Network, class_weights: Sequence[float] | None, strategy: Any, workers: Workers = ALONE
    ) -> None:
        training = network.training
        self._strategy, self._replicas, self._workers = strategy, strategy.num_replicas_in_sync, workers
        with strategy.scope():
            self.model = network.bare_model(training.deep_supervision)
            self._optimizer = _optimizer(training)
            self._optimizer.build(self.model.trainable_variables)
        if self._replicas > 1:
            _take_gradients_as_they_are(self._optimizer)
        total = self._total if self._replicas > 1 else tf.identity
        self._loss = loss_of(training.loss, class_weights, total)
        self._validation_loss = loss_of(training.loss, class_weights)
        self._step, self._check = tf.function(self._distributed), tf.function(self._validated)

    @property
    def variables(self) -> list[Any]:
        """Of the model, with the states of its dropouts, and of the optimizer."""
        return [*self.model.variables, *self._optimizer.variables]

    def train(self, batch: Batch, rate: float) -> tuple[float, bool]:
        """Learn from a batch with a learning rate; the loss before, and whether all gradients were finite."""
        self._optimizer.learning_rate = rate
        loss, finite = self._step(*self._shared(batch))
        return float(loss), bool(finite)

    def validate(self, batch: Batch) -> tuple[float, NDArray[np.int64]]:
        """The loss, and how many voxels (with a weight) of each class (rows) were given which (columns)."""
        loss, confusion = self._check(*map(tf.constant, (batch.images, batch.labels, batch.weights)))
        return float(loss), confusion.numpy()

    def summed(self, value: NDArray[Any]) -> NDArray[Any]:
        """The sum over all workers of what each of them has."""
        if self._workers.count == 1:
            return value

        def of_replica(context: Any) -> Any:
            first = context.replica_id_in_sync_group % self._local == 0
            return tf.constant(value if first else np.zeros_like(value))

        spread = self._strategy.experimental_distribute_values_from_function(of_replica)
        return np.asarray(self._strategy.reduce(tf.distribute.ReduceOp.SUM, spread, axis=None))

    @property
    def _local(self) -> int:
        """How many of the devices are those of this worker."""
        return int(self._replicas // self._workers.count)

    def _total(self, value: Any) -> Any:
        return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, value)

    def _shared(self, batch: Batch) -> list[Any]:
        """Its parts, each spread over the devices."""
        parts = (batch.images, batch.labels, batch.weights)
        if self._replicas == 1:
            return [tf.constant(part) for part in parts]
        share, before = len(batch.images) // self._local, self._workers.index * self._local

        def of_replica(part: NDArray[Any]) -> Any:
            def value(context: Any) -> Any:
                start = (context.replica_id_in_sync_group - before) * share
                return tf.constant(part[start : start + share])

            return self._strategy.experimental_distribute_values_from_function(value)

        return [of_replica(part) for part in parts]

    def _distributed(self, images: Any, labels: Any, weights: Any) -> tuple[Any, Any]:
        if self._replicas == 1:
            return self._learned(images, labels, weights)
        loss, finite = self._strategy.run(self._learned, args=(images, labels, weights))
        mean = self._strategy.reduce(tf.distribute.ReduceOp.MEAN, loss, axis=None)
        each = self._strategy.experimental_local_results(finite)
        return mean, tf.reduce_all(tf.stack(each))

    def _learned(self, images: Any, labels: Any, weights: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            outputs = self.model(images, training=True)
            loss = deep_loss(self._loss, outputs, labels, weights)
            scaled = self._optimizer.scale_loss(loss / self._replicas)
        gradients = tape.gradient(scaled, self.model.trainable_variables)
        if self._replicas > 1:
            gradients = self._total(gradients)
        self._optimizer.apply_gradients(zip(gradients, self.model.trainable_variables, strict=True))
        return loss, tf.math.is_finite(tf.linalg.global_norm(gradients))

    def _validated(self, images: Any, labels: Any, weights: Any) -> tuple[Any, Any]:
        outputs = self.model(images, training=False)
        logits = outputs[0] if isinstance(outputs, list) else outputs
        classes = logits.shape[-1]
        counted = tf.cast(tf.reshape(weights, [-1]) > 0, tf.int64)
        pairs = tf.reshape(labels, [-1]) * classes + tf.reshape(tf.argmax(logits, -1, tf.int32), [-1])
        counts = tf.math.unsorted_segment_sum(counted, pairs, classes * classes)
        return self._validation_loss(labels, logits, weights), tf.reshape(counts, [classes, classes])


def deep_loss(loss: Loss, outputs: Any, labels: Any, weights: Any) -> Any:
    """The loss of the outputs at all resolutions, each counting half as much as the finer one before it.

    Source: Isensee et al. 2021 (nnU-Net). Labels and weights of a coarser one are every second voxel.
    """
    if not isinstance(outputs, list):
        return loss(labels, outputs, weights)
    shares = np.array([0.5**level for level in range(len(outputs))], np.float32)
    losses = []
    for level, share in enumerate(shares / shares.sum()):
        thin = (slice(None), *(slice(None, None, 2**level),) * (len(labels.shape) - 1))
        losses.append(share * loss(labels[thin], outputs[level], weights[thin]))
    return tf.add_n(losses)


def _take_gradients_as_they_are(optimizer: Any) -> None:
    """Keras shortens gradients of each device before it adds them up; ours were added up before."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    inner._all_reduce_sum_gradients = lambda pairs: pairs


def _optimizer(training: Training) -> Any:
    common = {"learning_rate": training.rate, "global_clipnorm": LARGEST_NORM}
    if training.optimizer == "adam":
        optimizer = keras.optimizers.Adam(**common)
    else:
        optimizer = keras.optimizers.SGD(momentum=training.momentum, nesterov=True, **common)
    return keras.optimizers.LossScaleOptimizer(optimizer) if training.precision == "float16" else optimizer
