"""Of a file of weights only plain arrays are taken, and as many numbers as the network has."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.networks.weights_file import check_weights

COUNT = 1007


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "it.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/conv3d/vars/0"] = np.arange(1000, dtype=np.float32)
        file["layers/conv3d/vars/1"] = np.zeros(7, np.float32)
        file["layers/conv3d/vars"].attrs["name"] = "conv3d"
        file.create_group("layers/add/vars")
    return path


def test_weights_as_keras_keeps_them(path: Path) -> None:
    before = path.read_bytes()
    check_weights(path, COUNT)
    assert path.read_bytes() == before


def _external(file: h5py.File) -> None:
    file.create_dataset("x", (3,), "f4", external=[("/etc/passwd", 0, 12)])


def _virtual(file: h5py.File) -> None:
    file.create_virtual_dataset("x", h5py.VirtualLayout((3,), "f4"))


def _cycle(file: h5py.File) -> None:
    file["layers/again"] = file["layers"]


def _packed(file: h5py.File) -> None:
    file.create_dataset("x", data=np.zeros(3, np.float32), compression="gzip")


def _huge(file: h5py.File) -> None:
    file.create_dataset("x", (1 << 40,), "f4")


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.update({"x": h5py.ExternalLink("/etc/passwd", "/")}),
        lambda file: file.update({"x": h5py.SoftLink("/layers")}),
        lambda file: file.update({"x": np.bytes_(b"code")}),
        lambda file: file.update({"x": np.dtype("f4")}),
        _external, _virtual, _cycle, _packed, _huge,
    ],
)  # fmt: skip
def test_what_is_no_plain_array_is_refused(path: Path, change: Callable[[h5py.File], object]) -> None:
    with h5py.File(path, "a") as file:
        change(file)
    with pytest.raises(InvalidFile, match=r"^w\.h5 must hold plain arrays of numbers, .*: do not use this file\.$"):
        check_weights(path, COUNT, "w.h5")


def test_more_or_fewer_numbers_are_of_another_network(path: Path) -> None:
    with pytest.raises(InvalidFile, match="must hold the 1006 numbers of its network, received 1007: it is of another"):
        check_weights(path, COUNT - 1)


def test_what_is_damaged_or_gone(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    random = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(content)
        broken[int(random.integers(0, 3000))] ^= 1 << int(random.integers(8))
        path.write_bytes(broken)
        with contextlib.suppress(InvalidFile):
            check_weights(path, COUNT)
    for damaged in (content[:3000], b"", b"PK", b"pickle"):
        path.write_bytes(damaged)
        with pytest.raises(InvalidFile, match=r"it\.weights\.h5 is damaged, or holds no weights: copy it again"):
            check_weights(path, COUNT)
    for gone in (tmp_path / "none.h5", tmp_path):
        with pytest.raises(MissingFile, match="is not there: train it"):
            check_weights(gone, COUNT)
