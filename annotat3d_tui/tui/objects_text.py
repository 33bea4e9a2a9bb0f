"""An object in a line of a table, in as many columns as there is room for, and in a line of words."""

from collections.abc import Sequence

from textual.content import Content

from annotat3d_tui.blocks import size_text
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.object_table import COLUMNS, Column, ObjectTable
from annotat3d_tui.labels.objects import Object
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.segment_text import css_colour

POWERS = {0: "", 1: "", 2: "²", 3: "³"}
CELLS = 12
NUMBERS = 2
"""Columns before those that move: label and piece, which stand with the name."""
WHOLE = frozenset(("label", "piece", "voxels", "lowest", "highest", "x0", "x1", "y0", "y1", "z0", "z1"))


def shown_columns(width: int, chosen: int, first: int) -> range:
    """Numbers of the columns beside the name that have room in `width` cells, the chosen one among them.

    first: that was shown first until now; it stays as long as it can.

    >>> shown_columns(80, 5, 2), shown_columns(80, 9, 2), shown_columns(80, 0, 5)
    (range(2, 7), range(5, 10), range(2, 7))
    """
    room = max((width - name_cells(width)) // CELLS, 1)
    if chosen < NUMBERS:
        first = NUMBERS
    elif not first <= chosen < first + room:
        first = chosen if chosen < first else chosen - room + 1
    first = max(min(first, len(COLUMNS) - room), NUMBERS)
    return range(first, min(first + room, len(COLUMNS)))


def name_cells(width: int) -> int:
    """Cells of colour, number and name of the label."""
    return 30 if width >= 110 else 20


def head_line(
    columns: Sequence[Column], by: Column, falling: bool, unit: str, width: int, pieces: bool = False
) -> Content:
    """The names of the columns, an arrow at the one that gives the order."""
    arrow = "▼" if falling else "▲"

    def title(column: Column) -> str:
        power = "" if unit == "voxel" or not column.power else f" {unit}{POWERS[column.power]}"
        return (arrow if column == by else "") + column.name + power

    def styled(column: Column, text: str) -> Content:
        return Content.styled(text, "bold $text-accent" if column == by else MUTED)

    label, piece = COLUMNS[:NUMBERS]
    names = Content.assemble("   ", styled(label, title(label)))
    names = Content.assemble(names, "  ", styled(piece, title(piece))) if pieces else names
    names = names + " " * (name_cells(width) - names.cell_length)
    return names + Content("").join(styled(column, f"{title(column):>{CELLS}}") for column in columns)


def object_line(one: Object, label: Label | None, columns: Sequence[Column], width: int) -> Content:
    """An object; label: as the table of labels has it, None where it has none."""
    number = f"{one.label}" + (f".{one.piece}" if one.piece else "")
    name = label.name if label else ""
    swatch = ("■ ", css_colour(label.colour)) if label and label.visible else "  "
    room = name_cells(width)
    left = Content.assemble(" ", swatch, number, "  ", (plain(name), MUTED)).truncate(room - 1, ellipsis=True)
    cells = "".join(f"{number_text(column, column.of(one)):>{CELLS}}" for column in columns)
    return left + " " * (room - left.cell_length) + cells


def number_text(column: Column, value: float | None) -> str:
    """A number of a column as people read it.

    >>> number_text(COLUMNS[2], 1234567), number_text(COLUMNS[3], 1234.567), number_text(COLUMNS[10], None)
    ('1234567', '1235', '–')
    """
    if value is None:
        return "–"
    if column.name in WHOLE and float(value).is_integer():
        return f"{value:.0f}"
    return f"{value:.1f}" if column.name in ("x", "y", "z") else f"{value:.4g}"


def told(one: Object) -> str:
    """Where an object lies and how large its box is, in words."""
    z, y, x = one.centroid
    z0, y0, x0, z1, y1, x1 = one.box
    return (
        f"centroid {x:.1f} {y:.1f} {z:.1f} · box x {x0}-{x1 - 1}, y {y0}-{y1 - 1}, z {z0}-{z1 - 1} · "
        f"{size_text((z1 - z0, y1 - y0, x1 - x0))} voxels"
    )


def summary(table: ObjectTable, shown: int, pieces: bool) -> str:
    """How many objects there are, and how many of them are shown."""
    what = "piece" if pieces else "label"
    count = len(table)
    total = f"{count} {what}{'s' * (count != 1)}"
    return total if shown == count else f"{shown} of {total}"
