"""Datasets (F4): what networks can be trained on, made of images and their labels; what is being made."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.dataset_listing import SUFFIXES, ListedDataset, dataset_files, listed_dataset
from annotat3d_tui.tui.actions import with_keys
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
from annotat3d_tui.tui.screens.augment import AugmentScreen
from annotat3d_tui.tui.screens.dataset_info import DatasetInfo
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.listing import ListingScreen
from annotat3d_tui.tui.screens.new_dataset import NewDataset
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.tui.widgets.long_list import LongList

KEYS = (
    ("list.choose", "statistics", "info", 1),
    ("datasets.new", "new", "new", 1),
    ("datasets.preview", "preview", "preview", 2),
    ("datasets.open", "open", "open_other", 3),
    ("datasets.remove", "delete", "remove_file", 3),
    ("datasets.cancel", "cancel", "cancel_making", 3),
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


class DatasetsScreen(ListingScreen):
    """The datasets of a folder and those that are being written. folder: gives where they lie, now."""

    TAB, WHAT, KEYS, HELP, EMPTY = "datasets", "dataset", KEYS, HELP, EMPTY
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
        Binding("x", "cancel_making", "Cancel…", id="datasets.cancel", tooltip="Stop writing it; nothing stays of it."),
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

    def on_mount(self) -> None:
        """What is being made is known at once."""
        super().on_mount()
        self._making = self._being_made()
        self.show_rows()

    @property
    def folder(self) -> Path:
        """Where the datasets lie."""
        return self._folder()

    @property
    def chosen(self) -> ListedDataset | Making | None:
        """What is bright."""
        number, rows = self.highlighted, self._rows
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
        self.show_rows()

    def show_jobs(self) -> None:
        """The jobs are others: what was being written may be there."""
        if not self.is_whole:
            return
        before, self._making = {one.seen.number for one in self._making}, self._being_made()
        if before != {one.seen.number for one in self._making}:
            self.look()
        if (started := next((one for one in self._making if one.seen.number == self._wanted_job), None)) is not None:
            self._wanted, self._wanted_job = started.target, 0
        self.show_rows()

    def _being_made(self) -> list[Making]:
        running = (seen for seen in self.watching.jobs if not seen.status.has_ended)
        targets = ((seen, dataset_target(seen)) for seen in running)
        return [Making(seen, target) for seen, target in targets if target and target.parent == self.folder]

    def show_rows(self) -> None:
        """The datasets, and what is being made, as they are known now."""
        bright, paths = self._wanted or self._path_of(self.chosen), [self._path_of(row) for row in self._rows]
        if self._wanted in paths:
            self._wanted = None
        making = f"{len(self._making)} being made" if self._making else ""
        self.show_list(paths, bright, None if self._datasets is None else len(self._datasets), making)

    @staticmethod
    def _path_of(row: ListedDataset | Making | None) -> Path | None:
        return row.path if isinstance(row, ListedDataset) else row.target if row else None

    def head(self, width: int) -> Content:
        """The names of the columns."""
        return head_line(width)

    def line(self, number: int, width: int) -> Content:
        """A dataset, or what is being made."""
        row = self._rows[number]
        return making_line(row, width) if isinstance(row, Making) else dataset_line(row, width)

    def details(self, width: int) -> Content | str:
        """What the bright one is made of."""
        row = self.chosen
        if row is None:
            return ""
        return making_details(row) if isinstance(row, Making) else dataset_details(row, width)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        row = self.chosen
        if action == "cancel_making" and not isinstance(row, Making):
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

    def action_cancel_making(self) -> None:
        """Ask, then stop the job that writes it."""
        if isinstance(row := self.chosen, Making):
            question = f"Stop making {row.target.name} (job {row.seen.number})? Nothing stays of it."
            ask = Confirm(question, yes="Stop it", no="Leave it")
            self.app.push_screen(ask, if_given(lambda _: self.cancel_job(row.seen.job)))

    def action_copy_path(self) -> None:
        """Where it lies, to the clipboard of the terminal (OSC 52)."""
        if isinstance(row := self.chosen, ListedDataset):
            self.copy_path_of(row.path)
