"""What the network manager does: Train, Finetune, Resume and Export are jobs, here or on a cluster."""

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from annotat3d_tui.errors import Annotat3DError, OutputExists
from annotat3d_tui.networks.network import Network, network_folder
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.network_command import finetune_words, train_words
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.network_reading import NetworkReading
from annotat3d_tui.tui.network_text import NetworkRow
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.sending import Tried
from annotat3d_tui.tui.starting import started

if TYPE_CHECKING:
    from annotat3d_tui.networks.dataset import Dataset


class Exists(Message):
    """There is a network of that name already; act: what replaces it."""

    def __init__(self, act: str, folder: Path) -> None:
        super().__init__()
        self.act, self.folder = act, folder


class NetworkBeginning(NetworkReading):
    """A screen on which one network is asked for, and jobs are started that train it."""

    draft: NetworkDraft
    """What is asked for."""
    picks: Picks
    """The GPUs that do it."""
    dataset: "Dataset | None" = None
    """What it learns from, once it is open."""

    @property
    def row(self) -> NetworkRow | None:
        """The network that has the name already, or that a job is going to make."""
        raise NotImplementedError

    @property
    def start(self) -> Network | None:
        """The network whose weights it is to begin with."""
        raise NotImplementedError

    @property
    def target(self) -> Path:
        """The folder of the network."""
        return network_folder(self.folders().networks / (self.draft.name or "-"))

    def words(self, act: str, overwrite: bool = False) -> list[str]:
        """The words after `annotat3d` that train or finetune."""
        if act == "finetune" and (start := self.start) is not None:
            return finetune_words(self.draft, self.target, start, overwrite)
        return train_words(self.draft, self.target, overwrite)

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
        draft, start = self.draft, self.start if act == "finetune" else None
        title = f"finetune {start.name} {draft.name}" if start else f"train {draft.training.architecture} {draft.name}"
        if self.dataset is not None:
            self.begin(act, self.words(act, overwrite), title, self.dataset, start, overwrite)

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def begin(
        self, act: str, words: Sequence[str], title: str, dataset: "Dataset", start: Network | None, overwrite: bool
    ) -> None:
        """Start the job, once it is known that the network can be made."""
        from annotat3d_tui.networks.beginning import check_new

        folder = self.target
        try:
            check_new(folder, dataset, self.draft.training, overwrite, start)
        except OutputExists:
            self.post_message(Exists(act, folder))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))
        else:
            self.post_message(started(words, title, folder.parent.parent, self.picks.uuids))

    @on(Exists)
    def _ask_to_replace(self, event: Exists) -> None:
        question = f"{event.folder.stem} is already in {event.folder.parent}. Train it anew, from the first step?"
        again = partial(self._begin, event.act, True)
        self.app.push_screen(Confirm(question, yes="Replace it", no="Keep it"), if_given(lambda _: again()))

    def action_resume(self) -> None:
        """Go on with the network of this name."""
        if (row := self.row) is not None:
            self.resume(row, self.target.parent.parent, self.picks.uuids)

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
