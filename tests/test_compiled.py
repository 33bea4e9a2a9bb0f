"""Where compiled kernels are kept."""

import os
import stat
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
