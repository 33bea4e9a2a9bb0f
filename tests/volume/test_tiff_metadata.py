"""Voxel size and unit: read as other programs write them, kept exactly on save."""

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.volume.files import open_volume, save_volume
from annotat3d_tui.volume.units import plain_unit

GREY = {"photometric": "minisblack"}
lengths = st.floats(1e-12, 1e12, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(size=st.tuples(lengths, lengths, lengths), unit=st.sampled_from(["µm", "nm", "Å", "voxel", "mm", "light years"]))
def test_voxel_size_and_unit_are_kept_to_the_last_digit(tmp_path_factory, size, unit):
    folder = tmp_path_factory.mktemp("kept")
    opened = open_volume(save_volume(folder / "v.tif", np.ones((2, 3, 4), np.uint8), voxel_size=size, unit=unit))
    assert (opened.voxel_size, opened.unit) == (size, unit)


def test_what_is_saved_is_read_by_imagej_rules(tmp_path, numbered):
    path = save_volume(tmp_path / "v.tif", numbered(), voxel_size=(0.5, 0.25, 0.125), unit="µm")
    with tifffile.TiffFile(path) as tif:
        assert tif.imagej_metadata is not None
        assert (tif.imagej_metadata["unit"], tif.imagej_metadata["spacing"]) == (r"\u00B5m", 0.5)
        assert tif.imagej_metadata["slices"] == tif.imagej_metadata["images"] == 5
        assert (tif.pages.first.tags[282].value, tif.pages.first.tags[283].value) == ((8, 1), (4, 1))
        assert 306 not in tif.pages.first.tags  # no date


def test_imagej(tmp_path, numbered):
    said = {"axes": "ZYX", "spacing": 0.5, "unit": "micron"}
    tifffile.imwrite(tmp_path / "v.tif", numbered(), imagej=True, resolution=(8, 4), metadata=said)
    opened = open_volume(tmp_path / "v.tif")
    assert (opened.voxel_size, opened.unit) == ((0.5, 0.25, 0.125), "µm")


def test_imagej_leaves_a_spacing_of_one_out(tmp_path, numbered):
    tifffile.imwrite(
        tmp_path / "v.tif", numbered(), imagej=True, resolution=(8, 4), metadata={"axes": "ZYX", "unit": "nm"}
    )
    assert open_volume(tmp_path / "v.tif").voxel_size == (1.0, 0.25, 0.125)


def test_ome(tmp_path, numbered):
    said = {"axes": "ZYX", "PhysicalSizeX": 0.125, "PhysicalSizeY": 0.25, "PhysicalSizeZ": 0.5}
    units = {f"PhysicalSize{axis}Unit": "nm" for axis in "XYZ"}
    tifffile.imwrite(tmp_path / "v.ome.tif", numbered(), ome=True, metadata=said | units, **GREY)
    opened = open_volume(tmp_path / "v.ome.tif")
    assert (opened.voxel_size, opened.unit) == ((0.5, 0.25, 0.125), "nm")
    tifffile.imwrite(tmp_path / "default.ome.tif", numbered(), ome=True, metadata=said, **GREY)
    assert open_volume(tmp_path / "default.ome.tif").unit == "µm"


def test_tifffile_json(tmp_path, numbered):
    said = {"axes": "ZYX", "spacing": 2.0, "unit": "mm"}
    tifffile.imwrite(tmp_path / "v.tif", numbered(), resolution=(8, 4), metadata=said, **GREY)
    opened = open_volume(tmp_path / "v.tif")
    assert (opened.voxel_size, opened.unit) == ((2.0, 0.25, 0.125), "mm")


@pytest.mark.parametrize(
    ("resolution", "per", "size", "unit"),
    [
        ((10_000, 5_000), "CENTIMETER", (2.0, 2.0, 1.0), "µm"),
        ((300, 300), "INCH", (1.0, 1.0, 1.0), "voxel"),
        ((72, 72), "NONE", (1.0, 1.0, 1.0), "voxel"),
        (None, None, (1.0, 1.0, 1.0), "voxel"),
    ],
)
def test_plain_resolution_counts_per_centimetre_only(tmp_path, numbered, resolution, per, size, unit):
    tifffile.imwrite(tmp_path / "v.tif", numbered(), resolution=resolution, resolutionunit=per, metadata=None, **GREY)
    opened = open_volume(tmp_path / "v.tif")
    assert (opened.voxel_size, opened.unit) == (pytest.approx(size), unit)


@pytest.mark.parametrize("resolution", [(0, 1), (1, 0), (0, 0)])
@pytest.mark.parametrize("spacing", ["0", "-1.0", "nan", "near"])
def test_sizes_that_are_none_are_one(tmp_path, numbered, resolution, spacing):
    said = f"ImageJ=1.54f\nimages=5\nslices=5\nunit=um\nspacing={spacing}\n"
    tifffile.imwrite(tmp_path / "v.tif", numbered(), resolution=(8, 4), description=said, metadata=None, **GREY)
    with tifffile.TiffFile(tmp_path / "v.tif", mode="r+b") as tif:
        for code in (282, 283):
            tif.pages.first.tags[code].overwrite(resolution)
    opened = open_volume(tmp_path / "v.tif")
    assert (opened.voxel_size, opened.unit) == ((1.0, 1.0, 1.0), "µm")


@pytest.mark.parametrize("unit", ["micron", "um", "\u00b5m", "\u03bcm", "\\u00B5m", " Microns "])
def test_a_micrometre_has_one_spelling(unit):
    assert plain_unit(unit) == "µm"
