"""Weights of one network for another that differs in its classes."""

from typing import Any

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.network import Network


def transfer(start: Network, model: Any) -> list[str]:
    """Give a Keras model the weights of a network, layer by layer; the layers left as they are, whose classes differ.

    Raises InvalidParameter when they are of different architectures, MissingFile and InvalidFile for lost weights.
    """
    trained = start.model()
    theirs = [layer for layer in trained.layers if layer.weights and not is_head(layer)]
    ours = [layer for layer in model.layers if layer.weights and not is_head(layer)]
    if [_shapes(layer) for layer in theirs] != [_shapes(layer) for layer in ours]:
        theirs, ours = _up_to_classes(theirs), _up_to_classes(ours)
    if [_shapes(layer) for layer in theirs] != [_shapes(layer) for layer in ours]:
        raise InvalidParameter(
            f"The network to start from must be of the same architecture, received {start.name}, a "
            f"{start.architecture}: choose that architecture."
        )
    for source, target in zip(theirs, ours, strict=True):
        target.set_weights(source.get_weights())
    heads = {layer.name: layer for layer in trained.layers if is_head(layer)}
    left = [layer for layer in model.layers if layer.weights and layer not in ours]
    for layer in [*left]:
        source = heads.get(layer.name)
        if source is not None and _shapes(source) == _shapes(layer):
            layer.set_weights(source.get_weights())
            left.remove(layer)
    return [layer.name for layer in left]


def is_head(layer: Any) -> bool:
    """Whether a layer makes logits."""
    return bool(layer.name.startswith("logits"))


def _up_to_classes(layers: list[Any]) -> list[Any]:
    """Without the convolution and normalization of V-Net that already have a feature for each class."""
    return layers[:-2]


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]
