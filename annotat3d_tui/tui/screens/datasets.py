"""Datasets (F4): what networks can be trained on, made of images and their labels; what is being made."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import Annotat3DError, CannotWrite
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.dataset_listing import SUFFIXES, ListedDataset, dataset_files, listed_dataset
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.dataset_draft import DatasetDraft
from annotat3d_tui.tui.dataset_text import (
    Making,
    dataset_details,
    dataset_line,
    dataset_target,
    head_line,
    making_details,
    making_line,
)
from annotat3d_tui.tui.job_text import MUTED
from annotat3d_tui.tui.job_watching import JobWatching
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.augment import AugmentScreen
from annotat3d_tui.tui.screens.dataset_info import DatasetInfo
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.new_dataset import NewDataset
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

KEYS = (
    ("list.choose", "statistics", "info", 1),
    ("datasets.new", "new", "new", 1),
    ("datasets.preview", "preview", "preview", 2),
    ("datasets.open", "open", "open_other", 3),
    ("datasets.remove", "delete", "remove_file", 3),
    ("datasets.cancel", "cancel", "cancel_job", 3),
    ("datasets.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 5),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
HELP = """\
A dataset is one file of many small samples, drawn from images and their labels: networks are trained on it. Those \
listed lie in the folder datasets of the workspace, or of the folder where the program was started; {datasets.open} \
shows one of another folder, also one that Annotat3D has made. A dataset is written by a job, which outlives this \
screen and the line: {app.jobs} has its log, {datasets.cancel} stops it. {datasets.new} makes a new one, \
{datasets.preview} shows the samples of one before and after the changes with which networks learn more of them."""
EMPTY = "There are no datasets in {folder} yet: {datasets.new} makes one of images and their labels."
OF_FILE = ("info", "preview", "remove_file", "copy_path")


class Found(Message):
    """The datasets as they are now."""

    def __init__(self, datasets: list[ListedDataset]) -> None:
        super().__init__()
        self.datasets = datasets


class DatasetsScreen(TabScreen):
    """The datasets of a folder and those that are being written. folder: gives where they lie, now."""

    CSS_PATH = "datasets.tcss"
    AUTO_FOCUS = "LongList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New…", id="datasets.new", tooltip="Of images and their labels: sampling, augmentation."),
        Binding(
            "p,a",
            "preview",
            "Preview, augment…",
            id="datasets.preview",
            tooltip="Its samples before and after changes.",
        ),
        Binding("o", "open_other", "Open another…", id="datasets.open", tooltip="A dataset of another folder."),
        Binding("d,delete", "remove_file", "Delete…", id="datasets.remove", tooltip="The file, after a question."),
        Binding("x", "cancel_job", "Cancel…", id="datasets.cancel", tooltip="Stop writing it; nothing stays of it."),
        Binding("y", "copy_path", "Copy path", id="datasets.copy", tooltip="Of the dataset, to the clipboard."),
        Binding("escape,q", "back", "Back", id="datasets.back", tooltip="To where it was called."),
    ]

    def __init__(self, folder: Callable[[], Path], draft: DatasetDraft, graphics: Graphics | None = None) -> None:
        super().__init__()
        self._folder, self.draft, self._graphics = folder, draft, graphics or Graphics()
        self._datasets: list[ListedDataset] | None = None
        self._making: list[Making] = []
        self._wanted: Path | None = None
        self._wanted_job = 0
        self._here = socket.gethostname()

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, the table, what is bright in it, the keys."""
        yield TitleLine()
        yield TabLine("datasets")
        yield DatasetHead()
        yield LongList(self._line)
        yield Static("", id="empty", markup=False)
        yield Static("", id="about", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to look."""
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        self._making = self._being_made()
        self._show()

    def on_screen_resume(self) -> None:
        """What lies there may be another thing by now."""
        self.look()

    @property
    def folder(self) -> Path:
        """Where the datasets lie."""
        return self._folder()

    @property
    def watching(self) -> JobWatching:
        """The application, which knows the jobs."""
        assert isinstance(self.app, JobWatching)
        return self.app

    @property
    def chosen(self) -> ListedDataset | Making | None:
        """What is bright."""
        number = self.query_one(LongList).highlighted
        rows = self._rows
        return rows[number] if number is not None and number < len(rows) else None

    @property
    def _rows(self) -> list[ListedDataset | Making]:
        return [*self._making, *(self._datasets or [])]

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def look(self) -> None:
        """Read the headers of all that is listed."""
        found = []
        for path in [*dataset_files(self.folder), *self.draft.elsewhere]:
            found.append(listed_dataset(path))
            if get_current_worker().is_cancelled:
                return
        self.post_message(Found(found))

    @on(Found)
    def _found(self, event: Found) -> None:
        self._datasets = event.datasets
        self._show()

    def show_jobs(self) -> None:
        """The jobs are others: what was being written may be there."""
        if not self.query(KeyLine):  # it is being made, or was left meanwhile
            return
        before, self._making = {one.seen.number for one in self._making}, self._being_made()
        if before != {one.seen.number for one in self._making}:
            self.look()
        if (started := next((one for one in self._making if one.seen.number == self._wanted_job), None)) is not None:
            self._wanted, self._wanted_job = started.target, 0
        self._show()

    def _being_made(self) -> list[Making]:
        running = (seen for seen in self.watching.jobs if not seen.status.has_ended)
        targets = ((seen, dataset_target(seen)) for seen in running)
        return [Making(seen, target) for seen, target in targets if target and target.parent == self.folder]

    def _show(self) -> None:
        listed, chosen = self.query_one(LongList), self._wanted or self._path_of(self.chosen)
        rows = self._rows
        paths = [self._path_of(row) for row in rows]
        listed.count = len(rows)
        if rows:
            listed.highlighted = paths.index(chosen) if chosen in paths else listed.highlighted or 0
        if self._wanted in paths:
            self._wanted = None
        listed.refresh_changed()
        empty = self.query_one("#empty", Static)
        empty.display, listed.display = not rows, bool(rows)
        told = with_keys(EMPTY, self.app).replace("{folder}", str(self.folder))
        empty.update(told if self._datasets is not None else "Looking for datasets…")
        count = count_text(len(self._datasets or []), "dataset")
        making = [Part(f"{len(self._making)} being made", MUTED, 1)] if self._making else []
        opened = (Part("Datasets", "bold"), Part(count, MUTED, 2), *making, Part(str(self.folder), MUTED, 3))
        self.query_one(TitleLine).opened = opened
        self._show_about()

    @staticmethod
    def _path_of(row: ListedDataset | Making | None) -> Path | None:
        return row.path if isinstance(row, ListedDataset) else row.target if row else None

    @on(LongList.Moved)
    def _show_about(self) -> None:
        if not self.query("#about"):  # left meanwhile
            return
        about, row = self.query_one("#about", Static), self.chosen
        width = max(about.content_size.width, 20)
        about.update(
            making_details(row) if isinstance(row, Making) else dataset_details(row, width) if row is not None else ""
        )

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self.call_after_refresh(self._show_about)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        row = self.chosen
        if action == "cancel_job" and not isinstance(row, Making):
            return "no dataset is being made in this row"
        if action not in OF_FILE:
            return ""
        if row is None:
            return "there is no dataset here"
        if isinstance(row, Making):
            return with_keys(f"{row.target.name} is being made: {{datasets.cancel}} stops that", self.app)
        if action in ("info", "preview") and row.problem:
            return row.problem
        if action == "remove_file" and (user := self._user_of(row.path)):
            return f"job {user.number} ({user.job.request.title}) uses {row.name}: wait for it, or cancel it"
        return ""

    def _user_of(self, path: Path) -> Seen | None:
        """A job that has not ended and was told of a file."""
        for seen in self.watching.jobs:
            folder = Path(seen.job.request.folder)
            if not seen.status.has_ended and path in {folder / word for word in seen.job.request.command}:
                return seen
        return None

    @on(LongList.Selected)
    async def _selected(self) -> None:
        await self.app.run_action("info", self)

    def action_info(self) -> None:
        """All about it, for which its samples are read."""
        if isinstance(row := self.chosen, ListedDataset):
            self.app.push_screen(DatasetInfo(row.path))

    def action_new(self) -> None:
        """Ask what a new one is made of."""
        form = NewDataset(self.draft, self._folder, self._graphics)
        self.app.push_screen(form, if_given(self._started))

    def action_preview(self) -> None:
        """Its samples before and after changes."""
        if isinstance(row := self.chosen, ListedDataset):
            self.app.push_screen(AugmentScreen(row.path, self.draft, self._graphics), if_given(self._started))

    def _started(self, number: int) -> None:
        """A job was started: its row becomes bright."""
        self._wanted_job = number
        self.watching.looker.now()

    def action_open_other(self) -> None:
        """Ask for a dataset of another folder."""
        ask = AskPath("Open a dataset", f"{Path.cwd()}/", help=f"A dataset ({', '.join(SUFFIXES)}).")
        self.app.push_screen(ask, if_given(self._open))

    def _open(self, chosen: ChosenPath) -> None:
        if chosen.path.parent != self.folder:
            self.draft.elsewhere = (*(one for one in self.draft.elsewhere if one != chosen.path), chosen.path)
        self._wanted = chosen.path
        self.look()

    def action_remove_file(self) -> None:
        """Ask, then delete the file; one of another folder is only listed no longer."""
        if not isinstance(row := self.chosen, ListedDataset):
            return
        path = row.path
        if path in self.draft.elsewhere:
            self.draft.elsewhere = tuple(one for one in self.draft.elsewhere if one != path)
            self.notify(f"{path} is listed no longer; it stays where it is.", markup=False)
            self.look()
        else:
            question = Confirm(f"Delete {row.name} from {path.parent}? It cannot be had back.", yes="Delete")
            self.app.push_screen(question, if_given(lambda _: self.delete(path)))

    @work(thread=True, group="act", exit_on_error=False)
    def delete(self, path: Path) -> None:
        """Remove a file."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CannotWrite(f"{path} cannot be deleted ({error.strerror}): may you write to its folder?") from None
        self.app.call_from_thread(self.look)

    def action_cancel_job(self) -> None:
        """Ask, then stop the job that writes it."""
        if isinstance(row := self.chosen, Making):
            question = f"Stop making {row.target.name} (job {row.seen.number})? Nothing stays of it."
            ask = Confirm(question, yes="Stop it", no="Leave it")
            self.app.push_screen(ask, if_given(lambda _: self.cancel(row)))

    @work(thread=True, group="act", exit_on_error=False)
    def cancel(self, row: Making) -> None:
        """Stop a job, which takes ten seconds when it does not want to."""
        from annotat3d_tui.jobs.cancelling import ask_to_stop
        from annotat3d_tui.jobs.everywhere import cancel

        ask_to_stop(row.seen.job)
        self.watching.looker.now()
        cancel(row.seen.job)
        self.watching.looker.now()

    def action_copy_path(self) -> None:
        """Where it lies, to the clipboard of the terminal (OSC 52)."""
        if isinstance(row := self.chosen, ListedDataset):
            self.app.copy_to_clipboard(str(row.path))
            self.notify(f"{row.path} {COPIED}", markup=False)

    def action_back(self) -> None:
        """To where it was called."""
        self.dismiss()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            if not isinstance(event.worker.error, Annotat3DError):
                raise event.worker.error
            say_error(self.app, event.worker.error)

    def acts(self) -> list[Act]:
        """The actions of this screen and those of everywhere."""
        return [*own_acts(self), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What datasets are, and the keys."""
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        text = with_keys(HELP, self.app)
        return [HelpPage("Datasets", text, tuple(self.acts())), HelpPage("In the list", "", focused)]

    def _line(self, number: int, width: int) -> Content:
        row = self._rows[number]
        return making_line(row, width) if isinstance(row, Making) else dataset_line(row, width)


class DatasetHead(Static):
    """The names of the columns."""

    def render(self) -> Content:
        """As wide as the lines of the table."""
        return head_line(self.content_size.width - 1)
