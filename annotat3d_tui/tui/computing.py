"""What the segmentation screen computes, each in a thread: superpixels, label volumes, their tests, places to annotate.

A label volume is shown as soon as it is there; then it is written to the workspace, and then it is tested. Whatever is
begun meanwhile ends the test.
"""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.worker import Worker, get_current_worker

from annotat3d_tui.blocks import available_threads, part
from annotat3d_tui.errors import OverBudget
from annotat3d_tui.labels.boxes import Box
from annotat3d_tui.memory import bytes_text, default_budget
from annotat3d_tui.tui.messages import (
    Centre,
    Labelled,
    Origin,
    PlacesFound,
    Seen,
    SuperpixelsMade,
    SuperpixelsPreviewed,
    Tested,
)
from annotat3d_tui.tui.overview import centroid, histogram_of, label_shares
from annotat3d_tui.tui.segment_text import made_words
from annotat3d_tui.tui.work import COARSE, COMPUTE, LOOK, TEST, Report, Work
from annotat3d_tui.volume.pyramid import coarse_copy, coarse_side, is_on_disk

if TYPE_CHECKING:
    from annotat3d_tui.workflow.evidence import Evidence
    from annotat3d_tui.workflow.segmentation import Result
    from annotat3d_tui.workflow.settings import Segmentation

SOON = 4
"""The copy that is shown first has so many times fewer voxels a side."""


@dataclass(frozen=True)
class Marks:
    """The marks as they were when a computation began: z, y, x (m, 3), labels (m,), names of labels.

    changes: how often they had changed; key: a name for them, which outlives the program.
    """

    coordinates: NDArray[np.int64]
    labels: NDArray[Any]
    names: dict[int, str]
    changes: int
    key: str


class Computing(Work):
    """A screen that makes superpixels and label volumes."""

    def marks_now(self) -> Marks:
        """A copy of the marks for a worker."""
        annotation = self.session.annotation
        coordinates, labels, _ = annotation.markers.coordinates()
        names = {label.id: label.name for label in annotation.table}
        key = self.session.marks_key()
        return Marks(np.array(coordinates), np.array(labels), names, annotation.changes, key)

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def make_superpixels(self, report: Report) -> None:
        """Superpixels of the whole image, kept in the workspace."""
        with self.lease.used():
            self._compile(report, self.session.parameters)
            from annotat3d_tui.workflow.superpixels import make_superpixels

            session = self.session
            parameters = session.settled(session.parameters)
            self._check_memory(report.name, parameters)
            steps = part(report, 0.0, 0.95)
            ids = make_superpixels(session.image.data, parameters, threads=available_threads(), progress=steps)
            report(0.95, "keep")
            session.keep_superpixels(ids)
            self.post_message(SuperpixelsMade(int(ids.max()), "Superpixels generated"))

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def preview_superpixels(self, report: Report, planes: slice) -> None:
        """The superpixels of a few planes, which are only shown."""
        with self.lease.used():
            self._compile(report, self.session.parameters)
            from annotat3d_tui.workflow.superpixels import preview_superpixels

            session = self.session
            parameters = session.settled(session.parameters)
            ids = preview_superpixels(
                session.image.data, parameters, planes, threads=available_threads(), progress=report
            )
            self.post_message(SuperpixelsPreviewed(ids, planes))

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def segment(self, report: Report, marks: Marks, planes: slice | None, region: Box | None = None) -> None:
        """The label volume, or that of a few planes in a region, from the marks as they were when it began."""
        with self.lease.used():
            self._compile(report, self.session.parameters)
            from annotat3d_tui.workflow.run import Run
            from annotat3d_tui.workflow.segmentation import segment

            session, asked = self.session, self.session.parameters
            parameters = session.settled(asked)
            self._check_memory(report.name, parameters, len(np.unique(marks.labels)))
            result = segment(
                session.image.data,
                marks.coordinates,
                marks.labels,
                parameters,
                names=marks.names,
                superpixels=session.superpixels,
                training=tuple(session.training),
                planes=planes,
                source=session.workspace.image.name,
                cache=session.cache,
                test=False,
                threads=available_threads(),
                progress=part(report, 0.0, 0.95),
            )
            report(0.95, "keep")
            run = Run.of(result, asked, marks.key, report.seconds)
            self._show_and_keep(result, Origin(marks.changes, run, planes is not None), planes, region)

    @work(thread=True, exclusive=True, group=TEST, exit_on_error=False)
    def test(self, report: Report, result: "Result", origin: Origin) -> None:
        """How well it does on marks that it has not seen."""
        with self.lease.used():
            run = origin.run.with_scores(result.tested(threads=available_threads(), progress=report))
            report(1.0, "keep")
            if not origin.preview:
                self.session.keep_run(result.label, run)
            self.post_message(Tested(origin, run))

    @work(thread=True, exclusive=True, group=LOOK, exit_on_error=False)
    def look(self) -> None:
        """The histogram of the image, the shares of the label volume that the workspace kept, 2D or 3D."""
        self.post_message(Seen(histogram=histogram_of(self.session.image.data)))
        if self.session.alternative is not None:
            self.post_message(Seen(histogram=histogram_of(self.session.alternative.data), alternative=True))
        if self.session.superpixels is not None:
            self.post_message(Seen(superpixels=int(self.session.superpixels.max())))
        if self.session.label is not None:
            self.post_message(Seen(shares=label_shares(self.session.label)))
        self.session.settled(self.session.parameters)  # looks at the image, so that later nobody waits for it

    @work(thread=True, group=COARSE, exit_on_error=False)
    def make_coarse(self) -> None:
        """Copies of a large image on disk, which the workspace keeps: what is shown while the disk is slow, a small one
        soon, then that of half the resolution; and the one for slices across x, where there is room for it."""
        worker, session = get_current_worker(), self.session
        image = session.image.data
        if not is_on_disk(image):
            return
        if turned := session.turned_if_there():
            self.post_message(Seen(turned=turned))
        self._make_coarse(image, worker)
        if turned is None and not worker.is_cancelled:
            self.post_message(Seen(turned=session.turned(Report(self, "Copy for slices across x", shown=False))))

    def _make_coarse(self, image: NDArray[Any], worker: Worker[Any]) -> None:
        session = self.session
        side = coarse_side(image)
        key = session.coarse_key(side)
        if (kept := session.cache.get(key)) is not None:
            self.post_message(Seen(coarse=np.array(kept)))
            return
        for one in (SOON * side, side):
            copy = coarse_copy(image, stopped=lambda: worker.is_cancelled, side=one)
            if copy is None:
                return
            self.post_message(Seen(coarse=copy))
            if one == side:
                session.cache.put(key, copy)

    @work(thread=True, exclusive=True, group=LOOK, exit_on_error=False)
    def find_centre(self, id: int) -> None:
        """The middle of a label in the label volume."""
        assert self.session.label is not None
        self.post_message(Centre(centroid(self.session.label, id)))

    @work(thread=True, exclusive=True, group=LOOK, exit_on_error=False)
    def find_places(self, evidence: "Evidence") -> None:
        """Where marks would teach most."""
        from annotat3d_tui.workflow.evidence import places_to_annotate

        self.post_message(PlacesFound(evidence, tuple(places_to_annotate(evidence))))

    def _show_and_keep(self, result: "Result", origin: Origin, planes: slice | None, region: Box | None) -> None:
        """Show a label volume, then write it; a preview is laid over the last one and only shown."""
        session, label, made = self.session, result.label, result.superpixels
        said = "label of all slices"
        if planes is not None:
            said = f"preview of z {planes.start} to {planes.stop - 1}"
            label = (
                label if session.label is None and region is None else laid_over(session.label, label, planes, region)
            )
        new = made is not None and made is not session.superpixels
        if new:
            session.superpixels = made
            self.post_message(SuperpixelsMade(result.superpixel_count))
        self.post_message(Labelled(label, made_words(said, origin), origin, result))
        if planes is None:
            session.keep_label(label, origin.run)
            self.post_message(Seen(shares=label_shares(label)))
            session.keep_classifier(result.trained)
        if new and made is not None:
            session.keep_superpixels(made)

    def _check_memory(self, name: str, parameters: "Segmentation", labels: int = 2) -> None:
        """Raises OverBudget, before any work begins, when there is too little memory for so many labels."""
        from annotat3d_tui.workflow.forecast import memory_needed

        need, budget = memory_needed(self.session.image.data, parameters, labels=labels), default_budget()
        if need > budget:
            raise OverBudget(
                f"{name} needs about {bytes_text(need)} of memory and may take {bytes_text(budget)}: "
                "close other programs, choose wider superpixels, or crop the image."
            )

    def _compile(self, report: Report, parameters: "Segmentation") -> None:
        """Wait for the kernels of these parameters, and load what is heavy while the screen still answers."""
        self.warmup.wait(report, parameters)
        report(0.0, "loading")
        importlib.import_module("annotat3d_tui.workflow.segmentation")  # brings in libraries that take seconds
        report.restart()


def laid_over(
    kept: NDArray[Any] | None, preview: NDArray[Any], planes: slice, region: Box | None = None
) -> NDArray[Any]:
    """A label volume (Z, Y, X), or none, with some planes of a preview, in a type that holds the labels of both.

    region: the box that is taken of the preview; None for all of it.

    >>> kept, preview = np.array([[[300]], [[7]]], np.uint16), np.array([[[0]], [[2]]], np.uint8)
    >>> laid_over(kept, preview, slice(1, 2)).ravel().tolist()
    [300, 2]
    """
    whole = np.zeros_like(preview) if kept is None else kept.astype(np.result_type(kept, preview))
    rows, columns = region[1:] if region else (slice(None), slice(None))
    whole[planes, rows, columns] = preview[planes, rows, columns]
    return whole
