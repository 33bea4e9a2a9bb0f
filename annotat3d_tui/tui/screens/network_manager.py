"""The network manager: the parts Network, Dataset, Settings and Log; Train, Finetune, Resume and Export are jobs."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, ContentSwitcher, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs.gpu_room import room_on
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import missing
from annotat3d_tui.networks.fitting import Room, room_here
from annotat3d_tui.networks.listing import Listed
from annotat3d_tui.networks.network import Network
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.forms import FieldFocused
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.network_outlook import Outlook
from annotat3d_tui.tui.network_reading import Looked, Opened, Surveyed
from annotat3d_tui.tui.network_text import NetworkRow, rows_of, trainings, why_not
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.network_beginning import NetworkBeginning
from annotat3d_tui.tui.screens.network_dataset_pane import DatasetPane
from annotat3d_tui.tui.screens.network_log_pane import LogPane
from annotat3d_tui.tui.screens.network_manager_help import BOUND, KEYS, help_pages
from annotat3d_tui.tui.screens.network_pane import CLASSES, NetworkPane
from annotat3d_tui.tui.screens.network_settings_pane import SettingsPane
from annotat3d_tui.tui.screens.parameters import help_line
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.sending import Tried
from annotat3d_tui.tui.telling import tell
from annotat3d_tui.tui.widgets.augmentation_form import LineFocused
from annotat3d_tui.tui.widgets.gpu_table import GpuTable
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.parts_line import PartsLine
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine
from annotat3d_tui.tui.work import Report
from annotat3d_tui.workspace import LearningFolders

if TYPE_CHECKING:
    from annotat3d_tui.networks.dataset import Dataset
PARTS = {"network": "Network", "dataset": "Dataset", "settings": "Settings", "log": "Log"}
FIRST = {"network": "#network-name", "dataset": "#chosen-dataset", "settings": "Form Input", "log": "LogView"}
"""What is in focus in each part at first."""
BUTTONS = {"train": "Train", "finetune": "Finetune", "resume": "Resume", "export": "Export…"}
OF_TRAINING = ("train", "finetune", "cluster", "copy_command")
REST = 0.05
"""Seconds after a change in which others may follow."""
UNFOLD = 0.4
"""Seconds after which the part Settings is made, so that it is there when it is gone to."""
ROOM_SECONDS = 2.0
"""How often it is looked what memory is free."""
CHOOSE = "Choose a dataset in the part Dataset; {app.datasets} makes one."


class NetworkManager(NetworkBeginning):
    """Asks what a network is, what it learns from and how, foretells what that takes, and starts the job.

    folders: gives where networks and datasets lie, now. part: what is shown first.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["forms.tcss", "network_manager.tcss"]
    AUTO_FOCUS = "#network-name"
    BINDINGS: ClassVar[list[BindingType]] = [*BOUND]

    def __init__(
        self,
        draft: NetworkDraft,
        folders: Callable[[], LearningFolders],
        watch: GpuWatch,
        picks: Picks,
        part: str = "network",
    ) -> None:
        super().__init__()
        self.draft, self.folders, self._part = draft, folders, part
        self._watch, self.picks = watch, picks
        self._is_whole = False
        self._networks: list[Listed] = []
        self.dataset: Dataset | None = None
        self._problem, self._form_problem = "", ""
        self._refused: tuple[NetworkDraft | None, str] = None, ""
        self._report: Report | None = None
        self._surveyed: Path | None = None
        self._room: Room | None = None
        self._room_of: tuple[str, ...] | None = None
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, the parts, what it takes and what hinders, the buttons, the keys."""
        draft = self.draft
        yield TitleLine()
        yield TabLine("networks")
        yield PartsLine(PARTS, self._part)
        with ContentSwitcher(initial=self._part):
            yield NetworkPane(draft, self.folders().networks, id="network")
            yield DatasetPane(draft, id="dataset")
            yield SettingsPane(draft, self._watch, self.picks, id="settings")
            yield LogPane(id="log")
        yield Static("", id="said", markup=False)
        yield Static("", id="forecast", markup=False)
        yield Static("", id="state")
        with Horizontal(id="buttons"):
            for act, name in BUTTONS.items():
                yield Button(name, id=act, compact=True, variant="primary" if act == "train" else "default")
        yield KeyLine()

    async def on_mount(self) -> None:
        """Look at what is there."""
        self._is_whole = True
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        self.set_interval(ROOM_SECONDS, self._look_at_room)
        self.look()
        self._open()
        await self._show_part(self._part)
        self.set_timer(UNFOLD, self._unfold)

    def _unfold(self) -> None:
        """Make the fields of the settings ahead of time, beside what the person does."""
        self.run_worker(self.query_one(SettingsPane).unfold(), group="unfold")

    def on_unmount(self) -> None:
        """Read no more."""
        self._stop()

    @property
    def is_whole(self) -> bool:
        """Whether all its parts are there: not before it is composed, nor while it is left."""
        return self._is_whole and self.is_running

    @property
    def row(self) -> NetworkRow | None:
        """The network that has the name already, or that a job is going to make."""
        rows = rows_of(self._networks, self.watching.jobs, self.folders().networks)
        return next((row for row in rows if row.name == self.draft.name), None)

    @property
    def start(self) -> Network | None:
        """The network whose weights it is to begin with."""
        listed = self.query_one(NetworkPane).start
        return listed.network if listed else None

    # what is there

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        self._networks = event.networks
        self.query_one(NetworkPane).show_networks(event.networks)
        self.query_one(DatasetPane).show_datasets(event.datasets)
        self.changed()

    def show_jobs(self) -> None:
        """The jobs are others."""
        if self.is_whole:
            self.show_log()
            self.look()

    def have_changed(self, said: str) -> None:
        """Look at once."""
        super().have_changed(said)
        self.look()

    # the dataset

    @on(DatasetPane.Changed)
    def _open(self) -> None:
        """Open the dataset that is chosen."""
        self._stop()
        self.dataset, self._problem, self._surveyed = None, "", None
        if (path := self.draft.dataset) is not None:
            self.query_one(DatasetPane).say("opening it…", str(path.parent))
            self._report = Report(self, f"Reading {path.name}", shown=False)
            self.open_dataset(path, self._report)
        else:
            self.query_one(DatasetPane).say(with_keys(CHOOSE, self.app))
        self.changed()

    def _stop(self) -> None:
        if self._report is not None:
            self._report.cancel()

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        if event.path != self.draft.dataset:
            return
        self.dataset, self._problem = event.dataset, event.problem
        self.query_one(DatasetPane).say(
            Content.styled(plain(event.problem), "$text-error") if event.problem else "", str(event.path.parent)
        )
        self._survey()
        self.changed()

    def _survey(self) -> None:
        """Read its samples, once, when its statistics are looked at."""
        path = self.draft.dataset
        if self.dataset is None or path is None or self._surveyed == path or self._part != "dataset":
            return
        self._surveyed = path
        self._report = Report(self, f"Reading {path.name}", shown=False)
        self.survey(path, self._report)

    @on(Surveyed)
    def _surveyed_so_far(self, event: Surveyed) -> None:
        if event.path == self.draft.dataset:
            self.query_one(DatasetPane).say(event.said, str(event.path.parent))

    def action_load(self) -> None:
        """Ask for a dataset of another folder."""
        start = self.draft.dataset.parent if self.draft.dataset else Path.cwd()
        ask = AskPath("Load a dataset", f"{start}/", help="A dataset (.h5, .hdf5), also one that Annotat3D has made.")
        self.app.push_screen(ask, if_given(self._load))

    def _load(self, chosen: ChosenPath) -> None:
        self.call_later(self._show_part, "dataset")
        self.query_one(DatasetPane).load(chosen.path)

    # what it takes

    @on(NetworkPane.Changed)
    @on(SettingsPane.Changed)
    def changed(self) -> None:
        """Say soon what it takes now: many fields change at once when they are made."""
        if self._due is None:
            self._due = self.set_timer(REST, self._read_fields)

    def _read_fields(self) -> None:
        """Take over what is in the fields, say what the training takes and what hinders it."""
        if self._due is not None:
            self._due.stop()
        self._due = None
        if not self.is_whole:
            return
        draft, settings = self.draft, self.query_one(SettingsPane)
        self._form_problem = ""
        try:
            draft.training = settings.training(self.query_one(NetworkPane).architecture)
            draft.augmentation = settings.augmentation()
        except InvalidParameter as error:
            self._form_problem = str(error)
        if self._room_of != self.picks.uuids:
            self._find_room()
        self.show_state()

    def _find_room(self) -> None:
        """What memory is free now."""
        reading, picked = self.query_one(SettingsPane).table.reading, self.picks.uuids
        self._room_of = picked if reading or not picked else None
        if not picked:
            self._room = room_here()
        else:
            self._room = room_on(picked, reading, waits=True) if reading else None

    def _look_at_room(self) -> None:
        """Others take memory and give it back."""
        before = self._room
        self._find_room()
        if self._room != before and self.is_whole:
            self.show_state()

    def show_state(self) -> None:
        """The foot, the title, and what is to be said of the name."""
        draft, outlook = self.draft, self.outlook
        classes = len(self.dataset.classes) if self.dataset else CLASSES
        self.query_one(NetworkPane).show_facts(classes, draft.training.deep_supervision, self.row)
        asked, refused = self._refused
        reasons = [refused] if refused and asked == self.draft else outlook.reasons
        tell(self.query_one("#forecast", Static), outlook.forecast)
        tell(self.query_one("#state", Static), outlook.verdict(reasons))
        name = plain(draft.name) or "new"
        opened = (Part("Network", "bold"), Part(name, "", 1), Part(str(self.folders().networks), MUTED, 3))
        self.query_one(TitleLine).opened = opened
        for act in BUTTONS:
            self.query_one(f"#{act}", Button).set_class(bool(self._hindrance(act, reasons)), "-off")
        self.show_log()

    def show_log(self) -> None:
        """The training of the network of this name."""
        row, folder = self.row, Path(os.path.abspath(self.target))
        seen = trainings(self.watching.jobs).get(folder) if self.draft.name else None
        self.query_one(LogPane).show_network(folder, row.listed if row else None, seen)

    @property
    def outlook(self) -> Outlook:
        """What is asked for now, what it takes, what hinders it."""
        draft, row = self.draft, self.row
        reading = self.query_one(SettingsPane).table.reading
        opening = f"{draft.dataset.name} is being opened." if draft.dataset else ""
        return Outlook(
            draft,
            self.dataset,
            self._room,
            self._problem or opening or with_keys(CHOOSE, self.app),
            with_keys(why_not(row, "train"), self.app) if row is not None else "",
            self._form_problem,
            missing(self.picks.uuids, reading) if self.picks.uuids and reading is not None else "",
        )

    def action_take_batch(self) -> None:
        """Write the proposed batch into its field."""
        self.query_one(SettingsPane).set_batch(batch := self.outlook.batch)
        self.notify(f"Batch {batch}", timeout=2, markup=False)

    # the parts

    @on(FieldFocused)
    def _field(self, event: FieldFocused) -> None:
        tell(self.query_one("#said", Static), help_line(event.field))

    @on(LineFocused)
    def _line(self, event: LineFocused) -> None:
        tell(self.query_one("#said", Static), event.help)

    @on(PartsLine.Chosen)
    async def _chosen(self, event: PartsLine.Chosen) -> None:
        await self._show_part(event.part)

    async def action_part(self, step: int) -> None:
        """Another part."""
        await self._show_part(self.query_one(PartsLine).after(step))

    async def _show_part(self, part: str) -> None:
        self._part = part
        self.query_one(PartsLine).chosen = part
        if part == "settings":
            await self.query_one(SettingsPane).unfold()
        self.query_one(ContentSwitcher).current = part
        self.query_one("#said").display = part == "settings"
        for line in ("#forecast", "#state"):  # the log has their room
            self.query_one(line).display = part != "log"
        first = "GpuTable LongList" if part == "settings" and self.query_one(GpuTable).gpus else FIRST[part]
        if found := self.query(first):
            self.call_after_refresh(found.first().focus)
        self._survey()

    # what is done

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """As the key does."""
        self.run_worker(self.app.run_action(str(event.button.id), self))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if self._due is not None:
            self._read_fields()
        return self._hindrance(action, self.outlook.reasons if action in OF_TRAINING else ())

    def _hindrance(self, action: str, reasons: Sequence[str]) -> str:
        """The same, where it is known already what hinders a training."""
        if action == "finetune" and self.start is None:
            return "choose under Start from, in the part Network, whose weights it begins with"
        if action in OF_TRAINING:
            return next(iter(reasons), "")
        if action == "cancel_training" and (self.row is None or not self.row.is_training):
            return "no job trains this network"
        if action in ("resume", "export"):
            row = self.row
            return with_keys(why_not(row, action), self.app) if row else "there is no network of this name yet"
        if action == "take_batch" and not self.outlook.batch:
            return "there is no batch to propose: choose a dataset whose patches fit"
        return ""

    @on(Tried)
    async def _tried(self, event: Tried) -> None:
        """Show the log, or what was wrong."""
        if event.job is None:
            self._refused = replace(self.draft), event.problem
            self.show_state()
            return
        self.notify(f"Job {event.job.number}: {event.job.request.title}.", markup=False)
        self.watching.looker.now()
        if event.job.request.command[1] != "export":
            await self._show_part("log")

    def action_back(self) -> None:
        """To the networks; what was begun stays."""
        self.dismiss()

    def acts(self) -> list[Act]:
        """The actions of this screen, of the devices, and those of everywhere."""
        table = self.query_one(SettingsPane).table
        return [*own_acts(self), *own_acts(table), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """Of the part that is shown, then of the others, and the keys."""
        return help_pages(self, self._part, tuple(self.acts()))
