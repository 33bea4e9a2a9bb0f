"""The table of GPUs, the same in a shell and on the screen."""

import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from annotat3d_tui.jobs.gpus import FREE_MEANS, GIB, Gpu, Reading, by_freedom, choices

UNKNOWN = "–"
ORDERS: Mapping[str, Callable[[Sequence[Gpu]], list[Gpu]]] = {
    "free": by_freedom,
    "index": list,
    "memory": lambda gpus: sorted(gpus, key=lambda gpu: -(gpu.share or 0.0)),
    "use": lambda gpus: sorted(gpus, key=lambda gpu: -(gpu.busy or 0)),
}
"""By which the rows can be sorted."""
_EIGHTHS = "▁▂▃▄▅▆▇█"
_LEAVES = {"name": 50, "°C": 56, "W": 70}
"""Columns that a table narrower than this has no room for."""
_BARS_FROM, _NAMES_FROM, _LONG_FROM = 76, 110, 160
"""From which width of the table there are bars, whole names, long bars."""


class Column(NamedTuple):
    """A column: title, cells, width (0: what is left), and whether it holds numbers, which stand at the right."""

    title: str
    cell: Callable[[Gpu], str]
    width: int = 0
    is_number: bool = False


@dataclass(frozen=True)
class Notes:
    """What is known beside the reading.

    history: percent of use by UUID, the latest last; picked: UUIDs; were_free: those of them that were free then.
    """

    history: Mapping[str, Sequence[int | None]] | None = None
    picked: Collection[str] = ()
    were_free: Collection[str] = ()


NOTHING_NOTED = Notes()


def rows_of(reading: Reading, order: str = "index") -> list[Gpu]:
    """The rows of the table: devices in an order, each cut one followed by its instances."""
    rows: list[Gpu] = []
    for gpu in ORDERS[order](reading.gpus):
        rows += [gpu, *gpu.instances]
    return rows


def columns_of(gpus: Collection[Gpu], width: int, notes: Notes = NOTHING_NOTED) -> list[Column]:
    """The columns that a table of these devices has room for in a width."""
    long = width >= _LONG_FROM
    bar = (20 if long else 10) if width >= _BARS_FROM else 0
    spark = (20 if long else 5) if bar and notes.history is not None else 0
    history = notes.history or {}
    names = 30 if width >= _NAMES_FROM else 14
    sizes = max((len(_sizes(gpu)) for gpu in gpus), default=0)
    columns = [
        Column("", lambda gpu: mark_of(gpu, notes.picked), 1),
        Column("#", lambda gpu: gpu.index, max((len(gpu.index) for gpu in gpus), default=1)),
        Column("name", _name, min(max((len(_name(gpu)) for gpu in gpus), default=4), names)),
        Column("memory", lambda gpu: _memory(gpu, bar, sizes), max(bar + bool(bar) + sizes, 6)),
        Column("use", lambda gpu: _number(gpu.busy, " %"), 5, is_number=True),
        Column("", lambda gpu: sparkline(history.get(gpu.uuid, ()), spark), spark),
        Column("°C", lambda gpu: _number(gpu.temperature), 3, is_number=True),
        Column("W", lambda gpu: _number(gpu.power), 4, is_number=True),
        Column("who", lambda gpu: who_text(gpu, notes)),
    ]
    there = [column for column in columns if column.width or column.title == "who"]
    return [column for column in there if width >= _LEAVES.get(column.title, 0)]


def head(columns: Sequence[Column]) -> str:
    """The titles."""
    return " ".join(_padded(column.title, column) for column in columns).rstrip()


def cells(gpu: Gpu, columns: Sequence[Column]) -> list[str]:
    """A device, cell by cell, each as wide as its column; the last is whole."""
    return [_padded(column.cell(gpu), column) for column in columns]


def foot(reading: Reading) -> str:
    """How many are free, what that means, and the driver."""
    there = list(choices(reading.gpus))
    free = sum(gpu.is_free for gpu in there)
    driver = f" · driver {reading.driver}" if reading.driver else ""
    return f"{free} of {len(there)} free ({FREE_MEANS}){driver}"


def table(reading: Reading, width: int, order: str = "index", notes: Notes = NOTHING_NOTED) -> list[str]:
    """All of it, cut to the width; the sentence of the problem where there is no device."""
    if not reading.gpus:
        return textwrap.wrap(reading.problem, width)
    rows = rows_of(reading, order)
    columns = columns_of(rows, width, notes)
    lines = [head(columns), *(" ".join(cells(gpu, columns)).rstrip() for gpu in rows)]
    return [*(_cut(line, width) for line in lines), *textwrap.wrap(foot(reading), width)]


def sparkline(values: Sequence[int | None], cells: int) -> str:
    """The latest percents as bars; what is not known is blank.

    >>> sparkline([0, None, 50, 100], 4)
    '▁ ▄█'
    """
    latest = list(values)[-cells:] if cells else []
    bars = "".join(" " if value is None else _EIGHTHS[min(max(value, 0), 100) * 7 // 100] for value in latest)
    return bars.rjust(cells)


def who_text(gpu: Gpu, notes: Notes = NOTHING_NOTED) -> str:
    """Whether it is picked, then who has it, whether it is free, or what hinders it."""
    state = _state(gpu)
    if gpu.uuid not in notes.picked or gpu.is_cut:
        return state
    if gpu.uuid in notes.were_free and not gpu.is_free and not gpu.lost:
        return f"picked, taken meanwhile · {state}"
    return f"picked · {state}"


def mark_of(gpu: Gpu, picked: Collection[str]) -> str:
    """A full circle where it is picked, an empty one where it can be, a cross where it is lost."""
    if gpu.is_cut:
        return " "
    if gpu.uuid in picked:
        return "●"
    return "×" if gpu.lost else "○"


def bar_text(share: float, cells: int) -> str:
    """A share as a bar; what is more than nothing is seen.

    >>> bar_text(0.004, 10), bar_text(0.76, 10), bar_text(0.0, 4)
    ('▓░░░░░░░░░', '▓▓▓▓▓▓▓▓░░', '░░░░')
    """
    full = max(round(cells * share), 1) if share > 0 else 0
    return "▓" * full + "░" * (cells - full)


def _state(gpu: Gpu) -> str:
    if gpu.lost:
        return gpu.lost
    if gpu.is_cut:
        return "cut (MIG): pick its parts"
    if gpu.is_free:
        return "free"
    if gpu.processes is None:
        return "who is not told"
    return gpu.who or "memory in use by nobody seen here"


def _name(gpu: Gpu) -> str:
    """The name; of an instance, what it has of its own."""
    _, cut, part = gpu.name.partition(" MIG ")
    return f"MIG {part}" if cut else gpu.name or UNKNOWN


def _memory(gpu: Gpu, bar: int, sizes: int) -> str:
    """A bar where there is room for one, and the sizes below each other."""
    if gpu.share is None:
        return UNKNOWN
    text = _sizes(gpu).rjust(sizes)
    return f"{bar_text(gpu.share, bar)} {text}" if bar else text


def _sizes(gpu: Gpu) -> str:
    if gpu.used is None or not gpu.total:
        return UNKNOWN
    return f"{gpu.used / GIB:.1f}/{gpu.total / GIB:.0f} GiB"


def _number(value: float | None, unit: str = "") -> str:
    return UNKNOWN if value is None else f"{value:.0f}{unit}"


def _padded(text: str, column: Column) -> str:
    """Numbers to the right, words to the left, the last as it is."""
    if not column.width:
        return text
    return text.rjust(column.width) if column.is_number else _cut(text, column.width).ljust(column.width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
