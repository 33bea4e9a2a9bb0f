"""Where compiled kernels are kept."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from annotat3d_tui import compiled


@pytest.fixture
def nothing_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither the package nor the home folder can be written; temporary files can."""
    monkeypatch.setattr(compiled.os, "access", lambda path, mode: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_numba_keeps_kernels_where_it_wants_when_it_can() -> None:
    assert compiled.cache_folder() is None


def test_otherwise_they_are_in_a_folder_of_this_user_alone(nothing_to_write: Path) -> None:
    folder = compiled.cache_folder()
    assert folder is not None
    assert Path(folder).parent == nothing_to_write
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert compiled.cache_folder() == folder


def test_a_folder_that_others_may_write_is_not_trusted(nothing_to_write: Path) -> None:
    planted = nothing_to_write / f"annotat3d-kernels-{os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    assert compiled.cache_folder() != str(planted)


DOUBLE = """
import numpy as np, sys
sys.path.insert(0, {folder!r})
from double import double
assert double(np.arange(3)).tolist() == [0, 2, 4]
assert double(np.arange(3.0)).tolist() == [0, 2, 4]
"""


def child(folder: Path, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A process that calls a kernel which lies in `folder`."""
    source = "from annotat3d_tui.compiled import kernel\n@kernel\ndef double(array):\n    return 2 * array\n"
    (folder / "double.py").write_text(source)
    code = before + DOUBLE.format(folder=str(folder))
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def test_a_folder_for_kernels_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    done = child(tmp_path, NUMBA_CACHE_DIR="/proc/none")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_is_no_obstacle(tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
    done = child(tmp_path, limit, NUMBA_CACHE_DIR=str(tmp_path / "kept"))
    assert (done.returncode, done.stderr) == (0, "")


def test_damaged_kernels_are_compiled_anew(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert child(tmp_path, NUMBA_CACHE_DIR=str(kept)).returncode == 0
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert files
    for path in files:
        path.write_bytes(path.read_bytes()[:60])
    done = child(tmp_path, NUMBA_CACHE_DIR=str(kept))
    assert (done.returncode, done.stderr) == (0, "")
