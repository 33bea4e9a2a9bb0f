"""No command writes to what it reads: bytes and time of every source stay; and a disk that fails while it is read."""

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
import zarr

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume.files import open_volume
from tests.cli.test_commands import Capture, answer, refusal

Phases = tuple[np.ndarray, np.ndarray, np.ndarray]
ROOMS = {".tif": "tiff", ".zarr": "zarr", ".h5": "hdf5"}
LONG_AGO = 1_000_000_000


def state(folder: Path) -> dict[str, tuple[str, int]]:
    """Hash and time of each file below a folder."""
    return {
        str(file.relative_to(folder)): (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def sources(folder: Path, phases: Phases) -> dict[str, str]:
    """The image in each kind of file that is read, and markers, truth; by name."""
    image, truth, markers = phases
    image.tofile(folder / "image_30x26x14_16bit.raw")
    np.save(folder / "image.npy", image)
    tifffile.imwrite(folder / "image.tif", image)
    tifffile.imwrite(folder / "packed.tif", image, compression="zlib")
    with h5py.File(folder / "image.h5", "w") as file:
        file["data"] = image
    with h5py.File(folder / "chunked.h5", "w") as file:
        file.create_dataset("data", data=image, chunks=(5, 26, 30), compression="gzip")
    zarr.create_array(store=str(folder / "image.zarr"), data=image, chunks=(5, 26, 30))
    np.save(folder / "markers.npy", markers)
    np.save(folder / "truth.npy", truth)
    for file in folder.rglob("*"):
        os.utime(file, (LONG_AGO, LONG_AGO))
    names = ("image_30x26x14_16bit.raw", "image.npy", "image.tif", "packed.tif", "image.h5", "chunked.h5", "image.zarr")
    return {name: str(folder / name) for name in names}


def test_no_command_writes_to_what_it_reads(
    tmp_path: Path, phases: Phases, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    images = sources(folder, phases)
    before = state(folder)
    monkeypatch.chdir(out)
    markers, truth = str(folder / "markers.npy"), str(folder / "truth.npy")
    for image in images.values():
        answer(capsys, "info", image)
        answer(capsys, "convert", image, "copy.npy", "--overwrite")
    image = images["image_30x26x14_16bit.raw"]
    manual = ("--preset", "manual", "--markers", markers, "--overwrite", "-o")
    answer(capsys, "superpixels", image, "-o", "ids.tif")
    answer(capsys, "segment", image, *manual, "label.tif", "--save-classifier", "c.npz", "--probabilities", "p.tif")
    answer(capsys, "classify", images["packed.tif"], "--classifier", "c.npz", "-o", "classified.tif")
    answer(capsys, "edit", truth, "--image", image, "--markers", markers, "-o", "edited.tif")
    answer(capsys, "mark", image, "--mask", markers, "-o", "marks.tif")
    for tool in (("fill",), ("islands", "--smallest", "3"), ("morphology", "--operation", "dilate"), ("measure",)):
        words = tool if tool != ("measure",) else ("measure", "--image", image)
        answer(capsys, words[0], truth, "-o", f"{words[0]}.{'csv' if words[0] == 'measure' else 'tif'}", *words[1:])
    answer(capsys, "score", "label.tif", truth)
    assert state(folder) == before


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT])
@pytest.mark.parametrize("name", ["packed.tif", "image.zarr", "chunked.h5"])
def test_a_disk_that_fails_while_it_is_read_is_a_sentence(
    tmp_path: Path, phases: Phases, capsys: Capture, monkeypatch: pytest.MonkeyPatch, number: int, name: str
) -> None:
    image = sources(tmp_path, phases)[name]

    def failing(*_: object) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(f"annotat3d_tui.volume.{ROOMS[Path(name).suffix]}.slabs", failing)
    with pytest.raises(InvalidFile, match=f"cannot be read .{os.strerror(number)}.: see to its disk"):
        open_volume(image)
    assert "see to its disk" in refusal(capsys, "convert", image, str(tmp_path / "copy.npy"))
    assert not (tmp_path / "copy.npy").exists()
