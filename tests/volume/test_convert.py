"""Converting never wraps; what does not fit is refused with the range, or rescaled when asked."""

import itertools

import numpy as np
import pytest
import tifffile

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.volume.convert import convert, convert_file, parse_crop
from annotat3d_tui.volume.files import RawProperties, describe, open_labels, open_volume, save_volume
from annotat3d_tui.volume.types import IMAGE_TYPES
from annotat3d_tui.volume.volume import Volume

SHAPE = (5, 7, 11)


@pytest.mark.parametrize(("source", "target"), list(itertools.product(IMAGE_TYPES, repeat=2)))
def test_values_that_fit_are_kept(numbered, source, target):
    image = numbered("uint8").astype(source) % 100
    converted = convert(Volume(image, (3.0, 2.0, 1.0), "nm"), dtype=target)
    np.testing.assert_array_equal(converted.data, image.astype(target), strict=True)
    assert (converted.voxel_size, converted.unit) == ((3.0, 2.0, 1.0), "nm")


@pytest.mark.parametrize(
    ("source", "value", "target", "sentence"),
    [
        ("uint16", 256, "uint8", "--dtype uint8 holds 0 to 255, the volume holds 1 to 385: give --rescale"),
        ("int16", -1, "uint16", "--dtype uint16 holds 0 to 65535, the volume holds -1 to 385"),
        ("float32", -0.75, "uint8", "the volume holds -0.75 to 385.0"),
        (
            "float64",
            1e39,
            "float32",
            "--dtype float32 holds -3.4.*e[+]38 to 3.4.*e[+]38, the volume holds 1.0 to 1e[+]39",
        ),
        ("int32", 32768, "int16", "--dtype int16 holds -32768 to 32767, the volume holds 1 to 32768"),
    ],
)
def test_values_that_do_not_fit_are_refused(numbered, source, value, target, sentence):
    image = numbered(source)
    image[1, 2, 3] = value
    with pytest.raises(InvalidParameter, match=sentence):
        convert(Volume(image), dtype=target)


def test_fractions_are_rounded_and_infinities_replaced():
    image = np.array([[[-0.4, 0.5, 1.5, 254.6, 255.4, np.nan, np.inf, -np.inf]]])
    assert convert(Volume(image), dtype="uint8").data.tolist() == [[[0, 0, 2, 255, 255, 0, 255, 0]]]
    kept = convert(Volume(image), dtype="float32").data
    np.testing.assert_array_equal(kept, image.astype(np.float32), strict=True)


@pytest.mark.parametrize("target", ["uint8", "uint16", "int16", "int32"])
@pytest.mark.parametrize("source", IMAGE_TYPES)
def test_rescaling_fills_the_range_in_order(numbered, source, target):
    image = (numbered("float64") * 0.7).astype(source)
    if source.startswith("float"):
        image[0, 0, :3] = np.nan, np.inf, -np.inf
    scaled = convert(Volume(image), dtype=target, rescale=True).data
    limits = np.iinfo(target)
    known = np.isfinite(image)
    assert (scaled.dtype, scaled.min(), scaled.max()) == (target, limits.min, limits.max)
    order = np.argsort(image[known], kind="stable")
    assert (np.diff(scaled[known][order].astype(np.int64)) >= 0).all()
    share = (image[known].astype(float) - image[known].min()) / np.ptp(image[known].astype(float))
    np.testing.assert_allclose(scaled[known], limits.min + share * (limits.max - limits.min), atol=0.5001)
    if source.startswith("float"):
        assert scaled[0, 0, :3].tolist() == [limits.min, limits.max, limits.min]


@pytest.mark.parametrize("values", [(-1.7e308, 0.0, 1.7e308), (0.0, 3e-310, 6e-310), (-1e300, 0.0, 1e300)])
def test_extreme_values_are_rescaled(values):
    image = np.array(values).reshape(1, 1, 3)
    assert convert(Volume(image), dtype="uint8", rescale=True).data.ravel().tolist() == [0, 128, 255]


def test_a_constant_volume_rescales_to_the_lowest_value():
    assert set(convert(Volume(np.full(SHAPE, 7.5)), dtype="int16", rescale=True).data.ravel()) == {-32768}


@pytest.mark.parametrize("target", ["float32", "uint64"])
def test_only_image_types_are_rescaled_to(numbered, target):
    with pytest.raises(InvalidParameter, match=f"--rescale fills the range of .*, received {target}"):
        convert(Volume(numbered()), dtype=target, rescale=True)


def test_an_unknown_type_is_refused(numbered):
    with pytest.raises(InvalidParameter, match="--dtype must be one of uint8"):
        convert(Volume(numbered()), dtype="rgb")


def test_a_crop_is_the_part_it_names(numbered):
    image = numbered()
    crop = parse_crop("1:4, :3 ,2:", SHAPE)
    np.testing.assert_array_equal(convert(Volume(image), crop=crop).data, image[1:4, :3, 2:])
    np.testing.assert_array_equal(convert(Volume(image), crop=crop, dtype="float32").data, image[1:4, :3, 2:])


@pytest.mark.parametrize("text", ["", "1:2", "1:2,3:4", "1:2,3:4,5", "a:b,:,:", "1:2:3,:,:", ":,:,:,:"])
def test_a_crop_that_cannot_be_read_is_refused(text):
    with pytest.raises(InvalidParameter, match=r"--crop must be z0:z1,y0:y1,x0:x1, received"):
        parse_crop(text, SHAPE)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "2:6,:,:",
            "--crop in z must be a start below a stop, from 0 to 5, received 2:6: the volume has 11×7×5 voxels",
        ),
        (":,3:3,:", "--crop in y must be .*, from 0 to 7, received 3:3"),
        (":,:,-4:-1", "--crop in x must be .*, from 0 to 11, received -4:-1"),
        ("4:2,:,:", "received 4:2"),
    ],
)
def test_a_crop_outside_the_volume_is_refused(text, sentence):
    with pytest.raises(InvalidParameter, match=sentence):
        parse_crop(text, SHAPE)


@pytest.mark.parametrize(
    "name", ["image.tif", "packed.tif", "image.npy", "turned.npy", "image_11x7x5_float32.raw", "big.tif"]
)
@pytest.mark.parametrize("block_bytes", [1, 1 << 24])
def test_from_file_to_file_equals_in_memory(tmp_path, numbered, monkeypatch, name, block_bytes):
    monkeypatch.setattr("annotat3d_tui.volume.source.BLOCK_BYTES", block_bytes)
    image, raw = numbered("float32"), RawProperties(SHAPE, "float32")
    path = tmp_path / name
    if name == "turned.npy":
        np.save(path, np.asfortranarray(image))
    elif name == "big.tif":
        tifffile.imwrite(path, image, byteorder=">", photometric="minisblack", metadata=None)
    else:
        save_volume(path, image, voxel_size=(3.0, 2.0, 1.0), unit="nm", compress=name == "packed.tif")
    crop = parse_crop("1:4,2:6,3:", SHAPE)
    for given in ({}, {"dtype": "uint16"}, {"crop": crop}, {"dtype": "uint8", "rescale": True, "crop": crop}):
        volume = open_volume(path, raw)
        expected = convert(volume, **given)
        written = open_volume(convert_file(path, tmp_path / "out.tif", raw=raw, overwrite=True, **given))
        np.testing.assert_array_equal(written.data, expected.data, strict=True)
        assert (written.voxel_size, written.unit) == (volume.voxel_size, volume.unit)


def test_types_that_only_labels_have_are_converted(tmp_path, numbered):
    path = tmp_path / "ids.tif"
    tifffile.imwrite(path, numbered("uint32"), photometric="minisblack")
    np.testing.assert_array_equal(open_volume(convert_file(path, tmp_path / "a.tif", dtype="int32")).data, numbered())
    mask = numbered() % 3 == 0
    tifffile.imwrite(path, mask, photometric="minisblack")
    np.testing.assert_array_equal(open_labels(convert_file(path, tmp_path / "b.tif", compress=True)).data, mask)
    assert describe(tmp_path / "b.tif").compression == "deflate"


def test_a_refused_conversion_writes_nothing(tmp_path, numbered):
    path = save_volume(tmp_path / "image.npy", numbered())
    with pytest.raises(InvalidParameter, match="the volume holds 1 to 385"):
        convert_file(path, tmp_path / "out.npy", dtype="uint8")
    assert list(tmp_path.iterdir()) == [path]
