"""The folder that keeps everything: made, opened again, moved, locked, remembered."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from annotat3d_tui import workspace as ws
from annotat3d_tui.errors import CannotWrite, InvalidFile, MissingFile, OutputExists, WorkspaceInUse
from annotat3d_tui.places import data_home
from annotat3d_tui.volume.disk import fingerprint_of
from annotat3d_tui.volume.raw import RawProperties


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "scan.raw"
    path.parent.mkdir()
    path.write_bytes(bytes(range(256)) * 700)
    return path


def test_open_gives_what_create_kept(image: Path, tmp_path: Path) -> None:
    raw = RawProperties(shape=(7, 160, 160), dtype="uint8", byte_order="big", offset=3)
    made = ws.create(tmp_path / "w", image, raw)
    assert ws.open_workspace(tmp_path / "w") == made
    assert (made.image, made.raw) == (image, raw)
    assert made.image_changed() == ""


def test_the_default_place_is_beside_the_image(image: Path) -> None:
    made = ws.workspace_of(image)
    assert made.folder == image.with_suffix(".annotat3d")
    assert made.name == "scan"
    assert ws.workspace_of(image) == made


@contextmanager
def not_root() -> Iterator[None]:
    """Work as nobody where the tests run as root, who may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def foreign() -> Iterator[Path]:
    """An image in a folder that is not ours to write."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "scan.raw"
        image.write_bytes(b"0123456789" * 10)
        Path(folder).chmod(0o555)
        yield image
        Path(folder).chmod(0o755)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder that anybody may write."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        monkeypatch.setenv("XDG_DATA_HOME", folder)
        yield Path(folder)


def test_an_image_in_a_folder_that_cannot_be_written_gets_a_place_at_home(foreign: Path, home: Path) -> None:
    with not_root():
        made = ws.workspace_of(foreign)
        assert made.folder.parent == data_home() == home / "annotat3d"
        assert ws.workspace_of(foreign) == made
        with made.lock():
            made.journal.touch()


def test_a_workspace_of_somebody_else_beside_the_image_is_left_alone(foreign: Path, home: Path) -> None:
    foreign.parent.chmod(0o755)
    theirs = ws.workspace_of(foreign)
    foreign.parent.chmod(0o555)
    for mode in (0o555, 0o000):  # open for reading, or closed to us
        theirs.folder.chmod(mode)
        with not_root():
            assert ws.default_folder(foreign).parent == home / "annotat3d"
    theirs.folder.chmod(0o755)


def test_where_files_cannot_be_locked_the_place_is_at_home(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ws.create(image.parent / "w", image)
    before = sorted(image.parent.iterdir())

    def no_locks(file: object, operation: int) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr("fcntl.flock", no_locks)
    assert ws.default_folder(image).parent == data_home()
    assert sorted(image.parent.iterdir()) == before
    made.lock().close()


def test_images_of_one_name_and_two_suffixes_have_two_workspaces(image: Path) -> None:
    other = image.with_suffix(".npy")
    other.write_bytes(b"another image")
    assert ws.workspace_of(image).folder.name == "scan.annotat3d"
    assert ws.workspace_of(other).folder.name == "scan.npy.annotat3d"
    assert ws.workspace_of(other).image == other
    assert ws.workspace_of(image).image == image


def test_a_folder_with_other_things_is_no_place_for_a_workspace(image: Path) -> None:
    thesis = image.parent / "scan.annotat3d" / "label.tif"
    thesis.parent.mkdir()
    thesis.write_text("mine")
    with pytest.raises(OutputExists, match="new or empty folder, it holds label.tif"):
        ws.create(thesis.parent, image)
    assert ws.workspace_of(image).folder.name == "scan.raw.annotat3d"
    assert thesis.read_text() == "mine"


def test_an_image_that_was_moved_is_said_by_opening_it_in_the_workspace(image: Path, tmp_path: Path) -> None:
    made = ws.create(tmp_path / "w", image)
    moved = tmp_path / "moved.raw"
    image.rename(moved)
    with pytest.raises(MissingFile, match=r"say where it is now with annotat3d open IMAGE --workspace .*w\."):
        ws.open_workspace(made.folder)
    assert ws.workspace_of(moved, folder=made.folder).image == moved
    assert ws.open_workspace(made.folder).image == moved


def test_raw_properties_can_be_corrected_until_there_are_marks(image: Path) -> None:
    wrong, right = RawProperties(dtype="int16"), RawProperties(dtype="uint16", shape=(7, 8, 9))
    made = ws.workspace_of(image, wrong)
    made.journal.write_text("header\n")
    made.label.write_text("made of the wrong reading")
    assert ws.workspace_of(image, wrong).label.exists()
    assert ws.workspace_of(image, right).raw == right
    assert not made.journal.exists()
    assert not made.label.exists()
    assert ws.workspace_of(image).raw == right
    made.journal.write_text("header\nan act\n")
    with pytest.raises(InvalidFile, match="holds marks made with other RAW properties"):
        ws.workspace_of(image, wrong)
    assert ws.workspace_of(image, right).raw == right


def test_a_moved_folder_finds_its_image_beside_it(image: Path, tmp_path: Path) -> None:
    ws.workspace_of(image)
    moved = tmp_path / "elsewhere"
    shutil.move(image.parent, moved)
    assert ws.open_workspace(moved / "scan.annotat3d").image == moved / "scan.raw"


def test_refusals(image: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="is no workspace"):
        ws.open_workspace(tmp_path)
    with pytest.raises(MissingFile, match="is not there"):
        ws.create(tmp_path / "w", tmp_path / "gone.tif")
    made = ws.create(tmp_path / "w", image)
    with pytest.raises(OutputExists):
        ws.create(tmp_path / "w", image)
    other = image.with_name("other.raw")
    other.write_bytes(b"123")
    with pytest.raises(InvalidFile, match="is about"):
        ws.workspace_of(other, folder=made.folder)
    with pytest.raises(CannotWrite, match="must be a folder"):
        ws.create(other / "inside", image)
    image.unlink()
    with pytest.raises(MissingFile, match="put it back"):
        ws.open_workspace(made.folder)


def test_a_later_version_or_a_damaged_manifest_is_refused(image: Path, tmp_path: Path) -> None:
    made = ws.create(tmp_path / "w", image)
    manifest = made.folder / ws.MANIFEST
    whole = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(whole | {"version": 99}))
    with pytest.raises(InvalidFile, match="version 1, received 99"):
        ws.open_workspace(made.folder)
    for damaged in ("{", "7", "{}", json.dumps(whole | {"raw": {"colour": 1}}), json.dumps(whole | {"fingerprint": 7})):
        manifest.write_text(damaged)
        with pytest.raises(InvalidFile, match=r"workspace.json (cannot be read|must say version)"):
            ws.open_workspace(made.folder)


def test_a_damaged_workspace_beside_the_image_is_said_not_replaced_by_a_new_one(image: Path) -> None:
    (ws.workspace_of(image).folder / ws.MANIFEST).write_text("{")
    with pytest.raises(InvalidFile, match="cannot be read"):
        ws.workspace_of(image)


def test_images_that_cannot_be_read(image: Path) -> None:
    with pytest.raises(InvalidFile, match="a folder with a slice in each of its files"):
        fingerprint_of(image.parent)
    with pytest.raises(MissingFile, match="is not there"):
        ws.workspace_of(image / "inside")


def test_another_image_under_the_same_name_is_noticed(image: Path) -> None:
    made = ws.workspace_of(image)
    image.write_bytes(image.read_bytes()[::-1])
    assert "has changed" in made.image_changed()


def test_the_lock_keeps_a_second_one_out_until_it_is_closed(image: Path) -> None:
    made = ws.workspace_of(image)
    first = made.lock()
    with pytest.raises(WorkspaceInUse, match=f"process {os.getpid()}"):
        made.lock()
    first.close()
    made.lock().close()


def test_the_lock_goes_with_a_killed_process(image: Path) -> None:
    made = ws.workspace_of(image)
    code = (
        "import sys\nfrom pathlib import Path\nfrom annotat3d_tui.workspace import open_workspace\n"
        f"held = open_workspace(Path({str(made.folder)!r})).lock()\nprint('held', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceInUse, match=f"process {child.pid}"):
            made.lock()
        child.send_signal(signal.SIGKILL)
        child.wait()
    made.lock().close()


def test_recent_workspaces_come_latest_first_and_only_while_they_are_there(image: Path, tmp_path: Path) -> None:
    first, second = (ws.create(tmp_path / name, image) for name in ("a", "b"))
    for one in (first, second, first):
        ws.remember(one.folder)
    assert ws.recent() == [first.folder, second.folder]
    shutil.rmtree(first.folder)
    assert ws.recent() == [second.folder]
    for damaged in ("[", "7", "[7]", "null"):
        next(Path(os.environ["XDG_STATE_HOME"]).rglob("recent.json")).write_text(damaged)
        assert ws.recent() == []
    ws.remember(second.folder)
    assert ws.recent() == [second.folder]


def test_read_only_makes_and_writes_nothing(image: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="is no workspace"):
        ws.workspace_of(image, read_only=True)
    made = ws.workspace_of(image)
    moved = tmp_path / "elsewhere.raw"
    shutil.copy(image, moved)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in made.folder.iterdir()}
    assert ws.workspace_of(moved, folder=made.folder, read_only=True).image == moved
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in made.folder.iterdir()} == before
