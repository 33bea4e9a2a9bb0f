"""A list of any length, of which only the lines that are seen are made."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

Line = Callable[[int, int], Content]
"""What stands in a line, by its number from 0 and its width in cells."""


class LongList(ScrollView, can_focus=True):
    """Lines made by `line` when they are seen, one of them highlighted; Enter or a click posts `Selected`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"long-list--line", "long-list--highlighted"}
    DEFAULT_CSS = """
    LongList { height: auto; overflow-x: hidden; scrollbar-size-vertical: 1; }
    LongList > .long-list--highlighted { background: $surface-lighten-2; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "by(1)", "Down", show=False, id="list.down", tooltip="One line."),
        Binding("up", "by(-1)", "Up", show=False, id="list.up", tooltip="One line."),
        Binding(
            "pagedown", "by_page(1)", "Page down", show=False, id="list.page_down", tooltip="As many lines as are seen."
        ),
        Binding(
            "pageup", "by_page(-1)", "Page up", show=False, id="list.page_up", tooltip="As many lines as are seen."
        ),
        Binding("home", "to(0)", "First", show=False, id="list.first", tooltip="The top of the list."),
        Binding("end", "to(-1)", "Last", show=False, id="list.last", tooltip="The end of the list."),
        Binding("enter", "select", "Choose", show=False, id="list.choose", tooltip="The line that is bright."),
    ]

    count: reactive[int] = reactive(0)
    highlighted: reactive[int | None] = reactive(None)

    class Selected(Message):
        """A line was chosen; with Ctrl held where `alone`."""

        def __init__(self, number: int, alone: bool) -> None:
            super().__init__()
            self.number, self.alone = number, alone

    class Moved(Message):
        """Another line is highlighted."""

    def __init__(self, line: Line, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._line = line
        self._seen: dict[int, tuple[int, int, Content]] = {}

    def refresh_changed(self) -> None:
        """Draw those of the lines seen again that say something else now."""
        changed = [
            y
            for y, (number, width, before) in self._seen.items()
            if number >= self.count or not self._line(number, width).is_same(before)
        ]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def watch_count(self) -> None:
        """Scroll as far as there are lines; what is highlighted is seen once they are laid out."""
        self.virtual_size = Size(0, self.count)
        self.refresh(layout=True)
        self.highlighted = self.validate_highlighted(self.highlighted)
        self.call_after_refresh(self.show_highlighted)

    def validate_highlighted(self, number: int | None) -> int | None:
        """A line that is there."""
        return None if number is None or not self.count else min(max(number, 0), self.count - 1)

    def watch_highlighted(self) -> None:
        """Keep it in sight, and tell."""
        self.show_highlighted()
        self.refresh()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Keep it in sight."""
        self.show_highlighted()

    def show_highlighted(self) -> None:
        """Scroll until the highlighted line is seen."""
        height = self.scrollable_content_region.height
        if self.highlighted is None or not height:
            return
        top = self.scroll_offset.y
        wanted = min(max(top, self.highlighted - height + 1), self.highlighted)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One cell a line."""
        return self.count

    def render_line(self, y: int) -> Strip:
        """The line that is seen at row y."""
        number, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        name = "long-list--highlighted" if number == self.highlighted else "long-list--line"
        style = self.get_visual_style(name)
        if not 0 <= number < self.count or width < 1:
            return Strip.blank(width, style.rich_style)
        line = self._line(number, width)
        self._seen[y] = number, width, line
        strips = Visual.to_strips(self, line, width, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(width, style.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the pointer."""
        number = self.scroll_offset.y + event.y
        if 0 <= number < self.count:
            self.highlighted = number
            self.post_message(self.Selected(number, event.ctrl))

    def action_by(self, lines: int) -> None:
        """Move the highlight."""
        self.highlighted = lines if self.highlighted is None else self.highlighted + lines

    def action_by_page(self, pages: int) -> None:
        """Move the highlight by what is seen."""
        self.action_by(pages * max(self.scrollable_content_region.height - 1, 1))

    def action_to(self, number: int) -> None:
        """Move the highlight to a line, counted from the end where below 0."""
        self.highlighted = number if number >= 0 else self.count + number

    def action_select(self) -> None:
        """Choose the highlighted line."""
        if self.highlighted is not None:
            self.post_message(self.Selected(self.highlighted, alone=False))
