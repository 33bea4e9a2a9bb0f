"""What the screen Inference knows of results: the newest job into the output folder, and what becomes of its images."""

import time
from pathlib import Path

from textual import on, work
from textual.message import Message

from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.outcome import outcomes_in
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.inference_checking import Answer
from annotat3d_tui.tui.label_opening import LabelOpening, in_the_way
from annotat3d_tui.tui.results import Row, rows_of
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.inference_panes import ResultsPane
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.sending import Tried
from annotat3d_tui.tui.starting import Starting
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.volume.place import name_of

EVERY = 0.8
"""Seconds between two looks at what a job has made."""


class Made(Message):
    """What became of the images so far."""

    def __init__(self, job: int | None, rows: list[Row]) -> None:
        super().__init__()
        self.job, self.rows = job, rows


class InferenceResults(Starting, LabelOpening, TabScreen):
    """A screen that shows what becomes of images; errors of its threads are said."""

    answer = Answer()
    """What is known of network and images."""
    looked_at = 0.0
    """When results were looked for, by the monotonic clock."""

    def say(self) -> None:
        """The bright row is another, or it says something else."""
        raise NotImplementedError

    @property
    def results(self) -> ResultsPane:
        """Where they are shown."""
        return self.query_one(ResultsPane)

    @property
    def seen(self) -> Seen | None:
        """The newest job that writes into the output folder."""
        output = self.answer.output
        for seen in self.watching.jobs:
            if seen.job.request.command[:1] == ("infer",) and seen.job.outputs[:1] == (output,):
                return seen
        return None

    def show_jobs(self) -> None:
        """The jobs are others: there may be more results."""
        if time.monotonic() - self.looked_at > EVERY or (self.seen and self.seen.status.has_ended):
            self.look_at_results()

    def look_at_results(self) -> None:
        """What is there now, in the output folder or of its job."""
        self.looked_at = time.monotonic()
        self.find_results(self.seen, self.answer.output)

    @work(thread=True, exclusive=True, group="results", exit_on_error=False)
    def find_results(self, seen: Seen | None, output: Path) -> None:
        """Read what became of the images of a job, or of those in a folder."""
        if seen is None:
            rows = [Row(one.image, one) for one in outcomes_in(output)]
        else:
            rows = rows_of(seen.job, self.watching.commands, seen.status.started, seen.status.has_ended)
        self.post_message(Made(seen.number if seen else None, rows))

    @on(Made)
    def _made(self, event: Made) -> None:
        seen = self.seen
        if event.job == (seen.number if seen else None):
            nothing = "There is nothing in the output folder yet: {inference.start} begins."
            self.results.show(seen, event.rows, with_keys(nothing, self.app))
        self.say()

    @on(LongList.Selected)
    async def _selected(self) -> None:
        if self.results.display:
            await self.app.run_action("open_result", self)

    def action_open_result(self) -> None:
        """The label of the bright image, on it."""
        row = self.results.chosen
        if row is not None and row.outcome is not None:
            self.open_label(Path(row.outcome.image), Path(row.outcome.label))

    def action_again(self) -> None:
        """The same as the last job asked for, as a new one; it goes on where labels that are there are skipped."""
        if (seen := self.seen) is not None:
            self.run_again(seen)

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def run_again(self, seen: Seen) -> None:
        """Start the same as a new job."""
        from annotat3d_tui.jobs.everywhere import again

        self.post_message(Tried(again(seen.job)))

    def action_cancel_job(self) -> None:
        """Ask, then stop the job."""
        if (seen := self.seen) is not None:
            question = f"Cancel job {seen.number} ({seen.job.request.title})? What it has written stays."
            ask = Confirm(question, yes="Cancel it", no="Leave it")
            self.app.push_screen(ask, if_given(lambda _: self.cancel_job(seen.job)))

    def why_not_results(self, action: str) -> str:
        """Why nothing can be done with a job or a result now; "" when it can."""
        if action == "cancel_job" and (self.seen is None or self.seen.status.has_ended):
            return "no inference is running into this folder"
        if action == "again" and (self.seen is None or not self.seen.status.has_ended):
            return "no inference into this folder has ended"
        return self._why_not_open() if action == "open_result" else ""

    def _why_not_open(self) -> str:
        row = self.results.chosen
        if not self.results.display or row is None:
            return with_keys("choose an image in the part Results first: {inference.part} goes there", self.app)
        if row.outcome is None:
            return f"{name_of(row.image)} has no label yet"
        return row.outcome.error or in_the_way(self.app)
