"""Shares as short bars, to an eighth of a cell."""

from collections.abc import Collection, Mapping

CELLS = 16
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, cells: int = CELLS) -> str:
    """A bar of a share from 0 to 1, padded to `cells` cells.

    >>> bar(0.5, 4), bar(0.3, 4), bar(0.0, 2)
    ('██  ', '█▎  ', '  ')
    """
    eighths = min(max(round(8 * cells * share), 0), 8 * cells)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def importance_lines(importances: Mapping[str, float], kept: Collection[str] = (), most: int = 8) -> list[str]:
    """The highest importances, a line each, the bars in relation to the first; with `kept` others are marked.

    >>> print(*importance_lines({"none mean": 0.75, "sobel 2 mean": 0.25}, ["none mean"]), sep="\\n")
    importance    none mean      0.750  ████████████████
                  sobel 2 mean   0.250  █████▍            left out
    """
    shown = [(name, value) for name, value in list(importances.items())[:most] if value > 0]
    width = max((len(name) for name, _ in shown), default=0)
    lines = []
    for place, (name, value) in enumerate(shown):
        head = "importance" if place == 0 else ""
        tail = "  left out" if kept and name not in kept else ""
        lines.append(f"{head:<13} {name:<{width}}   {value:.3f}  {bar(value / shown[0][1])}{tail}".rstrip())
    return lines
