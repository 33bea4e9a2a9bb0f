"""How a label volume came about, as lines: tests, Dice, confusion, samples, importances."""

import math
from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from annotat3d_tui.classifiers.scores import Scores
from annotat3d_tui.tui.bars import bar
from annotat3d_tui.workflow.run import Run

BAR = 24
NAME = 16
COLUMN = 30
MATRIX_AT_MOST = 8
"""Labels whose confusion fits 80 columns."""
QUIET = "$foreground 60%"
BARS = "$text-primary"
Names = Mapping[int, str]


def run_lines(run: Run, names: Names) -> list[Content]:
    """What was learned from what, and when."""
    used = run.used
    feature = used.features
    kept = len(run.importances) - len(run.dropped)
    dropped = f", {len(run.dropped)} more were dropped" if run.dropped else ""
    superpixels = f"{run.superpixels} superpixels, {used.superpixels_text()}" if run.superpixels else "every voxel"
    facts = (
        ("Classifier", f"{used.classifier_text()}, learned from {run.samples} {used.training_on}"),
        ("Features", f"{kept} in {feature.dimensions}D{dropped}"),
        ("Labelled", superpixels),
        ("Time", f"{run.seconds:.1f} s"),
    )
    return [Content.assemble((name.ljust(NAME), QUIET), text) for name, text in facts]


def score_lines(scores: Scores | None, testing: bool, names: Names) -> list[Content]:
    """How it was tested, accuracy, and the Dice of each label as a bar."""
    if scores is None:
        return [Content.assemble(("testing…" if testing else "not tested: a preview or apply tests", QUIET))]
    left_out = f" ({scores.left_out} more could not be tested)" if scores.left_out else ""
    lines = [Content.assemble((f"{scores.method}, {scores.tested} samples{left_out}", QUIET))]
    lines.append(_bar_line("accuracy", scores.accuracy, "", bold=True))
    for label, dice, count in zip(scores.labels, scores.dice, scores.samples, strict=True):
        lines.append(_bar_line(f"Dice {_name(label, names)}", dice, f"{count} samples"))
    if scores.warning:
        lines.append(Content.assemble((scores.warning, "$text-warning")))
    return lines


def _bar_line(name: str, value: float, after: str, bold: bool = False) -> Content:
    known = 0.0 if math.isnan(value) else value
    number = "  –  " if math.isnan(value) else f"{value:.3f}"
    return Content.assemble(
        (_fitted(name, NAME) + "  ", "bold" if bold else ""),
        (bar(known, BAR), BARS),
        f" {number}  ",
        (after, QUIET),
    )


def confusion_lines(scores: Scores | None, names: Names) -> list[Content]:
    """A row for each marked label, a column for each that was found; of many labels the commonest confusions."""
    if scores is None:
        return []
    if len(scores.labels) > MATRIX_AT_MOST:
        return list(_commonest(scores, names))
    width = 7
    head = "".join(_fitted(_name(label, names), width - 1).strip().rjust(width) for label in scores.labels)
    lines = [Content.assemble(("marked \\ found".ljust(NAME), QUIET), (head, QUIET))]
    for label, row in zip(scores.labels, scores.confusion, strict=True):
        cells = [
            (str(count).rjust(width), "bold" if found == label else ("$text-error" if count else QUIET))
            for found, count in zip(scores.labels, row, strict=True)
        ]
        lines.append(Content.assemble((_fitted(_name(label, names), NAME), ""), *cells))
    return lines


def _commonest(scores: Scores, names: Names) -> Iterator[Content]:
    wrong = [
        (count, marked, found)
        for marked, row in zip(scores.labels, scores.confusion, strict=True)
        for found, count in zip(scores.labels, row, strict=True)
        if count and found != marked
    ]
    for count, marked, found in sorted(wrong, reverse=True)[:MATRIX_AT_MOST]:
        yield Content(f"{count:>6}  {_name(marked, names)} found as {_name(found, names)}")


def importance_lines(importances: Sequence[tuple[str, float]], dropped: Sequence[str] = ()) -> list[Content]:
    """Columns with their importance as bars, the longest for the highest; those that were dropped say so."""
    highest = max((value for _, value in importances), default=0.0) or 1.0
    gone = set(dropped)
    return [
        Content.assemble(
            (_fitted(name, COLUMN) + " ", QUIET if name in gone else ""),
            (bar(value / highest, BAR), BARS),
            f" {value:.3f}",
            ("  dropped", QUIET) if name in gone else "",
        )
        for name, value in importances
    ]


def _name(label: int, names: Names) -> str:
    return names.get(label, f"label {label}")


def _fitted(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"
