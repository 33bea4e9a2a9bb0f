"""Line 2: the tabs, and at the right what the label shown is worth."""

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.actions import first_key
from annotat3d_tui.tui.widgets.lines import two_sided

TABS = {
    "segment": "Segment",
    "scene": "3D",
    "datasets": "Datasets",
    "networks": "Networks",
    "inference": "Inference",
    "jobs": "Jobs",
    "gpus": "GPUs",
}
"""Action of the application, which is its binding's id, too; name."""
MUTED = "$foreground 60%"
LEAST = (40, 12)
"""Columns and rows that the screen needs to show what one works with."""


class TabLine(Widget):
    """The tabs, `tab` bright; `note` is said at the right, or what size the terminal should have if it is too small."""

    DEFAULT_CSS = "TabLine { height: 1; }"
    ALLOW_SELECT = False

    note: reactive[str] = reactive("")

    def __init__(self, tab: str = "segment") -> None:
        super().__init__()
        self._tab = tab

    def render(self) -> Content:
        """The line."""
        columns, rows = self.app.size
        small = columns < LEAST[0] or rows < LEAST[1]
        note = Content.styled(f"needs {LEAST[0]}×{LEAST[1]}", "bold $text-warning") if small else self._said()
        return two_sided(Content("  ").join(self._tabs()), note, self.content_size.width)

    def on_click(self, event: events.Click) -> None:
        """Go to the tab under the mouse."""
        start = self.gutter.left
        for action, tab in zip(TABS, self._tabs(), strict=True):
            if start <= event.x < start + tab.cell_length:
                self.run_worker(self.app.run_action(action, self.app))
            start += tab.cell_length + 2

    def _tabs(self) -> list[Content]:
        return [
            Content.assemble(
                (f"{first_key(f'app.{action}', self.app)} ", MUTED),
                (name, "bold $text-accent" if action == self._tab else MUTED),
            )
            for action, name in TABS.items()
        ]

    def _said(self) -> Content:
        return Content.assemble((self.note, MUTED))
