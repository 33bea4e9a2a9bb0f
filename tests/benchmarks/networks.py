"""A network on a volume beside MONAI's sliding window, the same U-Net on the same processors: `make bench-networks`.

Each contender runs in a process of its own, after a first patch that pays for compilers. The peer needs an interpreter
with torch and monai, given as ANNOTAT3D_PEER=/path/to/python; without it, only ours are measured. Windows of 64³, four
at a time: 27 of them on 128³, either with a quarter of overlap that is thrown away (MONAI: averaged), or with one half
that is weighted by Gaussians. The image is mapped from a file; labels come out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.costs import cost_of

Labels = Callable[[np.ndarray], np.ndarray]
PEER = "ANNOTAT3D_PEER"
SIDE, PATCH, BATCH, CLASSES = 128, 64, 4, 2
BLENDS = {"discard": 0.25, "gaussian": 0.5}
"""How windows are joined, and the share by which they overlap."""
LEAST_TIMES = 2.0
"""As often as ours should be done, in processor time, while MONAI is done once."""


def ours(blend: str, folder: Path) -> Labels:
    """unet3d, as `annotat3d infer` applies it."""
    from annotat3d_tui.networks.inference import Sides, infer
    from annotat3d_tui.networks.models.predicting import predictors
    from annotat3d_tui.networks.network import BEST, Network, save_weights
    from annotat3d_tui.networks.normalization import Moments
    from annotat3d_tui.networks.settings import Training

    network = Network(folder / "unet.network", Training(architecture="unet3d"), (1, 2), (PATCH,) * 3)
    network.folder.mkdir()
    save_weights(network.bare_model(), network.folder / BEST)
    predict = predictors(network, blend == "gaussian", mirror=False)
    border = int(BLENDS[blend] * PATCH / 2) if blend == "discard" else 0
    sides = Sides((PATCH,) * 3, (border,) * 3)

    def labels(image: np.ndarray) -> np.ndarray:
        return infer(image, Moments(3e4, 2e4), network.classes, predict, sides, BATCH, blend=blend).label

    return labels


def theirs(blend: str, _: Path) -> Labels:
    """MONAI's BasicUNet with as many features, and its sliding window."""
    import torch
    from monai.inferers import sliding_window_inference
    from monai.networks.nets import BasicUNet

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    network = BasicUNet(3, 1, CLASSES, features=(16, 16, 32, 64, 128, 16)).eval()
    mode = "gaussian" if blend == "gaussian" else "constant"

    def labels(image: np.ndarray) -> np.ndarray:
        voxels = torch.from_numpy(((image.astype(np.float32) - 3e4) / 2e4)[None, None])
        with torch.inference_mode():
            scores = sliding_window_inference(voxels, (PATCH,) * 3, BATCH, network, overlap=BLENDS[blend], mode=mode)
        return scores.argmax(1)[0].numpy().astype(np.uint8)

    return labels


CONTENDERS = {"ours": ours, "MONAI": theirs}


def measure(name: str, blend: str, path: Path) -> None:
    """Print the costs of one contender, as JSON."""
    image = np.load(path, mmap_mode="r")
    with tempfile.TemporaryDirectory() as folder:
        labels = CONTENDERS[name](blend, Path(folder))
        labels(image[:PATCH, :PATCH, : 2 * PATCH])
        found, cost = cost_of(lambda: labels(image))
    assert found.shape == image.shape
    print(json.dumps({"cpu": cost.cpu, "wall": cost.wall, "peak": cost.peak}))


def costs_of(name: str, blend: str, path: Path, python: str) -> dict[str, float]:
    """Of one contender in a process of its own; torch's threads wait without spinning, as others need processors."""
    command = [python, __file__, "--one", name, blend, str(path)]
    environment = os.environ | {"OMP_WAIT_POLICY": "passive", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{name}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Print a table; 1 when ours are not twice as fast as the peer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=SIDE, help="of the volume, in voxels")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure(given.one[0], given.one[1], Path(given.one[2]))
        return 0
    peer, worst = os.environ.get(PEER), np.inf
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.npy"
        np.save(path, np.random.default_rng(0).integers(0, 65535, (given.side,) * 3, dtype=np.uint16))
        print(f"{given.side}³, windows of {PATCH}³, {BATCH} at a time\n{'':20}{'CPU s':>8}{'s':>8}{'MB':>8}")
        for blend in BLENDS:
            found = {}
            for name, python in {"ours": sys.executable, "MONAI": peer}.items():
                if python:
                    found[name] = cost = costs_of(name, blend, path, python)
                    row = f"{cost['cpu']:8.1f}{cost['wall']:8.1f}{cost['peak'] / 1e6:8.0f}"
                    print(f"{blend:10}{name:10}{row}", flush=True)
            if len(found) == 2:
                worst = min(worst, found["MONAI"]["cpu"] / found["ours"]["cpu"])
    if not peer:
        print(f"MONAI is left out: give {PEER}, an interpreter with torch and monai.")
        return 0
    print(f"MONAI takes at least {worst:.1f} times the processor time")
    return int(worst < LEAST_TIMES)


if __name__ == "__main__":
    sys.exit(main())
