"""Lines of a log that grows: all there, any at once, nothing that commands a terminal, however much there is."""

import random
import time
from pathlib import Path

import pytest

from annotat3d_tui.jobs.log_lines import LogLines, shown_text

HOSTILE = [
    b"\x1b]0;mine\x07title",
    b"\x1b]0;never ended",
    b"\x1b[2J\x1b[1;1Hhome",
    b"\x9b31mC1",
    b"\x1bPq#0\x1b\\sixel",
    b"\x1bc",
    b"\x1b[?1049h",
    b"a\x00b\x7f",
    "\u202eright to left".encode(),
    b"\xff\xfe\x80",
    b"\x1b",
    b"\x1b[",
    b"\x1b[31",
    b"\x0e\x0f",
]


@pytest.mark.parametrize("line", HOSTILE)
def test_nothing_in_a_line_commands_a_terminal(line: bytes) -> None:
    shown = shown_text(b"begin " + line)
    assert shown.startswith("begin ")
    assert all(letter.isprintable() for letter in shown), repr(shown)


def test_any_bytes_become_a_printable_line() -> None:
    chance = random.Random(0)
    for _ in range(300):
        shown = shown_text(chance.randbytes(chance.randrange(60)).replace(b"\n", b""))
        assert not any(letter < " " or "\x7f" <= letter <= "\x9f" for letter in shown)


def test_lines_are_those_of_the_file_however_it_is_cut_when_it_grows(tmp_path: Path) -> None:
    chance, path = random.Random(1), tmp_path / "log.txt"
    written = b"".join(b"%d " % i + b"x" * chance.randrange(50) + b"\n" for i in range(2000)) + b"unfinished"
    log, at = LogLines(path), 0
    assert (log.read(), log.count) == (False, 0), "there is no file yet"
    while at < len(written):
        step = chance.randrange(1, 3000)
        with path.open("ab") as file:
            file.write(written[at : at + step])
        at += step
        log.read()
        assert log.count == len(written[:at].splitlines())
    assert [log.raw(number) for number in range(log.count)] == written.split(b"\n")
    assert log.find("1999 X", 0, 1) == log.find("1999 x", 2000, -1) == 1999
    assert log.find("not there", 0, 1) is None
    path.write_bytes(b"anew\n")
    assert log.read()
    assert [log.text(number) for number in range(log.count)] == ["anew"]


def test_the_oldest_lines_are_let_go_when_there_are_too_many(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    log = LogLines(path, most=10_000)
    for begin in range(0, 5000, 100):
        with path.open("a") as file:
            file.write("".join(f"line {number}\n" for number in range(begin, begin + 100)))
        log.read()
        assert log.text(log.count - 1) == f"line {begin + 99}"
        assert log.text(0) == f"line {log.dropped}"
    assert log.count + log.dropped == 5000
    assert log.dropped > 3000


def test_ten_thousand_lines_a_second_are_read_in_a_small_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    log = LogLines(path)
    begun = time.process_time()
    for _ in range(50):  # ten seconds of five looks each
        with path.open("ab") as file:
            file.write(b"epoch 3 step 12345 loss 0.213 dice 0.914 and so on, about eighty letters in a line\n" * 2000)
        log.read()
        shown = [log.text(number) for number in range(log.count - 40, log.count)]
        assert len(shown) == 40
    assert time.process_time() - begun < 2.0, "CPU seconds of ten; 0.1 on the machine where this was written"
    assert log.count == 100_000
