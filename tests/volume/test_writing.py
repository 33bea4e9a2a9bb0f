"""A full disk, a folder that may not be written, an error or a stop leave what was there."""

import contextlib
import errno
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import Cancelled, CannotWrite, InvalidMarkers, OutputExists
from annotat3d_tui.volume.files import open_volume, save_labels, save_volume
from annotat3d_tui.volume.writing import check_free_space, check_output, written_aside


def test_the_file_appears_whole_and_alone(tmp_path):
    path = tmp_path / "report.json"
    with written_aside(path, overwrite=False) as aside:
        assert aside.parent == tmp_path
        assert aside.name.startswith(".report.json.")
        assert not path.exists()
        aside.write_text("{}")
    assert path.read_text() == "{}"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, Cancelled, InvalidMarkers("No marks: draw some."), ValueError])
def test_whatever_stops_the_writing_leaves_the_old_file(tmp_path, error):
    path = tmp_path / "report.json"
    path.write_text("old")

    def write() -> None:
        with written_aside(path, overwrite=True) as aside:
            aside.write_text("half")
            raise error

    with pytest.raises(error if isinstance(error, type) else type(error)):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "report.json"

    def write() -> None:
        with written_aside(path, overwrite=False) as aside:
            aside.write_text("new")
            path.write_text("somebody else's")

    with pytest.raises(OutputExists):
        write()
    assert path.read_text() == "somebody else's"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_follow_the_umask_and_then_the_old_file(tmp_path):
    path = tmp_path / "report.json"
    old_mask = os.umask(0o027)
    try:
        with written_aside(path, overwrite=False):
            pass
    finally:
        os.umask(old_mask)
    assert path.stat().st_mode & 0o777 == 0o640
    path.chmod(0o604)
    with written_aside(path, overwrite=True) as aside:
        aside.write_text("new")
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("disk/real.txt")
    with written_aside(tmp_path / "link.txt", overwrite=True) as aside:
        aside.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "disk" / "real.txt").read_text() == "new"


def test_the_longest_name_that_a_folder_takes_can_be_written(tmp_path):
    for name in ("é" * 127, "n" * 255):
        with written_aside(tmp_path / name, overwrite=False) as aside:
            aside.write_text("new")
        assert (tmp_path / name).read_text() == "new"


def test_outputs_that_cannot_be_are_refused_before_work(tmp_path):
    (tmp_path / "there.tif").touch()
    with pytest.raises(OutputExists, match=r"there\.tif exists: give --overwrite to replace it, or another name"):
        check_output(tmp_path / "there.tif", overwrite=False)
    with pytest.raises(CannotWrite, match="must be a file to write, received a folder: give a file name in it"):
        check_output(tmp_path, overwrite=True)
    with pytest.raises(CannotWrite, match=r"there is no folder .*/absent: create it or give another"):
        check_output(tmp_path / "absent" / "label.tif", overwrite=False)
    with pytest.raises(CannotWrite, match="there is no folder"):
        check_output(tmp_path / "there.tif" / "label.tif", overwrite=False)
    with pytest.raises(CannotWrite, match=r"label\.tif cannot be written \(File name too long\)"):
        check_output(tmp_path / ("n" * 300 + "label.tif"), overwrite=False)
    with pytest.raises(CannotWrite, match=r"label\.tif needs .* TB and .* free"):
        check_free_space(tmp_path / "label.tif", 2**60)
    check_output(tmp_path / "there.tif", overwrite=True)
    check_free_space(tmp_path / "label.tif", 1)


@contextlib.contextmanager
def _small_disk() -> Iterator[Path]:
    """A folder that takes 1 MB: a file system of that size, or else a limit on the size of a file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", name], capture_output=True)
        if mount.returncode == 0:
            try:
                yield folder
            finally:
                subprocess.run(["umount", name], check=True)
            return
        with _small_files():
            yield folder


@contextlib.contextmanager
def _small_files() -> Iterator[None]:
    """No file may be larger than 1 MB; Python ignores the signal, so that writing fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", ["label.tif", "label.npy", "label_100x150x200_8bit.raw", "packed.tif"])
@pytest.mark.parametrize("limit", ["disk", "file size"])
def test_a_full_disk_is_one_sentence_and_keeps_the_old_file(monkeypatch, name, limit):
    """The check of the free space beforehand is taken away: another program may fill the disk meanwhile."""
    monkeypatch.setattr("annotat3d_tui.volume.files.check_free_space", lambda *_: None)
    noise = np.random.default_rng(0).integers(0, 255, (200, 150, 100), np.uint8)
    with contextlib.ExitStack() as stack:
        if limit == "disk":
            folder = stack.enter_context(_small_disk())
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / name
        path.write_bytes(b"old")
        if limit == "file size":
            stack.enter_context(_small_files())
        with pytest.raises(CannotWrite, match=r"(free: free space there|ulimit -f)") as refused:
            (save_labels if "packed" in name else save_volume)(path, noise, overwrite=True)
        assert str(refused.value).startswith(str(path))
        assert path.read_bytes() == b"old"
        assert list(folder.iterdir()) == [path]


def test_a_small_disk_is_seen_beforehand():
    with _small_disk() as folder, pytest.raises(CannotWrite):
        save_volume(folder / "image.npy", np.zeros((200, 150, 100), np.uint8))


AS_NOBODY = """
import os, sys
from pathlib import Path
import numpy as np
from annotat3d_tui.errors import CannotWrite, InvalidFile
from annotat3d_tui.volume import npy
from annotat3d_tui.volume.files import open_volume, save_volume
from annotat3d_tui.volume.writing import check_output, written_aside
if os.geteuid() == 0:
    os.setuid(65534)
for act in (
    lambda path: check_output(path, False),
    lambda path: save_volume(path, np.zeros((2, 3, 4), np.uint8)),
    lambda path: written_aside(path, True).__enter__(),
    lambda path: open_volume(path.with_name("private.npy")),
):
    try:
        act(Path(sys.argv[1]))
    except (CannotWrite, InvalidFile) as error:
        print(error)
"""


def test_folders_and_files_that_are_not_ours_are_named():
    """In a process of its own without root's rights, to whom all is open."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name, "private.npy").write_bytes(b"x")
        Path(name, "private.npy").chmod(0)
        Path(name).chmod(0o555)
        ran = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, f"{name}/label.npy"], capture_output=True, text=True, check=True
        )
        sentence = (
            f"{name}/label.npy cannot be written, the folder {name} may not be written by you: give another folder."
        )
        private = f"{name}/private.npy may not be read by you: ask its owner for permission, or copy it."
        assert ran.stdout.splitlines() == [sentence] * 3 + [private]
        assert os.listdir(name) == ["private.npy"]


def test_a_refusal_by_the_system_while_writing_is_one_sentence(tmp_path):
    for number, sentence in (
        (errno.EROFS, "may not be written by you"),
        (errno.EDQUOT, "ran out of space"),
        (errno.EIO, r"cannot be written \(Input/output error\)"),
    ):
        with pytest.raises(CannotWrite, match=sentence), written_aside(tmp_path / "a.txt", overwrite=False):
            raise OSError(number, os.strerror(number))
    assert not list(tmp_path.iterdir())


def test_saving_over_its_own_source_is_safe(tmp_path):
    path = save_volume(tmp_path / "image.tif", np.arange(385, dtype=np.uint16).reshape(5, 7, 11))
    save_volume(path, open_volume(path).data, overwrite=True)
    np.testing.assert_array_equal(open_volume(path).data.ravel(), np.arange(385))
