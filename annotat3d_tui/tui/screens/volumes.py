"""Asks for volumes: a file, a pattern that finds several, or all of a folder."""

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.completion import as_path, split
from annotat3d_tui.tui.screens.paths import KEYS, AskPath, ChosenPath, PathInput
from annotat3d_tui.tui.volume_paths import KNOWN, Found, is_pattern, slices_at, volumes_of
from annotat3d_tui.volume.disk import is_there, is_zarr

HELP = f"A file ({KNOWN}), or a pattern that finds several, such as scans/*.tif"
MOST = 200
"""Volumes that a pattern finds which are listed."""


class Matched(Message):
    """What a pattern finds."""

    def __init__(self, pattern: str, found: Found) -> None:
        super().__init__()
        self.pattern, self.found = pattern, found


class AskVolumes(AskPath):
    """Asks for a volume, or for a pattern such as scans/*.tif that stands for several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+a", "all", "All here", id="volumes.all", priority=True, tooltip="Every volume of the folder."),
        Binding(
            "ctrl+o",
            "one",
            "Slices as one",
            id="volumes.one",
            priority=True,
            tooltip="The images of the folder, or of the pattern, are the slices of one volume.",
        ),
    ]

    def __init__(self, title: str, value: str = "", *, help: str = HELP) -> None:
        super().__init__(title, value, help=help)

    def on_mount(self) -> None:
        """With the key for all of a folder."""
        self.query_one("#ask-path").border_subtitle = hints(
            self.app, ("volumes.all", "all"), ("volumes.one", "slices"), *KEYS
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take a Zarr, which is a folder that is not gone into."""
        path = as_path(event.value)
        if event.value.strip() and is_zarr(path):
            event.prevent_default()
            self._finish(path)

    def action_all(self) -> None:
        """Take every volume of the folder that is listed; they are shown first."""
        folder, _ = split(self.query_one(PathInput).value)
        self._go(f"{folder}*")

    def action_one(self) -> None:
        """Take the slices of the folder that is listed, or of the pattern, as one volume."""
        try:
            self.dismiss(ChosenPath(slices_at(self.query_one(PathInput).value), is_one=True))
        except (Annotat3DError, OSError) as error:
            self._say(str(error), wrong=True)

    def _list(self, text: str) -> None:
        if is_pattern(text):
            self._match(text)
        else:
            super()._list(text)

    @work(thread=True, exclusive=True, group="match", exit_on_error=False)
    def _match(self, text: str) -> None:
        self.post_message(Matched(text, volumes_of([text])))

    @on(Matched)
    def _show(self, event: Matched) -> None:
        if event.pattern != self.query_one(PathInput).value:
            return
        paths = event.found.paths
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(path.name, id=str(path)) for path in paths[:MOST]])
        count = count_text(len(paths), "volume")
        said = f"{count}: Enter takes all in this order." if paths else f"No volume ({KNOWN}) is found by this pattern."
        self._say(said, wrong=not paths)

    def _finish(self, path: Path) -> None:
        if is_there(path) or is_pattern(str(path)):
            self.dismiss(ChosenPath(path))
        else:
            super()._finish(path)
