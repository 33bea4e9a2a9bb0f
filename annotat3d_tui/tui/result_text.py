"""What became of an image, in a line."""

from textual.content import Content

from annotat3d_tui.blocks import size_text
from annotat3d_tui.jobs.text import duration_text, when_text
from annotat3d_tui.networks.outcome import Outcome
from annotat3d_tui.tui.job_text import MUTED, STYLES, plain
from annotat3d_tui.tui.widgets.lines import two_sided
from annotat3d_tui.volume.place import name_of

SHARES_FROM, MOST_SHARES = 64, 4
"""Columns from which on shares are told, and of how many labels."""


def result_line(one: Outcome, width: int) -> Content:
    """The image, and its label's size, time and shares, or why it has none."""
    name = plain(name_of(one.image))
    if one.error:
        said = Content.styled(plain(one.error), STYLES["failed"])
        return Content.assemble((" ✗ ", STYLES["failed"]), f"{name}  ", said).truncate(width, ellipsis=True)
    parts = [shares_text(one)] if width >= SHARES_FROM else []
    parts += [size_text(one.shape) if one.shape else "", duration_text(one.seconds) if one.seconds else ""]
    parts += [when_text(one.at or None)]
    right = Content.styled("  ".join(part for part in parts if part), MUTED)
    return two_sided(Content.assemble((" ✓ ", STYLES["done"]), name), right, width)


def shares_text(one: Outcome) -> str:
    """How much of the image each label has, the largest first.

    >>> shares_text(Outcome("a.tif", "n", voxels={1: 25, 2: 75}))
    '2: 75 %, 1: 25 %'
    """
    total = sum(one.voxels.values()) or 1
    largest = sorted(one.voxels.items(), key=lambda pair: -pair[1])
    shown = [f"{label}: {100 * count / total:.0f} %" for label, count in largest[:MOST_SHARES]]
    return ", ".join([*shown, *(["…"] if len(largest) > MOST_SHARES else [])])
