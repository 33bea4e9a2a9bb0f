"""A real network patch by patch is that network on the whole image, in 2D and 3D, on one device and on several."""

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from annotat3d_tui.networks.inference import Sides, infer
from annotat3d_tui.networks.models.predicting import predictors
from annotat3d_tui.networks.network import BEST, Network, save_weights
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.settings import Training

CLASSES, SHAPE, MOMENTS = (2, 300), (16, 32, 48), Moments(3e4, 2e4)

SEVERAL = """
import sys
import numpy as np
from annotat3d_tui.networks.quiet import tensorflow
from annotat3d_tui.networks.inference import Sides, infer
from annotat3d_tui.networks.network import open_network
from annotat3d_tui.networks.normalization import Moments

config = tensorflow().config
config.set_logical_device_configuration(
    config.list_physical_devices("CPU")[0], [config.LogicalDeviceConfiguration()] * 2
)
from annotat3d_tui.networks.models.predicting import predictors

predict = predictors(open_network(sys.argv[1]), False, False, ["/CPU:0", "/CPU:1"])
assert len(predict) == 2
sides = Sides((1, 16, 16), (0, 2, 2))
np.save(sys.argv[3], infer(np.load(sys.argv[2]), Moments(3e4, 2e4), (2, 300), predict, sides, 4).label)
"""


def network_in(folder: Path, architecture: str, patch: tuple[int, int, int]) -> Network:
    """One that has learned nothing."""
    network = Network(folder / "n.network", Training(architecture=architecture), CLASSES, patch)
    network.folder.mkdir()
    network.save()
    save_weights(network.bare_model(), network.folder / BEST)
    return network


def image() -> NDArray[np.uint16]:
    return np.random.default_rng(3).integers(0, 60000, SHAPE, np.uint16)


def shares_of(model: object, voxels: NDArray[np.float32], flat: bool) -> NDArray[np.float32]:
    """Probabilities (z, y, x, classes) of a whole image at once."""
    logits = np.asarray(model(voxels[..., None] if flat else voxels[None, ..., None]))  # type: ignore[operator]
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: NDArray[np.float32] = (powers / powers.sum(-1, keepdims=True)).reshape(*voxels.shape, -1)
    return shares


@pytest.mark.parametrize(("architecture", "patch"), [("unet3d", SHAPE), ("unet2d", (1, 32, 48))])
def test_labels_and_probabilities_are_those_of_the_network(
    architecture: str, patch: tuple[int, int, int], tmp_path: Path
) -> None:
    network, voxels = network_in(tmp_path, architecture, patch), image()
    model, sides, flat = network.model(), Sides(patch, (0, 0, 0)), patch[0] == 1
    whole = shares_of(model, MOMENTS.normalized(voxels), flat)
    dtype = np.dtype(np.float32)
    found = infer(voxels, MOMENTS, CLASSES, predictors(network, True, False), sides, 3, probabilities=dtype)
    assert found.probabilities is not None
    assert np.allclose(np.moveaxis(found.probabilities, 0, -1), whole, atol=1e-4)
    assert found.label.dtype == np.uint16
    clear = np.abs(whole[..., 1] - whole[..., 0]) > 1e-3
    label = infer(voxels, MOMENTS, CLASSES, predictors(network, False, False), sides, 3).label
    assert np.array_equal(label[clear], np.array(CLASSES)[whole.argmax(-1)][clear])
    axes = (1, 2) if flat else (0, 1, 2)
    turns = [turn for count in range(len(axes) + 1) for turn in combinations(axes, count)]
    mean = np.mean([np.flip(shares_of(model, MOMENTS.normalized(np.flip(voxels, t)), flat), t) for t in turns], axis=0)
    found = infer(voxels, MOMENTS, CLASSES, predictors(network, True, True), sides, 3, probabilities=dtype)
    assert found.probabilities is not None
    assert np.allclose(np.moveaxis(found.probabilities, 0, -1), mean, atol=1e-4)


def test_two_devices_of_tensorflow_share_an_image(tmp_path: Path) -> None:
    network, voxels = network_in(tmp_path, "unet2d", (1, 16, 16)), image()
    np.save(tmp_path / "image.npy", voxels)
    words = [str(network.folder), str(tmp_path / "image.npy"), str(tmp_path / "label.npy")]
    done = subprocess.run([sys.executable, "-c", SEVERAL, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    one = infer(voxels, MOMENTS, CLASSES, predictors(network, False, False), Sides((1, 16, 16), (0, 2, 2)), 4).label
    assert (np.load(tmp_path / "label.npy") == one).mean() > 0.999
