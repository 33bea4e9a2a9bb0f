"""The part Network: what it is called, what it is made of, and whose weights it begins with."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Select, Static

from annotat3d_tui.networks.architectures import ARCHITECTURES, Architecture, architecture_of
from annotat3d_tui.networks.listing import Listed
from annotat3d_tui.networks.network import SUFFIX
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.network_text import NetworkRow, network_details
from annotat3d_tui.tui.telling import tell

NOTHING = ""
"""Stands for no network to start from."""
CLASSES = 2
"""For which parameters are counted while no dataset says how many there are."""


class NetworkPane(VerticalScroll, can_focus=False):
    """Three fields, and what is to be said of what they hold; each change is told by `Changed`."""

    class Changed(Message):
        """Name, architecture or what it starts from are others."""

    def __init__(self, draft: NetworkDraft, folder: Path, *, id: str) -> None:
        super().__init__(id=id)
        self._draft, self._where = draft, folder
        self._networks: Sequence[Listed] = ()
        self._offered = self._starts()

    def compose(self) -> ComposeResult:
        """The fields, then the text."""
        names = [(name, name) for name in ARCHITECTURES]
        with Horizontal(classes="row"):
            yield Static("Name", classes="name")
            yield Input(self._draft.name, placeholder="grains", compact=True, id="network-name")
            yield Static(f"{SUFFIX} in {self._where}", classes="range", markup=False)
        with Horizontal(classes="row"):
            yield Static("Architecture", classes="name")
            value = self._draft.training.architecture
            yield Select(names, value=value, allow_blank=False, compact=True, id="architecture")
            yield Static("", classes="range", id="of-start", markup=False)
        with Horizontal(classes="row"):
            yield Static("Start from", classes="name")
            yield Select(self._offered, value=self._draft.start, allow_blank=False, compact=True, id="start")
            yield Static("weights of another network, for Finetune", classes="range", markup=False)
        yield Static("", id="about-architecture")
        yield Static("", id="about-name", markup=False)

    @property
    def start(self) -> Listed | None:
        """The network whose weights it is to begin with."""
        return next((one for one in self._networks if one.name == self._draft.start), None)

    def show_networks(self, networks: Sequence[Listed]) -> None:
        """The networks of the folder are known."""
        self._networks = networks
        starts = self._starts()
        if starts != self._offered:
            self._offered, choice = starts, self.query_one("#start", Select)
            with self.prevent(Select.Changed):
                choice.set_options(starts)
                choice.value = self._draft.start
        self._follow_start()

    def show_facts(self, classes: int, deep_supervision: bool, row: NetworkRow | None) -> None:
        """What the architecture is, for so many classes; row: the network that has the name already."""
        chosen = architecture_of(self._draft.training.architecture)
        tell(self.query_one("#about-architecture", Static), about(chosen, classes, deep_supervision))
        width = max(self.content_size.width, 20)
        text = f"{row.name} is there already.\n{network_details(row, width)}" if row else ""
        tell(self.query_one("#about-name", Static), text)

    def _starts(self) -> list[tuple[str, str]]:
        there = [
            (f"{one.name} ({one.network.architecture})", one.name)
            for one in self._networks
            if one.network is not None and one.has_weights
        ]
        own = self._draft.start
        lacking = [(own, own)] if own and own not in [name for _, name in there] else []
        return [("nothing", NOTHING), *there, *lacking]

    def _follow_start(self) -> None:
        """What is finetuned keeps its architecture."""
        start, choice = self.start, self.query_one("#architecture", Select)
        if start is not None and start.network is not None:
            choice.value = start.network.architecture
        choice.disabled = start is not None
        tell(self.query_one("#of-start", Static), f"that of {plain(start.name)}" if start else "")

    @on(Input.Changed, "#network-name")
    def _named(self, event: Input.Changed) -> None:
        event.stop()
        self._draft.name = event.value.strip().removesuffix(SUFFIX)
        self.post_message(self.Changed())

    @on(Select.Changed)
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        if event.select.id == "start":
            self._draft.start = str(event.value)
            self._follow_start()
        self.post_message(self.Changed())

    @property
    def architecture(self) -> str:
        """The one that is chosen."""
        return str(self.query_one("#architecture", Select).value)


def about(architecture: Architecture, classes: int, deep_supervision: bool) -> Content:
    """What a network of this architecture is, line by line."""
    return Content("\n").join(_lines(architecture, classes, deep_supervision))


def _lines(one: Architecture, classes: int, deep_supervision: bool) -> Iterator[Content]:
    sides = "be 1 in z, and have sides in y and x" if one.dimensions == 2 else "have sides"
    rows = (
        ("", one.about),
        ("patches", f"must {sides} that {one.divisor} divides"),
        ("sees", f"{one.receptive_field} voxels along an axis around each voxel (receptive field)"),
        ("learns", f"{one.parameter_count(classes, 1, deep_supervision)} parameters, for {classes} classes"),
        ("source", one.source),
    )
    for name, text in rows:
        yield Content.assemble((f"{name:<10}", MUTED) if name else "", text)
