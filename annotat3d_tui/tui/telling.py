"""Lines of text that change while a person types: the screen is arranged anew only where a line needs other room."""

from textual.content import Content
from textual.widgets import Static


def tell(line: Static, said: Content | str) -> None:
    """Say something in a line that may say it already; all is arranged anew only when its height is another."""
    said, before = _content(said), line.content
    if isinstance(before, str | Content) and _content(before).is_same(said):
        return
    height = _height(line)
    line.update(said, layout=False)
    if _height(line) != height:
        line.clear_cached_dimensions()
        line.refresh(layout=True)


def _content(said: Content | str) -> Content:
    return said if isinstance(said, Content) else Content(said)


def _height(line: Static) -> int:
    """Rows that its text takes in the room that it has now."""
    width = line.content_size.width
    return line.visual.get_height({}, width) if width else 0
