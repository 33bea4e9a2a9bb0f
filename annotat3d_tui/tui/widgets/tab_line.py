"""Line 2: the tabs, and at the right what the label shown is worth."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.tui.widgets.lines import two_sided

TABS = (("F2", "Segment"),)
MUTED = "$foreground 60%"


class TabLine(Widget):
    """The tabs; `note` is said at the right."""

    DEFAULT_CSS = "TabLine { height: 1; }"

    note: reactive[str] = reactive("")

    def render(self) -> Content:
        """The line."""
        tabs = [Content.assemble((f"{key} ", MUTED), (name, "bold $text-accent")) for key, name in TABS]
        note = Content.assemble((self.note, MUTED))
        return two_sided(Content("  ").join(tabs), note, self.content_size.width)
