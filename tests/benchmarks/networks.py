"""A network on a volume, and a step of its training, beside MONAI's, the same U-Net: `make bench-networks`.

Each contender runs in a process of its own, after a first patch that pays for compilers. The peer needs an interpreter
with torch and monai, given as ANNOTAT3D_PEER=/path/to/python; without it, only ours are measured. Windows of 64³, four
at a time: 27 of them on 128³, either with a quarter of overlap that is thrown away (MONAI: averaged), or with one half
that is weighted by Gaussians. The image is mapped from a file; labels come out. A step of training takes two samples of
64³, cross entropy and Dice, Adam: all are in memory. A whole training of ours, augmented, says how long it
waited for samples, and how long it took to its first step.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
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
STEP_BATCH, STEP_TIMES = 2, 6
ROOT = Path(__file__).parents[2]
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


def our_step(folder: Path) -> Callable[[], object]:
    """A step as `annotat3d network train` takes it."""
    from annotat3d_tui.networks.batches import Batch
    from annotat3d_tui.networks.devices import strategy_for
    from annotat3d_tui.networks.models.steps import Steps
    from annotat3d_tui.networks.network import Network
    from annotat3d_tui.networks.settings import Training

    network = Network(folder / "unet.network", Training(architecture="unet3d", batch=STEP_BATCH), (1, 2), (PATCH,) * 3)
    steps = Steps(network, None, strategy_for(STEP_BATCH))
    images, labels = step_samples()
    batch = Batch(images, labels.astype(np.int32), np.ones(labels.shape, np.float32))
    return lambda: steps.train(batch, 1e-3)


def their_step(_: Path) -> Callable[[], object]:
    """A step of MONAI's BasicUNet with its DiceCELoss."""
    import torch
    from monai.losses import DiceCELoss
    from monai.networks.nets import BasicUNet

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    network = BasicUNet(3, 1, CLASSES, features=(16, 16, 32, 64, 128, 16)).train()
    loss = DiceCELoss(to_onehot_y=True, softmax=True)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    images, labels = step_samples()
    voxels, truth = torch.from_numpy(images[:, None]), torch.from_numpy(labels[:, None].astype(np.int64))

    def step() -> float:
        optimizer.zero_grad()
        found = loss(network(voxels), truth)
        found.backward()
        optimizer.step()
        return float(found)

    return step


STEPS = {"ours": our_step, "MONAI": their_step}


def step_samples() -> tuple[np.ndarray, np.ndarray]:
    """Two samples of noise and their labels."""
    random = np.random.default_rng(0)
    shape = (STEP_BATCH, PATCH, PATCH, PATCH)
    return random.normal(size=shape).astype(np.float32), random.integers(0, CLASSES, shape)


def measure_step(name: str) -> None:
    """Print what STEP_TIMES steps of one contender cost, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        step = STEPS[name](Path(folder))
        for _ in range(2):
            step()
        _, cost = cost_of(lambda: [step() for _ in range(STEP_TIMES)])
    print(json.dumps({"cpu": cost.cpu / STEP_TIMES, "wall": cost.wall / STEP_TIMES, "peak": cost.peak}))


def print_training() -> None:
    """How long a training of ours waits for its samples, and how long it takes to begin."""
    import tifffile

    annotat3d = [sys.executable, "-m", "annotat3d_tui"]
    with tempfile.TemporaryDirectory() as name:
        folder, random = Path(name), np.random.default_rng(0)
        image = random.integers(0, 65535, (96, 96, 96), dtype=np.uint16)
        tifffile.imwrite(folder / "image.tif", image, photometric="minisblack")
        tifffile.imwrite(folder / "label.tif", (image > 30000).astype(np.uint8) + 1, photometric="minisblack")
        made = ["--data", "image.tif", "--label", "label.tif", "--patch", "64", "64", "64", "--samples", "8"]
        run = {"cwd": folder, "check": True, "capture_output": True, "env": os.environ | {"PYTHONPATH": str(ROOT)}}
        subprocess.run([*annotat3d, "dataset", "create", "-o", "d.h5", *made, "--validation", "0"], **run)
        words = ["network", "train", "n", "--dataset", "d.h5", "--batch", str(STEP_BATCH), "--iterations", "12"]
        begun = time.monotonic()
        done = subprocess.run([*annotat3d, *words, "--here", "--json"], text=True, **run)
        whole, told = time.monotonic() - begun, json.loads(done.stdout)
    share, start = told["waited"] / told["seconds"], whole - told["seconds"]
    print(f"a training of ours waits {share:.1%} of its time for samples; it begins after {start:.1f} s")


def measure(name: str, blend: str, path: Path) -> None:
    """Print the costs of one contender, as JSON."""
    image = np.load(path, mmap_mode="r")
    with tempfile.TemporaryDirectory() as folder:
        labels = CONTENDERS[name](blend, Path(folder))
        labels(image[:PATCH, :PATCH, : 2 * PATCH])
        found, cost = cost_of(lambda: labels(image))
    assert found.shape == image.shape
    print(json.dumps({"cpu": cost.cpu, "wall": cost.wall, "peak": cost.peak}))


def costs_of(name: str, python: str, *asked: str) -> dict[str, float]:
    """Of one contender in a process of its own; torch's threads wait without spinning, as others need processors."""
    command = [python, __file__, "--one", name, *asked]
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
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        if len(given.one) == 1:
            measure_step(given.one[0])
        else:
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
                    found[name] = cost = costs_of(name, python, blend, str(path))
                    row = f"{cost['cpu']:8.1f}{cost['wall']:8.1f}{cost['peak'] / 1e6:8.0f}"
                    print(f"{blend:10}{name:10}{row}", flush=True)
            if len(found) == 2:
                worst = min(worst, found["MONAI"]["cpu"] / found["ours"]["cpu"])
    print(f"a step of training on {STEP_BATCH} samples of {PATCH}³")
    steps = {}
    for name, python in {"ours": sys.executable, "MONAI": peer}.items():
        if python:
            steps[name] = cost = costs_of(name, python)
            print(f"{'':10}{name:10}{cost['cpu']:8.1f}{cost['wall']:8.1f}{cost['peak'] / 1e6:8.0f}", flush=True)
    print_training()
    if not peer:
        print(f"MONAI is left out: give {PEER}, an interpreter with torch and monai.")
        return 0
    step = steps["MONAI"]["cpu"] / steps["ours"]["cpu"]
    print(
        f"MONAI takes at least {worst:.1f} times the processor time on volumes, {step:.2f} times in a step of training"
    )
    return int(worst < LEAST_TIMES or step < 1.0)


if __name__ == "__main__":
    sys.exit(main())
