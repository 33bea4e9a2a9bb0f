"""Bars of the terminal: numbers as lengths, in eighths of a cell."""

EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, width: int) -> str:
    """A bar of `width` cells for a share from 0 to 1, filled up with spaces; anything above 0 is seen.

    >>> bar(0.5, 4), bar(0.3, 4), bar(0.001, 4), bar(0.0, 4)
    ('██  ', '█▏  ', '▏   ', '    ')
    """
    whole = width * len(EIGHTHS)
    eighths = min(max(int(share * whole), 1 if share > 0 else 0), whole)
    full, rest = divmod(eighths, len(EIGHTHS))
    return ("█" * full + (EIGHTHS[rest] if rest else "")).ljust(width)
