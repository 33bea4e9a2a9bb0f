"""`annotat3d jobs curves`: what jobs and networks have measured, drawn in one plot, as numbers, or as a table."""

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from annotat3d_tui.cli.output import show
from annotat3d_tui.cli.outputs import write_bytes
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs import text
from annotat3d_tui.jobs.compared import (
    LETTERS,
    MOST_COMPARED,
    Run,
    are_over_iterations,
    best_of,
    best_word,
    facts,
    names_of,
    newest,
    table,
)
from annotat3d_tui.jobs.curves import X
from annotat3d_tui.jobs.job import job_of
from annotat3d_tui.jobs.smoothing import smoothed
from annotat3d_tui.render.lines import PATTERNS, Line, draw, frame_of
from annotat3d_tui.volume.writing import check_output

ROWS, AXIS, WIDTH_OF_PIPE = 12, 10, 80
"""Height of a plot, cells at its left, and the width where there is no terminal."""


def add_curves_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "runs", nargs="*", metavar="ID|NAME", help="numbers of jobs, or names of networks (the newest job)"
    )
    parser.add_argument("--of", default="", metavar="A,B", help="names of curves, such as loss,dice (the first two)")
    parser.add_argument("--by", choices=X, help="the axis (iteration where all have such, else seconds)")
    parser.add_argument("--smooth", type=_strength, default=0.0, metavar="S", help="0 to below 1, such as 0.9 (0)")
    parser.add_argument(
        "-o", "--output", metavar="CSV", help="write run, title, name, iteration, seconds, value of each point instead"
    )


def _strength(word: str) -> float:
    value = float(word)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be from 0 to below 1, received {word}")
    return value


def show_curves(given: argparse.Namespace) -> int:
    """Draw, tell or write them."""
    runs = [run_of(word) for word in given.runs] or [newest()]
    if len(runs) > MOST_COMPARED:
        raise InvalidParameter(f"At most {MOST_COMPARED} runs are compared, received {len(runs)}: give fewer.")
    for run in runs:
        run.curves.read()
    names = _names(given, runs)
    told = [facts(run, names, given.smooth) for run in runs]
    if given.output:
        check_output(given.output, given.overwrite)
        content = table(runs, names, given.smooth)
        write_bytes(Path(given.output), content.encode(), given.overwrite)
        rows = content.count("\n") - 1
        show(given.json, {"output": given.output, "rows": rows, "runs": told}, [f"{given.output}: {rows} rows"])
        return 0
    lines = [line for name in names for line in (*_plot(name, runs, given), "")]
    show(given.json, {"runs": told}, lines[:-1])
    return 0


def run_of(word: str) -> Run:
    """A job by its number, or a network by its name; raises MissingFile, InvalidFile."""
    return Run.of_job(job_of(int(word))) if word.isdecimal() else Run.of_network(word)


def _names(given: argparse.Namespace, runs: Iterable[Run]) -> list[str]:
    """The curves that were asked for; raises InvalidParameter."""
    there = names_of(run.curves.looked for run in runs)
    if not there:
        raise InvalidParameter("These runs have not measured anything so far: wait, or give others.")
    wanted = [name.strip() for name in given.of.split(",") if name.strip()] or there[:2]
    if wrong := [name for name in wanted if name not in there]:
        raise InvalidParameter(f"--of must be among {', '.join(there)}, received {', '.join(wrong)}: give one of them.")
    return wanted


def _plot(name: str, runs: list[Run], given: argparse.Namespace) -> list[str]:
    """A curve of all runs, and their numbers."""
    there = {number: run.curves.looked[name] for number, run in enumerate(runs) if name in run.curves.looked}
    over = given.by or ("iteration" if are_over_iterations(there.values()) else "seconds")
    several = len(runs) > 1
    lines, legend = [], []
    for number, points in there.items():
        x, y = points.x(over), smoothed(points.values, given.smooth)
        lines.append(Line(x, y, PATTERNS[number % len(PATTERNS)], LETTERS[number] if several else ""))
        best = best_of(name, y)
        head = f"{LETTERS[number]}  " if several else ""
        legend.append(
            f"{head}{runs[number].name} {runs[number].title}  "
            f"last {_number(name, y[-1])}, {best_word(name)} {_number(name, y[best])} at {_place(over, x[best])}"
        )
    frame = frame_of(lines)
    cells = max(_width() - AXIS, 8)
    drawn = draw(lines, frame, cells, ROWS)
    numbers = [_number(name, frame.high), *[""] * (ROWS - 2), _number(name, frame.low)]
    rows = [f"{number:>{AXIS - 1}} {row}".rstrip() for number, row in zip(numbers, drawn.rows(), strict=True)]
    begin, end = _place(over, frame.left), _place(over, frame.right)
    word = "iteration" if over == "iteration" else "time"
    foot = " " * AXIS + begin + word.center(max(cells - len(begin) - len(end), 1)) + end
    return [name + (f", smooth {given.smooth:g}" if given.smooth else ""), *rows, foot, *legend]


def _number(name: str, value: float) -> str:
    return text.measured_text(name, float(value))


def _place(over: str, place: float) -> str:
    return text.place_text(over, float(place))


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_OF_PIPE
