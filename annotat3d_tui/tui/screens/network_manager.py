"""The network manager: the parts Network, Dataset, Settings and Log; Train, Finetune, Resume and Export are jobs."""

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Button, ContentSwitcher, Static

from annotat3d_tui.errors import Annotat3DError, InvalidParameter, OutputExists
from annotat3d_tui.jobs.gpu_room import room_on
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import missing
from annotat3d_tui.networks.fitting import Room, fitting_batch, problems, room_here, train_forecast
from annotat3d_tui.networks.listing import Listed
from annotat3d_tui.networks.network import Network, network_folder
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.forms import FieldFocused
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.network_command import finetune_words, train_words
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.network_files import check_name
from annotat3d_tui.tui.network_reading import Looked, NetworkReading, Opened, Surveyed
from annotat3d_tui.tui.network_text import NetworkRow, rows_of, trainings, why_not
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.network_dataset_pane import DatasetPane
from annotat3d_tui.tui.screens.network_log_pane import LogPane
from annotat3d_tui.tui.screens.network_manager_help import BOUND, KEYS, help_pages
from annotat3d_tui.tui.screens.network_pane import CLASSES, NetworkPane
from annotat3d_tui.tui.screens.network_settings_pane import SettingsPane
from annotat3d_tui.tui.screens.parameters import help_line
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.sending import Tried
from annotat3d_tui.tui.starting import started
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
REST = 0.05
"""Seconds after a change in which others may follow."""
ROOM_SECONDS = 2.0
"""How often it is looked what memory is free."""
CHOOSE = "Choose a dataset in the part Dataset; {app.datasets} makes one."


class Exists(Message):
    """There is a network of that name already; act: what replaces it."""

    def __init__(self, act: str, folder: Path) -> None:
        super().__init__()
        self.act, self.folder = act, folder


class NetworkManager(NetworkReading):
    """Asks what a network is, what it learns from and how, foretells what that takes, and starts the job.

    folders: gives where networks and datasets lie, now. part: what is shown first.
    """

    CSS_PATH = "network_manager.tcss"
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
        self._draft, self.folders, self._part = draft, folders, part
        self._watch, self._picks = watch, picks
        self._networks: list[Listed] = []
        self._dataset: Dataset | None = None
        self._problem, self._form_problem = "", ""
        self._refused: tuple[NetworkDraft | None, str] = None, ""
        self._report: Report | None = None
        self._surveyed: Path | None = None
        self._room: Room | None = None
        self._room_of: tuple[str, ...] | None = None
        self._due: Timer | None = None

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, the parts, what it takes and what hinders, the buttons, the keys."""
        draft = self._draft
        yield TitleLine()
        yield TabLine("networks")
        yield PartsLine(PARTS, self._part)
        with ContentSwitcher(initial=self._part):
            yield NetworkPane(draft, self.folders().networks, id="network")
            yield DatasetPane(draft, id="dataset")
            yield SettingsPane(draft, self._watch, self._picks, id="settings")
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
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        self.set_interval(ROOM_SECONDS, self._look_at_room)
        self.look()
        self._open()
        await self._show_part(self._part)

    def on_unmount(self) -> None:
        """Read no more."""
        self._stop()

    @property
    def is_whole(self) -> bool:
        """Whether all its parts are there: not before it is composed, nor while it is left."""
        return bool(self.query(KeyLine)) and self.is_running

    @property
    def target(self) -> Path:
        """The folder of the network."""
        return network_folder(self.folders().networks / (self._draft.name or "-"))

    @property
    def row(self) -> NetworkRow | None:
        """The network that has the name already, or that a job is going to make."""
        rows = rows_of(self._networks, self.watching.jobs, self.folders().networks)
        return next((row for row in rows if row.name == self._draft.name), None)

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
        self._dataset, self._problem, self._surveyed = None, "", None
        if (path := self._draft.dataset) is not None:
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
        if event.path != self._draft.dataset:
            return
        self._dataset, self._problem = event.dataset, event.problem
        self.query_one(DatasetPane).say(
            Content.styled(plain(event.problem), "$text-error") if event.problem else "", str(event.path.parent)
        )
        self._survey()
        self.changed()

    def _survey(self) -> None:
        """Read its samples, once, when its statistics are looked at."""
        path = self._draft.dataset
        if self._dataset is None or path is None or self._surveyed == path or self._part != "dataset":
            return
        self._surveyed = path
        self._report = Report(self, f"Reading {path.name}", shown=False)
        self.survey(path, self._report)

    @on(Surveyed)
    def _surveyed_so_far(self, event: Surveyed) -> None:
        if event.path == self._draft.dataset:
            self.query_one(DatasetPane).say(event.said, str(event.path.parent))

    def action_load(self) -> None:
        """Ask for a dataset of another folder."""
        start = self._draft.dataset.parent if self._draft.dataset else Path.cwd()
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
        draft, settings = self._draft, self.query_one(SettingsPane)
        self._form_problem = ""
        try:
            draft.training = settings.training(self.query_one(NetworkPane).architecture)
            draft.augmentation = settings.augmentation()
        except InvalidParameter as error:
            self._form_problem = str(error)
        if self._room_of != self._picks.uuids:
            self._find_room()
        self.show_state()

    def _find_room(self) -> None:
        """What memory is free now."""
        reading, picked = self.query_one(SettingsPane).table.reading, self._picks.uuids
        self._room_of = picked if reading or not picked else None
        if not picked:
            self._room = room_here()
        else:
            self._room = room_on(picked, reading, waits=True) if reading else None

    def _look_at_room(self) -> None:
        """Others take memory and give it back."""
        self._find_room()
        self._read_fields()

    def show_state(self) -> None:
        """The foot, the title, and what is to be said of the name."""
        draft, dataset = self._draft, self._dataset
        classes = len(dataset.classes) if dataset else CLASSES
        self.query_one(NetworkPane).show_facts(classes, draft.training.deep_supervision, self.row)
        _tell(
            self.query_one("#forecast", Static), train_forecast(dataset, draft.training, self._room) if dataset else ""
        )
        self.query_one("#state", Static).update(self._state_text())
        name = plain(draft.name) or "new"
        opened = (Part("Network", "bold"), Part(name, "", 1), Part(str(self.folders().networks), MUTED, 3))
        self.query_one(TitleLine).opened = opened
        for act in BUTTONS:
            self.query_one(f"#{act}", Button).set_class(bool(self.why_not(act, ())), "-off")
        self.show_log()

    def show_log(self) -> None:
        """The training of the network of this name."""
        row, folder = self.row, Path(os.path.abspath(self.target))
        seen = trainings(self.watching.jobs).get(folder) if self._draft.name else None
        self.query_one(LogPane).show_network(folder, row.listed if row else None, seen)

    def _state_text(self) -> Content:
        asked, refused = self._refused
        reasons = [refused] if refused and asked == self._asked else self.reasons()
        if not reasons:
            return Content.styled("✓ ready to be trained", "$text-success")
        empty = not self._draft.name and self._draft.dataset is None
        return Content.styled("\n".join(plain(one) for one in reasons), MUTED if empty else "$text-error")

    @property
    def _asked(self) -> NetworkDraft:
        """What is asked for now."""
        return replace(self._draft)

    def reasons(self) -> list[str]:
        """All that hinders a training, a sentence each."""
        found = []
        try:
            check_name(self._draft.name)
        except InvalidParameter as error:
            found.append(str(error) if self._draft.name else "Give the network a name in the part Network.")
        if (row := self.row) is not None and (reason := why_not(row, "train")):
            found.append(with_keys(reason, self.app))
        if self._form_problem:
            found.append(self._form_problem)
        if self._dataset is None:
            opening = f"{self._draft.dataset.name} is being opened." if self._draft.dataset else ""
            found.append(self._problem or opening or with_keys(CHOOSE, self.app))
        else:
            found += problems(self._dataset, self._draft.training, self._room)
        reading = self.query_one(SettingsPane).table.reading
        if self._picks.uuids and reading is not None and (lost := missing(self._picks.uuids, reading)):
            found.append(lost)
        return found

    @property
    def _proposed(self) -> int:
        """The largest batch that the room suffices for; 0 where that is not known."""
        if self._dataset is None or self._room is None:
            return 0
        data = self._dataset
        return fitting_batch(data.patch, len(data.classes), self._draft.training, self._room, len(data.training))

    def action_take_batch(self) -> None:
        """Write the proposed batch into its field."""
        self.query_one(SettingsPane).set_batch(self._proposed)
        self.notify(f"Batch {self._proposed}", timeout=2, markup=False)

    # the parts

    @on(FieldFocused)
    def _field(self, event: FieldFocused) -> None:
        _tell(self.query_one("#said", Static), help_line(event.field))

    @on(LineFocused)
    def _line(self, event: LineFocused) -> None:
        _tell(self.query_one("#said", Static), event.help)

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
        if action == "finetune" and self.start is None:
            return "choose under Start from, in the part Network, whose weights it begins with"
        if self._due is not None:
            self._read_fields()
        if action in ("train", "finetune", "cluster", "copy_command"):
            return next(iter(self.reasons()), "")
        if action == "cancel_training" and (self.row is None or not self.row.is_training):
            return "no job trains this network"
        if action in ("resume", "export"):
            row = self.row
            return with_keys(why_not(row, action), self.app) if row else "there is no network of this name yet"
        if action == "take_batch" and not self._proposed:
            return "there is no batch to propose: choose a dataset whose patches fit"
        return ""

    def words(self, act: str, overwrite: bool = False) -> list[str]:
        """The words after `annotat3d` that train or finetune."""
        if act == "finetune" and (start := self.start) is not None:
            return finetune_words(self._draft, self.target, start, overwrite)
        return train_words(self._draft, self.target, overwrite)

    @property
    def _usual(self) -> str:
        """What is meant where nothing is said: finetune, where there is something to start from."""
        return "train" if self.start is None else "finetune"

    def action_train(self) -> None:
        """From nothing."""
        self._begin("train", overwrite=False)

    def action_finetune(self) -> None:
        """From the weights of another network."""
        self._begin("finetune", overwrite=False)

    def _begin(self, act: str, overwrite: bool) -> None:
        draft, start = self._draft, self.start if act == "finetune" else None
        title = f"finetune {start.name} {draft.name}" if start else f"train {draft.training.architecture} {draft.name}"
        if self._dataset is not None:
            self.begin(act, self.words(act, overwrite), title, self._dataset, start, overwrite)

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def begin(
        self, act: str, words: Sequence[str], title: str, dataset: "Dataset", start: Network | None, overwrite: bool
    ) -> None:
        """Start the job, once it is known that the network can be made."""
        from annotat3d_tui.networks.beginning import check_new

        folder = self.target
        try:
            check_new(folder, dataset, self._draft.training, overwrite, start)
        except OutputExists:
            self.post_message(Exists(act, folder))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))
        else:
            self.post_message(started(words, title, folder.parent.parent, self._picks.uuids))

    @on(Exists)
    def _ask_to_replace(self, event: Exists) -> None:
        question = f"{event.folder.stem} is already in {event.folder.parent}. Train it anew, from the first step?"
        again = partial(self._begin, event.act, True)
        self.app.push_screen(Confirm(question, yes="Replace it", no="Keep it"), if_given(lambda _: again()))

    def action_resume(self) -> None:
        """Go on with the network of this name."""
        if (row := self.row) is not None and row.listed.network is not None:
            title = f"train {row.listed.network.architecture} {row.name}"
            words = ["network", "resume", str(self.target)]
            self.start_job(words, title, self.target.parent.parent, self._picks.uuids)

    def action_cancel_training(self) -> None:
        """Ask, then stop the job that trains it."""
        if (row := self.row) is not None and row.seen is not None:
            self.ask_cancel(row.seen, row.name)

    def action_export(self) -> None:
        """The network of this name as a file."""
        self.ask_export(self.target)

    def action_cluster(self) -> None:
        """Send the training to a cluster."""
        self.send_to_cluster(self.words(self._usual), self.target.parent.parent)

    def action_copy_command(self) -> None:
        """What trains it, to the clipboard of the terminal (OSC 52)."""
        text = shlex.join(["annotat3d", *self.words(self._usual)])
        self.app.copy_to_clipboard(text)
        self.notify(f"{text} {COPIED}", markup=False)

    @on(Tried)
    async def _tried(self, event: Tried) -> None:
        """Show the log, or what was wrong."""
        if event.job is None:
            self._refused = self._asked, event.problem
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


def _tell(line: Static, text: str) -> None:
    """Say something in a line that may say it already."""
    if str(line.content) != text:
        line.update(text)
