"""TIFF files as other programs write them: every voxel where it was, whatever the layout."""

import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from annotat3d_tui.errors import InvalidFile, UnknownType
from annotat3d_tui.volume.files import describe, open_labels, open_volume

GREY: dict[str, Any] = {"photometric": "minisblack"}
LAYOUTS: dict[str, dict[str, Any]] = {
    "plain": {"metadata": None},
    "shaped": {},
    "imagej": {"imagej": True, "metadata": {"axes": "ZYX"}},
    "imagej without axes": {"imagej": True},
    "imagej frames": {"imagej": True, "metadata": {"axes": "TYX"}},
    "ome": {"ome": True, "metadata": {"axes": "ZYX"}},
    "ome with T and C": {"ome": True, "metadata": {"axes": "TZCYX"}},
    "bigtiff": {"bigtiff": True},
    "big-endian": {"byteorder": ">"},
    "strips": {"rowsperstrip": 2},
    "tiles": {"tile": (16, 16)},
    "volume tiles": {"tile": (16, 16, 16)},
    "lzw": {"compression": "lzw"},
    "deflate": {"compression": "deflate"},
    "zstd": {"compression": "zstd"},
    "packbits": {"compression": "packbits"},
    "lzma": {"compression": "lzma"},
    "lzw, predictor, big-endian": {"compression": "lzw", "predictor": True, "byteorder": ">"},
    "zstd, tiles, bigtiff": {"compression": "zstd", "tile": (16, 32), "bigtiff": True},
    "deflate, strips, imagej": {"compression": "zlib", "rowsperstrip": 3, "imagej": True, "metadata": {"axes": "ZYX"}},
}
MAPPED = {"plain", "shaped", "imagej", "imagej without axes", "imagej frames", "ome", "ome with T and C", "bigtiff"}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_every_layout_opens_with_its_axes(tmp_path, numbered, layout, dtype):
    image = numbered(dtype)
    options = GREY | LAYOUTS[layout]
    axes = (options.get("metadata") or {}).get("axes", "")
    tifffile.imwrite(tmp_path / "image.tif", image.reshape(1, 5, 1, 7, 11) if len(axes) == 5 else image, **options)
    opened = open_volume(tmp_path / "image.tif").data
    np.testing.assert_array_equal(opened, image, strict=True)
    if layout in MAPPED or layout == "strips":
        assert isinstance(opened, np.memmap)


@pytest.mark.parametrize("layout", ["plain", "shaped", "big-endian", "lzw", "deflate", "zstd", "tiles", "bigtiff"])
@pytest.mark.parametrize("dtype", ["int16", "int32", "float64"])
def test_every_type_opens(tmp_path, numbered, layout, dtype):
    image = -numbered(dtype)
    tifffile.imwrite(tmp_path / "image.tif", image, **GREY, **LAYOUTS[layout])
    np.testing.assert_array_equal(open_volume(tmp_path / "image.tif").data, image, strict=True)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_a_single_picture_is_a_volume_of_one_plane(tmp_path, numbered, dtype, compression):
    image = numbered(dtype, (40, 23))
    tifffile.imwrite(tmp_path / "image.tif", image, **GREY, compression=compression, rowsperstrip=7)
    np.testing.assert_array_equal(open_volume(tmp_path / "image.tif").data, image[None], strict=True)


def _pages_by_libtiff(path: Path, image: np.ndarray[Any, Any]) -> None:
    """As libtiff writes: the header of each page behind its voxels, so that planes lie apart."""
    height, width = image.shape[1:]
    kind = {"u": 1, "i": 2, "f": 3}[image.dtype.kind]
    body = bytearray(b"II*\0\0\0\0\0")
    link = 4
    for plane in image:
        body += b"\0" * (-len(body) % 8)
        start = len(body)
        body += plane.tobytes() + b"\0" * (plane.nbytes % 2)
        struct.pack_into("<I", body, link, len(body))
        tags = {256: width, 257: height, 258: image.itemsize * 8, 259: 1, 262: 1, 273: start, 277: 1, 278: height}
        tags |= {279: plane.nbytes, 339: kind}
        body += struct.pack("<H", len(tags))
        for code, value in tags.items():
            body += struct.pack("<HHII", code, 4, 1, value)
        link = len(body)
        body += b"\0\0\0\0"
    path.write_bytes(body)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_planes_that_lie_apart_are_mapped(tmp_path, numbered, dtype):
    _pages_by_libtiff(tmp_path / "image.tif", numbered(dtype))
    opened = open_volume(tmp_path / "image.tif").data
    np.testing.assert_array_equal(opened, numbered(dtype), strict=True)
    assert isinstance(opened, np.memmap)
    assert opened[2].flags.c_contiguous
    assert not opened.flags.writeable


def test_planes_that_lie_unevenly_are_read(tmp_path, numbered):
    image = numbered("uint16")
    with tifffile.TiffWriter(tmp_path / "image.tif") as tif:
        for plane, note in zip(image, ("", "a", "a longer note" * 9, "b", ""), strict=True):
            tif.write(plane, description=note, metadata=None, contiguous=False)
    np.testing.assert_array_equal(open_volume(tmp_path / "image.tif").data, image, strict=True)
    assert "read whole" in describe(tmp_path / "image.tif").layout


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_masks_of_one_bit_are_labels(tmp_path, numbered, compression):
    mask = numbered() % 3 == 0
    tifffile.imwrite(tmp_path / "mask.tif", mask, **GREY, compression=compression)
    opened = open_labels(tmp_path / "mask.tif").data
    np.testing.assert_array_equal(opened, mask.astype(np.uint8), strict=True)
    with pytest.raises(UnknownType, match="received bool"):
        open_volume(tmp_path / "mask.tif")


def test_a_palette_gives_its_indices(tmp_path, numbered):
    """ImageJ writes grey images with a look-up table as palette images."""
    image, table = numbered("uint8"), np.zeros((3, 256), np.uint16)
    tifffile.imwrite(tmp_path / "image.tif", image, photometric="palette", colormap=table, metadata=None)
    np.testing.assert_array_equal(open_volume(tmp_path / "image.tif").data, image)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colour_is_refused_with_the_remedy(tmp_path, planar):
    shape = (20, 30, 3) if planar == "contig" else (3, 20, 30)
    tifffile.imwrite(tmp_path / "photo.tif", np.zeros(shape, np.uint8), photometric="rgb", planarconfig=planar)
    with pytest.raises(
        InvalidFile, match=r"photo\.tif must hold grey values, received 3 values a voxel \(colour\): save"
    ):
        open_volume(tmp_path / "photo.tif")


def test_several_channels_or_times_are_refused(tmp_path):
    image = np.zeros((2, 5, 3, 7, 11), np.uint8)
    tifffile.imwrite(tmp_path / "film.tif", image, imagej=True)
    with pytest.raises(InvalidFile, match=r"must hold one volume, received several \(axes T=2, Z=5, C=3\)"):
        open_volume(tmp_path / "film.tif")


def test_axes_in_another_order_are_refused(tmp_path, numbered):
    tifffile.imwrite(tmp_path / "image.tif", numbered(), **GREY, metadata={"axes": "XYZ"})
    with pytest.raises(InvalidFile, match="must hold planes with the axes YX, received the axes XYZ"):
        open_volume(tmp_path / "image.tif")


def test_images_of_different_sizes_are_refused(tmp_path, numbered):
    with tifffile.TiffWriter(tmp_path / "two.tif") as tif:
        tif.write(numbered(), **GREY)
        tif.write(numbered("uint8", (9, 4)), **GREY)
    with pytest.raises(InvalidFile, match=r"received 2 different images \(5×7×11 uint16, 9×4 uint8\): save one"):
        open_volume(tmp_path / "two.tif")


@pytest.mark.parametrize("other", ["absent", "there"])
def test_a_volume_in_several_files_is_refused(tmp_path, numbered, other):
    """OME lets the last plane be in a second file; tifffile fills an absent one with zeros."""
    parts = tmp_path / "part0.ome.tif", tmp_path / "part1.ome.tif"
    for part in parts:
        tifffile.imwrite(part, numbered(), ome=True, metadata={"axes": "ZYX"}, **GREY)
    here, there = (re.search('UUID="([^"]*)"', tifffile.tiffcomment(part)) for part in parts)
    one_file = '<TiffData IFD="0" PlaneCount="5"/>'
    two_files = "".join(
        f'<TiffData FirstZ="{z}" IFD="0" PlaneCount="{count}"><UUID FileName="{part.name}">{uuid[1]}</UUID></TiffData>'
        for z, count, part, uuid in zip((0, 4), (4, 1), parts, (here, there), strict=True)
    )
    comment = tifffile.tiffcomment(parts[0])
    assert one_file in comment
    tifffile.tiffcomment(parts[0], comment.replace(one_file, two_files))
    if other == "absent":
        parts[1].unlink()
    with pytest.raises(
        InvalidFile, match=r"part0\.ome\.tif is a part of a volume in several files: save the volume as"
    ):
        open_volume(parts[0])


def test_pyramid_levels_beside_the_volume_do_not_matter(tmp_path, numbered):
    image = numbered("uint8", (5, 64, 48))
    with tifffile.TiffWriter(tmp_path / "image.ome.tif", ome=True) as tif:
        tif.write(image, subifds=1, tile=(16, 16), metadata={"axes": "ZYX"}, **GREY)
        tif.write(image[:, ::2, ::2], subfiletype=1, tile=(16, 16), **GREY)
    np.testing.assert_array_equal(open_volume(tmp_path / "image.ome.tif").data, image, strict=True)


def test_a_volume_above_four_gigabytes_is_bigtiff(tmp_path, numbered, monkeypatch):
    """The limit is lowered for the test: the format is what is tried."""
    from annotat3d_tui.volume import tiff_writing
    from annotat3d_tui.volume.files import save_volume

    assert 2**31 < tiff_writing.BIGTIFF_ABOVE < 2**32
    monkeypatch.setattr(tiff_writing, "BIGTIFF_ABOVE", 700)
    path = save_volume(tmp_path / "image.tif", numbered("uint16"))
    assert path.read_bytes()[:4] == b"II+\0"
    np.testing.assert_array_equal(open_volume(path).data, numbered("uint16"))
    assert save_volume(tmp_path / "small.tif", numbered("uint8")).read_bytes()[:4] == b"II*\0"


def test_pages_that_were_written_one_by_one_are_a_volume(tmp_path, numbered):
    image = numbered("uint16")
    for compression in (None, "zlib"):
        path = tmp_path / f"{compression}.tif"
        with tifffile.TiffWriter(path) as tif:
            for plane in image:
                tif.write(plane, contiguous=False, compression=compression)
        np.testing.assert_array_equal(open_volume(path).data, image, strict=True)
