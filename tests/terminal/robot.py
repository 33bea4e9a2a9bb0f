"""A person at a terminal: presses keys, drags the mouse, reads the screen. The program runs in a real pty."""

import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pexpect
import pyte

KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "shift+right": "\x1b[1;2C", "shift+left": "\x1b[1;2D", "shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B",
    "ctrl+s": "\x13", "ctrl+q": "\x11", "ctrl+p": "\x10", "ctrl+z": "\x1a", "ctrl+y": "\x19", "ctrl+t": "\x14",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f7": "\x1b[18~", "f8": "\x1b[19~",
}  # fmt: skip
NOT_FOR_PYTE = re.compile(
    r"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*t|\x1bP[^\x1b]*\x1b\\|\x1b_[^\x1b]*\x1b\\"
)
UNFINISHED = re.compile(r"\x1b(?:\[[<>=?]?[0-9;:]*\$?)?$|\x1b[P_][^\x1b]*\x1b?$")
QUESTION, ANSWER = "\x1b[c", "\x1b[?62;22c"
"""What can the terminal do; it has colours, and no pictures."""
PROGRAM = (sys.executable, "-m", "annotat3d_tui")
PATIENCE = 90.0


class Screen(pyte.Screen):
    """One that bears a sequence of colours that was cut by a kill, and that the next words of the shell end.

    To a terminal a sequence with more numbers than it knows, or with others, means nothing.
    """

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows)
        for name in set(pyte.Stream.csi.values()):
            setattr(self, name, _bearing(getattr(self, name)))


def _bearing(act: Callable[..., None]) -> Callable[..., None]:
    def bear(*numbers: int, **how: bool) -> None:
        with contextlib.suppress(TypeError, ValueError, UnboundLocalError):
            act(*numbers, **how)

    return bear


class Robot:
    """The program in a pty of `columns` × `rows`, seen by an emulated terminal.

    raw: every byte that the program has sent. answer: of the terminal to the question what it can do. command: what is
    run, before its arguments.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        answer: str = ANSWER,
        command: tuple[str, ...] = PROGRAM,
    ) -> None:
        own = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        surroundings = own | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | dict(environment or {})
        self.process = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            dimensions=(rows, columns),
            env=surroundings,
            timeout=PATIENCE,
            encoding="utf-8",
            codec_errors="replace",  # a multiplexer that ends cuts what it was writing
        )
        self.screen = Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.raw = ""
        self._answer = answer
        self._pending = ""
        self._ended = False

    def __enter__(self) -> "Robot":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.isalive():
            self.kill()
        self.process.close()

    @property
    def text(self) -> str:
        """The screen as it is now."""
        return "\n".join(self.screen.display)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Read the screen until the condition holds; fails, showing the screen, when patience ends."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited for {what}:\n{self.text}"
            assert not self._ended, f"ended while waiting for {what}:\n{self.text}"
            self._read()

    def wait_text(self, *words: str) -> None:
        """Wait until all these words are on the screen."""
        self.wait(lambda: all(word in self.text for word in words), f"{words} to be seen")

    def wait_gone(self, word: str) -> None:
        """Wait until a word is no longer on the screen."""
        self.wait(lambda: word not in self.text, f"{word!r} to vanish")

    def press(self, *keys: str) -> None:
        """Press keys, by name or as they are typed."""
        for key in keys:
            self.process.send(KEYS.get(key, key))
            self._read(0.02)

    def drag(self, *places: tuple[int, int], button: int = 0) -> None:
        """Press a mouse button at the first place (column, row from 0), move through the others, let go (SGR)."""
        for moved, (column, row) in enumerate(places):
            self.process.send(f"\x1b[<{button + 32 * bool(moved)};{column + 1};{row + 1}M")
            self._read(0.02)
        column, row = places[-1]
        self.process.send(f"\x1b[<{button};{column + 1};{row + 1}m")

    def colours_at(self, column: int, row: int) -> tuple[str, str]:
        """Colours (upper half, lower half) of a cell, as hexadecimal digits."""
        cell = self.screen.buffer[row][column]
        return cell.fg, cell.bg

    def find(self, word: str) -> tuple[int, int]:
        """(column, row) of the first place of a word on the screen."""
        for row, line in enumerate(self.screen.display):
            if word in line:
                return line.index(word), row
        raise AssertionError(f"no {word!r} on the screen:\n{self.text}")

    def resize(self, columns: int, rows: int) -> None:
        """Make the window larger or smaller."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def kill(self) -> None:
        """kill -9: the program has no chance to save anything."""
        os.killpg(os.getpgid(self.process.pid), signal.SIGKILL)
        self.process.wait()

    def wait_end(self) -> int:
        """Wait until the program has ended, and return its exit code."""
        end = time.monotonic() + PATIENCE
        while not self._ended:
            assert time.monotonic() < end, f"waited for the end:\n{self.text}"
            self._read()
        self.process.wait()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -self.process.signalstatus)

    def _read(self, timeout: float = 0.2) -> None:
        try:
            data = self.process.read_nonblocking(65536, timeout)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            self._ended = True
            return
        if QUESTION in (self.raw[1 - len(QUESTION) :] if self.raw else "") + data:
            self.process.send(self._answer)
        self.raw += data
        data = self._pending + data
        tail = UNFINISHED.search(data)
        self._pending = data[tail.start() :] if tail else ""
        self.stream.feed(NOT_FOR_PYTE.sub("", data[: tail.start()] if tail else data))


def workspace_folder(image: Path) -> Path:
    """Where the program keeps the workspace of an image in a folder that can be written."""
    return image.with_suffix(".annotat3d")
