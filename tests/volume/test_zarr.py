"""Zarr and OME-Zarr as zarr-python writes them, and what we write read by it."""

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numcodecs import BZ2, LZ4, LZMA, Blosc, GZip, Zlib, Zstd
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec

from annotat3d_tui.errors import (
    Annotat3DError,
    CannotWrite,
    InvalidFile,
    InvalidParameter,
    MissingFile,
    OutputExists,
    OverBudget,
    UnknownType,
)
from annotat3d_tui.volume import zarr_writing
from annotat3d_tui.volume.convert import convert_file
from annotat3d_tui.volume.files import check_volume_output, describe, open_labels, open_volume, save_labels, save_volume
from annotat3d_tui.volume.formats import inspect

LAYOUTS: dict[str, dict[str, Any]] = {
    "3": {},
    "3, chunk larger than the volume": {"chunks": (64, 64, 64)},
    "3, gzip": {"compressors": GzipCodec(level=1)},
    "3, zstd": {"compressors": ZstdCodec()},
    "3, zstd, checksum": {"compressors": [ZstdCodec(), Crc32cCodec()]},
    "3, blosc": {"compressors": BloscCodec(cname="lz4", shuffle="bitshuffle", typesize=4)},
    "3, not compressed": {"compressors": None},
    "3, big-endian": {"serializer": BytesCodec(endian="big")},
    "3, transposed": {"filters": [TransposeCodec(order=(2, 0, 1))]},
    "3, keys of format 2": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
    "3, keys with points": {"chunk_key_encoding": {"name": "default", "separator": "."}},
    "3, shards": {"shards": (4, 8, 10)},
    "3, shards, not compressed": {"shards": (4, 8, 10), "compressors": None},
    "2": {"zarr_format": 2},
    "2, keys with slashes": {"zarr_format": 2, "chunk_key_encoding": {"name": "v2", "separator": "/"}},
    "2, Fortran order": {"zarr_format": 2, "order": "F"},
    "2, not compressed": {"zarr_format": 2, "compressors": None},
    "2, zlib": {"zarr_format": 2, "compressors": Zlib()},
    "2, gzip": {"zarr_format": 2, "compressors": GZip()},
    "2, bz2": {"zarr_format": 2, "compressors": BZ2()},
    "2, lzma": {"zarr_format": 2, "compressors": LZMA()},
    "2, lz4": {"zarr_format": 2, "compressors": LZ4()},
    "2, zstd": {"zarr_format": 2, "compressors": Zstd()},
    "2, blosc": {"zarr_format": 2, "compressors": Blosc(cname="zstd", shuffle=2)},
}


def store(path: Path, image: np.ndarray, **options: Any) -> Path:
    array = zarr.create_array(path, shape=image.shape, dtype=image.dtype, **({"chunks": (2, 4, 5)} | options))
    array[...] = image
    return path


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", "float64"])
def test_every_layout_opens(tmp_path, numbered, monkeypatch, layout, dtype):
    image = numbered(dtype)
    path = store(tmp_path / "scan.zarr", image, **LAYOUTS[layout])
    opened = open_volume(path).data
    np.testing.assert_array_equal(opened, image, strict=True)
    assert not opened.flags.writeable
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 1)
    source = inspect(path)
    np.testing.assert_array_equal(np.concatenate(list(source.blocks())), image)
    np.testing.assert_array_equal(np.concatenate(list(source.blocks(1, 4))), image[1:4])


@pytest.mark.parametrize("format", [2, 3])
@pytest.mark.parametrize("shards", [None, (4, 8, 10)])
def test_chunks_that_were_never_written_are_of_the_fill_value(tmp_path, format, shards):
    if format == 2 and shards:
        pytest.skip("format 2 has no shards")
    array = zarr.create_array(
        tmp_path / "scan.zarr",
        shape=(5, 7, 11),
        chunks=(2, 4, 5),
        shards=shards,
        dtype="float32",
        fill_value=np.nan,
        zarr_format=format,
    )
    array[:2, :4, :5] = 7
    opened = open_volume(tmp_path / "scan.zarr").data
    np.testing.assert_array_equal(opened, array[...])
    assert (np.isnan(opened).sum(), opened[1, 3, 4]) == (5 * 7 * 11 - 40, 7)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("version", ["0.4", "0.5"])
@pytest.mark.parametrize("axes", ["tczyx", "czyx", "zyx"])
def test_an_ome_image_opens_at_full_resolution(tmp_path, numbered, version, axes):
    image = numbered()
    group = zarr.create_group(tmp_path / "scan.zarr", zarr_format=2 if version == "0.4" else 3)
    extra = len(axes) - 3
    for level in range(2):
        part = image[:: 2**level, :: 2**level, :: 2**level].reshape(
            (1,) * extra + image[:: 2**level, :: 2**level, :: 2**level].shape
        )
        array = group.create_array(f"s{level}", shape=part.shape, dtype=part.dtype, chunks=(1,) * extra + (2, 4, 5))
        array[...] = part
    units = {"t": {"type": "time", "unit": "second"}, "c": {"type": "channel"}}
    scales = {
        "axes": [{"name": one} | units.get(one, {"type": "space", "unit": "nanometer"}) for one in axes],
        "datasets": [
            {
                "path": f"s{level}",
                "coordinateTransformations": [
                    {"type": "scale", "scale": [1.0] * extra + [8.0 * 2**level, 2.0 * 2**level, 2.0 * 2**level]}
                ],
            }
            for level in range(2)
        ],
        "coordinateTransformations": [{"type": "scale", "scale": [1.0] * extra + [0.5, 1.0, 1.0]}],
    }
    if version == "0.4":
        group.attrs["multiscales"] = [scales | {"version": "0.4"}]
    else:
        group.attrs["ome"] = {"version": "0.5", "multiscales": [scales]}
    opened = open_volume(tmp_path / "scan.zarr")
    np.testing.assert_array_equal(opened.data, image, strict=True)
    assert (opened.voxel_size, opened.unit) == ((4.0, 2.0, 2.0), "nm")
    assert describe(tmp_path / "scan.zarr").format == f"OME-Zarr (format {2 if version == '0.4' else 3})"
    assert open_volume(tmp_path / "scan.zarr" / "s1").data.shape == (3, 4, 6)
    assert open_volume(tmp_path / "scan.zarr:/s1").data.shape == (3, 4, 6)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("shape", [(5, 7, 11), (1, 300, 150), (140, 3, 130), (1, 1, 1)])
def test_what_we_write_zarr_reads_and_so_do_we(tmp_path, numbered, dtype, shape):
    image = numbered(dtype, shape)
    path = save_volume(tmp_path / "scan.zarr", image, voxel_size=(2.0, 0.5, 0.25), unit="µm")
    opened = open_volume(path)
    np.testing.assert_array_equal(opened.data, image, strict=True)
    assert (opened.voxel_size, opened.unit) == ((2.0, 0.5, 0.25), "µm")
    group = zarr.open_group(path, mode="r")
    np.testing.assert_array_equal(group["0"][...], image, strict=True)
    scales = group.attrs["ome"]["multiscales"][0]
    assert [one["name"] for one in scales["axes"]] == ["z", "y", "x"]
    assert {one["unit"] for one in scales["axes"]} == {"micrometer"}
    for level in scales["datasets"]:
        scale = level["coordinateTransformations"][0]["scale"]
        side = [2.0 / scale[0], 0.5 / scale[1], 0.25 / scale[2]]
        assert group[level["path"]].shape == tuple(int(np.ceil(n * s)) for n, s in zip(shape, side, strict=True))


def test_smaller_copies_are_means_of_grey_values_and_samples_of_labels(tmp_path, monkeypatch):
    image = np.random.default_rng(0).integers(0, 2**16, (70, 131, 260)).astype(np.uint16)
    monkeypatch.setattr(zarr_writing, "SIDE", 32)
    monkeypatch.setattr(zarr_writing, "THICK", 16)
    grey = zarr.open_group(save_volume(tmp_path / "grey.zarr", image), mode="r")
    np.testing.assert_array_equal(grey["1"][...], zarr_writing.means(image, (2, 2, 2)))
    np.testing.assert_array_equal(grey["2"][...], zarr_writing.means(grey["1"][...], (1, 2, 2)))
    np.testing.assert_allclose(
        grey["1"][:35, :65, :130], image[:70, :130, :260].reshape(35, 2, 65, 2, 130, 2).mean((1, 3, 5)), atol=0.5
    )
    label = zarr.open_group(save_labels(tmp_path / "label.zarr", image), mode="r")
    np.testing.assert_array_equal(label["1"][...], image[::2, ::2, ::2])
    assert "image-label" in label.attrs["ome"]


@pytest.mark.parametrize("shape", [(13, 7, 11), (64, 5, 130)])
def test_blocks_equal_the_whole(tmp_path, numbered, monkeypatch, shape):
    image = numbered("float32", shape)
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 1)
    monkeypatch.setattr(zarr_writing, "THICK", 4)
    path = save_volume(tmp_path / "scan.zarr", image)
    np.testing.assert_array_equal(open_volume(path).data, image)


def test_bricks_of_zeros_take_no_room(tmp_path):
    labels = np.zeros((3, 300, 300), np.uint8)
    labels[1, 290, 290] = 3
    path = save_labels(tmp_path / "label.zarr", labels)
    assert len([file for file in (path / "0").rglob("*") if file.is_file()]) == 2
    np.testing.assert_array_equal(open_labels(path).data, labels)


def test_the_same_volume_gives_the_same_files(tmp_path, numbered):
    one, two = (save_volume(tmp_path / f"{name}.zarr", numbered()) for name in ("one", "two"))
    files = [
        {file.relative_to(path): file.read_bytes() for file in path.rglob("*") if file.is_file()} for path in (one, two)
    ]
    assert files[0] == files[1]


def test_a_folder_is_replaced_only_when_it_is_a_zarr_and_that_was_asked(tmp_path, numbered):
    path = save_volume(tmp_path / "scan.zarr", numbered())
    with pytest.raises(OutputExists, match=r"scan\.zarr exists: give --overwrite"):
        save_volume(path, numbered("uint8"))
    np.testing.assert_array_equal(open_volume(path).data, numbered(), strict=True)
    save_volume(path, numbered("uint8"), overwrite=True)
    np.testing.assert_array_equal(open_volume(path).data, numbered("uint8"), strict=True)
    with pytest.raises(CannotWrite, match="is in use here and must not be replaced"):
        check_volume_output(path, True, keep=[path / "0"])
    assert [one.name for one in tmp_path.iterdir()] == ["scan.zarr"]
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    (tmp_path / "photos.zarr").symlink_to("photos")
    with pytest.raises(InvalidFile):
        open_volume(tmp_path / "photos.zarr")
    (tmp_path / "file.zarr").touch()
    with pytest.raises(CannotWrite, match="must be a folder to write, received a file"):
        save_volume(tmp_path / "file.zarr", numbered(), overwrite=True)


def test_a_folder_of_other_files_is_not_replaced(tmp_path, numbered):
    (tmp_path / "photos.zarr").mkdir()
    (tmp_path / "photos.zarr" / "cat.jpg").touch()
    with pytest.raises(CannotWrite, match=r"must be a new folder, received one with other files in it"):
        save_volume(tmp_path / "photos.zarr", numbered(), overwrite=True)
    assert (tmp_path / "photos.zarr" / "cat.jpg").exists()


def test_an_error_while_writing_leaves_the_old_folder(tmp_path, numbered):
    path = save_volume(tmp_path / "scan.zarr", numbered())

    def blocks():
        yield numbered("uint16")[:2]
        raise InvalidFile("The source is damaged.")

    from annotat3d_tui.volume.files import save_blocks
    from annotat3d_tui.volume.header import Header

    with pytest.raises(InvalidFile, match="The source"):
        save_blocks(path, blocks(), Header((5, 7, 11), np.dtype("uint16")), overwrite=True)
    np.testing.assert_array_equal(open_volume(path).data, numbered())
    assert [one.name for one in tmp_path.iterdir()] == ["scan.zarr"]


def test_a_part_is_converted_and_back(tmp_path, numbered):
    path = save_volume(tmp_path / "scan.tif", numbered(), voxel_size=(2.0, 1.0, 1.0), unit="nm")
    convert_file(path, tmp_path / "part.zarr", crop=np.s_[1:4, 2:6, 0:9], dtype="float32")
    convert_file(tmp_path / "part.zarr", tmp_path / "part.tif")
    opened = open_volume(tmp_path / "part.tif")
    np.testing.assert_array_equal(opened.data, numbered("float32")[1:4, 2:6, 0:9])
    assert (opened.voxel_size, opened.unit) == ((2.0, 1.0, 1.0), "nm")


def test_several_images_are_named(tmp_path, numbered):
    for name in ("a", "b"):
        store(tmp_path / "plate.zarr" / name, numbered())
    (tmp_path / "plate.zarr" / "zarr.json").write_text('{"zarr_format": 3, "node_type": "group"}')
    with pytest.raises(InvalidFile, match=r"plate\.zarr must hold one Zarr image, received 2 images: give .*/a or "):
        open_volume(tmp_path / "plate.zarr")
    with pytest.raises(MissingFile, match=r"plate\.zarr has no /c: give .*/a or .*/b"):
        open_volume(tmp_path / "plate.zarr:/c")
    assert open_volume(tmp_path / "plate.zarr" / "b").data.shape == (5, 7, 11)
    shutil.rmtree(tmp_path / "plate.zarr" / "b")
    assert open_volume(tmp_path / "plate.zarr").data.shape == (5, 7, 11)


def test_channels_and_times_are_refused(tmp_path):
    store(tmp_path / "film.zarr", np.zeros((2, 5, 7, 3), np.uint8), chunks=(2, 5, 7, 3))
    with pytest.raises(InvalidFile, match=r"film\.zarr must hold one volume .*, received the shape 2×5×7×3"):
        open_volume(tmp_path / "film.zarr")


@pytest.fixture
def damaged(tmp_path, numbered):
    """A function that changes the metadata of an array, and the array."""
    path = store(tmp_path / "scan.zarr", numbered())

    def change(**changes: Any) -> Path:
        whole = json.loads((path / "zarr.json").read_text())
        (path / "zarr.json").write_text(json.dumps(whole | changes))
        return path

    return change


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"data_type": "string"}, UnknownType, "must hold numbers, received the type string"),
        ({"data_type": {"name": "x"}}, UnknownType, "must hold numbers"),
        ({"shape": [5, 7]}, InvalidFile, r"is damaged \(chunks of 2×4×5 for 5×7\)"),
        ({"shape": [5, 7, -1]}, InvalidFile, "its metadata lacks or garbles lengths"),
        ({"shape": "wide"}, InvalidFile, "its metadata lacks or garbles lengths"),
        ({"codecs": [{"name": "bytes"}, {"name": "jpeg"}]}, InvalidFile, "compressed by one of .*, received 'jpeg'"),
        ({"chunk_grid": {"name": "rectilinear"}}, InvalidFile, "must have a regular grid of chunks"),
        ({"chunk_grid": {}}, InvalidFile, "its metadata lacks or garbles 'name'"),
        ({"codecs": 7}, InvalidFile, "its metadata lacks or garbles"),
        ({"fill_value": "dark"}, InvalidFile, "its metadata lacks or garbles"),
        ({"codecs": [{"name": "transpose", "configuration": {"order": [0, 0, 1]}}]}, InvalidFile, "garbles transpose"),
    ],
)
def test_metadata_that_are_damaged_are_a_sentence(damaged, changes, error, sentence):
    with pytest.raises(error, match=sentence):
        open_volume(damaged(**changes))


def test_metadata_that_claim_petabytes_allocate_nothing(damaged):
    huge = {"shape": [10**6] * 3}
    path = damaged(**huge)
    assert describe(path).voxel_bytes == 2 * 10**18
    with pytest.raises(OverBudget, match="must be read whole and needs"):
        open_volume(path)
    with pytest.raises((OverBudget, InvalidFile)):
        next(inspect(path).blocks())
    chunk = {"name": "regular", "configuration": {"chunk_shape": [10**6] * 3}}
    with pytest.raises(InvalidFile, match="is damaged"):
        open_volume(damaged(**huge, chunk_grid=chunk))


def test_a_row_of_too_many_chunks_is_refused(damaged):
    chunk = {"name": "regular", "configuration": {"chunk_shape": [1, 1, 1]}}
    path = damaged(shape=[1, 3000, 3000], chunk_grid=chunk)
    with pytest.raises(InvalidFile, match="chunks in a row: save it anew with larger ones"):
        open_volume(path)


@pytest.mark.parametrize("layout", ["3, zstd", "3, blosc", "3, gzip", "3, not compressed", "3, shards", "2, lz4"])
@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.filterwarnings("ignore")
def test_any_damage_is_a_sentence_or_a_volume(tmp_path, numbered, layout, data):
    path = tmp_path / "scan.zarr"
    if not path.exists():
        store(path, numbered("float32"), **LAYOUTS[layout])
        shutil.copytree(path, tmp_path / "whole")
    shutil.rmtree(path)
    shutil.copytree(tmp_path / "whole", path)
    file = data.draw(st.sampled_from(sorted(one for one in path.rglob("*") if one.is_file())))
    content = bytearray(file.read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    for place, value in data.draw(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4)):
        if content:
            content[int(place * (len(content) - 1))] = value
    file.write_bytes(content)
    with contextlib.suppress(Annotat3DError):
        assert open_volume(path).data.ndim == 3


def test_wrong_parameters_write_nothing(tmp_path, numbered):
    with pytest.raises(InvalidParameter):
        save_volume(tmp_path / "scan.zarr", numbered(), voxel_size=(0.0, 1.0, 1.0))
    assert not list(tmp_path.iterdir())
