"""Voxel sizes whose axes are in different units, and those of which a file says only a part."""

import json

import h5py
import numpy as np
import pytest
import tifffile
import zarr

from annotat3d_tui.cli.main import run
from annotat3d_tui.volume.files import describe, open_volume, save_volume

GREY = {"photometric": "minisblack"}


def ome(path, numbered, **said):
    tifffile.imwrite(path, numbered(), ome=True, metadata={"axes": "ZYX"} | said, **GREY)
    return path


def ome_zarr(folder, numbered, version, units, scale):
    group = zarr.create_group(folder, zarr_format=2 if version == "0.4" else 3)
    group.create_array("0", data=numbered())
    axes = [
        {"name": name, "type": "space"} | ({"unit": unit} if unit else {})
        for name, unit in zip("zyx", units, strict=True)
    ]
    datasets = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}]
    scales = {"axes": axes, "datasets": datasets}
    if version == "0.4":
        group.attrs["multiscales"] = [scales | {"version": "0.4"}]
    else:
        group.attrs["ome"] = {"version": "0.5", "multiscales": [scales]}
    return folder


def imagej(path, numbered, *lines, resolution=(1 / 0.65, 1 / 0.65), **said):
    text = "\n".join(["ImageJ=1.54f", "images=5", "slices=5", *lines, ""])
    options = {"resolution": resolution, "description": text, "metadata": None} | GREY | said
    tifffile.imwrite(path, numbered(), **options)
    return path


def known(path):
    said = describe(path)
    return said.voxel_size, said.unit, said.size_note


def line(path):
    return next(line for line in describe(path).lines() if line.startswith("voxel size"))


def test_ome_tiff_with_a_unit_for_each_axis(tmp_path, numbered, capsys):
    said = {"PhysicalSizeX": 0.00065, "PhysicalSizeXUnit": "mm", "PhysicalSizeY": 0.65, "PhysicalSizeYUnit": "µm"}
    path = ome(tmp_path / "a.ome.tif", numbered, PhysicalSizeZ=650, PhysicalSizeZUnit="nm", **said)
    assert known(path) == ((0.65, 0.65, 0.65), "µm", "")
    assert run(["info", str(path)]) == 0
    assert "voxel size    0.65 × 0.65 × 0.65 µm\n" in capsys.readouterr().out
    assert open_volume(path).voxel_size == (0.65, 0.65, 0.65)


def test_ome_tiff_whose_units_do_not_fit_together(tmp_path, numbered):
    path = ome(tmp_path / "a.ome.tif", numbered, PhysicalSizeX=2, PhysicalSizeY=2, PhysicalSizeZ=2)
    assert known(path) == ((2.0, 2.0, 2.0), "µm", "")
    said = {f"PhysicalSize{axis}": 2 for axis in "XYZ"}
    path = ome(tmp_path / "b.ome.tif", numbered, PhysicalSizeZUnit="reference frame", **said)
    assert line(path) == (
        "voxel size    not known (z in reference frame, y in µm, x in µm cannot be converted into each other)"
    )
    assert (describe(path).voxel_size, describe(path).unit) == ((1.0, 1.0, 1.0), "voxel")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_ome_zarr_with_a_unit_for_each_axis(tmp_path, numbered, version):
    units = ("nanometer", "micrometer", "millimeter")
    path = ome_zarr(tmp_path / "a.zarr", numbered, version, units, [650.0, 0.65, 0.00065])
    assert known(path) == ((0.65, 0.65, 0.65), "µm", "")
    path = ome_zarr(tmp_path / "b.zarr", numbered, version, ("second", "micrometer", "micrometer"), [2.0, 0.5, 0.5])
    assert "not known (z in second, y in µm" in line(path)
    path = ome_zarr(tmp_path / "c.zarr", numbered, version, ("", "micrometer", "micrometer"), [2.0, 0.5, 0.5])
    assert known(path) == ((2.0, 0.5, 0.5), "µm", "unit of z assumed, not in the file")
    path = ome_zarr(tmp_path / "d.zarr", numbered, version, ("", "", ""), [2.0, 0.5, 0.5])
    assert known(path) == ((2.0, 0.5, 0.5), "voxel", "")


def test_imagej_with_units_for_y_and_z(tmp_path, numbered):
    lines = ("unit=mm", "yunit=um", "zunit=nm", "spacing=650.0")
    path = imagej(tmp_path / "a.tif", numbered, *lines, resolution=(1000 / 0.65, 1 / 0.65))
    size, unit, note = known(path)
    assert (size, unit, note) == (pytest.approx((0.65, 0.65, 0.65), rel=1e-9), "µm", "")
    path = imagej(tmp_path / "b.tif", numbered, "unit=um", "zunit=nm", "spacing=650.0")
    assert known(path) == ((0.65, 0.65, 0.65), "µm", "")


def test_hdf5_with_a_unit_for_each_axis(tmp_path, numbered):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        attributes = file.create_dataset("image", data=numbered()).attrs
        attributes["resolution"] = [650.0, 0.65, 0.00065]
        attributes["units"] = np.array(["nm", "um", "mm"], h5py.string_dtype())
    assert known(tmp_path / "a.h5") == ((0.65, 0.65, 0.65), "µm", "")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file.create_dataset("image", data=numbered()).attrs["element_size_um"] = [0.65, 0.5, 0.25]
    assert known(tmp_path / "b.h5") == ((0.65, 0.5, 0.25), "µm", "")


@pytest.mark.parametrize("unit", ["nm", "µm", "mm"])
def test_a_size_in_micrometres_for_others_is_the_one_that_is_written(tmp_path, numbered, unit):
    size = {"nm": 650.0, "µm": 0.65, "mm": 0.00065}[unit]
    path = save_volume(tmp_path / "a.h5", numbered(), voxel_size=(size, size, size), unit=unit)
    with h5py.File(path) as file:
        (dataset,) = file.values()
        assert dataset.attrs["element_size_um"].tolist() == [0.65] * 3


def test_a_size_stays_to_the_last_digit_from_imagej_to_zarr(tmp_path, numbered, capsys):
    path = imagej(tmp_path / "a.tif", numbered, "unit=um", "spacing=0.65")
    assert known(path)[0] == (0.65, 0.65, 0.65)
    assert run(["convert", str(path), str(tmp_path / "a.zarr"), "--json"]) == 0
    assert run(["info", str(tmp_path / "a.zarr"), "--json"]) == 0
    said = capsys.readouterr().out
    assert json.loads(said[said.rindex("\n{") :])["voxel_size"] == [0.65, 0.65, 0.65]


def test_a_z_that_is_assumed_is_told(tmp_path, numbered):
    path = ome(tmp_path / "a.ome.tif", numbered, PhysicalSizeX=0.5, PhysicalSizeY=0.25)
    assert known(path) == ((0.25, 0.25, 0.5), "µm", "z assumed, not in the file")
    assert line(path) == "voxel size    0.5 × 0.25 × 0.25 µm (z assumed, not in the file)"
    tifffile.imwrite(
        tmp_path / "b.tif", numbered(), resolution=(8, 4), resolutionunit="CENTIMETER", metadata=None, **GREY
    )
    assert describe(tmp_path / "b.tif").to_dict()["voxel_size_note"] == "z assumed, not in the file"
    assert known(imagej(tmp_path / "c.tif", numbered, "unit=um"))[2] == ""  # of a stack ImageJ leaves out a 1
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file.create_dataset("image", data=numbered()).attrs["pixel_size"] = [0.5, 0.5]
    assert known(tmp_path / "d.h5")[2] == "z assumed, not in the file"


def test_a_z_that_no_slice_of_a_sequence_says_is_told(tmp_path, numbered):
    for z, plane in enumerate(numbered()):
        options = {"resolution": (8, 4), "resolutionunit": "CENTIMETER", "metadata": None}
        tifffile.imwrite(tmp_path / f"s{z}.tif", plane, **options, **GREY)
    assert line(tmp_path).endswith("µm (z assumed, not in the file)")
    assert line(tmp_path / "s0.tif").endswith("µm")
