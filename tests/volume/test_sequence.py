"""Volumes whose planes lie in a file each: by pattern or folder, in natural order, of one size, in grey."""

import contextlib
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingFile
from annotat3d_tui.volume.convert import convert_file
from annotat3d_tui.volume.disk import beside, fingerprint_of, stamp_of
from annotat3d_tui.volume.files import check_volume_output, describe, open_labels, open_volume
from annotat3d_tui.volume.formats import inspect


def slices(folder: Path, image: np.ndarray, suffix: str = "png", name: str = "s{}") -> Path:
    folder.mkdir(exist_ok=True)
    for number, plane in enumerate(image):
        path = folder / f"{name.format(number + 7)}.{suffix}"
        if suffix.startswith("tif"):
            tifffile.imwrite(path, plane, photometric="minisblack", compression="zlib" if number % 2 else None)
        else:
            Image.fromarray(plane).save(path)
    return folder


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [("png", "uint8"), ("png", "uint16"), ("tif", "uint16"), ("tiff", "float32"), ("tif", ">i2"), ("TIF", "uint8")],
)
@pytest.mark.parametrize("asked", ["", "*", "s*.{}", "s[0-9]*"])
def test_planes_come_in_natural_order(tmp_path, numbered, monkeypatch, suffix, dtype, asked):
    image = numbered(np.dtype(dtype).name).astype(dtype)
    folder = slices(tmp_path / "scan", image, suffix.lower())
    for file in folder.iterdir():
        file.rename(file.with_suffix(f".{suffix}"))
    if not asked:
        (folder / "notes.txt").write_text("by hand")
    path = folder / asked.format(suffix) if asked else folder
    opened = open_volume(path).data
    np.testing.assert_array_equal(opened, image)
    assert opened.dtype == image.dtype.newbyteorder("=")
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 1)
    np.testing.assert_array_equal(np.concatenate(list(inspect(path).blocks(1, 4))), image[1:4])


def test_a_sequence_says_what_it_is(tmp_path, numbered):
    said = describe(slices(tmp_path / "scan", numbered("uint8")))
    assert (said.format, said.compression, said.layout) == ("PNG sequence", "png", "read whole (compressed)")
    assert said.file_bytes == sum(file.stat().st_size for file in (tmp_path / "scan").iterdir())


def test_grey_jpeg_is_read(tmp_path):
    image = np.full((3, 16, 24), 90, np.uint8)
    opened = open_volume(slices(tmp_path / "scan", image, "jpg")).data
    assert (opened.shape, opened.dtype) == ((3, 16, 24), np.uint8)
    assert abs(opened.astype(int) - 90).max() <= 1


def test_palettes_give_their_indices_and_bits_are_labels(tmp_path, numbered):
    (tmp_path / "ids").mkdir()
    (tmp_path / "bits").mkdir()
    for number, plane in enumerate(numbered("uint8") % 7):
        picture = Image.fromarray(plane, "L").convert("P")
        picture.putpalette([value for index in range(256) for value in (index * 31 % 256, 0, index)])
        picture.putdata(plane.ravel().tolist())
        picture.save(tmp_path / "ids" / f"{number}.png")
        Image.fromarray(plane > 3).save(tmp_path / "bits" / f"{number}.png")
    np.testing.assert_array_equal(open_labels(tmp_path / "ids").data, numbered("uint8") % 7)
    np.testing.assert_array_equal(open_labels(tmp_path / "bits").data, numbered("uint8") % 7 > 3)


def test_colour_is_refused_with_the_remedy(tmp_path):
    folder = slices(tmp_path / "scan", np.zeros((2, 5, 6, 3), np.uint8))
    with pytest.raises(InvalidFile, match=r"s7\.png must hold grey values, received colour \(RGB\): save all in grey"):
        open_volume(folder)


def test_a_plane_of_another_size_or_type_is_named(tmp_path, numbered):
    folder = slices(tmp_path / "scan", numbered("uint8"))
    Image.fromarray(np.zeros((9, 11), np.uint8)).save(folder / "s9.png")
    with pytest.raises(InvalidFile, match=r"s9\.png must be 11×7 uint8 as s7\.png is, received 11×9 uint8: take"):
        open_volume(folder)
    Image.fromarray(np.zeros((7, 11), np.uint16)).save(folder / "s9.png")
    with pytest.raises(InvalidFile, match=r"s9\.png must be 11×7 uint8 as s7\.png is, received 11×7 uint16"):
        open_volume(folder)


def test_stacks_and_mixed_kinds_are_refused(tmp_path, numbered):
    folder = slices(tmp_path / "scan", numbered("uint8"))
    tifffile.imwrite(folder / "whole.tif", numbered(), photometric="minisblack")
    with pytest.raises(InvalidFile, match=r"must hold images of one kind, received \.png and \.tif: give a pattern"):
        open_volume(folder)
    with pytest.raises(InvalidFile, match=r"whole\.tif must be one slice of a sequence, received 5 slices: give it by"):
        open_volume(folder / "*.tif")
    assert open_volume(folder / "*.png").data.shape == (5, 7, 11)


def test_nothing_that_fits_is_a_sentence(tmp_path):
    with pytest.raises(MissingFile, match=r"\*\.png fits no file: correct the pattern, or put it in quotes"):
        open_volume(tmp_path / "*.png")
    with pytest.raises(InvalidFile, match="must be a file, or a folder with a slice in each of its files"):
        open_volume(tmp_path)
    (tmp_path / "workspace.json").write_text("{}")
    with pytest.raises(InvalidFile, match="received a workspace: open it with annotat3d"):
        open_volume(tmp_path)
    with pytest.raises(InvalidFile, match="is of a format that is only read"):
        check_volume_output(tmp_path / "*.png", overwrite=True)
    (tmp_path / "a.npy").write_bytes(b"x")
    with pytest.raises(InvalidFile, match=r"a\.npy must be a slice as \.png"):
        open_volume(tmp_path / "*.npy")


def test_a_file_whose_name_looks_like_a_pattern_goes_before(tmp_path, numbered):
    tifffile.imwrite(tmp_path / "scan[1].tif", numbered(), photometric="minisblack")
    assert open_volume(tmp_path / "scan[1].tif").data.shape == (5, 7, 11)


def test_changes_are_noticed_and_the_workspace_lies_beside(tmp_path, numbered):
    folder = slices(tmp_path / "scan", numbered("uint8"))
    before, stamp = fingerprint_of(folder), stamp_of(folder)
    assert fingerprint_of(folder / "*.png") == before
    (folder / "s8.png").write_bytes((folder / "s9.png").read_bytes())
    assert fingerprint_of(folder) != before
    assert stamp_of(folder) != stamp
    assert beside(folder) == tmp_path / "scan"
    assert beside(folder / "s*.png") == tmp_path / "scan-s"


@pytest.mark.skipif(not shutil.which("convert"), reason="no ImageMagick")
@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
@pytest.mark.parametrize("bits", [8, 16])
def test_what_imagemagick_writes_opens(tmp_path, suffix, bits):
    image = np.random.default_rng(0).integers(0, 2**bits, (4, 30, 40)).astype(f"uint{bits}")
    (tmp_path / "scan").mkdir()
    for number, plane in enumerate(image):
        tifffile.imwrite(tmp_path / "plane.tif", plane, photometric="minisblack")
        subprocess.run(["convert", "plane.tif", f"scan/{number}.{suffix}"], cwd=tmp_path, check=True)
    opened = open_volume(tmp_path / "scan").data
    assert opened.shape == image.shape
    if suffix != "jpg":
        np.testing.assert_array_equal(opened, image, strict=True)


def test_a_sequence_is_converted(tmp_path, numbered):
    folder = slices(tmp_path / "scan", numbered())
    convert_file(folder / "*.png", tmp_path / "scan.tif", crop=np.s_[1:3, 0:7, 2:9])
    np.testing.assert_array_equal(open_volume(tmp_path / "scan.tif").data, numbered()[1:3, :, 2:9])


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
@settings(max_examples=100, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.none() | st.floats(0, 1),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_any_damage_is_a_sentence_or_a_volume(tmp_path, numbered, suffix, cut, damage):
    folder = slices(tmp_path / "scan", numbered("uint8"), suffix)
    file = folder / f"s9.{suffix}"
    content = bytearray(file.read_bytes())
    content = content[: int(cut * len(content))] if cut is not None else content
    for place, value in damage:
        if content:
            content[int(place * (len(content) - 1))] = value
    file.write_bytes(content)
    with contextlib.suppress(Annotat3DError):
        assert open_volume(folder).data.ndim == 3
