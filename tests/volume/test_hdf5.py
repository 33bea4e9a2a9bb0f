"""HDF5 as others write it, datasets by their path, and a file that keeps what was in it when one is added."""

import contextlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import (
    Annotat3DError,
    CannotWrite,
    InvalidFile,
    MissingFile,
    MissingLibrary,
    OutputExists,
    OverBudget,
    UnknownType,
)
from annotat3d_tui.volume.convert import convert_file
from annotat3d_tui.volume.files import check_volume_output, describe, open_labels, open_volume, save_labels, save_volume
from annotat3d_tui.volume.formats import inspect

LAYOUTS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "chunks": {"chunks": (2, 4, 5)},
    "gzip": {"chunks": (2, 4, 5), "compression": "gzip"},
    "gzip, shuffle, fletcher32": {"chunks": (3, 7, 4), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"chunks": (5, 7, 11), "compression": "lzf"},
    "a chunk as large as it may grow": {"maxshape": (None, 7, 11), "compression": "gzip"},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "<u2", ">u2", "int16", "int32", "<f4", ">f4", "float64"])
def test_every_layout_opens(tmp_path, numbered, monkeypatch, layout, dtype):
    image = numbered("float64").astype(dtype)
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file.create_dataset("entry/data", data=image, **LAYOUTS[layout])
    opened = open_volume(tmp_path / "scan.h5").data
    np.testing.assert_array_equal(opened, image)
    assert opened.dtype == image.dtype.newbyteorder("=")
    assert not opened.flags.writeable
    assert isinstance(opened, np.memmap) == (layout == "contiguous" and image.dtype.isnative)
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 1)
    source = inspect(tmp_path / "scan.h5")
    np.testing.assert_array_equal(np.concatenate(list(source.blocks())), image)
    np.testing.assert_array_equal(np.concatenate(list(source.blocks(1, 4))), image[1:4])
    assert source.chunks == (None if layout == "contiguous" else pytest.approx(source.chunks))


def test_a_row_of_chunks_is_a_block(tmp_path, numbered, monkeypatch):
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 4 * 7 * 11 * 2)
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file.create_dataset("data", data=numbered("uint16", (13, 7, 11)), chunks=(3, 7, 11))
    assert [len(block) for block in inspect(tmp_path / "scan.h5").blocks(2)] == [1, 3, 3, 3, 1]


def test_a_volume_behind_a_block_of_the_user_is_mapped(tmp_path, numbered):
    with h5py.File(tmp_path / "scan.h5", "w", userblock_size=512) as file:
        file["data"] = numbered()
    opened = open_volume(tmp_path / "scan.h5").data
    assert isinstance(opened, np.memmap)
    np.testing.assert_array_equal(opened, numbered())


def test_which_dataset_is_said_behind_the_file(tmp_path, numbered):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["raw/data"], file["raw/dark field"] = numbered(), numbered("uint8")
        file["raw/energies"], file["notes"] = np.arange(9), "by hand"
    for asked, dtype in (("scan.h5:/raw/data", "uint16"), ("scan.h5:/raw/dark field", "uint8")):
        assert open_volume(tmp_path / asked).data.dtype == dtype
    with pytest.raises(
        InvalidFile,
        match=r"^scan\.h5 must hold one volume, received 2 volumes: give scan\.h5:/raw/dark field \(11×7×5 uint8\) or "
        r"scan\.h5:/raw/data \(11×7×5 uint16\)\.$",
    ):
        open_volume(tmp_path / "scan.h5")
    with pytest.raises(InvalidFile, match=r"^scan\.h5:/raw must hold one volume, received 2 volumes: give"):
        open_volume(tmp_path / "scan.h5:/raw")
    with pytest.raises(MissingFile, match=r"^scan\.h5 has no /absent: give scan\.h5:/raw/dark field .* or scan\.h5:/"):
        open_volume(tmp_path / "scan.h5:/absent")
    with pytest.raises(
        InvalidFile, match=r"scan\.h5:/raw/energies must hold one volume .*, received the shape 9: save"
    ):
        open_volume(tmp_path / "scan.h5:/raw/energies")
    with pytest.raises(UnknownType, match=r"scan\.h5:/notes must hold voxels of type .*, received object"):
        open_volume(tmp_path / "scan.h5:/notes")


def test_many_datasets_are_not_all_named(tmp_path):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        for number in range(30):
            file[f"{number:02}"] = np.zeros((2, 3, 4), np.uint8)
    with pytest.raises(InvalidFile, match=r"received 30 volumes: give .*:/05 \(4×3×2 uint8\) or one of 24 more\."):
        open_volume(tmp_path / "scan.h5")


def test_a_file_without_a_volume_says_so(tmp_path):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["energies"] = np.arange(9)
    with pytest.raises(InvalidFile, match=r"received no volume: give a file with a dataset \(Z, Y, X\) of numbers"):
        open_volume(tmp_path / "scan.h5")


@pytest.mark.parametrize(
    ("stored", "tags"),
    [
        ((5, 7, 11), ""),
        ((1, 5, 7, 11), ""),
        ((5, 7, 11, 1), ""),
        ((5, 1, 7, 11), ""),
        ((1, 5, 7, 11, 1), ""),
        ((1, 1, 5, 7, 11), ""),
        ((1, 5, 7, 11, 1), "tzyxc"),
    ],
)
def test_axes_of_length_one_are_left_out(tmp_path, numbered, stored, tags):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        dataset = file.create_dataset("data", data=numbered().reshape(stored), chunks=stored)
        dataset.attrs["axistags"] = json.dumps({"axes": [{"key": key} for key in tags]})
    np.testing.assert_array_equal(open_volume(tmp_path / "scan.h5").data, numbered())


@pytest.mark.parametrize(
    ("stored", "tags", "shape"),
    [
        ((7, 11), "", (1, 7, 11)),
        ((7, 11), "yx", (1, 7, 11)),
        ((1, 1, 7, 11, 1), "tzyxc", (1, 7, 11)),
        ((5, 1, 11), "", (5, 1, 11)),
        ((1, 5, 1, 11), "", (5, 1, 11)),
        ((5, 7, 1, 1), "zyxc", (5, 7, 1)),
    ],
)
def test_thin_datasets_keep_their_axes(tmp_path, numbered, stored, tags, shape):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        dataset = file.create_dataset("data", data=numbered("uint16", stored), chunks=True)
        dataset.attrs["axistags"] = json.dumps({"axes": [{"key": key} for key in tags]})
    np.testing.assert_array_equal(open_volume(tmp_path / "scan.h5:/data").data, numbered("uint16", shape))


def test_several_channels_and_other_orders_are_refused(tmp_path, numbered):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["film"] = numbered("uint8", (2, 5, 7, 3))
        turned = file.create_dataset("turned", data=numbered())
        turned.attrs["axistags"] = json.dumps({"axes": [{"key": key} for key in "xyz"]})
    with pytest.raises(InvalidFile, match=r"scan\.h5:/film must hold one volume .*, received the shape 2×5×7×3: save"):
        open_volume(tmp_path / "scan.h5:/film")
    with pytest.raises(InvalidFile, match=r"must have its axes in the order zyx, received xyz: save it transposed"):
        open_volume(tmp_path / "scan.h5:/turned")


@pytest.mark.parametrize(
    ("attributes", "size", "unit"),
    [
        ({"element_size_um": [3.0, 2.0, 1.0]}, (3.0, 2.0, 1.0), "µm"),
        ({"resolution": [3.0, 2.0, 1.0], "unit": "nm"}, (3.0, 2.0, 1.0), "nm"),
        ({"voxel_size": 0.65, "units": b"micron"}, (0.65, 0.65, 0.65), "µm"),
        ({"spacing": [2.0, 1.0]}, (1.0, 2.0, 1.0), "voxel"),
        ({"element_size_um": [3.0, -2.0, 1.0]}, (1.0, 1.0, 1.0), "voxel"),
        ({"element_size_um": "wide"}, (1.0, 1.0, 1.0), "voxel"),
        ({"element_size_um": np.zeros(5000)}, (1.0, 1.0, 1.0), "voxel"),
        ({}, (1.0, 1.0, 1.0), "voxel"),
    ],
)
def test_voxel_sizes_of_others(tmp_path, numbered, attributes, size, unit):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["data"] = numbered()
        file["data"].attrs.update(attributes)
    opened = open_volume(tmp_path / "scan.h5")
    assert (opened.voxel_size, opened.unit) == (size, unit)


@pytest.mark.parametrize("unit", ["nm", "µm", "mm", "voxel", "furlong"])
def test_voxel_size_and_unit_are_kept(tmp_path, numbered, unit):
    path = save_volume(tmp_path / "scan.h5", numbered(), voxel_size=(0.3, 0.1, 0.7), unit=unit)
    opened = open_volume(path)
    assert (opened.voxel_size, opened.unit) == ((0.3, 0.1, 0.7), unit)
    with h5py.File(path) as file:
        assert ("element_size_um" in file["data"].attrs) == (unit in ("nm", "µm", "mm"))
        if unit == "nm":
            np.testing.assert_allclose(file["data"].attrs["element_size_um"], [0.0003, 0.0001, 0.0007])


def test_a_dataset_is_added_to_a_file_and_nothing_is_lost(tmp_path, numbered):
    path = tmp_path / "results.h5"
    save_volume(Path(f"{path}:/scan/raw"), numbered())
    with h5py.File(path, "r+") as file:
        file["scan"].attrs["sample"] = "bone"
    save_labels(Path(f"{path}:/scan/label"), numbered("uint8"))
    np.testing.assert_array_equal(open_volume(Path(f"{path}:/scan/raw")).data, numbered())
    assert describe(Path(f"{path}:/scan/raw")).layout == "memory-mapped"
    assert describe(Path(f"{path}:/scan/label")).compression == "gzip"
    with pytest.raises(OutputExists, match=r"results\.h5:/scan/raw exists: give --overwrite"):
        save_volume(Path(f"{path}:/scan/raw"), numbered())
    with pytest.raises(OutputExists, match=r"results\.h5 exists: give --overwrite"):
        check_volume_output(path, overwrite=False)
    with pytest.raises(InvalidFile, match=r"must not lie in the dataset scan/raw: name another path"):
        check_volume_output(Path(f"{path}:/scan/raw/x"), overwrite=True)
    with pytest.raises(CannotWrite, match="is in use here and must not be replaced"):
        check_volume_output(Path(f"{path}:/other"), True, keep=[Path(f"{path}:/scan/raw")])
    save_volume(Path(f"{path}:/scan/raw"), numbered("float32"), overwrite=True)
    with h5py.File(path) as file:
        assert file["scan"].attrs["sample"] == "bone"
        np.testing.assert_array_equal(file["scan/raw"][:], numbered("float32"))
        np.testing.assert_array_equal(file["scan/label"][:], numbered("uint8"))
    assert [one.name for one in tmp_path.iterdir()] == ["results.h5"]


def test_what_is_added_to_a_file_of_another_kind_is_refused(tmp_path, numbered):
    (tmp_path / "notes.h5").write_text("by hand")
    with pytest.raises(InvalidFile, match=r"notes\.h5 is no HDF5 file"):
        save_volume(tmp_path / "notes.h5:/data", numbered())
    assert (tmp_path / "notes.h5").read_text() == "by hand"


def test_a_part_is_converted_and_back(tmp_path, numbered):
    path = save_volume(tmp_path / "scan.tif", numbered(), voxel_size=(2.0, 1.0, 1.0), unit="nm")
    convert_file(path, tmp_path / "scan.h5:/part", crop=np.s_[1:4, 2:6, 0:9], compress=True)
    convert_file(tmp_path / "scan.h5:/part", tmp_path / "part.tif")
    opened = open_volume(tmp_path / "part.tif")
    np.testing.assert_array_equal(opened.data, numbered()[1:4, 2:6, 0:9])
    assert (opened.voxel_size, opened.unit) == ((2.0, 1.0, 1.0), "nm")


def test_masks_are_labels(tmp_path, numbered):
    with h5py.File(tmp_path / "mask.h5", "w") as file:
        file["mask"] = numbered() % 3 == 0
    np.testing.assert_array_equal(open_labels(tmp_path / "mask.h5").data, numbered() % 3 == 0)


def test_volumes_in_other_files_open(tmp_path, numbered):
    """As the master files of synchrotrons: links to files, and virtual datasets made of several."""
    with h5py.File(tmp_path / "part.h5", "w") as file:
        file["data"] = numbered()
    layout = h5py.VirtualLayout((10, 7, 11), "uint16")
    layout[:5] = layout[5:] = h5py.VirtualSource(tmp_path / "part.h5", "data", (5, 7, 11))
    with h5py.File(tmp_path / "master.h5", "w") as file:
        file.create_virtual_dataset("whole", layout)
        file["link"] = h5py.ExternalLink("part.h5", "data")
    np.testing.assert_array_equal(open_volume(tmp_path / "master.h5").data, np.concatenate([numbered(), numbered()]))
    np.testing.assert_array_equal(open_volume(tmp_path / "master.h5:/link").data, numbered())


@pytest.mark.skipif(not shutil.which("h5repack"), reason="no h5repack")
@pytest.mark.parametrize(
    "options", [["-f", "GZIP=6", "-l", "CHUNK=2x7x3"], ["-f", "SHUF", "-f", "GZIP=1"], ["-l", "CONTI"], ["-L"]]
)
def test_what_h5repack_writes_opens(tmp_path, numbered, options):
    save_volume(tmp_path / "scan.h5", numbered("float32"), compress=True)
    subprocess.run(["h5repack", *options, "scan.h5", "packed.h5"], cwd=tmp_path, check=True)
    np.testing.assert_array_equal(open_volume(tmp_path / "packed.h5").data, numbered("float32"))
    assert (describe(tmp_path / "packed.h5").layout == "memory-mapped") == ("CONTI" in options)


def test_a_filter_that_is_not_there_is_named(tmp_path, numbered):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file.create_dataset("data", data=numbered(), chunks=(5, 7, 11), compression="gzip", compression_opts=1)
    content = (tmp_path / "scan.h5").read_bytes()
    place = content.index(b"\x01\x00\x08\x00\x01\x00\x01\x00deflate")
    (tmp_path / "scan.h5").write_bytes(content[:place] + (32008).to_bytes(2, "little") + content[place + 2 :])
    with pytest.raises(MissingLibrary, match=r"compressed by the filter 32008 \(bitshuffle\).*pip install hdf5plugin"):
        open_volume(tmp_path / "scan.h5")


@pytest.mark.parametrize("chunks", [None, (64, 64, 64), (1, 30_000, 30_000)])
def test_a_header_that_claims_petabytes_allocates_nothing(tmp_path, chunks):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file.create_dataset("data", (10**6, 10**6, 10**6), "float32", chunks=chunks)
    assert describe(tmp_path / "scan.h5").voxel_bytes == 4 * 10**18
    with pytest.raises(OverBudget, match=r"must be read whole and needs 4000000\.0 TB of memory, or of disk"):
        open_volume(tmp_path / "scan.h5")


@pytest.mark.parametrize("layout", ["contiguous", "gzip"])
@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_a_file_cut_anywhere_is_refused_or_whole(tmp_path, numbered, layout, version):
    path = tmp_path / "scan.h5"
    with h5py.File(path, "w", libver=version) as file:
        file.create_dataset("data", data=numbered(), **LAYOUTS[layout])
    content = path.read_bytes()
    refused = 0
    for length in [*range(1, len(content), max(len(content) // 60, 1)), len(content) - 1]:
        path.write_bytes(content[:length])
        try:
            np.testing.assert_array_equal(open_volume(path).data, numbered())
        except InvalidFile:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("layout", ["contiguous", "gzip"])
@settings(max_examples=100, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_any_flipped_byte_is_a_sentence_or_a_volume(tmp_path, numbered, layout, damage):
    path = tmp_path / "scan.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("entry/data", data=numbered(), **LAYOUTS[layout])
    content = bytearray(path.read_bytes())
    for place, value in damage:
        content[int(place * (len(content) - 1))] = value
    path.write_bytes(content)
    with contextlib.suppress(Annotat3DError):
        assert open_volume(path).data.ndim == 3
