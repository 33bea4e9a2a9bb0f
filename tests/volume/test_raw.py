"""RAW: size and type from the name, or given; a wrong length says what would fit."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.volume.files import RawProperties, describe, open_labels, open_volume, save_volume
from annotat3d_tui.volume.raw import size_in_name, types_in_name

NAMES = [
    ("recon_11x7x5_8bit.raw", "uint8"),
    ("recon_11x7x5_8bits.raw", "uint8"),
    ("recon_8b_11X7X5.raw", "uint8"),
    ("recon-11x7x5-8-bit.b", "uint8"),
    ("a_16bit_set_11x7x5_uint8.bin", "uint8"),
    ("recon_11x7x5_16bit.raw", "uint16"),
    ("recon_11x7x5_16b.raw", "uint16"),
    ("recon_11x7x5_uint16.RAW", "uint16"),
    ("0.5x0.5x0.5_recon_11x7x5_int16.raw", "int16"),
    ("recon11x7x5_int32.raw", "int32"),
    ("recon_11x7x5_float32.raw", "float32"),
    ("recon_11x7x5_float.raw", "float32"),
    ("recon_11x7x5_Float64.raw", "float64"),
]


@pytest.mark.parametrize(("name", "dtype"), NAMES)
def test_the_name_says_size_and_type(tmp_path, numbered, name, dtype):
    image = numbered(dtype)
    (tmp_path / name).write_bytes(image.tobytes())
    opened = open_volume(tmp_path / name).data
    np.testing.assert_array_equal(opened, image, strict=True)
    assert isinstance(opened, np.memmap)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("byte_order", ["little", "big"])
@pytest.mark.parametrize("offset", [0, 8, 13])
def test_what_is_given_overrides_the_name(tmp_path, numbered, dtype, byte_order, offset):
    image = numbered(dtype)
    stored = image.astype(image.dtype.newbyteorder("<" if byte_order == "little" else ">"))
    path = tmp_path / "recon_1x2x3_8bit.raw"
    path.write_bytes(b"\xff" * offset + stored.tobytes())
    said = RawProperties((5, 7, 11), dtype, byte_order, offset)
    opened = open_volume(path, said).data
    np.testing.assert_array_equal(opened, image, strict=True)
    assert opened.dtype.isnative
    assert opened.flags.aligned
    mapped = dtype == "uint8" or (byte_order == "little" and offset != 13)
    assert isinstance(opened, np.memmap) == mapped
    assert describe(path, said).memory_bytes == (0 if mapped else image.nbytes)


def test_a_picture_is_one_plane(tmp_path, numbered):
    (tmp_path / "slice_11x7_8bit.raw").write_bytes(numbered("uint8", (7, 11)).tobytes())
    assert open_volume(tmp_path / "slice_11x7_8bit.raw").data.shape == (1, 7, 11)


def test_the_wrong_length_says_which_type_would_fit(tmp_path):
    path = tmp_path / "recon_1024x1024x512_16bit.raw"
    with path.open("wb") as file:
        file.truncate(536870912)
    with pytest.raises(InvalidFile) as refused:
        open_volume(path)
    assert str(refused.value) == (
        "recon_1024x1024x512_16bit.raw holds 536870912 bytes; 1024×1024×512 16-bit needs 1073741824. It fits 8-bit."
    )


@pytest.mark.parametrize(
    ("length", "hint"),
    [
        (770, "11×7×5 16-bit needs 770"),
        (385, "It fits 8-bit."),
        (1540, "It fits int32, uint32 or float32."),
        (3080, "It fits float64 or int64."),
        (924, "It fits 11×7×6."),
        (308, "It fits 11×7×2."),
        (1282, "It fits a header: give --offset 512."),
        (700, "It is cut short, or size and type are others: give --shape X Y Z and --dtype."),
    ],
)
def test_the_wrong_length_says_what_would_fit(tmp_path, length, hint):
    path = tmp_path / "recon_11x7x5_16bit.raw"
    path.write_bytes(bytes(length))
    if length == 770:
        assert open_volume(path).data.shape == (5, 7, 11)
        path.write_bytes(bytes(769))
    with pytest.raises(InvalidFile, match=r"recon_11x7x5_16bit\.raw holds [0-9]+ bytes") as refused:
        open_volume(path)
    assert hint in str(refused.value)


def test_the_header_counts_in_the_length(tmp_path):
    (tmp_path / "recon_11x7x5_8bit.raw").write_bytes(bytes(385))
    with pytest.raises(InvalidFile, match="11×7×5 8-bit after 10 bytes of header needs 395"):
        open_volume(tmp_path / "recon_11x7x5_8bit.raw", RawProperties(offset=10))


@pytest.mark.parametrize("word", ["32bit", "32bits", "32b"])
def test_32_bits_are_asked_about(tmp_path, numbered, word):
    path = tmp_path / f"recon_11x7x5_{word}.raw"
    path.write_bytes(numbered("float32").tobytes())
    with pytest.raises(InvalidFile, match=r"may hold uint32 or float32, its name does not say which: give --dtype"):
        open_volume(path)
    np.testing.assert_array_equal(open_volume(path, RawProperties(dtype="float32")).data, numbered("float32"))
    path.write_bytes(numbered("uint32").tobytes())
    np.testing.assert_array_equal(open_labels(path, RawProperties(dtype="uint32")).data, numbered("int32"), strict=True)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("recon_16bit.raw", r"must say its size X×Y×Z, as in name_1024x1024x512_16bit\.raw: rename it or give --shape"),
        ("recon_0x7x5_16bit.raw", "must say its size"),
        ("recon_11x7x5.raw", r"must say its voxel type, as in .*: rename it or give --dtype \(uint8, "),
    ],
)
def test_a_name_that_does_not_say_is_refused(tmp_path, name, sentence):
    (tmp_path / name).write_bytes(bytes(770))
    with pytest.raises(InvalidFile, match=sentence):
        open_volume(tmp_path / name)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"shape": (5, 7)}, "--shape must be three lengths X Y Z of at least 1, received 7 5"),
        ({"shape": (5, 0, 11)}, "received 11 0 5"),
        ({"dtype": "32bit"}, "--dtype 32bit may mean uint32 or float32: give one of these words"),
        ({"dtype": "rgb"}, "--dtype must be one of uint8, .*, received 'rgb'"),
        ({"byte_order": "middle"}, "--byte-order must be little or big, received middle"),
        ({"offset": -1}, "--offset must be at least 0 bytes, received -1"),
    ],
)
def test_properties_outside_their_range_are_refused(wrong, sentence):
    with pytest.raises(InvalidParameter, match=sentence):
        RawProperties(**wrong)


def test_a_name_that_would_lie_is_not_written(tmp_path, numbered):
    for name in ("recon_5x7x11_16bit.raw", "recon_11x7x5_8bit.raw", "recon_8bit.raw", "recon.raw", "recon_11x7x5.raw"):
        with pytest.raises(InvalidParameter, match=r"would hold, 11×7×5 16-bit: name it recon_11x7x5_16bit\.raw"):
            save_volume(tmp_path / name, numbered())
    assert not list(tmp_path.iterdir())


def test_a_name_that_says_nothing_is_opened_by_what_is_given(tmp_path, numbered):
    path = tmp_path / "recon.raw"
    path.write_bytes(numbered().tobytes())
    with pytest.raises(InvalidFile, match="must say its size"):
        describe(path)
    said = RawProperties(shape=(5, 7, 11), dtype="uint16")
    np.testing.assert_array_equal(open_volume(path, said).data, numbered())


def test_words_within_words_mean_nothing():
    assert size_in_name("recon_mix_8bit.raw") is None
    assert size_in_name("recon_11x7x5x3_8bit.raw") is None
    assert types_in_name("rabbit_8bitten.raw") == ()
