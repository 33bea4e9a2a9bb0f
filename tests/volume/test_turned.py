"""The copy for slices across x: the voxels of the volume, made once, gone on with, and the first to go."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from annotat3d_tui.errors import Cancelled, InvalidFile
from annotat3d_tui.mapped.files import check_mapped
from annotat3d_tui.volume import converted as converting
from annotat3d_tui.volume import converted_files, turned
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.converted_files import PLANES, TURNED, entries_in
from annotat3d_tui.volume.files import open_volume, save_volume
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.turned import Turned, turned_parts

SHAPE = (70, 20, 30)


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "SMALLEST", 1)
    monkeypatch.setattr(converted_files, "SPARED", 0)
    monkeypatch.setattr(turned, "PART_BYTES", 10_000)


@pytest.fixture
def image(tmp_path: Path, numbered: Callable[..., NDArray[Any]]) -> Path:
    return save_volume(tmp_path / "scan_30x20x70_16bit.raw", numbered(shape=SHAPE))


def made(image: Path, folder: Path, progress: Callable[[float, str], None] = lambda *_: None) -> Turned | None:
    return Conversions(folder).turned(inspect(image), open_volume(image).data, progress)


def is_of(copy: Turned | None, volume: NDArray[Any]) -> bool:
    assert copy is not None
    return all(np.array_equal(copy.plane(x), volume[:, :, x]) for x in range(volume.shape[2]))


@given(
    shape=st.tuples(st.integers(1, 70), st.integers(1, 70), st.integers(1, 70)),
    dtype=st.sampled_from(["uint8", "uint16", "int16", "int32", "float32", "float64"]),
    part=st.integers(1, 100_000),
)
def test_every_slice_across_x_is_that_of_the_volume(shape: tuple[int, int, int], dtype: str, part: int) -> None:
    volume = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turned, "PART_BYTES", part)
        flat = np.concatenate(list(turned_parts(volume)))
    assert (flat.size, flat.dtype) == (volume.size, volume.dtype)
    for x in {0, shape[2] // 2, shape[2] - 1}:
        np.testing.assert_array_equal(Turned(flat, shape).plane(x), volume[:, :, x], strict=True)


def test_it_is_made_once_and_mapped(image: Path, tmp_path: Path) -> None:
    volume, told, folder = open_volume(image).data, [], tmp_path / "volumes"
    assert Conversions(folder).turned_if_there(inspect(image)) is None
    assert Conversions(folder, may_write=False).turned(inspect(image), volume) is None
    for _ in range(2):
        copy = made(image, folder, lambda fraction, _: told.append(fraction))
        assert is_of(copy, volume)
        assert copy is not None
        assert isinstance(copy.data, np.memmap)
        assert not copy.data.flags.writeable
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert is_of(Conversions(folder, may_write=False).turned_if_there(inspect(image)), volume)
    (entry,) = entries_in(folder)
    assert entry.facts == "30×20×70 uint16, again for slices across x"
    assert entry.voxels.stat().st_size - volume.nbytes == 128


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_one_that_was_stopped_goes_on_at_a_slab(share: float, image: Path, tmp_path: Path) -> None:
    def stop(fraction: float, _: str) -> None:
        if fraction >= share:
            raise Cancelled

    with pytest.raises(Cancelled):
        made(image, tmp_path / "volumes", stop)
    assert Conversions(tmp_path / "volumes").turned_if_there(inspect(image)) is None
    (entry,) = entries_in(tmp_path / "volumes")
    assert entry.state.planes == int(share * SHAPE[0]) // turned.SLAB * turned.SLAB
    parts = list(turned_parts(open_volume(image).data, entry.state.planes))
    told: list[float] = []
    assert is_of(made(image, tmp_path / "volumes", lambda fraction, _: told.append(fraction)), open_volume(image).data)
    assert len(told) == len(parts) + 1


def test_it_stands_beside_the_planes_of_what_is_converted(
    tmp_path: Path, numbered: Callable[..., NDArray[Any]]
) -> None:
    folder, path = tmp_path / "volumes", tmp_path / "scan.tif"
    for data in (numbered(shape=SHAPE), numbered(shape=SHAPE)[::-1]):  # another time a changed source
        save_volume(path, data, compress=True, overwrite=True)
        volume = open_volume(path, None, Conversions(folder)).data
        assert is_of(Conversions(folder).turned(inspect(path), volume), data)
        assert np.array_equal(open_volume(path, None, Conversions(folder)).data, data)
        assert {entry.state.form for entry in entries_in(folder)} == {PLANES, TURNED}
        assert len(list(folder.iterdir())) == 4


def test_a_source_that_changes_meanwhile_has_none(image: Path, tmp_path: Path) -> None:
    def change(fraction: float, _: str) -> None:
        if fraction == 1.0:
            os.utime(image, ns=(1, 1))

    with pytest.raises(InvalidFile, match="has changed while it was read"):
        made(image, tmp_path / "volumes", change)
    assert list((tmp_path / "volumes").iterdir()) == []


def compressed(folder: Path, data: NDArray[Any]) -> Iterator[Path]:
    for number in range(3):
        yield save_volume(folder / f"{number}.tif", data + number, compress=True)


def test_it_is_the_first_to_go_and_nothing_else_goes_for_it(
    tmp_path: Path, numbered: Callable[..., NDArray[Any]]
) -> None:
    folder, data = tmp_path / "volumes", numbered(shape=SHAPE)
    first, second, third = compressed(tmp_path, data)
    conversions = Conversions(folder, most=3 * data.nbytes + 10_000)
    for path in (first, second):
        open_volume(path, None, conversions)
    assert is_of(conversions.turned(inspect(second), data + 1), data + 1)
    assert is_of(conversions.turned(inspect(first), data), data)  # in the place of the other
    assert sorted((entry.stem[0], entry.state.form) for entry in entries_in(folder)) == [
        ("0", PLANES),
        ("0", TURNED),
        ("1", PLANES),
    ]
    open_volume(third, None, conversions)
    assert sorted(entry.stem[0] for entry in entries_in(folder)) == ["0", "1", "2"]
    assert {entry.state.form for entry in entries_in(folder)} == {PLANES}
    assert conversions.turned(inspect(first), data) is None
    assert len(entries_in(folder)) == 3


def test_the_disk_keeps_as_much_free_once_more(image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = image.stat().st_size
    for free, is_made in ((2 * size - 1, False), (2 * size, True)):
        monkeypatch.setattr(converted_files, "_free_bytes", lambda _, free=free: free)
        assert (made(image, tmp_path / "volumes") is not None) == is_made


def test_one_that_becomes_shorter_is_a_sentence(image: Path, tmp_path: Path) -> None:
    copy = made(image, tmp_path / "volumes")
    assert copy is not None
    (entry,) = entries_in(tmp_path / "volumes")
    os.truncate(entry.voxels, 1000)
    copy.plane(29)  # not the end of the process
    with pytest.raises(InvalidFile, match=r"turned\.npy must stay as it is"):
        check_mapped(copy.data)
    assert made(image, tmp_path / "volumes") is not None  # made again
    shutil.rmtree(tmp_path / "volumes")
