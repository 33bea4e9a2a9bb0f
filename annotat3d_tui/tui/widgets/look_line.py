"""The line under a look at a change: what made it, how much it is, and the keys at the right, always seen."""

from textual.content import Content
from textual.widget import Widget

from annotat3d_tui.tui.widgets.lines import two_sided

GAP = 2
LEAST = 8
"""Columns of what made the change that are worth to be shown."""


class LookLine(Widget):
    """What made a change, how much it is, and the keys: where the line is short the words give way.

    by: what made it, "" for nothing; said: how much it is. keys: those that answer, never left out; more: other keys,
    of which only those are shown beside which all words fit.
    """

    DEFAULT_CSS = "LookLine { height: 1; }"
    ALLOW_SELECT = False

    def __init__(self, by: str, said: str, keys: str, more: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._by, self._said, self._keys, self._more = by, said, keys, more

    def render(self) -> Content:
        """The line."""
        width = self.content_size.width
        words, keys = look_text(self._by, self._said, self._keys, self._more, width)
        return two_sided(Content(words), Content(keys), width)


def look_text(by: str, said: str, keys: str, more: str, width: int) -> tuple[str, str]:
    """The words at the left and the keys at the right of a line of so many columns.

    >>> look_text("close 3", "12 voxels", "Enter take it", "X plane", 60)
    ('close 3: 12 voxels', 'Enter take it · X plane')
    >>> look_text("close 3 in x 10-59 y 2-3 z 0-4", "12 voxels", "Enter take it", "X plane", 40)
    ('close 3 in x …: 12 voxels', 'Enter take it')
    >>> look_text("close 3 in x 10-59 y 2-3 z 0-4", "12 voxels", "Enter take it", "X plane", 24)
    ('12 voxels', 'Enter take it')
    """
    words, all_keys = f"{by}: {said}".removeprefix(": "), f"{keys} · {more}"
    if _cells(words) + GAP + _cells(all_keys) <= width:
        return words, all_keys
    room = width - _cells(keys) - GAP
    if _cells(words) <= room or not by:
        return words, keys
    left = room - _cells(f": {said}")
    return (f"{_cut(by, left)}: {said}" if left >= LEAST else said), keys


def _cut(text: str, width: int) -> str:
    return Content(text).truncate(width, ellipsis=True).plain


def _cells(text: str) -> int:
    return Content(text).cell_length
