"""NIfTI and MRC as nibabel and mrcfile write them; without these packages the line that installs them."""

import contextlib
import gzip
import sys

import mrcfile
import nibabel
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingLibrary, UnknownType
from annotat3d_tui.volume.files import check_volume_output, describe, open_labels, open_volume
from annotat3d_tui.volume.formats import inspect


def nifti(path, image, unit="mm", slope=None, kind=nibabel.Nifti1Image):
    made = kind(image.T, np.diag([0.5, 0.25, 2.0, 1.0]))
    made.header.set_xyzt_units(xyz=unit)
    if slope:
        made.header.set_slope_inter(*slope)
    nibabel.save(made, path)
    return path


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64", ">i2"])
@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
def test_nifti_opens_with_its_axes_and_sizes(tmp_path, numbered, monkeypatch, name, dtype, kind):
    image = numbered(np.dtype(dtype).name).astype(dtype)
    path = nifti(tmp_path / name, image, kind=kind)
    opened = open_volume(path)
    np.testing.assert_array_equal(opened.data, image)
    assert (opened.voxel_size, opened.unit) == ((2.0, 0.25, 0.5), "mm")
    assert isinstance(opened.data, np.memmap) == (name == "scan.nii" and opened.data.dtype == inspect(path).dtype)
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 1)
    np.testing.assert_array_equal(np.concatenate(list(inspect(path).blocks(1, 4))), image[1:4])


def test_units_scales_and_times_of_nifti(tmp_path, numbered):
    assert open_volume(nifti(tmp_path / "a.nii", numbered(), "micron")).unit == "µm"
    assert open_volume(nifti(tmp_path / "b.nii", numbered(), "unknown")).unit == "voxel"
    scaled = open_volume(nifti(tmp_path / "c.nii", numbered("int16"), slope=(0.5, -3.0)))
    np.testing.assert_allclose(scaled.data, nibabel.load(tmp_path / "c.nii").get_fdata().T)
    assert scaled.data.dtype == np.float32
    assert "scaled by a factor" in describe(tmp_path / "c.nii").layout
    film = nibabel.Nifti1Image(np.zeros((11, 7, 5, 3), np.uint8), np.eye(4))
    nibabel.save(film, tmp_path / "film.nii")
    with pytest.raises(InvalidFile, match="must hold one volume .*, received the shape 3×5×7×11"):
        open_volume(tmp_path / "film.nii")
    colour = np.zeros((4, 4, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    nibabel.save(nibabel.Nifti1Image(colour, np.eye(4)), tmp_path / "colour.nii")
    with pytest.raises(UnknownType, match="must hold voxels of type"):
        open_volume(tmp_path / "colour.nii")


def mrc(path, image):
    with mrcfile.new(path, overwrite=True) as file:
        file.set_data(image)
        file.voxel_size = (0.5, 0.25, 2.0)
    return path


@pytest.mark.parametrize("name", ["scan.mrc", "scan.rec", "scan.st"])
@pytest.mark.parametrize("dtype", ["int16", "uint16", "float32"])
def test_mrc_opens_mapped(tmp_path, numbered, name, dtype):
    opened = open_volume(mrc(tmp_path / name, numbered(dtype)))
    np.testing.assert_array_equal(opened.data, numbered(dtype), strict=True)
    assert isinstance(opened.data, np.memmap)
    assert (opened.voxel_size, opened.unit) == ((2.0, 0.25, 0.5), "Å")


def test_mrc_of_bytes_is_signed_and_a_label(tmp_path, numbered):
    path = mrc(tmp_path / "scan.mrc", (numbered("uint8") % 100).astype(np.int8))
    np.testing.assert_array_equal(open_labels(path).data, numbered("uint8") % 100)
    with pytest.raises(UnknownType, match="received int8: convert it with annotat3d convert"):
        open_volume(path)


@pytest.mark.parametrize(("name", "package"), [("a.nii", "nibabel"), ("a.nii.gz", "nibabel"), ("a.mrc", "mrcfile")])
def test_a_package_that_is_not_there_is_named_with_the_line_that_installs_it(tmp_path, monkeypatch, name, package):
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_bytes(b"x" * 2000)
    with pytest.raises(MissingLibrary, match=f"{name} is read by {package}.*: pip install {package} "):
        open_volume(tmp_path / name)


def test_they_are_only_read(tmp_path):
    for name in ("a.nii", "a.nii.gz", "a.mrc"):
        with pytest.raises(InvalidFile, match=r"is of a format that is only read: name it with one of \.tif, "):
            check_volume_output(tmp_path / name, overwrite=False)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz", "scan.mrc"])
def test_a_file_cut_anywhere_is_refused(tmp_path, numbered, name):
    path = (mrc if name == "scan.mrc" else nifti)(tmp_path / name, numbered())
    content = path.read_bytes()
    for length in [*range(1, len(content), max(len(content) // 60, 1)), len(content) - 10]:
        path.write_bytes(content[:length])
        with pytest.raises(InvalidFile, match="is damaged or cut short"):
            open_volume(path)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz", "scan.mrc"])
@settings(max_examples=100, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4))
@example(damage=[(115, 123)])  # a scale beyond what 32 bits hold
def test_any_flipped_byte_is_a_sentence_or_a_volume(tmp_path, caplog, numbered, name, damage):
    path = (mrc if name == "scan.mrc" else nifti)(tmp_path / name.removesuffix(".gz"), numbered())
    content = bytearray(path.read_bytes())
    for place, value in damage:
        content[place] = value
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with contextlib.suppress(Annotat3DError):
        assert open_volume(path).data.ndim == 3
    assert not caplog.records
