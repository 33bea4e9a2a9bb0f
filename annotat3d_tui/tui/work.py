"""What takes time: each in a thread, calling one engine function, telling its progress, stopped by Esc.

A worker reads what it is given and posts a message when it is done; only the screen changes anything that is shown.
One thing is done at a time, whether computed, read or written. When the screen closes, a computation stops at its next
report, nothing read is kept any more, and the workspace is let go when what is being written is whole.
"""

import importlib
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import Worker, WorkerState, get_current_worker

from annotat3d_tui.blocks import available_threads, part
from annotat3d_tui.errors import Annotat3DError, Cancelled, OverBudget
from annotat3d_tui.memory import bytes_text, default_budget
from annotat3d_tui.tui.lease import Lease
from annotat3d_tui.tui.messages import Centre, Labelled, Origin, Progressed, Seen, SuperpixelsMade
from annotat3d_tui.tui.overview import centroid, histogram_of, label_shares
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.title_line import Running

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.workflow.segmentation import Result
    from annotat3d_tui.workflow.settings import Segmentation

REPORT_SECONDS = 0.1
COMPUTE, FILES, LOOK = "compute", "files", "look"


class Report:
    """Tells a screen how far a worker is; raises Cancelled once Esc was pressed or the screen was closed."""

    def __init__(self, screen: Screen[Any], name: str) -> None:
        self._screen, self.name = screen, name
        self._stop = threading.Event()
        self._stage, self._told = "", 0.0
        self.restart()

    def restart(self) -> None:
        """Begin to measure the time here."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the time is measured."""
        return time.monotonic() - self._began

    def cancel(self) -> None:
        """Stop the worker at its next report."""
        self._stop.set()

    def __call__(self, fraction: float, stage: str) -> None:
        """A step further."""
        if self._stop.is_set() or get_current_worker().is_cancelled:
            raise Cancelled(f"{self.name} was cancelled; nothing was changed.")
        now = time.monotonic()
        if stage != self._stage or now - self._told >= REPORT_SECONDS:
            self._stage, self._told = stage, now
            self._screen.post_message(Progressed(Running(self.name, fraction, stage, self._began)))


@dataclass(frozen=True)
class Marks:
    """The marks as they were when a computation began: z, y, x (m, 3), labels (m,), names of labels."""

    coordinates: NDArray[np.int64]
    labels: NDArray[Any]
    names: dict[int, str]
    changes: int


class Work(Screen[None]):
    """A screen on a session whose slow acts run in threads; it answers all the while."""

    running: reactive[Running | None] = reactive(None)

    session: "Session"
    warmup: Warmup
    lease: Lease
    _report: Report | None = None

    def begin(self, name: str) -> Report:
        """The report of a new computation; from here on line 1 shows it."""
        self._report = Report(self, name)
        self.running = Running(name, began=time.monotonic())
        return self._report

    def begin_file(self, name: str) -> None:
        """A file is going to be read or written; line 1 shows it."""
        self.running = Running(name, began=time.monotonic(), is_file=True)

    def marks_now(self) -> Marks:
        """A copy of the marks for a worker."""
        annotation = self.session.annotation
        coordinates, labels, _ = annotation.markers.coordinates()
        names = {label.id: label.name for label in annotation.table}
        return Marks(np.array(coordinates), np.array(labels), names, annotation.changes)

    def cancel(self) -> bool:
        """Stop what runs at its next report; False when nothing runs."""
        if self._report is None:
            return False
        self._report.cancel()
        return True

    def on_unmount(self) -> None:
        """Stop what runs, and let the workspace go as soon as nothing is written to it."""
        self.cancel()
        self.lease.end()

    def on_progressed(self, message: Progressed) -> None:
        """Show how far it is, unless it has ended meanwhile."""
        if self._report is not None:
            self.running = message.running

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        worker = event.worker
        if not worker.is_finished:
            return
        if worker.group in (COMPUTE, FILES):
            self._report = self.running = None
        if event.state == WorkerState.ERROR and worker.error is not None:
            if not isinstance(worker.error, Annotat3DError):
                raise worker.error
            say_error(self.app, worker.error)

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def make_superpixels(self, report: Report) -> None:
        """Superpixels of the whole image, kept in the workspace."""
        with self.lease.used():
            self._compile(report)
            from annotat3d_tui.workflow.superpixels import make_superpixels

            session = self.session
            self._check_memory(report.name, session.parameters)
            steps = part(report, 0.0, 0.95)
            ids = make_superpixels(session.image.data, session.parameters, threads=available_threads(), progress=steps)
            report(0.95, "keep")
            session.keep_superpixels(ids)
            self.post_message(SuperpixelsMade(int(ids.max()), "Superpixels generated"))

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def segment(self, report: Report, marks: Marks, planes: slice | None) -> None:
        """The label volume, or that of a few planes, from the marks as they were when it began."""
        with self.lease.used():
            self._compile(report)
            from annotat3d_tui.workflow.segmentation import segment

            session, parameters = self.session, self.session.parameters
            self._check_memory(report.name, parameters)
            result = segment(
                session.image.data,
                marks.coordinates,
                marks.labels,
                parameters,
                names=marks.names,
                superpixels=session.superpixels,
                planes=planes,
                threads=available_threads(),
                progress=part(report, 0.0, 0.95),
            )
            report(0.95, "keep")
            if result.superpixels is not None and session.superpixels is not result.superpixels:
                session.keep_superpixels(result.superpixels)
                self.post_message(SuperpixelsMade(result.superpixel_count))
            origin = Origin(marks.changes, parameters, result.scores, planes is not None)
            self._keep(result, origin, planes, report.seconds)

    @work(thread=True, exclusive=True, group=LOOK, exit_on_error=False)
    def look(self) -> None:
        """The histogram of the image, and the shares of the label volume that the workspace kept."""
        self.post_message(Seen(histogram=histogram_of(self.session.image.data)))
        if self.session.superpixels is not None:
            self.post_message(Seen(superpixels=int(self.session.superpixels.max())))
        if self.session.label is not None:
            self.post_message(Seen(shares=label_shares(self.session.label)))

    @work(thread=True, exclusive=True, group=LOOK, exit_on_error=False)
    def find_centre(self, id: int) -> None:
        """The middle of a label in the label volume."""
        assert self.session.label is not None
        self.post_message(Centre(centroid(self.session.label, id)))

    def _keep(self, result: "Result", origin: Origin, planes: slice | None, seconds: float) -> None:
        """Keep a whole label volume; a preview is laid over the last one and only shown."""
        session, label = self.session, result.label
        if planes is None:
            session.keep_label(label, result.scores)
        elif session.label is not None:
            label = laid_over(session.label, label, planes)
        said = "label of all slices" if planes is None else f"preview of z {planes.start} to {planes.stop - 1}"
        shares = label_shares(label) if planes is None else None
        self.post_message(Labelled(label, f"{said} · made in {seconds:.1f} s", origin, shares))

    def _check_memory(self, name: str, parameters: "Segmentation") -> None:
        """Raises OverBudget, before any work begins, when there is too little memory."""
        from annotat3d_tui.workflow.forecast import memory_needed

        need, budget = memory_needed(self.session.image.data, parameters), default_budget()
        if need > budget:
            raise OverBudget(
                f"{name} needs about {bytes_text(need)} of memory and may take {bytes_text(budget)}: "
                "close other programs, choose wider superpixels (⇧C), or crop the image."
            )

    def _compile(self, report: Report) -> None:
        """Wait for the kernels, and load what is heavy while the screen still answers."""
        self.warmup.wait(report)
        report(0.0, "loading")
        importlib.import_module("annotat3d_tui.workflow.segmentation")  # brings in libraries that take seconds
        report.restart()


def laid_over(kept: NDArray[Any], preview: NDArray[Any], planes: slice) -> NDArray[Any]:
    """A label volume (Z, Y, X) with some planes of a preview, in a type that holds the labels of both.

    >>> kept, preview = np.array([[[300]], [[7]]], np.uint16), np.array([[[0]], [[2]]], np.uint8)
    >>> laid_over(kept, preview, slice(1, 2)).ravel().tolist()
    [300, 2]
    """
    whole = kept.astype(np.result_type(kept, preview))
    whole[planes] = preview[planes]
    return whole
