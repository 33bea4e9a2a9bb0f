"""A run in a line of the legend: its letter and line, what it is called, its numbers."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from textual.content import Content

from annotat3d_tui.jobs.compared import Run, best_of, best_word
from annotat3d_tui.jobs.text import SIGNS, measured_text, place_text
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.render.lines import Frame, Line, draw
from annotat3d_tui.tui.job_text import MUTED, STYLES, plain
from annotat3d_tui.tui.plot import Plot, Series

SAMPLE, NUMBER, WHERE, GAP = 4, 9, 9, 2
"""Cells for a piece of its line, a number, and the place of the best."""


@dataclass(frozen=True)
class LegendColumns:
    """How wide the name is, and which numbers there is room for."""

    name: int
    best: bool
    where: bool
    here: bool

    @classmethod
    def of(cls, width: int, cursor: bool) -> "LegendColumns":
        """For a line of so many cells."""
        room = width - len("A ") - SAMPLE - GAP - NUMBER
        here = cursor and room >= 20 + NUMBER
        room -= NUMBER * here
        best = room >= 20 + NUMBER
        room -= NUMBER * best
        where = best and room >= 20 + WHERE
        return cls(max(room - WHERE * where, 4), best, where, here)


def legend_head(plot: Plot, width: int) -> Content:
    """The names of the columns."""
    columns = LegendColumns.of(width, plot.look.cursor is not None)
    words = " " * (len("A ") + SAMPLE + GAP) + f"{'run':<{columns.name}}" + f"{'last':>{NUMBER}}"
    words += f"{best_word(plot.name):>{NUMBER}}" if columns.best else ""
    words += f"{'at':>{WHERE}}" if columns.where else ""
    words += f"{'cursor':>{NUMBER}}" if columns.here else ""
    return Content.styled(words, MUTED).truncate(width)


def legend_line(
    run: Run, letter: str, series: Series | str, plot: Plot, style: str, width: int, seen: Seen | None
) -> Content:
    """A run in a line; series: why it is not drawn, where it is not."""
    columns = LegendColumns.of(width, plot.look.cursor is not None)
    state = (f"{SIGNS[seen.status.state]} ", STYLES[seen.state]) if seen else ("", "")
    name = Content.assemble(state, f"{plain(run.name)} {plain(run.title)}")
    line = sample(series.pattern) if isinstance(series, Series) else " " * SAMPLE
    return Content.assemble(
        (f"{letter} {line}  ", style if isinstance(series, Series) else MUTED),
        name.truncate(columns.name, ellipsis=True, pad=True),
        (_numbers(series, plot, columns), "" if isinstance(series, Series) else MUTED),
    ).truncate(width)


def _numbers(series: Series | str, plot: Plot, columns: LegendColumns) -> str:
    if isinstance(series, str):
        return f"{series:>{NUMBER}}"
    best = best_of(plot.name, series.y)
    words = [f"{measured_text(plot.name, series.y[-1]):>{NUMBER}}"]
    words += [f"{measured_text(plot.name, series.y[best]):>{NUMBER}}"] if columns.best else []
    words += [f"{place_text(plot.look.over, series.x[best]):>{WHERE}}"] if columns.where else []
    if columns.here and plot.look.cursor is not None:
        words.append(f"{_here(series, plot.look.cursor, plot.name):>{NUMBER}}")
    return "".join(words)


def _here(series: Series, cursor: float, name: str) -> str:
    """The number at the cursor; none beyond the ends."""
    least = float(np.median(np.diff(series.x))) if len(series.x) > 1 else 0.0
    if not series.x[0] - least <= cursor <= series.x[-1] + least:
        return "–"
    return measured_text(name, series.y[series.at(cursor)])


@lru_cache
def sample(pattern: str) -> str:
    """A piece of a line."""
    line = Line(np.array([0.0, 1.0]), np.array([0.5, 0.5]), pattern)
    return next(draw([line], Frame(0.0, 1.0, 0.0, 1.0), SAMPLE, 1).rows())
