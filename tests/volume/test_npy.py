"""NumPy files: every order of axes and bytes, nothing that could run code."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, UnknownType
from annotat3d_tui.volume.files import describe, file_range, open_labels, open_volume


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "<i2", ">i4", "<f4", ">f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(5, 7, 11), (1, 7, 11), (70, 3, 130), (7, 11)])
def test_every_order_opens_with_its_axes(tmp_path, numbered, dtype, order, shape):
    image = numbered("uint16", shape).astype(dtype)
    np.save(tmp_path / "image.npy", np.asarray(image, order=order))
    opened = open_volume(tmp_path / "image.npy").data
    np.testing.assert_array_equal(
        opened, image.astype(image.dtype.newbyteorder("=")).reshape(opened.shape), strict=True
    )
    assert opened.ndim == 3
    assert opened.flags.c_contiguous
    assert not opened.flags.writeable
    assert isinstance(opened, np.memmap) == (image.dtype.isnative and order == "C")
    assert file_range(tmp_path / "image.npy") == (image.min(), image.max(), 0)


def test_what_is_not_mapped_is_said(tmp_path, numbered):
    np.save(tmp_path / "a.npy", np.asfortranarray(numbered()))
    np.save(tmp_path / "b.npy", numbered().astype(">u2"))
    assert describe(tmp_path / "a.npy").layout == "read whole (in Fortran order)"
    assert describe(tmp_path / "b.npy").layout == "read whole (big-endian)"


def test_a_mask_of_bool_is_a_label_volume(tmp_path, numbered):
    mask = numbered() % 3 == 0
    np.save(tmp_path / "mask.npy", mask)
    np.testing.assert_array_equal(open_labels(tmp_path / "mask.npy").data, mask.astype(np.uint8), strict=True)


@pytest.mark.parametrize("shape", [(5,), (2, 5, 7, 11), (), (5, 0, 11)])
def test_other_numbers_of_axes_are_refused(tmp_path, shape):
    np.save(tmp_path / "image.npy", np.ones(shape, np.uint8))
    with pytest.raises(InvalidFile, match=r"image\.npy must hold an array \(Z, Y, X\) or \(Y, X\), received the shape"):
        open_volume(tmp_path / "image.npy")


def test_objects_records_and_archives_are_refused(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([[[{}]]]))
    np.save(tmp_path / "records.npy", np.zeros((2, 2, 2), [("a", "u1")]))
    with (tmp_path / "archive.npy").open("wb") as file:
        np.savez(file, a=np.ones(3))
    with pytest.raises(UnknownType, match="must hold numbers, received Python objects"):
        open_volume(tmp_path / "objects.npy")
    with pytest.raises(UnknownType, match="must hold voxels of type"):
        open_volume(tmp_path / "records.npy")
    with pytest.raises(InvalidFile, match=r"must hold one array, received an archive \(\.npz\)"):
        open_volume(tmp_path / "archive.npy")


def test_a_file_cut_anywhere_is_refused(tmp_path, numbered):
    path = tmp_path / "image.npy"
    np.save(path, numbered())
    content = path.read_bytes()
    for length in [*range(1, len(content), 31), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(InvalidFile, match=r"image\.npy is no \.npy file, or is damaged or cut short"):
            open_volume(path)
