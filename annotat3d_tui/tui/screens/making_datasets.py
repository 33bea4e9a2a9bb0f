"""A screen that asks how a dataset is made, and starts the jobs that write it, here or on a cluster."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import Worker, WorkerState

from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.dataset_command import shell_lines
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.sending import Sending, Tried

if TYPE_CHECKING:
    from annotat3d_tui.jobs.job import Job


class Exists(Message):
    """There is a file of that name already."""

    def __init__(self, commands: list[list[str]], path: Path) -> None:
        super().__init__()
        self.commands, self.path = commands, path


class MakingDatasets(Sending[int | None]):
    """Starts what `commands` says; the number of the job, or None when it is closed by Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s",
            "accept",
            "Make it",
            id="making.accept",
            priority=True,
            tooltip="A job does it, which outlives the screen.",
        ),
        Binding(
            "ctrl+l",
            "cluster",
            "Send to Slurm…",
            id="making.cluster",
            priority=True,
            tooltip="What it may take there, then its script to look at.",
        ),
        Binding("y", "copy_command", "Copy command", id="making.copy", tooltip="As a shell takes it."),
        Binding("escape", "back", "Back", id="making.back", tooltip="What was begun stays."),
    ]

    @property
    def commands(self) -> list[list[str]]:
        """The words of the commands that make what is asked for; the second begins when the first has ended."""
        raise NotImplementedError

    @property
    def reason(self) -> str:
        """Why it cannot be made as it is, a sentence; "" when it can."""
        raise NotImplementedError

    def say_problem(self, sentence: str) -> None:
        """Show why no job was started."""
        raise NotImplementedError

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return self.reason if action in ("accept", "cluster", "copy_command") else ""

    def action_accept(self) -> None:
        """Start the jobs, when what they would replace may be replaced."""
        self.start(self.commands, overwrite=False)

    def action_cluster(self) -> None:
        """Send them to a cluster; the second begins when the first is done."""
        words, *later = self.commands
        self.send_to_cluster(words, Path.cwd(), later=later)

    def action_copy_command(self) -> None:
        """What makes it, to the clipboard of the terminal (OSC 52)."""
        text = shell_lines(self.commands)
        self.app.copy_to_clipboard(text)
        self.notify(f"{text} {COPIED}", markup=False)

    def action_back(self) -> None:
        """To the datasets; what was begun stays."""
        self.dismiss(None)

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def start(self, commands: list[list[str]], overwrite: bool) -> None:
        """Start the jobs; the second waits for the first, since it wants the processors for itself."""
        from annotat3d_tui.jobs.local import request_of, start

        targets = [_target(words) for words in commands]
        existing = next((path for path in targets if path.exists()), None)
        if existing is not None and not overwrite:
            self.post_message(Exists(commands, existing))
            return
        jobs: list[Job] = []
        try:
            targets[0].parent.mkdir(parents=True, exist_ok=True)
            for words, target in zip(commands, targets, strict=True):
                said = [*words, "--overwrite"] if target.exists() else words
                jobs.append(start(request_of(said, f"dataset {words[1]} {target.name}", share=not jobs)))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))
        except OSError as error:
            told = f"{targets[0].parent} cannot be made ({error.strerror}): give another name."
            self.post_message(Tried(None, told))
        else:
            self.post_message(Tried(jobs[0]))

    @on(Exists)
    def _ask_to_replace(self, event: Exists) -> None:
        question = f"{event.path.name} exists in {event.path.parent}. Replace it?"
        again = partial(self.start, event.commands, overwrite=True)
        self.app.push_screen(Confirm(question, yes="Replace", no="Keep"), if_given(lambda _: again()))

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        if event.job is None:
            self.say_problem(event.problem)
        else:
            if event.problem:
                self.notify(event.problem, severity="error", timeout=20, markup=False)
            self.dismiss(event.job.number)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            if not isinstance(event.worker.error, Annotat3DError):
                raise event.worker.error
            if not isinstance(event.worker.error, Cancelled):
                say_error(self.app, event.worker.error)


def _target(words: list[str]) -> Path:
    """The file that a command writes."""
    return Path(words[words.index("-o") + 1])
