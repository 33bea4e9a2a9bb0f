"""History: every act in words, the present one marked; Enter goes back or forth to any of them."""

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from annotat3d_tui.labels.past import Past
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.widgets.long_list import LongList

AT_ONCE = 25
SLICE_SECONDS = 0.02
"""Acts that are one line of the journal, and how long they may take before a key is answered."""
KEYS = (("list.choose", "go there"), ("history.close", "close"))


class History(Over[None]):
    """All acts on marks and label volume, oldest first, after a line for the beginning.

    changed: called when marks or labels are others. refusal: why one cannot go anywhere; "" when one can.
    """

    CSS_PATH = "history.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,U,q", "leave", "Close", id="history.close", tooltip="Stop on the way, or back to the slice.")
    ]

    def __init__(self, past: Past, changed: Callable[[], object], refusal: str = "") -> None:
        super().__init__()
        self._past, self._changed, self._refusal = past, changed, refusal
        self._target: int | None = None

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(id="history") as box:
            box.border_title = "History"
            box.border_subtitle = hints(self.app, *KEYS)
            yield LongList(self._line)

    def on_mount(self) -> None:
        """Begin at the present."""
        acts = self.query_one(LongList)
        acts.count = self._past.acts() + 1
        acts.highlighted = self._past.position
        acts.focus()

    @on(LongList.Selected)
    def _selected(self, event: LongList.Selected) -> None:
        event.stop()
        if self._refusal:
            self.notify(self._refusal, severity="warning", markup=False)
            return
        going, self._target = self._target is not None, event.number
        if not going:
            self._go_on()

    def _go_on(self) -> None:
        """Go towards the target for a while; keys are answered in between."""
        if self._target is None:
            return
        ended = time.monotonic() + SLICE_SECONDS
        with errors_said(self):
            while self._target is not None and time.monotonic() < ended:
                self._step(self._target)
        self.query_one(LongList).refresh()
        if self._target is None:
            self._arrived()
        else:
            left = abs(self._target - self._past.position)
            self.query_one("#history").border_subtitle = f"{left} acts to go · " + hints(
                self.app, ("history.close", "stops")
            )
            self.set_timer(0.001, self._go_on)

    def _step(self, target: int) -> None:
        ahead = target - self._past.position
        self._target = None  # also when the journal cannot be written
        if ahead > 0:
            self._past.redo(min(ahead, AT_ONCE))
        elif ahead < 0:
            self._past.undo(min(-ahead, AT_ONCE))
        if self._past.position != target:
            self._target = target

    def _arrived(self) -> None:
        self.query_one("#history").border_subtitle = hints(self.app, *KEYS)
        self._changed()

    def action_leave(self) -> None:
        """Stop on the way, or close."""
        if self._target is not None:
            self._target = None
            self._arrived()
        else:
            self.dismiss()

    def _line(self, number: int, width: int) -> Content:
        present = self._past.position
        mark = "▶ " if number == present else "  "
        words = self._past.words_of(number - 1) if number else "the beginning"
        text = f"{mark}{number:>6}  {words}"
        style = "bold $text-accent" if number == present else ("$foreground 50%" if number > present else "")
        return Content.styled(text, style).truncate(width, ellipsis=True)
