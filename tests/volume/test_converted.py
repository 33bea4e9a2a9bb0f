"""What cannot be mapped is converted once, goes on after a kill, and is never taken when it is half or another's."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from annotat3d_tui.errors import Cancelled, InvalidFile
from annotat3d_tui.volume import converted as converting
from annotat3d_tui.volume import converted_files, source
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.converted_files import entries_in
from annotat3d_tui.volume.files import open_volume, save_volume

DEPTH = 40


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "SMALLEST", 1)
    monkeypatch.setattr(source, "BLOCK_BYTES", 2000)
    monkeypatch.setattr(converted_files, "SPARED", 0)


@pytest.fixture
def image(tmp_path: Path, numbered: Callable[..., NDArray[Any]]) -> Path:
    return save_volume(tmp_path / "scan.tif", numbered(shape=(DEPTH, 20, 30)), compress=True)


def after(share: float) -> Callable[[float, str], None]:
    """Progress that cancels once a share is done."""

    def stop(fraction: float, _: str) -> None:
        if fraction >= share:
            raise Cancelled

    return stop


def test_the_second_opening_maps_what_the_first_has_made(image: Path, tmp_path: Path) -> None:
    expected, told = tifffile.imread(image), []
    for _ in range(2):
        conversions = Conversions(tmp_path / "volumes")
        volume = open_volume(image, None, conversions, lambda fraction, stage: told.append((fraction, stage)))
        assert isinstance(volume.data, np.memmap)
        assert np.array_equal(volume.data, expected)
        assert not volume.data.flags.writeable
        assert not conversions.refused
    shares = [fraction for fraction, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) > 5
    (entry,) = entries_in(tmp_path / "volumes")
    assert entry.is_whole
    assert np.array_equal(np.load(entry.voxels), expected)  # which anybody can read
    assert entry.facts == "30×20×40 uint16"


@pytest.mark.parametrize("kind", ["big-endian.tif", "fortran.npy", "chunks.h5", "chunks.zarr", "slices", "header.raw"])
def test_everything_that_cannot_be_mapped_is_converted(
    kind: str, tmp_path: Path, numbered: Callable[..., NDArray[Any]]
) -> None:
    import h5py

    from annotat3d_tui.volume.raw import RawProperties

    data, path, raw = numbered(shape=(DEPTH, 8, 6)), tmp_path / kind, None
    if kind == "big-endian.tif":
        tifffile.imwrite(path, data, byteorder=">", photometric="minisblack", metadata=None)
    elif kind == "fortran.npy":
        np.save(path, np.asfortranarray(data))
    elif kind == "chunks.h5":
        with h5py.File(path, "w") as file:
            file.create_dataset("a", data=data, chunks=(16, 4, 4))
    elif kind == "chunks.zarr":
        save_volume(path, data)
    elif kind == "slices":
        path.mkdir()
        for number, plane in enumerate(data):
            tifffile.imwrite(path / f"{number}.tif", plane, photometric="minisblack")
    else:
        path.write_bytes(b"---" + data.astype(">u2").tobytes())
        raw = RawProperties(data.shape, "uint16", "big", 3)
    volume = open_volume(path, raw, Conversions(tmp_path / "volumes"))
    assert isinstance(volume.data, np.memmap)
    assert np.array_equal(volume.data, data)


def test_what_is_mapped_is_not_copied(tmp_path: Path, numbered: Callable[..., NDArray[Any]]) -> None:
    open_volume(save_volume(tmp_path / "a.tif", numbered()), None, Conversions(tmp_path / "volumes"))
    assert not (tmp_path / "volumes").exists()


def test_a_conversion_that_was_stopped_goes_on(image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "volumes"
    with pytest.raises(Cancelled):
        open_volume(image, None, Conversions(folder), after(0.5))
    (entry,) = entries_in(folder)
    assert not entry.is_whole
    assert 0 < entry.state.planes < DEPTH
    assert "% converted" in entry.facts
    assert Conversions(folder, may_write=False).voxels(source_of(image)) is None
    decoded = planes_decoded(monkeypatch)
    shares: list[float] = []
    volume = open_volume(image, None, Conversions(folder), lambda fraction, _: shares.append(fraction))
    assert np.array_equal(volume.data, tifffile.imread(image))
    assert sum(decoded) == DEPTH - entry.state.planes
    assert shares[0] == entry.state.share
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def source_of(path: Path) -> source.Source:
    from annotat3d_tui.volume.formats import inspect

    return inspect(path)


def planes_decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many planes each block has that a source gives."""
    decoded: list[int] = []
    blocks = source.Source.blocks

    def counted(self: source.Source, *planes: int) -> Any:
        for block in blocks(self, *planes):
            decoded.append(len(block))
            yield block

    monkeypatch.setattr(source.Source, "blocks", counted)
    return decoded


KILLED = """
import os, signal, sys
from annotat3d_tui.volume import converted, converted_files, source
converted.SMALLEST, converted.NOTED_SECONDS, source.BLOCK_BYTES, converted_files.SPARED = 1, 0.0, 2000, 0
from annotat3d_tui.volume.files import open_volume
def kill(fraction, stage):
    if fraction > 0.5: os.kill(os.getpid(), signal.SIGKILL)
open_volume(sys.argv[1], None, converted.Conversions(converted.Path(sys.argv[2])), kill)
"""


def test_a_conversion_that_was_killed_goes_on(image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "volumes"
    done = subprocess.run([sys.executable, "-c", KILLED, str(image), str(folder)], check=False)
    assert done.returncode == -9
    (entry,) = entries_in(folder)
    assert not entry.is_whole
    assert entry.state.planes >= DEPTH // 2
    decoded = planes_decoded(monkeypatch)
    assert np.array_equal(open_volume(image, None, Conversions(folder)).data, tifffile.imread(image))
    assert sum(decoded) == DEPTH - entry.state.planes


@pytest.mark.parametrize("harm", ["shorter", "no state", "torn state", "of another"])
def test_of_half_a_conversion_only_what_is_sure_is_taken(harm: str, image: Path, tmp_path: Path) -> None:
    folder = tmp_path / "volumes"
    with pytest.raises(Cancelled):
        open_volume(image, None, Conversions(folder), after(0.5))
    (entry,) = entries_in(folder)
    if harm == "shorter":
        os.truncate(entry.part, entry.part.stat().st_size - 1)
    elif harm == "no state":
        entry.about.unlink()
    elif harm == "torn state":
        entry.about.write_text(entry.about.read_text()[:30])
    else:
        entry.about.write_text(json.dumps(json.loads(entry.about.read_text()) | {"samples": "x", "planes": DEPTH}))
    assert np.array_equal(open_volume(image, None, Conversions(folder)).data, tifffile.imread(image))


def test_a_source_that_has_changed_is_converted_anew_and_the_old_goes(image: Path, tmp_path: Path) -> None:
    folder = tmp_path / "volumes"
    open_volume(image, None, Conversions(folder))
    before = tifffile.imread(image)
    save_volume(image, before[::-1], compress=True, overwrite=True)
    assert np.array_equal(open_volume(image, None, Conversions(folder)).data, before[::-1])
    os.utime(image, ns=(1, 1))  # the same bytes, of another time
    decoded = open_volume(image, None, Conversions(folder))
    assert np.array_equal(decoded.data, before[::-1])
    assert len(entries_in(folder)) == len(list(folder.glob("*.npy"))) == 1


def test_a_source_that_changes_meanwhile_is_refused(image: Path, tmp_path: Path) -> None:
    def change(fraction: float, _: str) -> None:
        if fraction == 1.0:
            os.utime(image, ns=(1, 1))

    with pytest.raises(InvalidFile, match="has changed while it was read"):
        open_volume(image, None, Conversions(tmp_path / "volumes"), change)
    assert list((tmp_path / "volumes").iterdir()) == []


def test_a_workspace_that_moves_with_its_image_keeps_what_was_converted(image: Path, tmp_path: Path) -> None:
    open_volume(image, None, Conversions(tmp_path / "a"))
    (tmp_path / "moved").mkdir()
    shutil.copy2(image, tmp_path / "moved" / image.name)
    told: list[float] = []
    moved = Conversions(tmp_path / "a")
    open_volume(tmp_path / "moved" / image.name, None, moved, lambda fraction, _: told.append(fraction))
    assert told == []


def test_what_was_used_longest_ago_goes_when_there_is_no_room(
    tmp_path: Path, numbered: Callable[..., NDArray[Any]]
) -> None:
    folder, data = tmp_path / "volumes", numbered(shape=(DEPTH, 20, 30))
    most = 2 * data.nbytes + 10_000
    for number, name in enumerate(("a", "b", "c")):
        path = save_volume(tmp_path / f"{name}.tif", data + number, compress=True)
        assert np.array_equal(open_volume(path, None, Conversions(folder, most=most)).data, data + number)
        entry = next(one for one in entries_in(folder) if one.stem.startswith(f"{name}-"))
        os.utime(entry.voxels, (number + 1, number + 1))
    assert sorted(entry.stem[0] for entry in entries_in(folder)) == ["b", "c"]


@pytest.mark.parametrize("why", ["limit", "disk", "folder"])
def test_without_room_it_is_read_as_before_and_said(
    why: str, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "volumes"
    if why == "disk":
        monkeypatch.setattr(converted_files, "SPARED", 1 << 60)
    if why == "folder":
        folder.write_text("")
    conversions = Conversions(folder, most=100 if why == "limit" else None)
    assert np.array_equal(open_volume(image, None, conversions).data, tifffile.imread(image))
    assert conversions.refused.startswith("scan.tif is read anew each time: ")
    assert not folder.is_dir() or list(folder.iterdir()) == []


def test_two_processes_convert_it_once(image: Path, tmp_path: Path) -> None:
    folder, begun, go = tmp_path / "volumes", threading.Event(), threading.Event()
    waited: list[str] = []

    def slow(fraction: float, _: str) -> None:
        begun.set()
        assert go.wait(30)

    def other(_: float, stage: str) -> None:
        waited.append(stage)
        go.set()

    first = threading.Thread(target=lambda: open_volume(image, None, Conversions(folder), slow))
    first.start()
    assert begun.wait(30)
    volume = open_volume(image, None, Conversions(folder), other)
    first.join()
    assert set(waited) == {converting.WAITS}
    assert np.array_equal(volume.data, tifffile.imread(image))
