"""A terminal at the end of a line, fast or slow: it sends keys, and notes when which frame of the program is there."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FRAME_BEGINS, FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"
ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c"}
"""What the program asks and a terminal answers: are frames shown whole; where is the cursor; what can it do."""
ASKED = re.compile(b"|".join(re.escape(query) for query in ANSWERS))
LONGEST_QUERY = max(len(query) for query in ANSWERS)
CELL = "▀".encode()
PICTURE_CELLS = 200
"""A frame of so many half-blocks shows another slice."""
PATIENCE = 120.0
CHUNK = 4096


@dataclass(frozen=True)
class Line:
    """bytes_a_second: None for no limit; delay: seconds each way; window: bytes under way that the far end takes.

    The window is that of sshd, which takes what a program writes long before it is sent.
    """

    bytes_a_second: float | None = None
    delay: float = 0.0
    window: int = 2 << 20


@dataclass(frozen=True)
class Frame:
    """What the program has sent at once: when it was there whole, its bytes, how many half-blocks are in it."""

    at: float
    size: int
    cells: int

    @property
    def is_picture(self) -> bool:
        """Whether it shows another slice, not only the cursor or a number."""
        return self.cells >= PICTURE_CELLS


class Terminal:
    """The program `annotat3d` with these arguments in a pty of columns × rows cells, at the far end of a line.

    frames: those that have arrived; received: bytes that have; cells: half-blocks in them; text: the last of them.
    """

    def __init__(self, *arguments: str, columns: int = 120, rows: int = 40, line: Line | None = None) -> None:
        self.line = line or Line()
        self.frames: list[Frame] = []
        self.received = self.cells = 0
        self.text = b""
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._keys: deque[tuple[float, bytes]] = deque()
        self._waiting = 0
        self._line_free = 0.0
        self._frame = self._unasked = b""
        surroundings = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)  # as a person has it: what was started once stays compiled
        self.began = time.monotonic()
        self.pid, self._pty = pty.fork()
        if not self.pid:
            os.execvpe(sys.executable, [sys.executable, "-m", "annotat3d_tui", *arguments], surroundings)
        fcntl.ioctl(self._pty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._pty)

    @property
    def cpu_seconds(self) -> float:
        """Of the program so far, all its threads, not those of its children."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def screen_seconds(self) -> float:
        """Seconds of processor that the thread of the screen has taken so far."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) / 1e9

    def press(self, keys: str) -> float:
        """Type keys; returns when."""
        now = time.monotonic()
        self._keys.append((now + self.line.delay, keys.encode()))
        self._send_keys()
        return now

    def wait(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Let the line work until the condition holds."""
        end = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < end, f"waited for {what}; last received: {self.text[-2000:]!r}"
            self.work(0.2)

    def wait_slice(self) -> None:
        """Wait until the first slice is seen."""
        self.wait(lambda: self.cells >= PICTURE_CELLS, "the first slice")

    def rest(self, seconds: float) -> None:
        """Let the line work for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.work(left)

    def settle(self, seconds: float = 0.5) -> None:
        """Let the line work until nothing has come for so long."""
        before = -1
        while before != self.received or self._under_way:
            before = self.received
            self.rest(seconds)

    def work(self, timeout: float) -> None:
        """Take what the program writes, deliver what is due, for at most so long."""
        now = time.monotonic()
        due = [queue[0][0] - now for queue in (self._under_way, self._keys) if queue]
        reads = [self._pty] if self._waiting < self.line.window else []
        if select.select(reads, [], [], max(min([timeout, *due]), 0.0))[0]:
            self._take(os.read(self._pty, 65536))
        self._send_keys()
        while self._under_way and self._under_way[0][0] <= time.monotonic():
            self._arrive(self._under_way.popleft()[1])

    def _take(self, data: bytes) -> None:
        now = time.monotonic()
        if self.line.bytes_a_second is None:
            self._waiting += len(data)
            self._under_way.append((now + self.line.delay, data))
            return
        for begin in range(0, len(data), CHUNK):
            chunk = data[begin : begin + CHUNK]
            self._line_free = max(self._line_free, now) + len(chunk) / self.line.bytes_a_second
            self._waiting += len(chunk)
            self._under_way.append((self._line_free + self.line.delay, chunk))

    def _send_keys(self) -> None:
        while self._keys and self._keys[0][0] <= time.monotonic():
            os.write(self._pty, self._keys.popleft()[1])

    def _arrive(self, data: bytes) -> None:
        now = time.monotonic()
        self._waiting -= len(data)
        self.received += len(data)
        self.cells += data.count(CELL)
        self._unasked += data
        for query in ASKED.finditer(self._unasked):
            self._keys.append((now + self.line.delay, ANSWERS[query[0]]))
        self._unasked = ASKED.split(self._unasked)[-1][1 - LONGEST_QUERY :]
        self._send_keys()
        self.text = (self.text + data)[-200_000:]
        self._frame += data
        while (end := self._frame.find(FRAME_ENDS)) >= 0:
            whole, self._frame = self._frame[:end], self._frame[end + len(FRAME_ENDS) :]
            body = whole.rpartition(FRAME_BEGINS)[2]
            self.frames.append(Frame(now, len(body), body.count(CELL)))
