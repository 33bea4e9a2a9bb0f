"""The default segmentation of 512³ voxels of 16 bits under a limit of 3 GB of address space; `make bench-memory`.

From RAW, a compressed TIFF and Zarr, each in a process of its own; the labels must be those of a process without a
limit, byte for byte. `--side 128` is a quick look.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tifffile
import zarr

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.scaling import make_files

LIMIT = 3_000_000_000
SIDE = 512


def make_images(side: int, folder: Path) -> list[Path]:
    """The same cube as RAW, compressed TIFF and Zarr, and markers.npy."""
    make_files(side, folder)
    raw = folder / f"{side}x{side}x{side}_16bit.raw"
    image = np.memmap(raw, np.uint16, "r").reshape(side, side, side)
    tifffile.imwrite(folder / "image.tif", image, compression="zlib", photometric="minisblack", bigtiff=True)
    stored = zarr.create_array(store=str(folder / "image.zarr"), shape=image.shape, dtype="uint16", chunks=(64,) * 3)
    stored[:] = image
    markers = np.zeros(image.shape, np.uint8)
    with np.load(folder / f"{side}.npz") as marks:
        markers[tuple(marks["where"].T)] = marks["labels"]
    np.save(folder / "markers.npy", markers)
    return [raw, folder / "image.tif", folder / "image.zarr"]


def segmented(image: Path, limit: int) -> tuple[str, float, float, int]:
    """What the label file hashes to; seconds of processor and of the clock; most resident bytes, those of files too."""
    label, report = image.parent / "label.tif", image.parent / "report.json"
    words = ["segment", str(image), "--markers", str(image.parent / "markers.npy"), "-o", str(label)]
    command = [sys.executable, "-m", "annotat3d_tui", *words, "--report", str(report), "--overwrite"]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    within = ["prlimit", f"--as={limit}"] if limit else []
    subprocess.run([*within, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    resident = int(json.loads(report.read_text())["peak_memory"])
    return hashlib.sha256(label.read_bytes()).hexdigest(), cpu, wall, resident


def main() -> int:
    """Segment four times, print the table; 1 when the bytes are not the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE, help="of the cube, a multiple of 128")
    side = parser.parse_args().side
    found = set()
    print(f"{f'{side}³, 16 bits':<24} {'limit':>7} {'CPU s':>8} {'wall s':>8} {'resident':>9}  label")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        raw, *others = make_images(side, Path(scratch))
        for image, limit in [(raw, 0), *((one, LIMIT) for one in (raw, *others))]:
            label, cpu, wall, resident = segmented(image, limit)
            found.add(label)
            said = f"{limit / 1e9:.0f} GB" if limit else "none"
            print(
                f"{image.name:<24} {said:>7} {cpu:8.1f} {wall:8.1f} {resident / 1e9:6.2f} GB  {label[:12]}", flush=True
            )
    print("kept: the same bytes" if len(found) == 1 else "NOT kept: the bytes differ")
    return int(len(found) > 1)


if __name__ == "__main__":
    sys.exit(main())
