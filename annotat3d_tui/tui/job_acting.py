"""What can be done with a chosen job, in its line of the table and on its own screen; what takes time is in threads."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.outcome import Outcome
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.job_watching import JobWatching
from annotat3d_tui.tui.label_opening import LabelOpening, in_the_way
from annotat3d_tui.tui.results import makes_labels, results_of
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.results import ResultsScreen

if TYPE_CHECKING:
    from annotat3d_tui.jobs.job import Job

NONE = "there is no job here"


class ResultsFound(Message):
    """The labels that a job has made so far."""

    def __init__(self, job: "Job", results: list[Outcome]) -> None:
        super().__init__()
        self.job, self.results = job, results


class JobActing(LabelOpening):
    """A screen on which a job can be chosen: cancel it, ask for it anew, open what it has made, remove it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "cancel_job", "Cancel…", id="job.cancel", tooltip="Stop it; what it has written stays."),
        Binding("r", "resubmit", "Run again", id="job.resubmit", tooltip="Ask for the same, as a new job."),
        Binding("o", "open_result", "Open result", id="job.open", tooltip="Its label on its image, or where it lies."),
        Binding("d", "remove_job", "Remove…", id="job.remove", tooltip="The folder of one that has ended; asks first."),
        Binding("y", "copy_command", "Copy command", id="job.copy", tooltip="As a shell takes it, to the clipboard."),
    ]

    @property
    def chosen(self) -> Seen | None:
        """The job that is acted on."""
        raise NotImplementedError

    @property
    def watching(self) -> JobWatching:
        """The application, which knows the jobs."""
        assert isinstance(self.app, JobWatching)
        return self.app

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action not in ("cancel_job", "resubmit", "open_result", "remove_job", "copy_command"):
            return ""
        seen = self.chosen
        if seen is None:
            return NONE
        if action == "cancel_job" and seen.status.has_ended and seen.status.state != "lost":
            return f"job {seen.number} has ended: it is {seen.state}"
        if action == "remove_job" and not seen.status.has_ended:
            return with_keys(f"job {seen.number} is {seen.state}: {{job.cancel}} cancels it first", self.app)
        if action == "open_result":
            return self._why_not_open(seen)
        return ""

    def _why_not_open(self, seen: Seen) -> str:
        if not seen.job.outputs:
            return f"job {seen.number} writes no file"
        if not any(path.exists() for path in seen.job.outputs):
            return f"{seen.job.outputs[0].name} is not there" + ("" if seen.status.has_ended else " yet")
        return in_the_way(self.app) if makes_labels(seen.job) else ""

    def action_cancel_job(self) -> None:
        """Ask, then stop the chosen job."""
        if seen := self.chosen:
            question = f"Cancel job {seen.number} ({seen.job.request.title})? What it has written stays."
            ask = Confirm(question, yes="Cancel it", no="Leave it")
            self.app.push_screen(ask, if_given(lambda _: self.cancel_job(seen.job)))

    def action_resubmit(self) -> None:
        """The same again."""
        if seen := self.chosen:
            self.resubmit(seen.job)

    def action_remove_job(self) -> None:
        """Ask, then remove the folder of the chosen job."""
        if seen := self.chosen:
            question = f"Remove job {seen.number} ({seen.job.request.title}), its log and its curves? Its files stay."
            self.app.push_screen(Confirm(question, yes="Remove"), if_given(lambda _: self.remove_job(seen.job)))

    def action_copy_command(self) -> None:
        """The command line, to the clipboard of the terminal (OSC 52)."""
        if seen := self.chosen:
            self._copy(seen.job.request.command_line)

    def action_open_result(self) -> None:
        """A label on its image, one of several after a question; of other results where they lie, which is copied."""
        if not (seen := self.chosen):
            return
        if makes_labels(seen.job):
            self.find_results(seen.job)
        else:
            self._copy(str(next(path for path in seen.job.outputs if path.exists())))

    @work(thread=True, exclusive=True, group="results", exit_on_error=False)
    def find_results(self, job: "Job") -> None:
        """Look for the labels that a job has made."""
        self.post_message(ResultsFound(job, results_of(job, self.watching.commands)))

    @on(ResultsFound)
    def _open_one(self, event: ResultsFound) -> None:
        results = event.results
        if not results:
            self._copy(str(event.job.outputs[0]))
        elif len(results) == 1 and not results[0].error:
            self._open(results[0])
        else:
            ask = ResultsScreen(f"Job {event.job.number}", results)
            self.app.push_screen(ask, if_given(self._open))

    def _open(self, result: Outcome) -> None:
        self.open_label(Path(result.image), Path(result.label))

    @work(thread=True, group="act", exit_on_error=False)
    def cancel_job(self, job: "Job") -> None:
        """Stop a job, which takes ten seconds when it does not want to."""
        from annotat3d_tui.jobs.cancelling import ask_to_stop
        from annotat3d_tui.jobs.everywhere import cancel

        ask_to_stop(job)
        self.watching.looker.now()
        cancel(job)
        self.watching.looker.now()

    @work(thread=True, group="act", exit_on_error=False)
    def resubmit(self, job: "Job") -> None:
        """Start the same as a new job."""
        from annotat3d_tui.jobs.everywhere import again

        self._say(f"Job {again(job).number} asks for the same as job {job.number}.")

    @work(thread=True, group="act", exit_on_error=False)
    def remove_job(self, job: "Job") -> None:
        """Remove the folder of a job."""
        from annotat3d_tui.jobs.keeping import remove

        remove(job)
        self.watching.looker.now()

    def _say(self, text: str) -> None:
        """From a thread: a message, and a new look."""
        self.app.call_from_thread(partial(self.notify, text, markup=False))
        self.watching.looker.now()

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"{text} {COPIED}", markup=False)
