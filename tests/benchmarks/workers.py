"""The default segmentation on two workers of Dask beside that without; `make bench-dask`.

Seconds of processor of all processes together (who asks, scheduler, workers), the least of some runs, in turn; the most
that all of them hold at once of memory that is of no file. What a tiny volume takes more is the start of scheduler and
workers, which does not grow with the volume. The labels must be the same, byte for byte. `--side 256` is a quick look.
"""

import argparse
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.scaling import make_files

SIDES = (256, 512)
TINY = 16
TIMES = 3
MOST = 1.15
"""Seconds of processor with Dask, start left out, over those without."""
PR_SET_CHILD_SUBREAPER = 36
FLAGS = {"alone": [], "two workers": ["--dask", "local:2"]}


@dataclass(frozen=True)
class Run:
    """cpu, wall: seconds. held: bytes."""

    cpu: float
    wall: float
    held: int


def segmented(image: Path, markers: Path, label: Path, flags: list[str]) -> Run:
    """One segmentation, and every process that comes of it."""
    words = ["segment", str(image), "--markers", str(markers), "-o", str(label), "--overwrite", *flags]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "annotat3d_tui", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    highest, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            highest[0] = max(highest[0], sum(anonymous(number) for number in family(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    failed = process.wait()
    over.set()
    watcher.join()
    with suppress(ChildProcessError):  # what it has left behind comes to this process, and counts
        while True:
            os.waitpid(-1, 0)
    if failed:
        raise SystemExit(f"annotat3d {' '.join(words)} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(cpu, time.perf_counter() - begun, highest[0])


def family(number: int) -> list[int]:
    """A process and all that it has started."""
    found = [number]
    for one in found:
        for path in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, path.read_text().split())
    return found


def anonymous(number: int) -> int:
    """Resident bytes of a process that are of no file."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) * 1024
    return 0


def make_image(side: int, folder: Path) -> tuple[Path, Path]:
    """A cube as RAW, and its markers; the tiny one is of two halves."""
    image, markers = folder / f"{side}x{side}x{side}_16bit.raw", folder / f"{side}.npy"
    marked = np.zeros((side, side, side), np.uint8)
    if side == TINY:
        marked[2:14:4, 4:12, 3:5], marked[2:14:4, 4:12, 11:13] = 1, 2
        halves = np.random.default_rng(0).integers(0, 20, marked.shape)
        halves[:, :, side // 2 :] += 100
        halves.astype(np.uint16).tofile(image)
    else:
        make_files(side, folder)
        with np.load(folder / f"{side}.npz") as marks:
            marked[tuple(marks["where"].T)] = marks["labels"]
    np.save(markers, marked)
    return image, markers


def compared(side: int, folder: Path, times: int) -> dict[str, Run]:
    """The cheapest of some runs, each way, in turn; ends the program where the labels differ."""
    image, markers = make_image(side, folder)
    labels = {name: folder / f"{name}.tif" for name in FLAGS}
    runs: dict[str, list[Run]] = {name: [] for name in FLAGS}
    for _ in range(times):
        for name, flags in FLAGS.items():
            runs[name].append(segmented(image, markers, labels[name], flags))
    if len({path.read_bytes() for path in labels.values()}) > 1:
        raise SystemExit(f"NOT kept: the labels of {side}³ differ")
    return {name: min(several, key=lambda run: run.cpu) for name, several in runs.items()}


def main() -> int:
    """Compare, print the table; 1 when the promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, help="of one cube, a multiple of 256")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each is run (%(default)s)")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    kept = True
    print(f"{'':<18} {'CPU s':>7} {'of it start':>11} {'wall s':>7} {'held':>9} {'CPU, start left out':>20}")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        compared(TINY, Path(scratch), 1)  # kernels are compiled
        tiny = compared(TINY, Path(scratch), given.times)
        start = tiny["two workers"].cpu - tiny["alone"].cpu
        for side in (given.side,) if given.side else SIDES:
            found = compared(side, Path(scratch), given.times)
            for name, run in found.items():
                own = 0.0 if name == "alone" else start
                ratio = (run.cpu - own) / found["alone"].cpu
                kept &= ratio <= MOST
                print(
                    f"{f'{side}³ {name}':<18} {run.cpu:7.1f} {own:11.1f} {run.wall:7.1f} {run.held / 1e9:6.2f} GB "
                    f"{ratio:18.2f} ×",
                    flush=True,
                )
    print(f"{'kept' if kept else 'NOT kept'}: at most {MOST:g} × the processor time, start left out; the same bytes")
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
