"""The parts of the screen Inference: network, output and images; settings; results."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Select, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.listing import Listed, state_text
from annotat3d_tui.tui.forms import Form, FormChanged
from annotat3d_tui.tui.inference_checking import Answer
from annotat3d_tui.tui.inference_draft import InferenceDraft, InferenceForm
from annotat3d_tui.tui.job_text import MUTED, STYLES, number_parts, plain, progress_bar
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.result_text import result_line
from annotat3d_tui.tui.results import Row
from annotat3d_tui.tui.widgets.gpu_table import GpuTable
from annotat3d_tui.tui.widgets.lines import Part, fitting, joined
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.volume_list import UNCHECKED, Check, VolumeList
from annotat3d_tui.volume.place import name_of

WIDE = 116
"""Columns from which on devices and form stand beside each other."""
BAR = 24


class PaneChanged(Message):
    """A network, a file, the folder or a setting is another."""


class NetworkChosen(Message):
    """Another network was chosen from the list."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder


class ImagesPane(Vertical):
    """Network, output folder, input images. start: gives the folder in which the first image is looked for."""

    def __init__(self, draft: InferenceDraft, start: Callable[[], Path], *, id: str) -> None:
        super().__init__(id=id)
        self._draft, self._start = draft, start
        self._answer = Answer()
        self._names: list[tuple[str, Path]] = []

    def compose(self) -> ComposeResult:
        """As the dialog of the manual has them."""
        with Horizontal(classes="line"):
            yield Static("Network", classes="name")
            yield Select[Path]([], prompt="choose a network", compact=True, id="network")
            yield Button("Other…", compact=True, id="other-network")
        with Horizontal(classes="line"):
            yield Static("Output", classes="name")
            yield Input(self._draft.output, placeholder="the usual folder", compact=True, id="output")
            yield Button("Browse…", compact=True, id="browse")
        yield VolumeList("Input images", self._check, start=self._start, id="images")

    def on_mount(self) -> None:
        """As it was left."""
        self.query_one(VolumeList).set_paths(self._draft.images)

    def show_networks(self, networks: Sequence[Listed], chosen: Path | None) -> None:
        """List the networks, and one of another folder where that is chosen."""
        names = [(_network_text(one), one.folder) for one in networks if one.network]
        if chosen is not None and chosen not in [folder for _, folder in names]:
            names.append((str(chosen), chosen))
        select: Select[Path] = self.query_one("#network", Select)
        if names != self._names:
            self._names = names
            with self.prevent(Select.Changed):
                select.set_options(names)
        if chosen is not None and select.value != chosen:
            with self.prevent(Select.Changed):
                select.value = chosen

    def show(self, answer: Answer) -> None:
        """Write beside each image what was found."""
        self._answer = answer
        volumes = self.query_one(VolumeList)
        volumes.refresh_checks()
        line = self.query_one("#output", Input)
        line.placeholder = str(answer.output) if answer.network else "the usual folder"

    def sentence(self) -> str:
        """The whole problem of the bright image; "" where there is none."""
        rows = self.query_one(VolumeList).rows
        number = rows.highlighted
        if not rows.has_focus or number is None or number >= len(self._draft.images):
            return ""
        one = self._answer.by_path.get(self._draft.images[number])
        return one.problem if one else ""

    def _check(self, number: int) -> Check:
        images = self._draft.images
        return self._answer.check(images[number]) if number < len(images) else UNCHECKED

    @on(VolumeList.Changed)
    def _other_images(self, event: VolumeList.Changed) -> None:
        event.stop()
        self._draft.images = event.volumes.paths
        self.post_message(PaneChanged())

    @on(Input.Changed, "#output")
    def _other_output(self, event: Input.Changed) -> None:
        event.stop()
        self._draft.output = event.value.strip()
        self.post_message(PaneChanged())

    @on(Select.Changed, "#network")
    def _other_network(self, event: Select.Changed) -> None:
        event.stop()
        if isinstance(event.value, Path):
            self.post_message(NetworkChosen(event.value))


def _network_text(one: Listed) -> str:
    assert one.network
    return f"{one.name}  {one.network.architecture}, {state_text(one.network, one.state)}"


class SettingsPane(Container):
    """The devices, and how the network is applied."""

    def __init__(self, draft: InferenceDraft, watch: GpuWatch, picks: Picks, *, id: str) -> None:
        super().__init__(id=id)
        self._draft, self._watch, self._picks = draft, watch, picks

    def compose(self) -> ComposeResult:
        """The table of the GPUs, and the form."""
        with Vertical(id="system"):
            yield Static("System", classes="heading")
            yield GpuTable(self._watch, self._picks)
            yield Static("", id="picked", markup=False)
        with VerticalScroll(id="borders", can_focus=False):
            yield Static("Borders, patches, batch", classes="heading")
            yield Form(self._draft.form)

    async def begin(self, form: InferenceForm) -> None:
        """Other values in the place of those that are there."""
        self._draft.form = form
        box = self.query_one("#borders")
        async with box.batch():
            await box.query_one(Form).remove()
            await box.mount(Form(form))

    @property
    def complaint(self) -> str:
        """What is wrong in the form, a sentence; "" when nothing is."""
        try:
            self.query_one("#borders > Form", Form).value()
        except InvalidParameter as error:
            return str(error)
        return ""

    @on(FormChanged)
    def _changed(self, event: FormChanged) -> None:
        event.stop()
        if not self.complaint:
            value = self.query_one("#borders > Form", Form).value()
            assert isinstance(value, InferenceForm)
            self._draft.form = value
        self.post_message(PaneChanged())

    @on(GpuTable.Changed)
    def _say_picked(self) -> None:
        self.query_one("#picked", Static).update(self.query_one(GpuTable).picked_text())

    def on_resize(self, event: events.Resize) -> None:
        """Beside each other where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")


class ResultsPane(Vertical):
    """How the job goes, and what has become of each image."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows: list[Row] = []
        self._here = socket.gethostname()

    def compose(self) -> ComposeResult:
        """A line of numbers, a bar, the images."""
        yield Static("", id="numbers", markup=False)
        yield LongList(self._line)
        yield Static("", id="none", markup=False)

    def show(self, seen: Seen | None, rows: list[Row], nothing: str) -> None:
        """What is known now; nothing: what is said where no image is known."""
        self._rows = rows
        listed, none, numbers = self.query_one(LongList), self.query_one("#none", Static), self.query_one("#numbers")
        before = listed.highlighted
        listed.count = len(rows)
        listed.highlighted = (before or 0) if rows else None
        listed.refresh_changed()
        listed.display, none.display = bool(rows), not rows
        none.update(nothing)
        numbers.display = seen is not None
        if seen is not None and isinstance(numbers, Static):
            numbers.update(self._numbers(seen, numbers.content_size.width or 76))

    def _numbers(self, seen: Seen, width: int) -> Content:
        state, *others = number_parts(seen, (), self._here)
        share = seen.progress.share if seen.progress and not seen.status.has_ended else None
        bar = [] if share is None else [Part(progress_bar(share, BAR), "$text-accent", 3)]
        parts = [Part(f"Job {seen.number}", "bold"), Part(state, STYLES[seen.state]), *bar]
        parts += [Part(text, "", 1 + number) for number, text in enumerate(others)]
        return joined(fitting(parts, width))

    @property
    def chosen(self) -> Row | None:
        """The image that is bright."""
        number = self.query_one(LongList).highlighted
        return self._rows[number] if number is not None and number < len(self._rows) else None

    def _line(self, number: int, width: int) -> Content:
        row = self._rows[number]
        if row.outcome is not None:
            return result_line(row.outcome, width)
        name = plain(name_of(row.image))
        return Content.styled(f" ·  {name}  {row.waits}", MUTED).truncate(width, ellipsis=True)
