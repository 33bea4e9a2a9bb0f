"""A new job: a command line of annotat3d, the devices that were picked, and whether it waits for other jobs."""

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.job_commands import JobCommands, candidates, completed, words_of
from annotat3d_tui.tui.job_text import MUTED
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.sending import Sending, Tried

KEYS = (
    ("new_job.complete", "complete"),
    ("Enter", "start"),
    ("new_job.share", "wait or not"),
    ("new_job.cluster", "Slurm"),
    ("new_job.cancel", "cancel"),
)
MOST = 40
"""Candidates that are shown."""
WAITS = "waits until no other job has them"
SHARES = "starts at once, whoever else has them"


class CommandOfJob(Input):
    """The command line; Tab completes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "screen.complete",
            "Complete",
            id="new_job.complete",
            priority=True,
            tooltip="Commands, flags, files.",
        ),
    ]


class NewJob(Sending[int | None], ModalScreen[int | None]):
    """Asks for a command and starts it; the number of the job, or None when closed by Esc."""

    CSS_PATH = "new_job.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="new_job.cancel", tooltip="Nothing is started."),
        Binding(
            "ctrl+l",
            "cluster",
            "Send to Slurm…",
            id="new_job.cluster",
            priority=True,
            tooltip="What it may take there, then its script to look at.",
        ),
        Binding("ctrl+w", "share", "Wait or not", id="new_job.share", priority=True, tooltip="For jobs before it."),
    ]

    def __init__(self, commands: JobCommands, picks: Picks | None = None, folder: Path | None = None) -> None:
        super().__init__()
        self._commands, self._picks, self._folder = commands, picks or Picks(), folder or Path.cwd()
        self._share = False

    def compose(self) -> ComposeResult:
        """The line, what it may become, and where it runs."""
        with Vertical(id="new-job") as box:
            box.border_title = "New job"
            box.border_subtitle = hints(self.app, *KEYS)
            yield CommandOfJob(placeholder="segment scan.tif --markers marks.tif -o label.tif", compact=True)
            yield Static("", id="candidates", markup=False)
            yield Static("", id="runs", markup=False)
            yield Static("", id="problem", markup=False)

    def on_mount(self) -> None:
        """What can be typed first."""
        self._suggest("")
        self._say_where()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._suggest(event.value)
        self._complain("")

    def _suggest(self, text: str) -> None:
        found = candidates(text, self._commands)
        more = f" … {len(found) - MOST} more" if len(found) > MOST else ""
        self.query_one("#candidates", Static).update("  ".join(found[:MOST]) + more)

    def _say_where(self) -> None:
        on, waits = self._picks.text or "the processors", SHARES if self._share else WAITS
        lines = [("on  ", f"{on}, {waits}"), ("\nin  ", str(self._folder))]
        self.query_one("#runs", Static).update(
            Content.assemble(*(part for name, text in lines for part in ((name, MUTED), text)))
        )

    def action_complete(self) -> None:
        """Make the line longer as far as all candidates agree."""
        line = self.query_one(CommandOfJob)
        line.value = completed(line.value, self._commands)
        line.cursor_position = len(line.value)

    def action_share(self) -> None:
        """Wait for jobs that have the same devices, or do not."""
        self._share = not self._share
        self._say_where()

    @on(Input.Submitted)
    def _given(self) -> None:
        if words := self._words():
            self.start(words)

    def action_cluster(self) -> None:
        """Send it to a cluster."""
        if words := self._words():
            self._complain("")
            self.send_to_cluster(words, self._folder, self._commands.images(words))

    def _words(self) -> list[str]:
        """The command; what is wrong with it is said, and it is empty."""
        try:
            words = words_of(self.query_one(CommandOfJob).value)
            self._commands.check(words)
        except Annotat3DError as error:
            self._complain(str(error))
            return []
        return words

    @work(thread=True, exclusive=True, group="start")
    def start(self, words: list[str]) -> None:
        """Start the job, which takes a moment."""
        from annotat3d_tui.jobs.local import request_of, start

        try:
            job = start(request_of(words, folder=self._folder, devices=self._picks.uuids, share=self._share))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))
        else:
            self.post_message(Tried(job))

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        if event.job is None:
            self._complain(event.problem)
        else:
            self.dismiss(event.job.number)

    def _complain(self, sentence: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(sentence)
        problem.display = bool(sentence)
