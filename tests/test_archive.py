"""What is packed comes back; what is not ours, damaged, later or boastful is one sentence."""

import io
import zipfile

import numpy as np
import pytest

from annotat3d_tui import archive
from annotat3d_tui.archive import pack, read, unpack, wanted
from annotat3d_tui.errors import InvalidFile, MissingFile

FORMAT = "annotat3d note"


@pytest.fixture
def content() -> bytes:
    arrays = {"a": np.arange(12, dtype=np.float32).reshape(3, 4), "b": np.zeros(0, np.uint16), "c": np.ones((2, 0))}
    return pack(FORMAT, 3, {"words": "µ", "list": [1, None]}, arrays)


def test_unpacking_is_the_inverse_of_packing(content: bytes) -> None:
    about, arrays = unpack(content, FORMAT, 3, "f")
    assert (about["words"], about["list"], about["version"]) == ("µ", [1, None], 3)
    assert {name: (one.shape, one.dtype.name) for name, one in arrays.items()} == {
        "a": ((3, 4), "float32"), "b": ((0,), "uint16"), "c": ((2, 0), "float64"),
    }  # fmt: skip
    assert np.array_equal(arrays["a"], np.arange(12).reshape(3, 4))
    with np.load(io.BytesIO(content)) as loaded:
        assert np.array_equal(loaded["a"], arrays["a"])


def test_the_same_gives_the_same_bytes() -> None:
    fortran = np.asfortranarray(np.arange(6).reshape(2, 3))
    assert pack(FORMAT, 1, {}, {"a": fortran}) == pack(FORMAT, 1, {}, {"a": np.arange(6).reshape(2, 3)})


def test_no_cut_or_flipped_file_does_harm(content: bytes) -> None:
    for end in range(0, len(content), 7):
        with pytest.raises(InvalidFile, match="damaged"):
            unpack(content[:end], FORMAT, 3, "f")
    random = np.random.default_rng(0)
    for place in random.integers(0, len(content), 300).tolist():
        broken = bytearray(content)
        broken[place] ^= 1 << int(random.integers(8))
        try:
            about, arrays = unpack(bytes(broken), FORMAT, 3, "f")
        except InvalidFile:
            continue
        assert about["words"] == "µ"
        assert np.array_equal(arrays.get("a", np.arange(12)).ravel(), np.arange(12))


def test_other_formats_and_later_versions(content: bytes) -> None:
    with pytest.raises(InvalidFile, match="must be an annotat3d thing, received annotat3d note"):
        unpack(content, "annotat3d thing", 3, "f")
    with pytest.raises(InvalidFile, match="version 2 or before, received version 3 of annotat3d .*newer program"):
        unpack(content, FORMAT, 2, "f")
    other = io.BytesIO()
    np.savez(other, a=np.ones(3))
    with pytest.raises(InvalidFile, match="another kind of file"):
        unpack(other.getvalue(), FORMAT, 3, "f")


def zip_of(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as one:
        one.writestr("about.json", '{"format": "annotat3d note", "version": 1}')
        for name, content in entries.items():
            one.writestr(f"{name}.npy", content)
    return file.getvalue()


def npy(shape: str, dtype: str = "'<f8'", content: bytes = b"") -> bytes:
    header = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}}}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + content


def test_hostile_arrays() -> None:
    pickled = io.BytesIO()
    np.save(pickled, np.array([print], dtype=object), allow_pickle=True)
    for bad in (
        pickled.getvalue(), npy("(3,)"), npy("(1000000000000,)"), npy("(-1, -8)", content=bytes(64)),
        npy("(1,)", "'|O'"), npy("(2,)", "[('a', '<f8')]", bytes(16)), b"", b"\x93NUMPY\x09\x00",
        npy("('a',)"), npy("__import__('os')"),
    ):  # fmt: skip
        with pytest.raises(InvalidFile, match="damaged"):
            unpack(zip_of(a=bad), FORMAT, 1, "f")


def test_a_file_that_promises_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zip_of(a=npy("(1000000,)", content=bytes(8_000_000)))
    unpack(bomb, FORMAT, 1, "f")
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000_000)
    with pytest.raises(InvalidFile):
        unpack(bomb, FORMAT, 1, "f")


def test_wanted_arrays(content: bytes) -> None:
    _, arrays = unpack(content, FORMAT, 3, "f")
    assert [one.shape for one in wanted(arrays, {"b": (np.uint16, 1), "a": (np.float32, 2)}, "f")] == [(0,), (3, 4)]
    for asked in ({"z": (np.uint16, 1)}, {"a": (np.float64, 2)}, {"a": (np.float32, 1)}):
        with pytest.raises(InvalidFile, match="f must hold"):
            wanted(arrays, asked, "f")


def test_reading_what_is_not_there(tmp_path) -> None:
    with pytest.raises(MissingFile):
        read(tmp_path / "none", "a note")
    with pytest.raises(InvalidFile, match="Is a directory"):
        read(tmp_path, "a note")


def test_arrays_are_as_kernels_read_them() -> None:
    _, arrays = unpack(pack("annotat3d note", 1, {}, {"a": np.arange(5.0)}), "annotat3d note", 1, "x")
    assert arrays["a"].flags.writeable  # one that is not would have every kernel compiled once more
    assert arrays["a"].flags.aligned
