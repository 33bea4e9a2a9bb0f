"""A cache gives back what it was given, or nothing."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui import cache
from annotat3d_tui.cache import FolderCache, NoCache


@pytest.fixture(autouse=True)
def _no_disk_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SPARED", 0)


def test_what_was_put_in_comes_out_also_after_a_restart(tmp_path: Path) -> None:
    table = np.asfortranarray(np.arange(12, dtype=np.float32).reshape(3, 4))
    rows = np.zeros(2, [("at", np.int64, 3), ("row", np.float32, (5,))])
    for key, array in (("table", table), ("rows", rows)):
        FolderCache(tmp_path / "cache").put(key, array)
        found = FolderCache(tmp_path / "cache").get(key)
        assert found is not None
        assert found.dtype == array.dtype
        assert found.tobytes() == array.tobytes()
        assert not found.flags.writeable
    assert FolderCache(tmp_path / "cache").get("other") is None
    assert NoCache().get("table") is None


def test_a_damaged_file_is_no_file(tmp_path: Path) -> None:
    kept = FolderCache(tmp_path)
    kept.put("a", np.arange(1000.0))
    path = next(tmp_path.glob("*.npy"))
    whole = path.read_bytes()
    for length in (0, 5, 20, 100, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert kept.get("a") is None
    path.write_bytes(b"\x80\x04K\x01.")
    assert kept.get("a") is None


def test_the_oldest_goes_when_there_is_no_room(tmp_path: Path) -> None:
    kept = FolderCache(tmp_path, most=3 * 8200)
    for number, key in enumerate("abc"):
        kept.put(key, np.full(1000, number))
        os.utime(tmp_path / f"{key}.npy", (number, number))
    assert kept.get("a") is not None  # used now, so b is the oldest
    kept.put("d", np.zeros(1000))
    assert kept.get("b") is None
    assert [kept.get(key) is not None for key in "acd"] == [True, True, True]
    kept.put("large", np.zeros(10_000))
    assert kept.get("large") is None
    assert [kept.get(key) is not None for key in "acd"] == [True, True, True]  # nothing went in vain


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = FolderCache(tmp_path / "file" / "cache")
    kept.put("a", np.zeros(3))
    assert kept.get("a") is None


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.np, "save", full)
    FolderCache(tmp_path).put("a", np.zeros(3))
    assert list(tmp_path.iterdir()) == []


def test_what_a_process_that_is_gone_was_writing_goes(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    here = platform.node()
    abandoned, written = tmp_path / f"{here}.{gone.pid}.x.part", tmp_path / f"{here}.{os.getpid()}.x.part"
    elsewhere, old = tmp_path / f"another.{gone.pid}.x.part", tmp_path / "tmpx.part"
    for path in (abandoned, written, elsewhere, old):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    FolderCache(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {written.name, elsewhere.name}
