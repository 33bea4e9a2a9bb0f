"""The lines of a log that grows, kept in memory: any of them at once, found by what they hold."""

import re
import threading
from array import array
from pathlib import Path

import numpy as np

from annotat3d_tui.jobs.log import Tail

MOST = 64 << 20
"""Bytes kept; when there are more, the oldest eighth is let go, and is in the file alone."""
PIECE = 1 << 20
LONGEST = 1 << 20
"""Bytes of one line that are looked at, counted from its end."""
COMMANDS = re.compile(
    "\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\|$)|[PX^_].*?(?:\x1b\\\\|$)|[ -/]*[0-~])|\b"
)
"""What colours, moves, names, asks: of a terminal."""
NOT_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class LogLines:
    """Lines by number from 0; one thread reads, others may look at them meanwhile.

    dropped: lines let go so far, by which all numbers have become smaller.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._tail, self._most = Tail(path), most
        self._lock = threading.Lock()
        self._forget()
        self.dropped = 0

    def read(self) -> bool:
        """Take what is new, at most a few megabytes; whether there was something."""
        anew = False
        for _ in range(8):
            text = self._tail.read(PIECE)
            if not text:
                return anew
            with self._lock:
                if self._tail.at == len(text) and self._text:  # the file was begun anew
                    self._forget()
                self._take(text)
            anew = True
        return anew

    @property
    def count(self) -> int:
        """How many lines there are, one that is being written among them."""
        return len(self._starts) - (self._starts[-1] == self._end)

    def raw(self, number: int) -> bytes:
        """The end of a line as it is in the file; of one with a progress bar all its states."""
        with self._lock:
            begin = self._starts[number]
            end = self._starts[number + 1] - 1 if number + 1 < len(self._starts) else self._end
            base = self._end - len(self._text)
            return bytes(self._text[max(begin, end - LONGEST) - base : end - base])

    def text(self, number: int) -> str:
        """A line as it would be seen; "" for one that has been let go."""
        try:
            return shown_text(self.raw(number))
        except IndexError:
            return ""

    def find(self, words: str, start: int, step: int) -> int | None:
        """The nearest line that holds the words, from `start` on in steps of 1 or -1; letters small or capital."""
        wanted = re.compile(re.escape(words.encode()), re.IGNORECASE)
        stop = self.count if step > 0 else -1
        for number in range(start, stop, step):
            try:
                raw = self.raw(number)
            except IndexError:
                return None
            if wanted.search(raw) and words.casefold() in shown_text(raw).casefold():
                return number
        return None

    def _take(self, text: bytes) -> None:
        breaks = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n")) + (self._end + 1)
        self._starts.frombytes(breaks.astype(np.int64).tobytes())
        self._text += text
        self._end += len(text)
        if len(self._text) > self._most:
            base = self._end - len(self._text) + self._most // 8
            gone = int(np.searchsorted(np.frombuffer(self._starts, np.int64), base))
            gone = min(gone, len(self._starts) - 1)
            del self._text[: max(self._starts[gone], base) - self._end + len(self._text)]
            del self._starts[:gone]
            self.dropped += gone

    def _forget(self) -> None:
        self._text, self._end = bytearray(), 0
        self._starts = array("q", [0])


def shown_text(raw: bytes) -> str:
    r"""What is left of a line when a terminal has obeyed it, without anything that another terminal would obey.

    Of a progress bar the last state; bytes that are no text are written as \xNN.

    >>> shown_text(b"10 %\r20 %\r"), shown_text(b"\x1b[31mred\x1b[0m \x1b]0;title\x07a\xffb\x9b")
    ('20 %', 'red a\\xffb\\x9b')
    """
    raw = raw.rstrip(b"\r\n")
    text = raw[raw.rfind(b"\r") + 1 :].decode(errors="backslashreplace")
    return NOT_PRINTED.sub(_written, COMMANDS.sub("", text).expandtabs(8))


def _written(found: "re.Match[str]") -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
