"""Our whole job beside scikit-image's, on one volume with the same markers, in one run: `make bench`.

Each contender runs in a process of its own. Counted are the seconds of processor (all threads, training included) and
the memory above the input, from markers in memory to label volume in memory; imports and the compilation of kernels,
which is done once and kept on disk, come before. Accuracy and Dice are over the voxels that are not marked.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIDE = 256
MARKED_PLANES = (0.25, 0.5, 0.75)
STROKES, STROKE_LENGTH, STROKE_RADIUS = 6, 40, 2
LEAST_RATIO, MOST_BYTES_PER_VOXEL = 25.0, 12.0


def make_volume(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image uint16, truth and markers uint8 (side³): two phases of blobs, blurred, with noise."""
    from scipy import ndimage
    from skimage.data import binary_blobs

    rng = np.random.default_rng(0)
    phases = binary_blobs(side, blob_size_fraction=24 / side, n_dim=3, volume_fraction=0.5, rng=0)
    noisy = ndimage.gaussian_filter(phases.astype(np.float32), 1.0) + rng.normal(0, 0.25, phases.shape)
    image = np.clip(20000 + 12000 * noisy, 0, 65535).astype(np.uint16)
    truth = phases.astype(np.uint8) + 1
    markers = np.zeros_like(truth)
    for plane in MARKED_PLANES:
        z = int(plane * side)
        for label in (1, 2):
            _draw_strokes(markers[z], truth[z] == label, label, rng)
    return image, truth, markers


def _draw_strokes(plane: np.ndarray, inside: np.ndarray, label: int, rng: np.random.Generator) -> None:
    """Straight strokes in the interior of one phase."""
    from scipy import ndimage

    interior = ndimage.binary_erosion(inside, iterations=STROKE_RADIUS)
    ys, xs = np.nonzero(interior)
    disk = np.hypot(*np.mgrid[-STROKE_RADIUS : STROKE_RADIUS + 1, -STROKE_RADIUS : STROKE_RADIUS + 1]) <= STROKE_RADIUS
    for _ in range(STROKES):
        start = rng.integers(len(ys))
        angle = rng.uniform(0, 2 * np.pi)
        steps = np.arange(STROKE_LENGTH)
        line_y = np.round(ys[start] + steps * np.sin(angle)).astype(int)
        line_x = np.round(xs[start] + steps * np.cos(angle)).astype(int)
        within = (line_y >= 0) & (line_y < plane.shape[0]) & (line_x >= 0) & (line_x < plane.shape[1])
        line = np.zeros(plane.shape, bool)
        line[line_y[within], line_x[within]] = True
        plane[ndimage.binary_dilation(line, disk) & interior] = label


def ours(preset: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Our whole job with a preset; `manual` with the superpixels of the 2019 program in 3D."""
    from dataclasses import replace

    from annotat3d_tui.blocks import available_threads
    from annotat3d_tui.labels.masks import marks_of
    from annotat3d_tui.superpixels.waterpixels import Waterpixels3D
    from annotat3d_tui.workflow.presets import PRESETS
    from annotat3d_tui.workflow.segmentation import segment

    parameters = PRESETS[preset]
    own = parameters.superpixels
    grown_in_3d = Waterpixels3D(spacing=own.spacing, compactness=own.compactness)
    parameters = replace(parameters, superpixels=grown_in_3d, features=replace(parameters.features, dimensions="3"))

    def run(image: np.ndarray, markers: np.ndarray) -> np.ndarray:
        return segment(image, *marks_of(markers), parameters, threads=available_threads()).label

    return run


def scikit_image() -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """scikit-image's trainable segmentation, with the forest of its gallery."""
    from skimage.feature import multiscale_basic_features
    from skimage.future import fit_segmenter, predict_segmenter
    from sklearn.ensemble import RandomForestClassifier

    def run(image: np.ndarray, markers: np.ndarray) -> np.ndarray:
        features = multiscale_basic_features(image, sigma_min=1, sigma_max=8)
        forest = RandomForestClassifier(n_estimators=50, n_jobs=-1, max_depth=10, max_samples=0.05, random_state=0)
        return predict_segmenter(features, fit_segmenter(markers, features, forest)).astype(np.uint8)

    return run


CONTENDERS: dict[str, Callable[[], Callable[[np.ndarray, np.ndarray], np.ndarray]]] = {
    "annotat3d manual": lambda: ours("manual"),
    "annotat3d fast": lambda: ours("fast"),
    "scikit-image": scikit_image,
}


def measure(name: str, folder: Path) -> dict[str, Any]:
    """In this process: warm up on a corner, then the whole volume once."""
    image, markers = np.load(folder / "image.npy"), np.load(folder / "markers.npy")
    job = CONTENDERS[name]()
    small_image, small_markers = image[:24, :48, :48].copy(), np.zeros((24, 48, 48), np.uint8)
    small_markers[12, 4:44, 4:12], small_markers[12, 4:44, 30:38] = 1, 2
    job(small_image, small_markers)
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    wall, cpu = time.perf_counter(), _cpu_seconds()
    label = job(image, markers)
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    peak = _resident("VmHWM") - before
    truth = np.load(folder / "truth.npy")
    compared = markers == 0
    right = label[compared] == truth[compared]
    return {
        "name": name,
        "cpu": cpu,
        "wall": wall,
        "bytes_per_voxel": peak / image.size,
        "accuracy": float(right.mean()),
        "dice": _mean_dice(label[compared], truth[compared]),
    }


def _mean_dice(label: np.ndarray, truth: np.ndarray) -> float:
    both = [((label == k) & (truth == k)).sum() for k in (1, 2)]
    sizes = [(label == k).sum() + (truth == k).sum() for k in (1, 2)]
    return float(np.mean([2 * b / s for b, s in zip(both, sizes, strict=True)]))


def _resident(field: str) -> int:
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(field))
    return int(line.split()[1]) * 1024


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


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


def main() -> int:
    """Make the volume, let each contender run, print the table; 1 when the promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE, help="side of the cube in voxels (256)")
    parser.add_argument("--folder", type=Path, help="where the volumes are kept (a temporary folder)")
    parser.add_argument("--measure", help="measure this contender in this process and print JSON")
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.folder)))
        return 0
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        for name, array in zip(("image", "truth", "markers"), make_volume(given.side), strict=True):
            np.save(f"{scratch}/{name}.npy", array)
        print(f"{given.side}³ uint16, {len(MARKED_PLANES)} planes × 2 labels × {STROKES} strokes", flush=True)
        rows = []
        for name in CONTENDERS:
            command = [sys.executable, __file__, "--measure", name, "--folder", scratch]
            rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    print(table(rows))
    manual, peer = rows[0], rows[-1]
    kept = peer["cpu"] / manual["cpu"] >= LEAST_RATIO and manual["bytes_per_voxel"] <= MOST_BYTES_PER_VOXEL
    print(
        f"promised: manual {LEAST_RATIO:g}× less CPU at least, {MOST_BYTES_PER_VOXEL:g} B/voxel above the input at most"
        f": {'kept' if kept else 'NOT kept'}"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
