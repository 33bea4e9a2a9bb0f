"""What lies in a workspace, in lines: headings, things, jobs."""

from dataclasses import dataclass

from textual.content import Content

from annotat3d_tui.inventory.items import SECTIONS, Item
from annotat3d_tui.jobs.text import when_text
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.tui.job_text import MUTED, STYLES, job_line, plain
from annotat3d_tui.tui.widgets.lines import two_sided

JOBS, CACHE = "Jobs", "Cache"
WORDS = {"image": "", "marks": "marks", "superpixels": "superpixels", "label": "label", "classifier": "classifier"}
"""What is called so whatever its file is called."""
SIZE, WHEN, NAME = 10, 8, 22
SIZE_FROM, WHEN_FROM = 56, 66
"""Columns from which on there is room for sizes, and for dates."""


@dataclass(frozen=True)
class Row:
    """A line of the list: of a section its heading, else a thing or a job in it."""

    section: str
    item: Item | None = None
    seen: Seen | None = None
    count: int = 0

    @property
    def is_heading(self) -> bool:
        """Whether it names a section."""
        return self.item is None and self.seen is None

    @property
    def key(self) -> str:
        """By which it is found again."""
        return str(self.item.path) if self.item else f"job {self.seen.number}" if self.seen else self.section


def rows_of(items: list[Item], jobs: list[Seen]) -> list[Row]:
    """The lines of a workspace: its sections in their order, then its jobs."""
    rows: list[Row] = []
    for title, kinds in SECTIONS.items():
        own = [item for item in items if item.kind in kinds]
        if own or title != CACHE:
            rows += [Row(title, count=len(own)), *(Row(title, item) for item in own)]
    return [*rows, Row(JOBS, count=len(jobs)), *(Row(JOBS, seen=seen) for seen in jobs)]


def row_line(row: Row, width: int, here: str) -> Content:
    """A line of the list; `here` is the name of this machine."""
    if row.seen:
        return job_line(row.seen, width, here)
    if row.item:
        return item_line(row.item, width)
    return Content.assemble(
        (row.section, "bold $text-accent"), (f"  {row.count}" if row.count else "  none yet", MUTED)
    )


def item_line(item: Item, width: int) -> Content:
    """A thing: sign, name, what is known of it, size, date; or what is wrong with it."""
    name = plain(WORDS.get(item.kind) or item.name)
    if item.problem:
        said = Content.styled(plain(item.problem), STYLES["failed"])
        return Content.assemble((" ✗ ", STYLES["failed"]), f"{name}  ", said).truncate(width, ellipsis=True)
    right = f"{bytes_text(item.bytes):>{SIZE}}" if width >= SIZE_FROM else ""
    right += f"{when_text(item.changed or None):>{WHEN}}" if width >= WHEN_FROM else ""
    named = Content(name).truncate(NAME, ellipsis=True, pad=True) if len(name) < NAME else Content(name)
    left = Content.assemble((" ✓ ", STYLES["done"]), named, " ", (plain(item.facts), MUTED))
    return two_sided(left, Content.styled(right, MUTED), width)
