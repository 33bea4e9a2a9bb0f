"""Our whole job beside scikit-image's, on one volume with the same markers, in one run: `make bench`.

Each contender runs in a process of its own. Counted are the seconds of processor (all threads, training included) and
the memory above the input, from markers in memory to label volume in memory; imports and the compilation of kernels,
which is done once and kept on disk, come before. Accuracy and Dice are over the voxels that are not marked.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.costs import cost_of
from tests.benchmarks.volumes import MARKED_PLANES, STROKES, make_volume, mean_dice

Job = Callable[[np.ndarray, np.ndarray], np.ndarray]
SIDE = 256
ORIGINAL = (
    "none", "fft_gauss", "fft_dog", "fft_gabor", "sobel", "membrane_projections", "minimum", "maximum", "average",
    "variance", "median", "lbp",
)  # fmt: skip
"""The twelve filters of the 2019 program."""
PROMISED = {"annotat3d manual": (30.0, 12.0), "annotat3d fast": (10.0, 12.0), "annotat3d all": (5.0, 25.0)}
"""Least ratio of the peer's processor seconds to ours, most bytes a voxel above the input."""


def ours(preset: str) -> Job:
    """Our whole job with a preset in 3D; `all` is `fast` with all filters of the 2019 program and three poolings."""
    from annotat3d_tui.blocks import available_threads
    from annotat3d_tui.features.features import Features
    from annotat3d_tui.labels.masks import marks_of
    from annotat3d_tui.superpixels.waterpixels import Waterpixels3D
    from annotat3d_tui.workflow.presets import PRESETS
    from annotat3d_tui.workflow.segmentation import segment

    parameters = PRESETS["fast" if preset == "all" else preset]
    features = replace(parameters.features, dimensions="3")
    if preset == "all":
        features = Features(ORIGINAL, (1, 2, 4, 8), "3", ("mean", "minimum", "maximum"))
    spacing = 7 if preset == "all" else parameters.superpixels.spacing
    parameters = replace(parameters, superpixels=Waterpixels3D(spacing=spacing), features=features)

    def run(image: np.ndarray, markers: np.ndarray) -> np.ndarray:
        return segment(image, *marks_of(markers), parameters, threads=available_threads()).label

    return run


def scikit_image() -> Job:
    """scikit-image's trainable segmentation, with the forest of its gallery."""
    from skimage.feature import multiscale_basic_features
    from skimage.future import fit_segmenter, predict_segmenter
    from sklearn.ensemble import RandomForestClassifier

    def run(image: np.ndarray, markers: np.ndarray) -> np.ndarray:
        features = multiscale_basic_features(image, sigma_min=1, sigma_max=8)
        forest = RandomForestClassifier(n_estimators=50, n_jobs=-1, max_depth=10, max_samples=0.05, random_state=0)
        return predict_segmenter(features, fit_segmenter(markers, features, forest)).astype(np.uint8)

    return run


CONTENDERS: dict[str, Callable[[], Job]] = {
    "annotat3d manual": lambda: ours("manual"),
    "annotat3d fast": lambda: ours("fast"),
    "annotat3d all": lambda: ours("all"),
    "scikit-image": scikit_image,
}


def measure(name: str, folder: Path) -> dict[str, Any]:
    """In this process: warm up on a corner, then the whole volume once."""
    image, markers = np.load(folder / "image.npy"), np.load(folder / "markers.npy")
    job = CONTENDERS[name]()
    small_image, small_markers = image[:24, :48, :48].copy(), np.zeros((24, 48, 48), np.uint8)
    small_markers[12, 4:44, 4:12], small_markers[12, 4:44, 30:38] = 1, 2
    job(small_image, small_markers)
    label, cost = cost_of(lambda: job(image, markers))
    truth = np.load(folder / "truth.npy")
    compared = markers == 0
    return {
        "name": name,
        "cpu": cost.cpu,
        "wall": cost.wall,
        "bytes_per_voxel": cost.peak / image.size,
        "accuracy": float((label[compared] == truth[compared]).mean()),
        "dice": mean_dice(label[compared], truth[compared]),
    }


def table(rows: list[dict[str, Any]]) -> str:
    """One row a contender, with the ratio of its processor seconds to the peer's."""
    peer = rows[-1]["cpu"]
    lines = [f"{'':<18} {'CPU s':>8} {'peer/own':>9} {'wall s':>8} {'B/voxel':>8} {'accuracy':>9} {'Dice':>7}"]
    lines += [
        f"{row['name']:<18} {row['cpu']:8.2f} {peer / row['cpu']:8.1f}× {row['wall']:8.2f} "
        f"{row['bytes_per_voxel']:8.1f} {row['accuracy']:9.4f} {row['dice']:7.4f}"
        for row in rows
    ]
    return "\n".join(lines)


def verdicts(rows: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """What was promised of each contender, and whether it was kept."""
    peer = rows[-1]["cpu"]
    found = []
    for row in rows[:-1]:
        ratio, most = PROMISED[row["name"]]
        kept = peer / row["cpu"] >= ratio and row["bytes_per_voxel"] <= most
        found.append((f"{row['name']}: at least {ratio:g}× less CPU, at most {most:g} B/voxel above the input", kept))
    return found


def main() -> int:
    """Make the volume, let each contender run, print the table; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE, help="side of the cube in voxels (256)")
    parser.add_argument("--only", action="append", choices=tuple(CONTENDERS), help="measure this one (all)")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.folder)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, array in zip(("image", "truth", "markers"), make_volume(given.side), strict=True):
            np.save(f"{scratch}/{name}.npy", array)
        print(f"{given.side}³ uint16, {len(MARKED_PLANES)} planes × 2 labels × {STROKES} strokes", flush=True)
        rows = []
        for name in given.only or CONTENDERS:
            command = [sys.executable, __file__, "--measure", name, "--folder", scratch]
            rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
    print(table(rows))
    found = verdicts(rows) if not given.only else []
    for said, kept in found:
        print(f"{'kept' if kept else 'NOT kept'}: {said}")
    return 0 if all(kept for _, kept in found) else 1


if __name__ == "__main__":
    sys.exit(main())
