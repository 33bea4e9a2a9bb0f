"""What needs Keras at import: layers and networks, losses, one step of training. Imported only to train or infer.

layers   instance normalization
unet     U-Net in 2D and 3D
vnet     V-Net
losses   cross entropy, Dice
steps    one step of training, one of validation, on one or several devices
"""

from collections.abc import Iterator
from contextlib import contextmanager

from annotat3d_tui.networks.quiet import keras


@contextmanager
def policy(name: str) -> Iterator[None]:
    """Layers made meanwhile compute in this precision; their weights are float32."""
    config = keras().config
    before = config.dtype_policy()
    config.set_dtype_policy(name if name == "float32" else f"mixed_{name}")
    try:
        yield
    finally:
        config.set_dtype_policy(before)
