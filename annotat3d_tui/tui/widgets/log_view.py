"""The log of a job: its end is followed until a person scrolls up; of a long line the beginning, on one row."""

import re
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive

from annotat3d_tui.jobs.log_lines import LogLines
from annotat3d_tui.tui.widgets.long_list import LongList


class LogView(LongList):
    """Lines of `lines`, of which the screen tells when there are more; `words` are made bright."""

    DEFAULT_CSS = "LogView { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "follow", "Follow", id="log.follow", tooltip="The end of the log, as it grows."),
    ]

    following: reactive[bool] = reactive(True)
    words: reactive[str] = reactive("")

    def __init__(self, lines: LogLines) -> None:
        super().__init__(self._content)
        self._lines, self._dropped = lines, lines.dropped

    def grown(self) -> None:
        """There are more lines, or the oldest were let go."""
        gone, self._dropped = self._lines.dropped - self._dropped, self._lines.dropped
        if gone and not self.following and self.highlighted is not None:
            self.highlighted -= gone
            self.scroll_relative(y=-gone, animate=False, force=True, immediate=True)
        self.count = self._lines.count
        if self.following:
            self.highlighted = self.count - 1
        self.refresh()

    def watch_count(self) -> None:
        """As many lines as there are; nothing around them moves."""
        self.virtual_size = Size(0, self.count)
        self.highlighted = self.validate_highlighted(self.highlighted)

    def action_by(self, lines: int) -> None:
        """Upwards nothing is followed any more; at the end it is again."""
        if self.following and lines < 0 and self.highlighted is not None:
            self.highlighted = self._lowest_seen()
        super().action_by(lines)
        self.following = self.highlighted == self.count - 1

    def action_to(self, number: int) -> None:
        """The end is followed."""
        super().action_to(number)
        self.following = self.highlighted == self.count - 1

    def go_to(self, number: int) -> None:
        """A line that was found."""
        self.following = False
        self.highlighted = number

    def action_follow(self) -> None:
        """Follow the end."""
        self.following = True
        self.grown()
        self.show_highlighted()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Follow no more."""
        self.following = False

    def on_click(self, event: events.Click) -> None:
        """The line under the pointer; a second click on it shows it whole."""
        number = self.scroll_offset.y + event.y
        if 0 <= number < self.count:
            again = number == self.highlighted
            self.go_to(number)
            if again:
                self.action_select()

    def _lowest_seen(self) -> int:
        return min(self.scroll_offset.y + max(self.scrollable_content_region.height, 1), self.count) - 1

    def _content(self, number: int, width: int) -> Content:
        text = self._lines.text(number)[: 4 * width + 1]
        line = Content(text)
        if self.words:
            for found in re.finditer(re.escape(self.words), text, re.IGNORECASE):
                line = line.stylize("$text-warning reverse", *found.span())
        return line.truncate(width, ellipsis=True)
