"""Networks (F5): what was learned from datasets, what is being learned, and how far it is."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.listing import Listed, network_rows, networks_in
from annotat3d_tui.networks.network import Network
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.job_text import plain
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.network_files import NetworkFiles, next_name
from annotat3d_tui.tui.network_text import (
    NetworkRow,
    head_line,
    network_details,
    network_line,
    rows_of,
    trainings,
    why_not,
)
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.help import HelpPage, HelpScreen
from annotat3d_tui.tui.screens.listing import ListingScreen
from annotat3d_tui.tui.screens.network_manager import NetworkManager
from annotat3d_tui.tui.sending import Tried
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.workspace import LearningFolders

LOOK_SECONDS = 2.0
"""Between two looks at networks while one is trained."""
KEYS = (
    ("list.choose", "open", "open", 2),
    ("networks.new", "new", "new", 0),
    ("networks.finetune", "finetune", "finetune", 3),
    ("networks.info", "info", "info", 5),
    ("networks.resume", "resume", "resume", 3),
    ("networks.export", "export", "export", 2),
    ("networks.import", "import", "import_file", 2),
    ("networks.remove", "delete", "remove_network", 4),
    ("networks.cancel", "cancel", "cancel_training", 4),
    ("networks.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 5),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
HELP = """\
A network is a folder NAME.network, which ls and less explain. Those listed lie in the folder networks of the \
workspace, or of the folder where the program was started. A network is trained by a job, which outlives this screen \
and the line: {app.jobs} has its log and its curves. ▶ training, · queued, ✓ done, ■ stopped before its end, ✗ failed: \
{networks.resume} goes on with the last two, to the weights that it would have had. {networks.export} writes one file \
for a colleague (.network.zip) or for other programs (.onnx), {networks.import} reads the former."""
EMPTY = "There are no networks in {folder} yet: {networks.new} makes one, {networks.import} reads one from a file."
OF_NETWORK = ("open", "finetune", "info", "resume", "export", "remove_network", "copy_path")


class Found(Message):
    """The networks as they are now."""

    def __init__(self, networks: list[Listed]) -> None:
        super().__init__()
        self.networks = networks


class NetworksScreen(NetworkFiles, ListingScreen):
    """The networks of a folder and those that are to be trained there.

    folders: gives where they lie, now. chosen_changes: gives the changes of samples that were chosen with the datasets.
    """

    TAB, WHAT, KEYS, HELP, EMPTY = "networks", "network", KEYS, HELP, EMPTY
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New…", id="networks.new", tooltip="What it is, learns from, and how; then it is trained."),
        Binding(
            "f", "finetune", "Finetune…", id="networks.finetune", tooltip="A new one, from the weights of this one."
        ),
        Binding("i", "info", "Info", id="networks.info", tooltip="All about it: what it is, on what and how trained."),
        Binding("r", "resume", "Resume", id="networks.resume", tooltip="Go on with a training that was stopped."),
        Binding("e", "export", "Export…", id="networks.export", tooltip="As one file, for a colleague, or as ONNX."),
        Binding("m", "import_file", "Import…", id="networks.import", tooltip="From a file that was exported."),
        Binding("d,delete", "remove_network", "Delete…", id="networks.remove", tooltip="The folder; asks first."),
        Binding(
            "x", "cancel_training", "Cancel…", id="networks.cancel", tooltip="Stop the training; what is kept stays."
        ),
        Binding("y", "copy_path", "Copy path", id="networks.copy", tooltip="Of the network, to the clipboard."),
        Binding("escape,q", "back", "Back", id="networks.back", tooltip="To where it was called."),
    ]

    def __init__(
        self,
        folders: Callable[[], LearningFolders],
        draft: NetworkDraft,
        watch: GpuWatch,
        picks: Picks,
        chosen_changes: Callable[[], Augmentation],
    ) -> None:
        super().__init__()
        self._chosen_changes = chosen_changes
        self._folders, self.draft, self._watch, self._picks = folders, draft, watch, picks
        self._networks: list[Listed] | None = None
        self._rows: list[NetworkRow] = []

    def on_mount(self) -> None:
        """Begin to look."""
        super().on_mount()
        self.set_interval(LOOK_SECONDS, self._look_again)
        self.show_rows()

    @property
    def folder(self) -> Path:
        """Where the networks lie."""
        return self._folders().networks

    @property
    def chosen(self) -> NetworkRow | None:
        """What is bright."""
        number = self.highlighted
        return self._rows[number] if number is not None and number < len(self._rows) else None

    def _look_again(self) -> None:
        if any(row.is_training for row in self._rows) and self.app.screen is self:
            self.look()

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def look(self) -> None:
        """Read what each network says of itself."""
        jobs = trainings(self.watching.jobs)
        under_way = {folder for folder, seen in jobs.items() if not seen.status.has_ended}
        self.post_message(Found(networks_in(self.folder, under_way)))

    @on(Found)
    def _found(self, event: Found) -> None:
        self._networks = event.networks
        self.show_rows()

    def show_jobs(self) -> None:
        """The jobs are others: what was being trained may be done."""
        before = [(row.name, row.state) for row in self._rows]
        self.show_rows()
        if before != [(row.name, row.state) for row in self._rows]:
            self.look()

    def have_changed(self, said: str) -> None:
        """Look at once."""
        super().have_changed(said)
        self.look()

    def show_rows(self) -> None:
        """The networks and the jobs as they are known now."""
        bright = self.chosen.name if self.chosen else None
        self._rows = rows_of(self._networks or [], self.watching.jobs, self.folder)
        training = sum(row.is_training for row in self._rows)
        known = None if self._networks is None else len(self._networks)
        self.show_list([row.name for row in self._rows], bright, known, f"{training} in training" if training else "")

    def head(self, width: int) -> Content:
        """The names of the columns."""
        return head_line(width)

    def line(self, number: int, width: int) -> Content:
        """A network."""
        return network_line(self._rows[number], width)

    def details(self, width: int) -> str:
        """Where the bright one lies, what it tells apart, what its job says."""
        return network_details(self.chosen, width) if self.chosen is not None else ""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        row = self.chosen
        if action == "cancel_training" and (row is None or not row.is_training):
            return "no network is being trained in this row"
        if action not in OF_NETWORK:
            return ""
        if row is None:
            return "there is no network here"
        return with_keys(why_not(row, action), self.app)

    @on(LongList.Selected)
    async def _selected(self) -> None:
        await self.app.run_action("open", self)

    def action_open(self) -> None:
        """Its manager: the log of one that is trained, else what it is."""
        if (row := self.chosen) is None:
            return
        if row.listed.network is not None:
            self.draft.of(row.listed.network, self._origin(row.listed.network), row.name)
        else:
            self.draft.name = row.name
        self._manage("log" if row.seen is not None else "network")

    def action_new(self) -> None:
        """The manager, with what was begun; a name that is taken gives way to another.

        Samples are changed as was chosen with the datasets, where that was chosen since.
        """
        self.draft.take_changes(self._chosen_changes())
        names = [row.name for row in self._rows]
        if self.draft.name in names:
            self.draft.name, self.draft.start = "", ""
        self._manage("network")

    def action_finetune(self) -> None:
        """The manager, to start from this one."""
        if (row := self.chosen) is not None and row.listed.network is not None:
            names = {one.name for one in self._rows}
            self.draft.of(row.listed.network, row.name, next_name(row.name, names))
            self._manage("network")

    def _manage(self, part: str) -> None:
        manager = NetworkManager(self.draft, self._folders, self._watch, self._picks, part)
        self.app.push_screen(manager)

    def _origin(self, network: Network) -> str:
        """The name of what it was finetuned from, if it is still there."""
        origin = Path(network.origin)
        there = {row.name for row in self._rows if row.listed.network is not None}
        return origin.stem if network.origin and origin.parent == self.folder and origin.stem in there else ""

    def action_info(self) -> None:
        """All about it."""
        if (row := self.chosen) is not None and row.listed.network is not None:
            state = row.listed.state
            took = duration_text(state.seconds) if state and state.seconds else ""
            rows = network_rows(row.listed.network, state, took)
            facts = "\n".join(plain(f"{name:<15}{text}") for name, text in rows)
            self.app.push_screen(HelpScreen([HelpPage("", facts)], title=plain(row.name)))

    def action_resume(self) -> None:
        """Go on with it, as a job on the devices that are picked."""
        if (row := self.chosen) is not None:
            self.resume(row, self.folder.parent, self.watching.picks.uuids)

    def action_export(self) -> None:
        """Ask for a file."""
        if (row := self.chosen) is not None:
            self.ask_export(row.listed.folder)

    def action_import_file(self) -> None:
        """Ask for a file."""
        self.ask_import(self.folder)

    def action_remove_network(self) -> None:
        """Ask, then delete it."""
        if (row := self.chosen) is not None:
            self.ask_delete(row.listed.folder)

    def action_cancel_training(self) -> None:
        """Ask, then stop the job that trains it."""
        if (row := self.chosen) is not None and row.seen is not None:
            self.ask_cancel(row.seen, row.name)

    def action_copy_path(self) -> None:
        """Where it lies, to the clipboard of the terminal (OSC 52)."""
        if (row := self.chosen) is not None:
            self.copy_path_of(row.listed.folder)

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        """Say which job it is, or why there is none."""
        if event.job is None:
            self.notify(event.problem, severity="error", timeout=20, markup=False)
            return
        said = f"Job {event.job.number}: {event.job.request.title}. {{app.jobs}} shows it."
        self.notify(with_keys(said, self.app), markup=False)
        self.watching.looker.now()
