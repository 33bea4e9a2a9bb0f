"""A mapped file that becomes shorter: zeros and a sentence, never the end of the process."""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotat3d_tui.blocks import in_threads
from annotat3d_tui.cache import FolderCache
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.mapped import files
from annotat3d_tui.mapped.files import check_intact, check_mapped, guarded, intact, is_lost, lost, reading
from annotat3d_tui.volume.files import open_volume, save_volume

PAGE = os.sysconf("SC_PAGE_SIZE")
SAID = "must stay as it is while it is in use"


def mapped(path: Path, pages: int = 8, offset: int = 100) -> np.memmap[Any, Any]:
    """A file of ones, mapped from `offset` on."""
    path.write_bytes(bytes([1]) * pages * PAGE)
    return guarded(np.memmap(path, np.uint8, "r", offset), path)


def test_lost_pages_are_zeros_and_are_told(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw")
    other = mapped(tmp_path / "other.raw")
    view = array[PAGE : 7 * PAGE]
    check_mapped(view)
    os.truncate(tmp_path / "image.raw", 2 * PAGE)
    assert array.sum() == 2 * PAGE - 100
    with pytest.raises(InvalidFile, match=f"image.raw {SAID}"):
        check_mapped(view)
    check_mapped(other)
    assert other.sum() == 8 * PAGE - 100
    with pytest.raises(InvalidFile, match=SAID):
        check_intact()
    check_intact()  # once
    with pytest.raises(InvalidFile, match=SAID):
        check_mapped(array)  # always


@pytest.fixture
def many_open() -> Iterator[int]:
    """Let this process have so many files open."""
    count, (soft, hard) = 2000, resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < count:
        pytest.skip("each map holds its file open, and so many may not be")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    yield count
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_thousands_of_maps_are_watched_and_their_slots_are_used_again(tmp_path: Path, many_open: int) -> None:
    count, path, taken = many_open - 500, tmp_path / "image.raw", len(files._maps)
    path.write_bytes(bytes([1]) * 2 * PAGE)
    highest = []
    for _ in range(2):
        arrays = [guarded(np.memmap(path, np.uint8, "r"), path) for _ in range(count)]
        assert len(files._maps) == taken + count
        highest.append(max(files._maps))
        last = mapped(tmp_path / "last.raw")
        os.truncate(tmp_path / "last.raw", PAGE)
        assert last.sum() == PAGE - 100
        with pytest.raises(InvalidFile, match=f"last.raw {SAID}"):
            check_mapped(last)
        check_mapped(arrays[-1])
        del arrays, last
    assert len(files._maps) == taken
    assert highest[1] <= highest[0] + 1


def test_a_file_that_is_longer_again_stays_lost(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw")
    os.truncate(tmp_path / "image.raw", 0)
    assert not array[-1]
    (tmp_path / "image.raw").write_bytes(bytes([1]) * 8 * PAGE)
    with pytest.raises(InvalidFile, match=SAID):
        check_mapped(array)


def test_it_is_known_before_anything_is_touched(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw")
    os.truncate(tmp_path / "image.raw", 8 * PAGE - 1)
    with pytest.raises(InvalidFile, match=SAID):
        check_mapped(array)


def test_what_can_still_be_read_is_told_from_what_cannot(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw")  # its first voxel is byte 100 of the file
    assert not is_lost(array)
    os.truncate(tmp_path / "image.raw", 3 * PAGE + 110)
    assert is_lost(array)
    assert not is_lost(array[3 * PAGE + 9 : 3 * PAGE + 10])
    assert is_lost(array[3 * PAGE + 10 : 3 * PAGE + 11])  # in a page that is there, as zeros
    assert is_lost(array[-1:])
    assert not array[6 * PAGE]
    assert not array[5 * PAGE]
    (tmp_path / "image.raw").write_bytes(bytes([1]) * 8 * PAGE)
    assert is_lost(array[5 * PAGE : 5 * PAGE + 1])  # its page stays zeros
    assert is_lost(array[-1:])
    assert not is_lost(array[4 * PAGE : 4 * PAGE + 1])
    assert not is_lost(np.ones(3))


def test_one_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw")
    os.truncate(tmp_path / "image.raw", 0)
    assert len(lost()) == 1
    del array
    assert lost() == set()
    assert mapped(tmp_path / "image.raw")[-1] == 1


def test_replaced_by_another_file_it_stays_whole(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw")
    (tmp_path / "new").write_bytes(b"")
    os.replace(tmp_path / "new", tmp_path / "image.raw")
    check_mapped(array)
    assert array.sum() == 8 * PAGE - 100


def test_threads_that_read_end_with_the_sentence(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw", 64)
    read = threading.Event()

    def read_pages(page: int) -> None:
        if page == 3:
            os.truncate(tmp_path / "image.raw", PAGE)
            read.set()
        read.wait()
        assert array[page * PAGE :].sum() >= 0

    with pytest.raises(InvalidFile, match=SAID):
        in_threads(read_pages, range(64), 4)
    in_threads(int, range(3), 2)  # what has nothing to do with it goes on


def test_who_computes_with_it_is_told_in_the_place_of_another_error(tmp_path: Path) -> None:
    array = mapped(tmp_path / "image.raw")

    @reading
    def mean_of(image: np.ndarray, cut: bool) -> float:
        if cut:
            os.truncate(tmp_path / "image.raw", 0)
        if not image[-1]:
            raise ZeroDivisionError
        return float(image.mean())

    assert mean_of(array, cut=False) == 1
    with pytest.raises(InvalidFile, match=SAID):
        mean_of(array, cut=True)
    with pytest.raises(InvalidFile, match=SAID), intact():
        raise ZeroDivisionError


def test_nothing_is_saved_or_kept_that_was_made_from_it(tmp_path: Path) -> None:
    np.save(tmp_path / "image.npy", np.ones((16, 64, 64), np.uint16))
    image = open_volume(tmp_path / "image.npy").data
    cache = FolderCache(tmp_path / "cache")
    cache.put("whole", image)
    os.truncate(tmp_path / "image.npy", 200)
    cache.put("lost", image)
    with pytest.raises(InvalidFile, match=f"image.npy {SAID}"):
        save_volume(tmp_path / "copy.npy", image)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "image.npy"]
    assert cache.get("lost") is None
    assert cache.get("whole") is not None


def test_the_signal_of_others_is_left_to_them(tmp_path: Path) -> None:
    code = (
        "import os, sys\nimport numpy as np\nfrom pathlib import Path\n"
        "from annotat3d_tui.mapped.files import guarded\n"
        "path = Path(sys.argv[1])\npath.write_bytes(bytes(100000))\n"
        "ours = guarded(np.memmap(path, np.uint8, 'r'), path)\ntheirs = np.memmap(path, np.uint8, 'r')\n"
        "os.truncate(path, 0)\nprint(ours.sum(), flush=True)\nprint(theirs.sum())"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "f")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (-signal.SIGBUS, "0\n")
