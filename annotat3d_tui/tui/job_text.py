"""A job in a line of a table, in as many columns as there is room for, and in a line of numbers."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from annotat3d_tui.jobs.job import Progress, Status
from annotat3d_tui.jobs.text import SIGNS, duration_text, share_text, when_text, where_text
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.tui.bars import bar

STYLES = {
    "running": "bold $text-accent",
    "cancelling": "bold $text-warning",
    "failed": "$text-error",
    "lost": "$text-error",
    "cancelled": "$text-warning",
    "queued": "$foreground 70%",
    "done": "$text-success",
}
MUTED = "$foreground 60%"
NOT_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""What a terminal would obey, or what would turn the order of letters round."""


@dataclass(frozen=True)
class Columns:
    """How wide the columns of the table are; 0: there is no room for it."""

    what: int
    where: int
    bar: int
    left: int
    started: int

    @classmethod
    def of(cls, width: int) -> "Columns":
        """For a line of so many cells."""
        where = 22 if width >= 110 else 14 if width >= 76 else 0
        left, started = (8 if width >= 60 else 0), (8 if width >= 96 else 0)
        room = width - ID - STATE - (where + GAP if where else 0) - SHARE - left - started - GAP
        bar = 0 if width < 76 else min(max(6, room - 36), 48 if room > 108 else 16)
        return cls(max(room - bar, 8), where, bar, left, started)

    @property
    def told(self) -> int:
        """Cells for a reason in the place of the progress."""
        return self.bar + SHARE + self.left + self.started


ID, STATE, SHARE, GAP = 8, 12, 6, 2


def head_line(width: int) -> Content:
    """The names of the columns."""
    columns = Columns.of(width)
    words = [f"   {'id':<{ID - 3}}", _cell("what", columns.what)]
    words += [_cell("where", columns.where)] if columns.where else []
    words += [_cell("state", STATE - GAP), f"{'progress':<{columns.bar + SHARE}}"]
    words[-1] += f"{'left':>{columns.left}}" if columns.left else ""
    words[-1] += f"{'started':>{columns.started}}" if columns.started else ""
    return Content.styled("".join(words), MUTED).truncate(width)


def job_line(seen: Seen, width: int, here: str, letter: str = "") -> Content:
    """A job in a line; `here` is the name of this machine, letter: that of its curves, if marked."""
    columns, state = Columns.of(width), seen.state
    parts: list[tuple[str, str] | Content | str] = [
        (f"{letter or ' '}", "bold reverse" if letter else ""),
        (f"{SIGNS[seen.status.state]} ", STYLES[state]),
        f"{seen.number:<{ID - 3}}",
        _cell(plain(seen.job.request.title), columns.what),
    ]
    if columns.where:
        parts.append((_cell(where(seen, here), columns.where), MUTED))
    parts.append((_cell(state, STATE - GAP), STYLES[state]))
    return Content.assemble(*parts, _told(seen, columns)).truncate(width)


def where(seen: Seen, here: str) -> str:
    """Where it runs: this machine is `here`."""
    text = where_text(seen.job, seen.status)
    return plain("here" + text.removeprefix(here) if here and text.startswith(here + " ") else text)


def plain(text: str) -> str:
    """Text in one line, without anything that could command a terminal.

    >>> plain("a\\x1b]0;b\\nc")
    'a ]0;b c'
    """
    return NOT_PRINTED.sub(" ", text)


def progress_bar(share: float, width: int) -> str:
    """A bar that shows where its end is.

    >>> progress_bar(0.5, 4)
    '██░░'
    """
    return bar(share, width).rstrip(" ").ljust(width, "░")


def _told(seen: Seen, columns: Columns) -> Content:
    status, progress = seen.status, seen.progress
    if status.reason and status.state != "done":
        return Content(plain(status.reason)).truncate(columns.told, ellipsis=True, pad=True)
    share = 1.0 if status.state == "done" else progress.share if progress else 0.0
    shown = progress_bar(share, columns.bar - 1) + " " if columns.bar else ""
    style = "$text-accent" if status.state == "running" else MUTED
    said = "100 %" if status.state == "done" else share_text(progress)
    left, began = _left_text(status, progress), when_text(status.started)
    rest = f"{left:>{columns.left}}" if columns.left else ""
    rest += f"{began:>{columns.started}}" if columns.started else ""
    return Content.assemble((shown, style), f"{said:>{SHARE - 1}} ", rest)


def _left_text(status: Status, progress: Progress | None) -> str:
    if status.has_ended:
        return ""
    return duration_text(progress.seconds_left) if progress else ""


def _cell(text: str, width: int) -> str:
    """Text in so many cells, and a gap."""
    return Content(text).truncate(width, ellipsis=True, pad=True).plain + " " * GAP


def number_parts(seen: Seen, memory: Sequence[float], here: str) -> list[str]:
    """State, share, speed, time left, where, memory: what is known of it, the most important first.

    memory: bytes held now, and at most; nothing before the first measurement.
    """
    status, progress = seen.status, seen.progress
    parts = [f"{SIGNS[status.state]} {seen.state}"]
    if progress and not status.has_ended:
        parts.append(f"{share_text(progress)} {plain(progress.stage)}".strip())
        if progress.seconds_left is not None:
            parts.append(f"{duration_text(progress.seconds_left)} left")
    if status.reason:
        parts.append(plain(status.reason))
    if seconds := _seconds(status):
        parts.append(f"{'took' if status.has_ended else 'runs for'} {duration_text(seconds)}")
        if progress and not status.has_ended and progress.share > 0 and seconds > 1:
            parts.append(f"{_digits(6000 * progress.share / seconds)} %/min")
    parts.append(where(seen, here))
    if memory:
        now, most = memory
        parts.append(("" if status.has_ended else f"{bytes_text(now)} now, ") + f"{bytes_text(most)} at most")
    if status.attempt > 1:
        parts.append(f"attempt {status.attempt}")
    return parts


def _seconds(status: Status) -> float:
    if status.has_ended or status.started is None:
        return status.seconds
    return max(status.seconds, time.time() - status.started)


def _digits(number: float) -> str:
    """Two digits at least, and no power of ten.

    >>> _digits(1234.5), _digits(0.0213)
    ('1234', '0.021')
    """
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"
