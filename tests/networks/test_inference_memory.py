"""Inference takes little memory of its own, however large the image and what comes out: the kernel sees to it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import OverBudget
from annotat3d_tui.networks.applying import check_memory, memory_for
from annotat3d_tui.networks.fitting import Room
from annotat3d_tui.networks.inference import Inference, sides_for
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.settings import Training

LIMITED = """
import resource, sys
import numpy as np
from annotat3d_tui import allocation
from annotat3d_tui.networks.fitting import Room
from annotat3d_tui.networks.inference import Sides, infer
from annotat3d_tui.networks.normalization import Moments

allocation.LARGE = 1 << 20  # as if the volume were 256 times as large

def bright(images):
    found = (images > 0.5).astype(np.float32)
    return np.stack([1 - found, found], -1)

image = np.load(sys.argv[1], mmap_mode="r")
infer(image[:8, :80, :80], Moments(0, 1), (1, 2), [bright], Sides((8, 32, 32), (0, 0, 0)), 1)
taken = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (taken + (28 << 20),) * 2)
sides = Sides((32, 64, 64), (0, 8, 8))
found = infer(image, Moments(0, 1), (1, 2), [bright], sides, 2, blend=sys.argv[2], probabilities=np.dtype(np.float32))
assert all(np.array_equal(label, 1 + plane) for label, plane in zip(found.label, image))
"""


@pytest.mark.parametrize("blend", ["discard", "gaussian"])
def test_a_volume_larger_than_what_may_be_taken(blend: str, tmp_path: Path) -> None:
    path = tmp_path / "image.npy"
    np.save(path, np.random.default_rng(0).integers(0, 2, (75, 512, 512), np.uint8))
    done = subprocess.run([sys.executable, "-c", LIMITED, path, blend], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_memory_is_foretold_of_what_lies_in_no_file() -> None:
    network = Network(Path("n.network"), Training(), (1, 2, 3), (64, 64, 64))
    sides, plain, blended = sides_for(network), Inference(), Inference(blend="gaussian")
    small, large = (10, 200, 300), (2000, 2000, 2000)
    least = check_memory(network, plain, sides, 1 << 40)
    assert memory_for(network, plain, sides, small) == least + np.prod(small)
    assert memory_for(network, blended, sides, small) == least + 17 * np.prod(small)
    assert memory_for(network, blended, sides, large) < least + (1 << 28), "all of it lies in files"
    with pytest.raises(OverBudget, match="may take .*would fit"):
        check_memory(network, Inference(batch=64), sides, least)


def test_with_a_gpu_the_batch_counts_there_and_only_waits_here() -> None:
    network = Network(Path("n.network"), Training(), (1, 2, 3), (64, 64, 64))
    sides, large = sides_for(network), Inference(batch=64)
    need = check_memory(network, large, sides, 4 << 30, Room(1 << 40, 2, "GPU 0,1"))
    assert need > 4 << 30
    assert memory_for(network, large, sides, (10, 200, 300), on_gpu=True) < need / 2
    with pytest.raises(OverBudget, match="2.1 GB are free on GPU 3: --batch 8 would fit"):
        check_memory(network, large, sides, 1 << 40, Room(2 << 30, 1, "GPU 3"))
    with pytest.raises(OverBudget, match="Inference needs"):
        check_memory(network, large, sides, 1 << 28, Room(1 << 40, 2, "GPU 0,1"))
