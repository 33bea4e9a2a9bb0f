"""How the preset `fast` grows: with threads, and with the volume; `make bench-scaling`.

One and two threads on 256³; 128³ beside 512³, which is mapped from a RAW file so that memory is what the program
itself takes. Each job runs in a process of its own, kernels compiled.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.costs import cost_of
from tests.benchmarks.volumes import make_volume

JOBS = {
    "256³, 1 thread": (256, 1),
    "256³, 2 threads": (256, 2),
    "128³, 2 threads": (128, 2),
    "512³, 2 threads": (512, 2),
}
MOST_WALL_OF_TWO, MOST_SLOWER, MOST_ANONYMOUS = 0.6, 1.3, 1.2e9


def make_files(side: int, folder: Path) -> None:
    """A cube of `side`, above 256 tiled from one of 256, as RAW; markers as .npy."""
    image, _, markers = make_volume(min(side, 256))
    times = side // len(image)
    name = f"{side}x{side}x{side}_16bit.raw"
    with (folder / name).open("wb") as file:
        for _ in range(times):
            for plane in image:
                np.tile(plane, (times, times)).tofile(file)
    where = np.argwhere(markers)
    np.savez(folder / f"{side}.npz", where=where, labels=markers[tuple(where.T)])


def measure(side: int, threads: int, folder: Path) -> dict[str, float]:
    """In this process: warm up on a corner, then the whole volume once."""
    from annotat3d_tui.volume.files import open_volume
    from annotat3d_tui.workflow.presets import PRESETS
    from annotat3d_tui.workflow.segmentation import segment

    image = open_volume(folder / f"{side}x{side}x{side}_16bit.raw").data
    with np.load(folder / f"{side}.npz") as marks:
        where, labels = marks["where"], marks["labels"]
    corner = np.array([(2, 2, 2), (9, 9, 9)])
    segment(image[:24, :48, :48].copy(), corner, np.array([1, 2]), PRESETS["fast"], threads=threads)
    _, cost = cost_of(lambda: segment(image, where, labels, PRESETS["fast"], threads=threads))
    return {"cpu": cost.cpu, "wall": cost.wall, "anonymous": cost.anonymous, "voxels": image.size}


def main() -> int:
    """Run the jobs, print the table; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, help="measure a cube of this side only, a multiple of 256")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(*given.measure, given.folder)))
        return 0
    jobs = {f"{given.side}³, 2 threads": (given.side, 2)} if given.side else JOBS
    found: dict[str, dict[str, Any]] = {}
    print(f"{'':<18} {'CPU s':>8} {'wall s':>8} {'CPU ns/voxel':>13} {'anonymous':>10}")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        for side in {side for side, _ in jobs.values()}:
            make_files(side, Path(scratch))
        for name, (side, threads) in jobs.items():
            command = [sys.executable, __file__, "--folder", scratch, "--measure", str(side), str(threads)]
            row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            found[name] = row
            each = 1e9 * row["cpu"] / row["voxels"]
            gigabytes = row["anonymous"] / 1e9
            print(f"{name:<18} {row['cpu']:8.2f} {row['wall']:8.2f} {each:13.0f} {gigabytes:7.2f} GB", flush=True)
    return 0 if given.side or verdict(found) else 1


def verdict(found: dict[str, dict[str, Any]]) -> bool:
    """Say what was promised and whether it was kept."""
    one, two, small, large = (found[name] for name in JOBS)
    ratio = two["wall"] / one["wall"]
    slower = (large["cpu"] / large["voxels"]) / (small["cpu"] / small["voxels"])
    said = [
        (ratio <= MOST_WALL_OF_TWO, f"two threads take {ratio:.2f} of one thread's time, at most {MOST_WALL_OF_TWO}"),
        (slower <= MOST_SLOWER, f"a voxel of 512³ costs {slower:.2f} of one of 128³, at most {MOST_SLOWER}"),
        (large["anonymous"] <= MOST_ANONYMOUS, f"512³ in {MOST_ANONYMOUS / 1e9} GB of memory that is of no file"),
    ]
    for kept, sentence in said:
        print(f"{'kept' if kept else 'NOT kept'}: {sentence}")
    return all(kept for kept, _ in said)


if __name__ == "__main__":
    sys.exit(main())
