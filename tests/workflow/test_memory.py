"""A segmentation takes no more memory than was forecast, whatever its image lies in, and makes the same bytes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import tifffile
import zarr

SIDE = 72
PROGRAM = """
import hashlib, json, resource, sys
from pathlib import Path
from annotat3d_tui.__main__ import main
from annotat3d_tui.volume.files import open_volume
from annotat3d_tui.workflow.forecast import PROGRAM, memory_needed
from annotat3d_tui.workflow.presets import PRESETS

def taken():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))

def digest(image):
    words = ["segment", image, "--markers", "markers.npy", "-o", "label.tif", "--overwrite", "--trees", "12",
             "--threads", "2"]
    assert main(words) == 0
    return hashlib.sha256(Path("label.tif").read_bytes()).hexdigest()

images = sys.argv[1:]
found = [digest(images[0])]
need = memory_needed(open_volume(images[0]).data, PRESETS["fast"]) - PROGRAM
stacks = 12 * (8 << 20)  # of threads, which come and go
resource.setrlimit(resource.RLIMIT_DATA, (taken() + stacks + need,) * 2)
found += [digest(image) for image in images]
print(json.dumps([found, need]))
"""


def test_the_same_bytes_within_what_was_forecast(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 300, (SIDE, SIDE, SIDE))
    z, y, x = np.mgrid[:SIDE, :SIDE, :SIDE]
    truth = (x + y // 2 + z // 3) % 40 < 20
    image = (np.where(truth, 9000, 5000) + noise).astype(np.uint16)
    markers = np.zeros(image.shape, np.uint8)
    markers[30, 5:9, 2:40] = 1 + truth[30, 5:9, 2:40]
    np.save(tmp_path / "markers.npy", markers)
    image.tofile(tmp_path / f"image_{SIDE}x{SIDE}x{SIDE}_16bit.raw")
    tifffile.imwrite(tmp_path / "image.tif", image, compression="zlib", photometric="minisblack")
    zarr.create_array(store=str(tmp_path / "image.zarr"), data=image, chunks=(24, 40, 40))
    images = (f"image_{SIDE}x{SIDE}x{SIDE}_16bit.raw", "image.tif", "image.zarr")
    command = [sys.executable, "-c", PROGRAM, *images]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found, need = json.loads(done.stdout.splitlines()[-1])
    assert len(set(found)) == 1
    assert need < 60 * image.size
