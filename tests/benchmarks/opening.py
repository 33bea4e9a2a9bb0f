"""Opening, slicing and converting volumes beside plain reads by NumPy, tifffile and h5py: `make bench-volumes`.

A volume of 1024×1024×512 voxels of 16 bits in each format: what opening costs, how long a slice of each direction takes
with the file in nobody's memory (cold) and at once again (warm), and what the first opening of one that must be
converted costs beside the library's read of the whole. The peers read the same file in the same run. Slices across x
are read as the screen reads them: from the turned copy, whose making is measured beside a copy of the file; and once
more as it is before that is made, or where the disk has no room for it.
"""

import argparse
import gc
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import tifffile
import zarr

sys.path.insert(0, str(Path(__file__).parents[2]))
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.render.palette import TRUECOLOR
from annotat3d_tui.render.planes import plane_size
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.tui.widgets import reader
from annotat3d_tui.tui.widgets.scene import Look, Scene
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.files import open_volume
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.pyramid import coarse_copy, first_look
from tests.benchmarks.costs import Cost, cost_of
from tests.benchmarks.screen import SHAPE, make_image

REPEATS = 5
PLANES = ("xy", "xz", "yz")
CONVERTED = ("HDF5, chunks of 64³", "TIFF, deflate", "Zarr, chunks of 64³")


def make_files(folder: Path, shape: tuple[int, int, int]) -> dict[str, tuple[Path, Callable[[Path], Any]]]:
    """The same volume in each format, and how its library opens it."""
    make_image(folder / "image.npy", shape)
    image = np.load(folder / "image.npy", mmap_mode="r")
    raw = folder / f"image_{shape[2]}x{shape[1]}x{shape[0]}_16bit.raw"
    with raw.open("wb") as file:
        file.write(image.data)
    (folder / "image.npy").unlink()
    image = np.memmap(raw, np.uint16, "r", shape=shape)
    plain = {"photometric": "minisblack", "metadata": None}
    tifffile.imwrite(folder / "image.tif", image, bigtiff=True, **plain)
    tifffile.imwrite(folder / "packed.tif", image, compression="zlib", bigtiff=True, **plain)
    with h5py.File(folder / "image.h5", "w") as file:
        file["data"] = image
    with h5py.File(folder / "chunks.h5", "w") as file:
        file.create_dataset("data", data=image, chunks=(64, 64, 64))
    zarr.create_array(store=str(folder / "chunks.zarr"), data=image, chunks=(64, 64, 64))  # zstd, by itself
    return {
        "RAW": (raw, lambda path: np.memmap(path, np.uint16, "r", shape=shape)),
        "TIFF": (folder / "image.tif", lambda path: tifffile.memmap(path, mode="r")),
        "HDF5": (folder / "image.h5", lambda path: h5py.File(path)["data"]),
        "HDF5, chunks of 64³": (folder / "chunks.h5", lambda path: h5py.File(path)["data"]),
        "Zarr, chunks of 64³": (folder / "chunks.zarr", lambda path: zarr.open_array(path, mode="r")),
        "TIFF, deflate": (folder / "packed.tif", tifffile.imread),
    }


def forget(*folders: Path) -> None:
    """Have the system drop what it keeps of all files in some folders."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def own_slice(scene: Scene, axis: int, index: int) -> np.ndarray:
    """A slice as the screen reads it."""
    return np.array(scene.image_plane(scene.image, PLANES[axis], index))


def peer_slice(voxels: Any, axis: int, index: int) -> np.ndarray:
    """A slice as its library gives it."""
    return np.array(voxels[tuple(index if one == axis else slice(None) for one in range(3))])


def slices(opened: Callable[[], Any], read: Callable[[Any, int, int], np.ndarray], folder: Path) -> list[str]:
    """Milliseconds of a slice in each direction, cold and warm: the median of some."""
    said = []
    for axis in range(3):
        cold, warm = [], []
        for turn in range(REPEATS):
            voxels = opened()
            index = (2 * turn + 1) * voxels.shape[axis] // (2 * REPEATS)
            forget(folder)
            for times in (cold, warm):
                began = time.perf_counter()
                read(voxels, axis, index)
                times.append(time.perf_counter() - began)
            del voxels
        said.append(f"{1e3 * np.median(cold):8.0f} {1e3 * np.median(warm):6.1f}")
    return said


def main() -> int:
    """Measure all and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=SHAPE[0], help="planes of the volume (512)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("ANNOTAT3D_SCRATCH", "/var/tmp")) as name:
        folder = Path(name)
        files = make_files(folder, (given.depth, *SHAPE[1:]))
        head = " ".join(f"{plane + ' cold':>8} {'warm':>6}" for plane in PLANES)
        print(f"milliseconds of a slice\n{'':28}{'open':>6} {head}", flush=True)
        for format, (path, peer) in files.items():
            _tell_slices(format, path, peer, folder)
        print("\nfirst opening of what must be converted, beside the library's read of the whole", flush=True)
        print(f"{'':28}{'CPU s':>8} {'peer/own':>9} {'wall s':>7} {'memory MB':>10}")
        for format in CONVERTED:
            _tell_conversion(format, *files[format], folder)
        _tell_turned(files["RAW"][0], folder)
        _tell_coarse(files["RAW"][0], folder)
        for format in ("RAW", "TIFF", "HDF5"):
            _tell_pictures(format, files[format][0], folder)
    return 0


def _tell_slices(format: str, path: Path, peer: Callable[[Path], Any], folder: Path) -> None:
    conversions = Conversions(folder / "volumes")
    annotation, _ = Annotation.open((1, 1, 1))  # of which nothing is shown
    conversions.turned(inspect(path), open_volume(path, None, conversions).data)

    def own(turned: bool) -> Scene:
        scene = Scene(open_volume(path, None, conversions).data, annotation)
        if turned and (copy := conversions.turned_if_there(inspect(path))):
            scene.turned = copy
        return scene

    sides: list[tuple[str, Callable[[], Any], Any]] = [("annotat3d", lambda: own(True), own_slice)]
    if format == "RAW":
        sides.append(("not turned", lambda: own(False), own_slice))
    if format != "TIFF, deflate":  # tifffile has nothing but the whole, see below
        sides.append(("its library", lambda: peer(path), peer_slice))
    for who, opened, read in sides:
        began = time.perf_counter()
        opened()
        taken = time.perf_counter() - began
        print(f"{format:<20}{who[:11]:<12}{1e3 * taken:>2.0f} {' '.join(slices(opened, read, folder))}", flush=True)


def _tell_conversion(format: str, path: Path, peer: Callable[[Path], Any], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        forget(folder)
        _, own = cost_of(lambda: open_volume(path, None, Conversions(Path(fresh))).data)
    forget(folder)
    _, other = cost_of(lambda: np.asarray(peer(path)[:]))
    _tell_costs(format, {"annotat3d": own, "its library": other})


def _tell_turned(path: Path, folder: Path) -> None:
    voxels = open_volume(path).data
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        forget(folder)
        _, own = cost_of(lambda: Conversions(Path(fresh)).turned(inspect(path), voxels))
        forget(folder)
        _, other = cost_of(lambda: (shutil.copyfile(path, Path(fresh) / "copy"), forget(Path(fresh))))
    _tell_costs("turned copy of RAW", {"annotat3d": own, "copy, sync": other})


def _tell_costs(format: str, costs: dict[str, Cost]) -> None:
    *_, other = costs.values()
    for who, cost in costs.items():
        numbers = f"{cost.cpu:>8.2f} {other.cpu / cost.cpu:>8.1f}× {cost.wall:>7.1f} {cost.anonymous / 1e6:>10.0f}"
        print(f"{format:<20}{who:<12}{numbers.removeprefix('    ')}", flush=True)


def _tell_coarse(path: Path, folder: Path) -> None:
    voxels = open_volume(path).data
    print("\nthe picture while the disk is slow")
    forget(folder)
    look, cost = cost_of(lambda: first_look(voxels))
    print(f"few rows, {'×'.join(map(str, look.shape[::-1]))}: there after {1e3 * cost.wall:.0f} ms", flush=True)
    for side in (8, 2):
        forget(folder)
        copy, cost = cost_of(lambda side=side: coarse_copy(voxels, side=side))  # type: ignore[misc]
        times = []
        for axis in range(3):
            began = time.perf_counter()
            peer_slice(copy, axis, copy.shape[axis] // 2)
            times.append(1e3 * (time.perf_counter() - began))
        ready = f"there after {cost.wall:.2f} s ({cost.cpu:.2f} CPU s, {copy.nbytes / 1e6:.0f} MB)"
        print(f"1/{side} of the resolution: {ready}, then a slice of it takes {max(times):.1f} ms at most", flush=True)


def _tell_pictures(format: str, path: Path, folder: Path) -> None:
    """How long after a key there is a picture, and when it is exact: at once after opening, and with turned copy."""
    conversions, (annotation, _) = Conversions(folder / "volumes"), Annotation.open((1, 1, 1))
    reader.IDLE = 0.01
    conversions.turned(inspect(path), open_volume(path).data)
    look = first_look(open_volume(path).data)
    if format == "RAW":
        print("\nmilliseconds until there is a picture, and until it is exact; cold")
        print(f"{'':31}" + " ".join(f"{plane:>6} {'exact':>6}" for plane in PLANES), flush=True)
    for who in ("first second", "later"):
        said = []
        for axis, plane in enumerate(PLANES):
            first, exact = [], []
            for turn in range(REPEATS):
                shape = inspect(path).shape
                viewport = Viewport(plane_size(shape, plane), (120, 40))
                index = (2 * turn + 1) * shape[axis] // (2 * REPEATS)
                seen = Look(plane, index, viewport, TRUECOLOR, (2000.0, 40000.0), 0.5, False, False, False)
                expected = Scene(open_volume(path).data, annotation).picture(seen)
                forget(folder)  # which what is mapped would not let happen
                arrived = threading.Event()
                scene = Scene(open_volume(path).data, annotation, arrived.set)
                scene.coarse = look
                if who == "later" and (turned := conversions.turned_if_there(inspect(path))):
                    scene.turned = turned
                began = time.perf_counter()
                shown = scene.picture(seen)
                first.append(time.perf_counter() - began)
                if not np.array_equal(shown, expected):
                    assert arrived.wait(60)
                exact.append(time.perf_counter() - began)
                del scene
                _end_readers()
            said.append(f"{1e3 * np.median(first):6.0f} {1e3 * np.median(exact):6.0f}")
        print(f"{format:<20}{who:<12}{' '.join(said)}", flush=True)


def _end_readers() -> None:
    """Wait until no thread keeps a file mapped, whose pages the system would then keep."""
    for thread in threading.enumerate():
        if thread.name == "reader":
            thread.join()
    gc.collect()


if __name__ == "__main__":
    sys.exit(main())
