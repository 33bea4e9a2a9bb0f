"""A label volume opens on its image, from whatever screen shows that there is one."""

from pathlib import Path
from typing import Any

from textual import work
from textual.app import App

from annotat3d_tui.places import resolved
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.erring import SaysErrors
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.welcome import Opened


def in_the_way(app: App[Any]) -> str:
    """Why no other image can be opened now; "" when one can."""
    screens = (screen for screen in app.screen_stack if isinstance(screen, SegmentScreen))
    running = next((screen.running for screen in screens), None)
    return with_keys(running.in_the_way, app) if running is not None else ""


class LabelOpening(SaysErrors):
    """A screen from which labels are opened on their images."""

    def open_label(self, image: Path, label: Path) -> None:
        """Show the label on its image: on the one that is open, if it is that one."""
        screens = (screen for screen in self.app.screen_stack if isinstance(screen, SegmentScreen))
        opened = next((one for one in screens if resolved(one.session.workspace.image) == resolved(image)), None)
        if opened is not None:
            for _ in range(len(self.app.screen_stack) - 1 - self.app.screen_stack.index(opened)):
                self.app.pop_screen()
            opened.call_later(opened.offer_label, label)  # who asks must be there when the answer comes
        elif reason := in_the_way(self.app):
            self.notify(reason, severity="warning", markup=False)
        else:
            self.notify(f"Opening {image}…", timeout=3, markup=False)
            self.open_labelled(image, label)

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def open_labelled(self, image: Path, label: Path) -> None:
        """Open the workspace of an image, then offer the label."""
        self.post_message(Opened(open_session(image=image), label))
