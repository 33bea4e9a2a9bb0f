"""How the preset `fast` grows: with threads, and with the volume; `make bench-scaling`.

One and two threads on 256³, in turn in one process, of which the medians count; 128³ beside 512³, which is mapped from
a RAW file so that memory is what the program itself takes. Each volume has a process of its own, kernels compiled.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.costs import Cost, cost_of
from tests.benchmarks.volumes import make_volume

JOBS = {"256³": (256, (1, 2)), "128³": (128, (2,)), "512³": (512, (2,))}
TIMES = 5
"""How often each is measured where threads are compared."""
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


def measure(side: int, threads: list[int], folder: Path) -> list[dict[str, float]]:
    """In this process: warm up on a corner, then the whole volume, with each number of threads in turn; medians."""
    from annotat3d_tui.volume.files import open_volume
    from annotat3d_tui.workflow.presets import PRESETS
    from annotat3d_tui.workflow.segmentation import segment

    image = open_volume(folder / f"{side}x{side}x{side}_16bit.raw").data
    with np.load(folder / f"{side}.npz") as marks:
        where, labels = marks["where"], marks["labels"]
    corner = np.array([(2, 2, 2), (9, 9, 9)])
    segment(image[:24, :48, :48].copy(), corner, np.array([1, 2]), PRESETS["fast"], threads=max(threads))
    found = []
    for number in threads:
        _, cost = cost_of(lambda: segment(image, where, labels, PRESETS["fast"], threads=number))  # noqa: B023
        found.append({"threads": number, "voxels": image.size, **asdict(cost)})
    if len(threads) > 1:
        costs: list[list[Cost]] = [[] for _ in threads]
        for place, number in list(enumerate(threads)) * TIMES:
            _, cost = cost_of(lambda: segment(image, where, labels, PRESETS["fast"], threads=number), memory=False)  # noqa: B023
            costs[place].append(cost)
        for row, own in zip(found, costs, strict=True):
            row |= {name: median(getattr(one, name) for one in own) for name in ("cpu", "wall")}
    return found


def main() -> int:
    """Run the jobs, print the table; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, help="measure a cube of this side only, a multiple of 256")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs="+", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        side, *threads = given.measure
        print(json.dumps(measure(side, threads, given.folder)))
        return 0
    jobs = {f"{given.side}³": (given.side, (2,))} if given.side else JOBS
    found: dict[str, list[dict[str, Any]]] = {}
    print(f"{'':<18} {'CPU s':>8} {'wall s':>8} {'CPU ns/voxel':>13} {'anonymous':>10}")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        for name, (side, threads) in jobs.items():
            make_files(side, Path(scratch))
            command = [sys.executable, __file__, "--folder", scratch, "--measure", *map(str, (side, *threads))]
            found[name] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            for row in found[name]:
                what = f"{name}, {row['threads']} thread{'s' if row['threads'] > 1 else ''}"
                each, gigabytes = 1e9 * row["cpu"] / row["voxels"], row["anonymous"] / 1e9
                print(f"{what:<18} {row['cpu']:8.2f} {row['wall']:8.2f} {each:13.0f} {gigabytes:7.2f} GB", flush=True)
    return 0 if given.side or verdict(found) else 1


def verdict(found: dict[str, list[dict[str, Any]]]) -> bool:
    """Say what was promised and whether it was kept."""
    one, two, small, large = (row for name in JOBS for row in found[name])
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
