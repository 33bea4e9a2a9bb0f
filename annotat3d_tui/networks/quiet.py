"""TensorFlow and Keras, imported without a word on the terminal.

Both take seconds and half a gigabyte, so that they are had by a function where they are needed: in commands that train
or infer, never in the screen.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from annotat3d_tui.errors import MissingLibrary


def tensorflow() -> Any:
    """The module `tensorflow`; raises MissingLibrary where it is not installed.

    Devices give their memory as it is needed, so that others can be there, too. Processors compute with oneDNN, which
    TensorFlow leaves out by itself on those without AVX-512: gradients of 3D convolutions take four times as long then.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _silence():
        try:
            import tensorflow
        except ImportError as error:
            raise MissingLibrary(f"TensorFlow cannot be imported ({error}): pip install tensorflow.") from None
        for device in tensorflow.config.list_physical_devices("GPU"):
            with contextlib.suppress(RuntimeError):  # in use already, as it was set then
                tensorflow.config.experimental.set_memory_growth(device, True)
    return tensorflow


def keras() -> Any:
    """The module `keras`, on TensorFlow; raises MissingLibrary."""
    tensorflow()
    import keras

    return keras


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """What is written to file descriptor 2 meanwhile goes nowhere: C++ writes there before it can be told not to."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
