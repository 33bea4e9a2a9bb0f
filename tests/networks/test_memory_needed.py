"""Memory is foretold within a factor of two, beside what TensorFlow itself takes."""

import subprocess
import sys

import pytest

from annotat3d_tui.networks.architectures import ARCHITECTURES, BASE_BYTES

CHILD = """
import re, sys
import numpy as np
from annotat3d_tui.networks.quiet import tensorflow
tf = tensorflow()
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024  # of this program alone
before = peak()
from pathlib import Path
from annotat3d_tui.networks.batches import Batch
from annotat3d_tui.networks.models.steps import Steps
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.settings import Training
name, training, batch, *patch = sys.argv[1:2] + [int(word) for word in sys.argv[2:]]
network = Network(Path("x"), Training(name, batch=batch), (1, 2), tuple(patch))
shape = (batch, *patch[patch[0] == 1 :])
image = np.random.default_rng(0).standard_normal((*shape, 1)).astype(np.float32)
if training:
    steps = Steps(network, None, tf.distribute.get_strategy())
    steps.train(Batch(image, np.zeros(shape, np.int32), np.ones(shape, np.float32)), 0.001)
else:
    model = network.bare_model()
    found = tf.function(lambda image: tf.argmax(model(image, training=False), -1, tf.int32))
    found(image)
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("name", "training", "batch", "patch"), [("unet3d", True, 2, (64, 64, 64)), ("vnet", False, 2, (64, 64, 64))]
)
def test_memory_is_foretold(name: str, training: bool, batch: int, patch: tuple[int, int, int]) -> None:
    words = [sys.executable, "-c", CHILD, name, str(int(training)), str(batch), *map(str, patch)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    foretold = ARCHITECTURES[name].memory_needed(patch, batch, 2, training) - BASE_BYTES
    assert 0.5 < int(done.stdout) / foretold < 2
