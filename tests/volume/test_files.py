"""Save then open is identity, and every refusal of a path is one sentence."""

import numpy as np
import pytest

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import (
    CannotWrite,
    InvalidFile,
    InvalidParameter,
    MissingFile,
    OutputExists,
    UnknownType,
)
from annotat3d_tui.volume import files
from annotat3d_tui.volume.files import (
    check_volume_output,
    describe,
    file_range,
    open_labels,
    open_volume,
    save_labels,
    save_volume,
)
from annotat3d_tui.volume.raw import suggested_name
from annotat3d_tui.volume.types import IMAGE_TYPES, LABEL_TYPES
from annotat3d_tui.volume.volume import Volume
from tests.conftest import real_data

NAMES = ("v.tif", "v.TIFF", "v.npy", "v.h5", "v_11x7x5_{0}.raw", "v_{0}_11x7x5.b", "v_11x7x5_{0}.bin")


@pytest.mark.parametrize("dtype", IMAGE_TYPES)
@pytest.mark.parametrize("name", NAMES)
def test_save_then_open_is_identity_and_mapped(tmp_path, numbered, name, dtype):
    image = numbered(dtype)
    path = save_volume(tmp_path / name.format(dtype), image)
    opened = open_volume(path)
    np.testing.assert_array_equal(opened.data, image)
    assert opened.data.dtype == image.dtype
    assert isinstance(opened.data, np.memmap)
    assert not opened.data.flags.writeable
    assert opened.data.flags.c_contiguous
    assert opened.path == path
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("dtype", LABEL_TYPES)
@pytest.mark.parametrize("name", ["v.tif", "v.npy", "v.h5", "v_11x7x5_{0}.raw"])
def test_save_labels_then_open_labels_keeps_every_id(tmp_path, numbered, name, dtype):
    labels = (numbered("int64") % 100).astype(dtype)
    stored = "uint8" if dtype == "bool" else dtype
    opened = open_labels(save_labels(tmp_path / name.format(stored), labels))
    np.testing.assert_array_equal(opened.data, labels.astype(np.int64))
    assert opened.data.dtype.name in ("uint8", "uint16", "int32")
    assert not opened.data.flags.writeable


@pytest.mark.parametrize("view", ["flipped", "turned", "strided", "big-endian"])
@pytest.mark.parametrize("name", ["v.tif", "v.npy", "v.h5", "v.raw"])
def test_a_view_is_saved_as_it_looks(tmp_path, numbered, name, view):
    whole = numbered("uint16", (6, 8, 10))
    views = {
        "flipped": whole[::-1, :, ::-1],
        "turned": whole.transpose(2, 0, 1),
        "strided": whole[1:, ::2, ::3],
        "big-endian": whole.astype(">u2"),
    }
    image = views[view]
    path = tmp_path / name
    if name == "v.raw":
        path = path.with_name(suggested_name(path, image.shape, np.dtype("uint16")))
    np.testing.assert_array_equal(open_volume(save_volume(path, image)).data, image)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 11), (5, 1, 11), (5, 7, 1), (1, 1, 11), (3, 3, 4), (4, 5, 3)])
@pytest.mark.parametrize("compress", [False, True])
def test_thin_volumes_keep_their_shape(tmp_path, numbered, shape, compress):
    image = numbered("uint8", shape)
    opened = open_volume(save_volume(tmp_path / "v.tif", image, compress=compress)).data
    np.testing.assert_array_equal(opened, image, strict=True)


@pytest.mark.parametrize("name", ["v.tif", "v.npy", "v.h5", "v_11x7x5_16bit.raw"])
@pytest.mark.parametrize("compress", [False, True])
def test_the_same_volume_gives_the_same_bytes(tmp_path, numbered, name, compress):
    written = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        written.append(save_volume(tmp_path / folder / name, numbered(), compress=compress).read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [(".tif", False), (".tif", True), (".npy", False), (".h5", False), (".h5", True), (".raw", False)],
)
def test_blocks_equal_the_whole(tmp_path, numbered, monkeypatch, suffix, compress):
    """Blocks of one or a few planes, in writing and in reading, never show."""
    image = numbered("float32", (13, 7, 11))
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", 1)
    path = save_volume(tmp_path / f"v_11x7x13_float32{suffix}", image, compress=compress)
    source = files.inspect(path)
    np.testing.assert_array_equal(np.concatenate(list(source.blocks())), image)
    np.testing.assert_array_equal(np.concatenate(list(source.blocks(3, 9))), image[3:9])
    np.testing.assert_array_equal(source.voxels(), image)


def test_labels_are_compressed_and_images_are_not(tmp_path, numbered):
    labels = np.repeat(numbered("uint16"), 20, axis=2)
    assert describe(save_labels(tmp_path / "label.tif", labels)).compression == "deflate"
    assert describe(save_volume(tmp_path / "image.tif", labels)).compression == "none"
    assert (tmp_path / "label.tif").stat().st_size < (tmp_path / "image.tif").stat().st_size


@pytest.mark.parametrize("dtype", ["uint32", "int64", "int32", "int16"])
def test_labels_refuse_ids_that_are_none(tmp_path, numbered, dtype):
    labels = numbered(dtype)
    labels[2, 3, 4] = 2**31 if dtype in ("uint32", "int64") else -1
    save_volume(tmp_path / "label.npy", labels)
    with pytest.raises(InvalidFile, match=r"label\.npy must hold label ids from 0 to 2147483647, received -?[0-9]+ to"):
        open_labels(tmp_path / "label.npy")


def test_labels_refuse_fractions(tmp_path, numbered):
    save_volume(tmp_path / "label.npy", numbered("float32"))
    with pytest.raises(UnknownType, match=r"label\.npy must hold whole numbers \(label ids\), received float32"):
        open_labels(tmp_path / "label.npy")
    with pytest.raises(UnknownType, match="must hold whole numbers"):
        save_labels(tmp_path / "other.tif", numbered("float32"))


@pytest.mark.parametrize("dtype", ["int8", "uint32", "uint64", "int64"])
def test_images_of_other_types_are_refused(tmp_path, numbered, dtype):
    save_volume(tmp_path / "image.npy", numbered(dtype))
    with pytest.raises(UnknownType, match=f"to be an image, received {dtype}: convert it with annotat3d convert"):
        open_volume(tmp_path / "image.npy")


def test_types_that_are_no_numbers_are_refused(tmp_path, numbered):
    with pytest.raises(UnknownType, match=r"image\.tif must hold voxels of type .*, received complex128"):
        save_volume(tmp_path / "image.tif", numbered("complex128"))
    assert not list(tmp_path.iterdir())


def test_missing_folder_empty_and_unknown_files_each_have_their_sentence(tmp_path):
    (tmp_path / "empty.tif").touch()
    (tmp_path / "image.jp2").write_bytes(b"x")
    (tmp_path / "image").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(MissingFile, match=r"absent\.tif does not exist: correct its path"):
        open_volume(tmp_path / "absent.tif")
    with pytest.raises(InvalidFile, match=r"folder must be a file, or a folder with a slice in each of its files"):
        open_volume(tmp_path / "folder")
    with pytest.raises(InvalidFile, match=r"empty\.tif is empty \(0 bytes\)"):
        open_volume(tmp_path / "empty.tif")
    with pytest.raises(InvalidFile, match=r"image\.jp2 must end with one of \.tif, .*, received \.jp2"):
        open_volume(tmp_path / "image.jp2")
    with pytest.raises(InvalidFile, match="received no suffix"):
        open_volume(tmp_path / "image")


def test_an_output_is_refused_before_work_begins(tmp_path, numbered):
    path = save_volume(tmp_path / "image.tif", numbered())
    with pytest.raises(OutputExists, match=r"image\.tif exists: give --overwrite"):
        check_volume_output(path, overwrite=False)
    with pytest.raises(OutputExists):
        save_volume(path, numbered())
    with pytest.raises(InvalidFile, match=r"received \.jp2"):
        check_volume_output(tmp_path / "image.jp2", overwrite=False)
    check_volume_output(path, overwrite=True)
    check_volume_output(tmp_path / "new.npy", overwrite=False)


def test_overwriting_a_file_that_is_open_leaves_what_was_opened(tmp_path, numbered):
    path = save_volume(tmp_path / "image.npy", numbered())
    opened = open_volume(path).data
    save_volume(path, opened[::-1], overwrite=True)
    np.testing.assert_array_equal(opened, numbered())
    np.testing.assert_array_equal(open_volume(path).data, numbered()[::-1])


def test_a_disk_without_room_is_refused_before_a_byte_is_written(tmp_path):
    huge = np.broadcast_to(np.uint8(1), (1 << 20, 1 << 20, 1 << 20))
    with pytest.raises(CannotWrite, match=r"image\.npy needs .* TB and .* free: free space there or write to another"):
        save_volume(tmp_path / "image.npy", huge)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"voxel_size": (1.0, 0.0, 1.0)}, "A voxel size must be three lengths above 0"),
        ({"voxel_size": (1.0, float("nan"), 1.0)}, "A voxel size must be three lengths above 0"),
        ({"unit": "a\nb"}, "A unit must be a word"),
    ],
)
def test_voxel_sizes_that_are_none_are_refused(tmp_path, numbered, wrong, sentence):
    with pytest.raises(InvalidParameter, match=sentence):
        save_volume(tmp_path / "image.tif", numbered(), **wrong)


@pytest.mark.parametrize("shape", [(7, 11), (2, 5, 7, 11), (5, 0, 11)])
def test_only_volumes_are_saved(tmp_path, shape):
    with pytest.raises(InvalidParameter, match=r"must be \(Z, Y, X\), received the shape"):
        save_volume(tmp_path / "image.tif", np.ones(shape))


@pytest.mark.parametrize("compress", [False, True])
def test_the_range_of_a_file_is_exact(tmp_path, numbered, compress):
    image = numbered("float32")
    image[4, 6, 10], image[0, 0, 0] = np.nan, -9.5
    path = save_volume(tmp_path / "image.tif", image, compress=compress)
    assert file_range(path) == (-9.5, 384.0, 1)


def test_sizes_are_written_x_first():
    assert size_text((5, 7, 11)) == Volume(np.zeros((5, 7, 11))).size == "11×7×5"


def test_real_volumes_open():
    nuclei = open_volume(real_data("nuclei_confocal") / "image.tif")
    assert (nuclei.size, nuclei.unit, nuclei.data.dtype) == ("100×100×100", "µm", np.uint8)
    assert nuclei.voxel_size == pytest.approx((0.2837, 0.1268, 0.1268))
    label = open_labels(real_data("ct_abdomen") / "label.tif")
    assert (label.size, label.data.min(), label.data.max()) == ("496×296×20", 1, 8)
