"""A folder is one process's at a time; who is gone is told from who is there, with and without locks of the system."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from annotat3d_tui import holding
from annotat3d_tui.errors import CannotWrite, WorkspaceInUse
from annotat3d_tui.holding import LOCK, PATIENCE, WHO, Holder, can_be_locked, hold, holder_of

CHILD = """
import sys
from pathlib import Path
from annotat3d_tui.holding import hold
if sys.argv[2] == "without":
    import errno, fcntl
    def none(*_):
        raise OSError(errno.ENOLCK, "No locks available")
    fcntl.flock = none
held = hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no locks."""

    def none(file: object, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)


@contextmanager
def held_by_another(folder: Path, locks: str = "with") -> Iterator["subprocess.Popen[str]"]:
    """A process that has the folder; killed at the end."""
    with subprocess.Popen([sys.executable, "-c", CHILD, str(folder), locks], stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child
        child.send_signal(signal.SIGKILL)


def left_by(folder: Path, holder: Holder, seconds_ago: float = 0.0) -> None:
    """A `who.json` whose last sign of life is some time ago."""
    (folder / WHO).write_text(json.dumps(holder.__dict__))
    now = (folder / WHO).stat().st_mtime
    os.utime(folder / WHO, (now - seconds_ago, now - seconds_ago))


def test_the_second_is_told_who_has_it_and_since_when(tmp_path: Path) -> None:
    first = hold(tmp_path)
    said = holder_of(tmp_path)
    assert said is not None
    assert (said.pid, said.runs_here, first.messages) == (os.getpid(), True, [])
    with pytest.raises(WorkspaceInUse) as told:
        hold(tmp_path)
    for part in (said.user, said.host, f"process {os.getpid()}", said.since[:10], "--read-only"):
        assert part in str(told.value)
    first.close()
    first.close()
    assert not (tmp_path / WHO).exists()
    with hold(tmp_path) as again:
        assert again.messages == []


@pytest.mark.parametrize("locks", ["with", "without"])
def test_a_killed_process_is_told_from_one_that_runs(
    tmp_path: Path, locks: str, request: pytest.FixtureRequest
) -> None:
    if locks == "without":
        request.getfixturevalue("no_locks")
    with held_by_another(tmp_path, locks) as child, pytest.raises(WorkspaceInUse, match=f"process {child.pid}"):
        hold(tmp_path)
    with hold(tmp_path) as mine:
        assert "and is gone: all that was marked is there" in mine.messages[0]
        assert f"process {child.pid}" in mine.messages[0]
        assert holder_of(tmp_path) == Holder.this() or holder_of(tmp_path) is not None
        assert len(mine.messages) == (1 if locks == "with" else 2)


def test_where_files_cannot_be_locked_one_sentence_says_so(tmp_path: Path, no_locks: None) -> None:
    assert not can_be_locked(tmp_path)
    with hold(tmp_path) as mine:
        assert mine.messages == [
            f"Files in {tmp_path} cannot be locked: only who.json there keeps two screens from writing at once."
        ]
        with pytest.raises(WorkspaceInUse):
            hold(tmp_path)


def test_a_number_that_another_process_has_now_is_gone(tmp_path: Path, no_locks: None) -> None:
    left_by(tmp_path, replace(Holder.this(), began="1"))
    with hold(tmp_path) as mine:
        assert "is gone" in mine.messages[0]
    left_by(tmp_path, replace(Holder.this(), boot="before"))
    with hold(tmp_path) as mine:
        assert "is gone" in mine.messages[0]


@pytest.mark.parametrize("locks", ["with", "without"])
def test_another_machine_counts_while_it_gives_signs_of_life(
    tmp_path: Path, locks: str, request: pytest.FixtureRequest
) -> None:
    if locks == "without":
        request.getfixturevalue("no_locks")
    elsewhere = replace(Holder.this(), host="node17")
    left_by(tmp_path, elsewhere, PATIENCE / 2)
    with pytest.raises(WorkspaceInUse, match="on node17"):  # a lock that is not seen from here
        hold(tmp_path)
    left_by(tmp_path, elsewhere, 2 * PATIENCE)
    with hold(tmp_path) as mine:
        assert "on node17" in mine.messages[0]
        assert "is gone" in mine.messages[0]


def test_a_lock_that_a_file_server_keeps_for_a_silent_machine_is_told_apart(tmp_path: Path) -> None:
    with (tmp_path / LOCK).open("a") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        left_by(tmp_path, replace(Holder.this(), host="node17"), 2 * PATIENCE)
        with pytest.raises(WorkspaceInUse, match="given no sign of life for a while: its file server"):
            hold(tmp_path)


def test_a_holder_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "BEAT", 0.01)
    mine = hold(tmp_path)
    os.utime(tmp_path / WHO, (0, 0))
    for _ in range(1000):
        if (tmp_path / WHO).stat().st_mtime > 0:
            break
        mine._ended.wait(0.01)
    assert (tmp_path / WHO).stat().st_mtime > 0
    mine.close()


def test_what_cannot_be_read_is_nobody(tmp_path: Path) -> None:
    for text in ("", "[]", '{"user": "ada"}', '{"pid": "x"}'):
        (tmp_path / WHO).write_text(text)
        assert holder_of(tmp_path) is None
        hold(tmp_path).close()
        (tmp_path / WHO).unlink(missing_ok=True)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="must be a folder that can be written"):
        hold(tmp_path / "none")
    assert sorted(tmp_path.iterdir()) == []
