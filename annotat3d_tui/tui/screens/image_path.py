"""Asks for an image: tells beneath what it is and what opening it takes, and lists what is in a file with several."""

from pathlib import Path
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.completion import as_path
from annotat3d_tui.tui.raw_form import lacks_properties
from annotat3d_tui.tui.screens.paths import KEYS, AskPath, PathInput
from annotat3d_tui.tui.volume_paths import slices_at
from annotat3d_tui.volume.disk import is_sequence, is_there
from annotat3d_tui.volume.inside import Inside, may_hold_several, volumes_inside
from annotat3d_tui.volume.place import IMAGES, place_of

PAUSE = 0.15
"""Seconds that the hand rests before a file is looked at."""
SAMPLED_BYTES = 1 << 24
ASKED = "RAW: its size and type are asked for next."


class Looked(Message):
    """What a path is, in words; the volumes in it, where it may hold several; `taken`: it was chosen."""

    def __init__(self, path: Path, text: str, wrong: bool, inside: list[Inside], taken: bool) -> None:
        super().__init__()
        self.path, self.text, self.wrong, self.inside, self.taken = path, text, wrong, inside, taken


class AskImage(AskPath):
    """Asks for an image to open; None when closed by Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+o",
            "slices",
            "Slices as one",
            id="image.slices",
            priority=True,
            tooltip="The images of the folder, or of the pattern, are the slices of the image.",
        )
    ]

    def __init__(self, title: str, value: str = "", *, help: str = IMAGES) -> None:
        super().__init__(title, value, help=help)
        self._pause: Timer | None = None
        self._inside: list[Inside] = []

    def on_mount(self) -> None:
        """With the key for a folder of slices."""
        self.query_one("#ask-path").border_subtitle = hints(self.app, ("image.slices", "slices"), *KEYS)

    def action_slices(self) -> None:
        """Take the slices of the folder that is listed, or of the pattern, as one image."""
        try:
            self._take(slices_at(self.query_one(PathInput).value))
        except (Annotat3DError, OSError) as error:
            self._say(str(error), wrong=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at what is typed once the hand rests."""
        self._look_soon(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take a Zarr, which is a folder that is not gone into."""
        path = as_path(event.value)
        if event.value.strip() and may_hold_several(path):
            event.prevent_default()
            self._finish(path)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Look at what is bright."""
        if self.query_one(OptionList).has_focus:
            self._look_soon(str(event.option_id))

    def _look_soon(self, text: str) -> None:
        if self._pause is not None:
            self._pause.stop()
        path = as_path(text)
        self._pause = self.set_timer(PAUSE, lambda: self.look(path) if text.strip() else None)

    def _list(self, text: str) -> None:
        place, begun = place_of(text), text.rpartition(":")[2]
        inside = [one for one in self._inside if place_of(one.path).file == place_of(as_path(text)).file]
        if not inside or not (place.inside or text.endswith(":")):
            super()._list(text)
            return
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(_row(one), id=one.path) for one in inside if one.name.startswith(begun)])

    def _finish(self, path: Path) -> None:
        if may_hold_several(path):
            self._take(path)
        else:
            super()._finish(path)

    def _take(self, path: Path) -> None:
        """Look at what was chosen; what was typed before is looked at no more, which would put an end to this."""
        if self._pause is not None:
            self._pause.stop()
        self.look(path, taken=True)

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def look(self, path: Path, taken: bool = False) -> None:
        """Look at a file: its headers, and a few planes."""
        place = place_of(path)
        if not is_there(path) or (not taken and place.file.is_dir() and is_sequence(place.file)):
            return
        inside: list[Inside] = []
        try:
            inside = volumes_inside(path)
            several = len(inside) > 1 and not place.inside
            text = f"{count_text(len(inside), 'volume')}: Enter lists them." if several else opening_text(path)
            self.post_message(Looked(path, text, False, inside, taken))
        except Annotat3DError as error:
            self.post_message(Looked(path, str(error), True, inside, taken))

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        several = len(event.inside) > 1
        if several:
            self._inside = event.inside
        if event.taken and several and not place_of(event.path).inside:
            self._go(f"{place_of(event.path).file}:")
        elif event.taken and not event.wrong:
            super()._finish(event.path)
        elif event.taken or event.path in (as_path(self.query_one(PathInput).value), self._bright):
            self._say(event.text, wrong=event.wrong)

    @property
    def _bright(self) -> Path | None:
        listed = self.query_one(OptionList)
        if not listed.has_focus or listed.highlighted is None:
            return None
        return as_path(str(listed.get_option_at_index(listed.highlighted).id))


def opening_text(path: Path) -> str:
    """What an image is, and what opening it takes: memory, disk, time. Raises errors of the family."""
    from annotat3d_tui.volume.converted import Conversions
    from annotat3d_tui.volume.description import description_of
    from annotat3d_tui.volume.formats import inspect
    from annotat3d_tui.volume.sampling import sampled
    from annotat3d_tui.workspace import volumes_of

    if lacks_properties(path):
        return ASKED
    source = inspect(path)
    folder = volumes_of(path)
    said = description_of(source, Conversions(folder, may_write=False) if folder else None)
    text = f"{said.summary}\n{said.layout}: {said.opening}"
    sample = sampled(source, SAMPLED_BYTES) if said.disk_bytes and said.converted < 1 else None
    if sample and sample.seconds is not None:
        text += f", about {duration_text(max(sample.seconds * (1 - said.converted), 1))}"
    return "\n".join([text, *([said.later] if said.later else []), *said.warnings])


def _row(one: Inside) -> Table:
    row = Table.grid(expand=True)
    row.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    row.add_column(justify="right", no_wrap=True)
    row.add_row(Text(one.name), Text(one.facts, "dim"))
    return row
