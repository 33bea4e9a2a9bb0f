"""Large arrays lie in nameless files, and behave as others do."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from annotat3d_tui import allocation


def test_a_large_array_lies_in_a_file_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocation, "SMALL", 500)
    monkeypatch.setattr(allocation, "LARGE", 1000)
    monkeypatch.setenv("ANNOTAT3D_SCRATCH", str(tmp_path))
    volume = allocation.empty((10, 20, 30), np.int32)
    assert str(tmp_path) in Path("/proc/self/maps").read_text()
    assert list(tmp_path.iterdir()) == []
    volume[:] = np.arange(6000).reshape(volume.shape)
    assert volume.flags.c_contiguous
    assert volume.flags.writeable
    assert volume[9, 19, 29] == 5999
    del volume
    assert str(tmp_path) not in Path("/proc/self/maps").read_text()


def test_a_small_array_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTAT3D_SCRATCH", str(tmp_path))
    assert allocation.empty((10, 20, 30), np.uint8).shape == (10, 20, 30)
    assert str(tmp_path) not in Path("/proc/self/maps").read_text()


def test_without_large_pages_and_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocation, "SMALL", 500)
    monkeypatch.setattr(allocation.mmap, "MADV_HUGEPAGE", 9999)
    assert allocation.empty((10, 20, 30), np.uint8).shape == (10, 20, 30)
    with pytest.raises(MemoryError):
        allocation._in_memory(1 << 60, np.dtype(np.uint8))


def test_without_room_for_a_file_the_array_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocation, "SMALL", 500)
    monkeypatch.setattr(allocation, "LARGE", 1000)
    monkeypatch.setenv("ANNOTAT3D_SCRATCH", str(tmp_path / "missing"))
    assert allocation.empty((10, 20, 30), np.uint8).sum(dtype=np.int64) >= 0
    monkeypatch.setenv("ANNOTAT3D_SCRATCH", str(tmp_path))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    assert allocation.empty((10, 20, 30), np.uint8).shape == (10, 20, 30)


def test_what_the_heap_keeps_goes_back_where_the_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(allocation.ctypes, "CDLL", lambda _: SimpleNamespace(malloc_trim=told.append))
    allocation.give_back()
    assert told == [0]
    monkeypatch.setattr(allocation.ctypes, "CDLL", lambda _: SimpleNamespace())
    allocation.give_back()
    assert told == [0]
