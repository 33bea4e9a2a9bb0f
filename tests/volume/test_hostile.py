"""Files that lie: every reader answers with a sentence or a volume, in little time and memory.

A process of its own, which may take 512 MB more than it has and ten seconds of processor a case, opens files of each
format that Hypothesis damages, always in the same ways. ANNOTAT3D_FUZZ is the number of cases a format, 12 by itself;
2000 take some minutes. A failure names the format and the least damage that makes it fail.
"""

import gzip
import json
import os
import resource
import struct
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import nibabel
import numpy as np
import pytest
import tifffile
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingFile, OverBudget
from annotat3d_tui.volume.files import open_volume, save_volume

CASES = int(os.environ.get("ANNOTAT3D_FUZZ", "12"))
ROOM, CPU_SECONDS = 512 << 20, 10.0
NUMBERS = (0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**40, 2**62, 2**63, 2**64 - 1)

SHAPE = (5, 7, 11)
IMAGE = np.arange(1, 386, dtype=np.uint16).reshape(SHAPE)


def _tiff(**options: object) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        tifffile.imwrite(folder / "image.tif", IMAGE, photometric="minisblack", **options)
        return folder / "image.tif"

    return write


def _hdf5(**options: object) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        with h5py.File(folder / "image.h5", "w") as file:
            file.create_dataset("data", data=IMAGE, **options)
        return folder / "image.h5"

    return write


def _saved(name: str) -> Callable[[Path], Path]:
    return lambda folder: save_volume(folder / name, IMAGE)


def _npy(folder: Path) -> Path:
    np.save(folder / "image.npy", IMAGE)
    return folder / "image.npy"


def _nifti(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        nibabel.save(nibabel.Nifti1Image(IMAGE.astype(np.int16), np.eye(4)), folder / name)
        return folder / name

    return write


def _mrc(folder: Path) -> Path:
    header = struct.pack("<4i", 11, 7, 5, 6) + bytes(36) + struct.pack("<3i", 1, 2, 3) + bytes(144)
    (folder / "image.mrc").write_bytes(header + b"MAP \x44\x44\0\0" + bytes(808) + IMAGE.tobytes())
    return folder / "image.mrc"


def _zarr(format: int) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        zarr.create_array(store=str(folder / "image.zarr"), data=IMAGE, chunks=(2, 4, 11), zarr_format=format)
        return folder / "image.zarr"

    return write


WRITERS: dict[str, Callable[[Path], Path]] = {
    "TIFF": _tiff(),
    "BigTIFF, deflate": _tiff(bigtiff=True, compression="zlib"),
    "TIFF, LZW, tiles": _tiff(tile=(16, 16), compression="lzw"),
    "HDF5": _hdf5(),
    "HDF5, chunks": _hdf5(chunks=(2, 7, 5), compression="gzip", shuffle=True),
    "NumPy": _npy,
    "NIfTI": _nifti("image.nii"),
    "NIfTI, gzip": _nifti("image.nii.gz"),
    "MRC": _mrc,
    "Zarr 2": _zarr(2),
    "Zarr 3": _zarr(3),
    "OME-Zarr": _saved("image.ome.zarr"),
}


@dataclass(frozen=True)
class Damage:
    """What is done to the files of a volume: to one of them, at a place which, as `file`, is a share of what there is.

    cut: it ends there. bytes: others stand there. number: one of so many bytes and order. digits: a number in words.
    """

    kind: str
    file: float
    place: float
    value: int = 0
    size: int = 1
    order: str = "<"

    def of(self, content: bytes) -> bytes:
        """The content of a file, damaged."""
        at, found = int(self.place**2 * len(content)), bytearray(content)  # mostly near the begin
        if self.kind == "cut":
            return content[:at]
        if self.kind == "digits":
            digits = [at for at, byte in enumerate(content[:2000]) if 48 <= byte < 58]
            at = digits[int(self.place * len(digits))] if digits else at
            found[at : at + 1] = str(self.value).encode()
        else:
            found[at : at + self.size] = struct.pack(self.order + "Q", self.value)[: self.size]
        return bytes(found)


SHARES = st.integers(0, 4095).map(lambda number: number / 4096)
DAMAGES = st.one_of(
    st.builds(Damage, st.just("cut"), SHARES, SHARES),
    st.builds(Damage, st.just("bytes"), SHARES, SHARES, st.integers(0, 255)),
    st.builds(
        Damage,
        st.just("number"),
        SHARES,
        SHARES,
        st.sampled_from(NUMBERS),
        st.sampled_from((2, 4, 8)),
        st.sampled_from("<>"),
    ),
    st.builds(Damage, st.just("digits"), SHARES, SHARES, st.sampled_from(NUMBERS)),
)


def open_damaged(path: Path, files: dict[Path, bytes], damages: list[Damage]) -> None:
    """Open a volume whose files are damaged, and mend them; raises what is wrong."""
    begun = time.process_time()
    for damage in damages:
        target = sorted(files)[int(damage.file * len(files))]
        target.write_bytes(damage.of(target.read_bytes()))
    try:
        open_volume(path)
    except Annotat3DError as error:
        if len(str(error).splitlines()) != 1:
            raise AssertionError(f"no sentence: {error}") from error
    finally:
        for file, content in files.items():
            file.write_bytes(content)
    if (taken := time.process_time() - begun) > CPU_SECONDS:
        raise AssertionError(f"took {taken:.1f} s")


def least_damage(path: Path, files: dict[Path, bytes], cases: int) -> str:
    """What went wrong, in words, and the least damage that Hypothesis finds to do it; nothing by rights."""
    tried: list[list[Damage]] = []

    @settings(max_examples=cases, derandomize=True, database=None, deadline=None, suppress_health_check=HealthCheck)
    @given(st.lists(DAMAGES, min_size=1, max_size=3))
    def case(damages: list[Damage]) -> None:
        tried.append(damages)
        open_damaged(path, files, damages)

    try:
        case()
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
        return f"{tried[-1]}: {type(error).__name__}: {error}"
    return ""


def open_all(folder: Path, cases: int) -> list[str]:
    """What went wrong, in words; nothing by rights."""
    wrong = []
    for format, write in WRITERS.items():
        own = folder / format
        own.mkdir()
        path = write(own)
        open_volume(path)
        files = {file: file.read_bytes() for file in own.rglob("*") if file.is_file()}
        if found := least_damage(path, files, cases):
            wrong.append(f"{format}, {found}")
    return wrong


def main() -> None:
    """In a process of its own: open all cases within limits, and print what went wrong as JSON."""
    warnings.simplefilter("error")
    folder, cases = Path(sys.argv[1]), int(sys.argv[2])
    (folder / "before").mkdir()
    before = open_all(folder / "before", 1)  # libraries that are loaded late
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM,) * 2)
    print(json.dumps(before + open_all(folder, cases)))


def test_damaged_files_are_a_sentence_or_a_volume(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.volume.test_hostile", str(tmp_path), str(CASES)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
    assert done.stderr == ""


def _header_of_npy(shape: tuple[int, ...]) -> bytes:
    said = f"{{'descr': '<u2', 'fortran_order': False, 'shape': {shape}, }}".encode()
    said += b" " * (-(len(said) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(said)) + said + bytes(100)


def _tiff_of(width: int, bigtiff: bool) -> bytes:
    """One page of width² voxels in one strip of deflate, of ten bytes."""
    tags = {256: width, 257: width, 258: 16, 259: 8, 262: 1, 273: 8, 277: 1, 278: width, 279: 10}
    if not bigtiff:
        body = struct.pack("<2sHI", b"II", 42, 20) + bytes(12) + struct.pack("<H", len(tags))
        return body + b"".join(struct.pack("<HHII", code, 4, 1, value) for code, value in tags.items()) + bytes(4)
    body = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 32) + bytes(16) + struct.pack("<Q", len(tags))
    return body + b"".join(struct.pack("<HHQQ", code, 16, 1, value) for code, value in tags.items()) + bytes(8)


def _nifti_of(side: int) -> bytes:
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.uint16)
    header["dim"][:4], header["magic"], header["vox_offset"] = [3, side, side, side], b"n+1", 352
    return bytes(header.binaryblock) + bytes(100)


def _mrc_of(side: int) -> bytes:
    return struct.pack("<4i", side, side, side, 6) + bytes(192) + b"MAP \x44\x44\0\0" + bytes(908)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.npy", _header_of_npy((100_000,) * 3)),
        ("b.npy", _header_of_npy((2**40,) * 3)),
        ("a.tif", _tiff_of(2**31 - 1, False)),
        ("b.tif", _tiff_of(2**31 - 1, True)),
        ("a.nii", _nifti_of(32767)),
        ("a.nii.gz", gzip.compress(_nifti_of(32767), mtime=0)),
        ("a.mrc", _mrc_of(2**30)),
    ],
)
def test_headers_that_claim_petabytes_allocate_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((InvalidFile, OverBudget), match=name):
        open_volume(tmp_path / name)


@pytest.mark.parametrize("suffix", [".tif", "_2x2x2_8bit.raw", ".npy", ".h5", ".nii", ".mrc", ".zarr", ".png"])
def test_paths_that_lead_to_no_volume(tmp_path: Path, suffix: str) -> None:
    fifo, folder, loop = (tmp_path / f"{name}{suffix}" for name in ("fifo", "folder", "loop"))
    os.mkfifo(fifo)
    folder.mkdir()
    loop.symlink_to(loop)
    with pytest.raises(InvalidFile, match="received a pipe or a device"):
        open_volume(fifo)
    with pytest.raises(InvalidFile, match="folder"):
        open_volume(folder)
    with pytest.raises(MissingFile, match="is a link that leads to itself"):
        open_volume(loop)


@pytest.mark.parametrize("suffix", [".tif", "_11x7x5_16bit.raw", ".npy", ".h5", ".zarr"])
def test_names_with_spaces_signs_and_other_scripts(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "a b [é] 断層"
    folder.mkdir()
    path = save_volume(folder / f"scan #1 {{β}} 100%{suffix}", IMAGE)
    assert (open_volume(path).data == IMAGE).all()


if __name__ == "__main__":
    main()
