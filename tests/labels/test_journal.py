"""The journal: whole lines are never lost, broken ones never believed, a full disk changes nothing."""

import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from annotat3d_tui.errors import CannotWrite, InvalidFile, ShapeMismatch
from annotat3d_tui.labels.journal import Journal
from tests.labels.full_disk import files_limited_to

SHAPE = (3, 4, 5)
ACTS: list[dict[str, Any]] = [
    {"do": "draw", "words": "brush 1 xy z=1 1,1 Größe", "voxels": "AAAA=="},
    {"do": "undo"},
    {"do": "show", "id": 7, "visible": False},
    {"do": "draw", "words": "two\nlines", "n": [1, 2, None]},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of ACTS."""
    path = tmp_path / "annotation.journal"
    journal, acts, messages = Journal.open(path, SHAPE)
    assert (acts, messages) == ([], [])
    for act in ACTS:
        journal.append(act)
    journal.close()
    journal.close()
    return path


def reopened(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    journal, acts, messages = Journal.open(path, SHAPE)
    journal.close()
    return acts, messages


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_acts_read_back_in_order(path: Path) -> None:
    assert reopened(path) == (ACTS, [])
    journal, _, _ = Journal.open(path, SHAPE)
    journal.append({"do": "redo"})
    journal.close()
    assert reopened(path) == ([*ACTS, {"do": "redo"}], [])


def test_a_line_is_a_checksum_and_json_that_can_be_read(path: Path) -> None:
    assert len(lines_of(path)) == 1 + len(ACTS)
    for line in lines_of(path):
        checksum, text = line.rstrip(b"\n").split(b" ", 1)
        assert int(checksum, 16) == zlib.crc32(text)
    assert "Größe" in path.read_text()


def test_an_act_is_in_the_file_when_append_returns(path: Path) -> None:
    journal, _, _ = Journal.open(path, SHAPE)
    before = path.stat().st_size
    journal.append({"do": "undo"})
    assert path.stat().st_size > before
    assert reopened(path)[0][-1] == {"do": "undo"}
    journal.sync()
    journal.close()


def test_cut_at_any_byte_all_whole_acts_are_kept(path: Path) -> None:
    content = path.read_bytes()
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        ends_whole = length > 0 and content[length : length + 1] == b"\n"  # only the end of the line is missing
        acts, messages = reopened(path)
        assert acts == ACTS[: max(whole - 1 + ends_whole, 0)], length
        torn = not ends_whole and content[:length] != b"" and content[length - 1 : length] != b"\n"
        assert [("cut short" in message) for message in messages] == [True] * torn, length
        assert reopened(path) == (acts, [])
    assert list(path.parent.iterdir()) == [path]


def test_changed_at_any_byte_what_stands_before_is_kept_and_the_rest_moved_aside(path: Path) -> None:
    content = path.read_bytes()
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0x40
        path.write_bytes(damaged)
        acts, messages = reopened(path)
        line = max(number for number, start in enumerate(starts) if start <= place)
        assert acts == ACTS[: max(line - 1, 0)], place
        last_end = place == len(content) - 1  # the last line has lost its end: torn, not damaged
        assert len(messages) == 1, place
        asides = [file for file in path.parent.iterdir() if file != path]
        if last_end:
            assert "cut short" in messages[0]
            assert asides == []
        else:
            assert f"damaged from line {line + 1} on" in messages[0], place
            assert asides[0].name in messages[0]
            assert asides[0].read_bytes() == damaged[starts[line] :]
            asides[0].unlink()
        assert reopened(path) == (acts, [])


def test_damaged_rests_do_not_replace_each_other(path: Path) -> None:
    for damage in (b"no line\n", b"nor this\n"):
        path.write_bytes(path.read_bytes() + damage)
        reopened(path)
    names = sorted(file.name for file in path.parent.iterdir())
    assert names == ["annotation.journal", "annotation.journal.damaged-1", "annotation.journal.damaged-2"]


def test_a_right_checksum_of_no_json_is_damage(path: Path) -> None:
    for text in (b"{", b"[1]"):
        path.write_bytes(path.read_bytes() + b"%08x %s\n" % (zlib.crc32(text), text))
        acts, messages = reopened(path)
        assert acts == ACTS
        assert "damaged from line 6" in messages[0]


def test_another_file_is_moved_aside_not_destroyed(tmp_path: Path) -> None:
    path = tmp_path / "thesis.txt"
    path.write_text("many years of work")
    assert reopened(path)[0] == []
    assert (tmp_path / "thesis.txt.damaged-1").read_text() == "many years of work"


def test_on_a_full_disk_the_journal_stays_as_it_was(path: Path) -> None:
    content = path.read_bytes()
    journal, _, _ = Journal.open(path, SHAPE)
    for room in range(30):
        with files_limited_to(len(content) + room), pytest.raises(CannotWrite, match="nothing was changed"):
            journal.append({"do": "draw", "words": "a line longer than there is room"})
        assert path.read_bytes() == content
    journal.append({"do": "undo"})
    journal.close()
    assert reopened(path) == ([*ACTS, {"do": "undo"}], [])


def test_no_room_for_a_new_journal(tmp_path: Path) -> None:
    with files_limited_to(10), pytest.raises(CannotWrite, match="writing it failed"):
        Journal.open(tmp_path / "new.journal", SHAPE)
    assert (tmp_path / "new.journal").read_bytes() == b""


def test_no_room_to_move_damage_aside(path: Path) -> None:
    damaged = path.read_bytes() + b"not a line at all\n"
    path.write_bytes(damaged)
    with files_limited_to(3), pytest.raises(CannotWrite, match="damaged-1"):
        Journal.open(path, SHAPE)
    assert path.read_bytes() == damaged


def test_refusals(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ShapeMismatch, match="must be of an image of 9×4×3, received one of 5×4×3"):
        Journal.open(path, (3, 4, 9))
    with pytest.raises(CannotWrite, match="Is a directory"):
        Journal.open(tmp_path, SHAPE)
    with pytest.raises(CannotWrite, match="No such file"):
        Journal.open(tmp_path / "no" / "journal", SHAPE)
    for text, message in (
        (b'{"journal": "annotat3d annotation journal", "version": 2}', "must be of version 1, received version 2"),
        (b'{"journal": "cooking"}', "must be an annotat3d annotation journal"),
    ):
        path.write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
        with pytest.raises(InvalidFile, match=message):
            Journal.open(path, SHAPE)


def test_a_journal_that_was_removed_says_so(path: Path) -> None:
    journal, _, _ = Journal.open(path, SHAPE)
    path.unlink()
    with pytest.raises(CannotWrite, match="it was removed"):
        journal.append({"do": "undo"})
    journal.close()


def test_opening_leaves_no_descriptor_behind(path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for shape in (SHAPE, (1, 1, 1)):
        try:
            Journal.open(path, shape)[0].close()
        except ShapeMismatch:
            continue
    assert len(os.listdir("/proc/self/fd")) == before
