"""What terminals answer is understood, and none of it is left on the screen."""

import fcntl
import os
import pty
import select
import struct
import termios
import threading
import time
from collections.abc import Iterator

import pyte
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.tui.terminal.probe import HALF_BLOCKS, Graphics, Terminal, asked_graphics, graphics_for, probe

XTERM = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
OK = b"\x1b_Gi=31;OK\x1b\\"


def named(name: str) -> bytes:
    return f"\x1bP>|{name}\x1b\\".encode()


TERMINALS = {
    "xterm": (named("XTerm(379)") + b"\x1b[6;17;8t\x1b[4;680;640t\x1b[?1;0;16S\x1b[?2;0;1000;1000S\x1b[?63;1;2;4;6;9c"),
    "xterm, no sixels": named("XTerm(379)") + b"\x1b[6;17;8t\x1b[?64;1;2;6;9;15;22c",
    "kitty": named("kitty(0.35.2)") + OK + b"\x1b[6;18;9t\x1b[4;720;720t\x1b[?62;52;c",
    "foot": named("foot(1.16.2)") + b"\x1b[6;19;10t\x1b[?1;0;1024S\x1b[?2;0;800;800S\x1b[?62;4;22;28;29c",
    "WezTerm": named("WezTerm 20240203-110809") + OK + b"\x1b[6;20;10t\x1b[?65;4;6;18;22;52c",
    "iTerm2": named("iTerm2 3.5.0") + b"\x1b[4;800;640t\x1b[?64;1;2;4;6;17;18;21;22c",
    "Konsole": named("Konsole 23.08.1") + OK + b"\x1b[4;800;640t\x1b[?62;1;4c",
    "Ghostty": named("ghostty 1.1.0") + OK + b"\x1b[6;20;10t\x1b[?62;22;52c",
    "tmux": named("tmux 3.5a") + b"\x1b[?62;4;22c",
    "mosh": b"\x1b[?62c",
}
EXPECTED = {
    "xterm": (HALF_BLOCKS, ("sixel",), (8, 17)),
    "xterm, no sixels": (HALF_BLOCKS, (), (8, 17)),
    "kitty": ("kitty", ("kitty",), (9, 18)),
    "foot": ("sixel", ("sixel",), (10, 19)),
    "WezTerm": ("sixel", ("sixel", "kitty"), (10, 20)),
    "iTerm2": ("sixel", ("sixel",), (8, 20)),
    "Konsole": ("kitty", ("kitty", "sixel"), (8, 20)),
    "Ghostty": ("kitty", ("kitty",), (10, 20)),
    "tmux": (HALF_BLOCKS, ("sixel",), None),
    "mosh": (HALF_BLOCKS, (), None),
}


class Fake:
    """A terminal of 80×40 cells that answers the last question after a while, and keeps what it was sent."""

    def __init__(self, answers: bytes, delay: float = 0.0) -> None:
        self.answers, self.delay, self.sent = answers, delay, b""
        self._near, self.far = pty.openpty()
        fcntl.ioctl(self.far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self._thread.start()

    def _live(self) -> None:
        answered = False
        while not self._end.is_set() or select.select([self._near], [], [], 0)[0]:
            if select.select([self._near], [], [], 0.02)[0]:
                self.sent += os.read(self._near, 4096)
            if self.answers and not answered and b"\x1b[c" in self.sent:
                answered = True
                self._end.wait(self.delay)
                os.write(self._near, self.answers)

    def leave(self) -> None:
        self._end.set()
        self._thread.join()
        os.close(self._near)
        os.close(self.far)


@pytest.fixture
def fakes() -> Iterator[list[Fake]]:
    made: list[Fake] = []
    yield made
    for fake in made:
        fake.leave()


@pytest.mark.parametrize("name", TERMINALS)
def test_what_each_terminal_can_draw(name: str, fakes: list[Fake]) -> None:
    fakes.append(Fake(TERMINALS[name]))
    found = probe(fakes[0].far, fakes[0].far, XTERM)
    assert (found.best, found.modes, found.cell) == EXPECTED[name]
    assert found.why
    assert found.colours == "truecolor"


def test_a_limit_of_sixels_is_known(fakes: list[Fake]) -> None:
    fakes.append(Fake(TERMINALS["xterm"]))
    graphics = probe(fakes[0].far, fakes[0].far, XTERM).graphics("sixel")
    assert graphics == Graphics("sixel", (8, 17), 16, (1000, 1000))


def test_a_line_of_one_second_is_no_missing_feature(fakes: list[Fake]) -> None:
    fakes.append(Fake(TERMINALS["kitty"], delay=1.0))
    over_ssh = probe(fakes[0].far, fakes[0].far, XTERM | {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"})
    assert (over_ssh.best, over_ssh.over_ssh) == ("kitty", True)


def test_a_silent_terminal_gets_half_blocks_in_time(fakes: list[Fake]) -> None:
    fakes.append(Fake(b""))
    begun = time.monotonic()
    found = probe(fakes[0].far, fakes[0].far, XTERM, patience=0.2)
    assert time.monotonic() - begun < 2
    assert found.best == HALF_BLOCKS
    assert "did not say" in found.why


@pytest.mark.parametrize("answers", [b"", TERMINALS["kitty"]])
def test_a_terminal_that_takes_questions_for_text_is_wiped(answers: bytes, fakes: list[Fake]) -> None:
    fakes.append(Fake(answers))
    os.write(fakes[0].far, b"$ annotat3d\r\n")
    probe(fakes[0].far, fakes[0].far, XTERM, patience=0.2)
    os.write(fakes[0].far, b"next")
    fakes[0].leave()
    sent = fakes.pop().sent.decode()
    screen = pyte.Screen(80, 40)  # it knows no APC, and prints it
    pyte.Stream(screen).feed(sent.replace("\x1b[>0q", "").replace("\x1b[16t", "").replace("\x1b[14t", ""))
    assert "Gi=31" in sent
    assert [line.rstrip() for line in screen.display if line.strip()] == ["$ annotat3d", "next"]


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"TERM": "tmux-256color"}, "tmux"),
        ({"TERM": "xterm-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, "tmux"),
        ({"TERM": "screen.xterm-256color"}, "screen"),
        ({"TERM": "xterm", "STY": "1.pts-0.host"}, "screen"),
        ({"TERM": "linux"}, "Linux"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "macOS"),
        ({}, "TERM"),
    ],
)
def test_some_are_not_asked(environment: dict[str, str], word: str, fakes: list[Fake]) -> None:
    fakes.append(Fake(TERMINALS["kitty"]))
    found = probe(fakes[0].far, fakes[0].far, environment)
    fakes[0].leave()
    assert fakes.pop().sent == b""
    assert found.best == HALF_BLOCKS
    assert word in found.why


def test_a_pipe_is_no_terminal() -> None:
    reads, writes = os.pipe()
    assert probe(reads, writes, XTERM).best == HALF_BLOCKS
    assert graphics_for("blocks") == Graphics()
    os.close(reads)
    os.close(writes)


def test_what_a_person_asks_for_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(best="kitty", modes=("kitty", "sixel"))
    modes = [terminal.graphics(asked).mode for asked in ("auto", "kitty", "sixel", "blocks")]
    assert modes == ["kitty", "kitty", "sixel", "half-blocks"]
    monkeypatch.setenv("ANNOTAT3D_GRAPHICS", "sixel")
    assert asked_graphics() == "sixel"
    with pytest.raises(InvalidParameter, match=r"ANNOTAT3D_GRAPHICS must be one of .*'ascii'"):
        asked_graphics({"ANNOTAT3D_GRAPHICS": "ascii"})
