"""TIFF files that `tiffcp` and ImageMagick write: every voxel as it was. The tools are those of Debian."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.volume.files import open_volume

TIFFCP = (
    "-c none", "-c lzw", "-c lzw:2", "-c zip:2", "-c packbits", "-c lzma", "-c zstd", "-B", "-B -c lzw", "-8",
    "-t -w 16 -l 16", "-t -w 16 -l 32 -c zip", "-r 3", "-r 7 -c lzw", "-f lsb2msb",
)  # fmt: skip
CONVERT = (
    "-compress none", "-compress lzw", "-compress zip", "-compress rle", "-compress zstd", "-endian MSB",
    "-define tiff:tile-geometry=16x16",
)  # fmt: skip


def written_by(program: str, before: str, source: Path, after: str = "") -> Path:
    """What a program makes of a file; the test is skipped where it is not installed, or cannot."""
    if shutil.which(program) is None:
        (pytest.fail if os.environ.get("ANNOTAT3D_CI") else pytest.skip)(f"no {program}")
    target = source.with_name("written.tif")
    words = [program, *before.split(), str(source), *after.split(), str(target)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=source.parent)
    if done.returncode or not target.exists():
        pytest.skip(f"{program} {before}{after} cannot: {done.stderr.strip()}")
    return target


@pytest.fixture
def plain(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """Five planes of 16 bits, and their file."""
    image = (np.arange(5 * 40 * 37).reshape(5, 40, 37) * 7 % 60000).astype(np.uint16)
    tifffile.imwrite(tmp_path / "plain.tif", image, photometric="minisblack", metadata=None)
    return tmp_path / "plain.tif", image


@pytest.mark.parametrize("words", TIFFCP)
def test_what_tiffcp_writes_opens(plain: tuple[Path, np.ndarray], words: str) -> None:
    path, image = plain
    np.testing.assert_array_equal(open_volume(written_by("tiffcp", words, path)).data, image, strict=True)


@pytest.mark.parametrize("words", CONVERT)
def test_what_imagemagick_writes_opens(plain: tuple[Path, np.ndarray], words: str) -> None:
    path, image = plain
    np.testing.assert_array_equal(open_volume(written_by("convert", "", path, words)).data, image, strict=True)


@pytest.mark.parametrize(("program", "words"), [("tiffcp", "-c jpeg:100"), ("convert", "-compress jpeg -quality 100")])
def test_jpeg_within_loses_as_little_as_it_says(
    plain: tuple[Path, np.ndarray], tmp_path: Path, program: str, words: str
) -> None:
    image = (plain[1][:, ::1, ::1] // 256).astype(np.uint8)
    path = tmp_path / "bytes.tif"
    tifffile.imwrite(path, image, photometric="minisblack", metadata=None)
    before, after = (words, "") if program == "tiffcp" else ("", words)
    opened = open_volume(written_by(program, before, path, after)).data
    assert np.abs(opened.astype(int) - image).max() <= 3
