"""Correcting the label volume: a tool is chosen, its change is looked at on the slice, then it is taken or given up."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual import on, work
from textual.worker import get_current_worker

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.begins import begins_of
from annotat3d_tui.labels.boxes import whole
from annotat3d_tui.labels.correcting import corrected, limited
from annotat3d_tui.labels.planes import axes_of
from annotat3d_tui.parameters import Parameters
from annotat3d_tui.render.oblique import Vector, known_sizes
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.applying_job import ApplyingJob
from annotat3d_tui.tui.commands import parse_ids
from annotat3d_tui.tui.correction_tools import BY_NAME, TOOLS, OfMarks, Subject, Tool, merging, words_for
from annotat3d_tui.tui.messages import Corrected, CorrectionFound, NotCorrected, Seen
from annotat3d_tui.tui.overview import label_shares
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.mask import MaskLook
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.work import COMPUTE, COUNT, FILES, Report

if TYPE_CHECKING:
    from annotat3d_tui.labels.corrections import Correction

FIRST_USE = (
    "First use of label editing: its kernels are compiled, once on this machine, which may take a minute. "
    "{segment.cancel} stops waiting."
)


class Correcting(ApplyingJob):
    """A screen on which the label volume can be corrected; nothing is changed before the person has seen it."""

    _counted: "Correction | None" = None
    """The last correction of the label volume whose voxels were counted."""

    def action_correct(self) -> None:
        """Choose a tool."""
        self.view.lift()
        editing = "End label editing" if self.session.editing else "Label editing: marks correct the labels from now on"
        items = [
            Item("e", "edit_labels", editing, self.why_not("edit_labels", ())),
            Item("t", "objects", "Table of objects: sizes, places, grey values…", self.why_not("objects", ())),
            *map(self._item, TOOLS),
            Item("l", "merge_listed", "Merge labels of a list…", self.why_not("merge_listed", ())),
        ]
        self.app.push_screen(Menu("Correct the label volume", items), self.do_from_menu)

    def _item(self, tool: Tool) -> Item:
        return Item(tool.letter, f"correct_with({tool.name!r})", tool.title, self.why_not("correct_with", (tool.name,)))

    def action_correct_with(self, name: str) -> None:
        """Ask what a tool wants to know, then look for what it would change."""
        tool = BY_NAME[name]
        if not tool.parameters().parameters():
            self._try_tool(tool, tool.parameters())
            return
        form = ParametersScreen(self._last_used.get(name, tool.parameters()), title=tool.title.rstrip("…"))
        self.app.push_screen(form, if_given(partial(self._try_tool, tool)))

    @property
    def _last_used(self) -> dict[str, Parameters]:
        """What each tool was told the last time."""
        if not hasattr(self, "_used"):
            self._used: dict[str, Parameters] = {}
        return self._used

    def _try_tool(self, tool: Tool, parameters: Parameters) -> None:
        self._last_used[tool.name] = parameters
        self.find_correction(self.begin(tool.title.rstrip("…")), tool, parameters, self.subject_now())

    def action_merge_listed(self) -> None:
        """Ask which labels become one."""
        ask = Ask("Merge labels", help="Their ids, such as 29,31: all become the first of them.", check=parse_ids)

        def given(text: str) -> None:
            self.merge_listed(parse_ids(text))

        self.app.push_screen(ask, if_given(given))

    def merge_listed(self, ids: tuple[int, ...]) -> None:
        """Look for what changes where labels become the first of them."""
        self.find_correction(self.begin("Merge labels"), merging(ids), OfMarks(), self.subject_now())

    def subject_now(self) -> Subject:
        """What a tool is used on."""
        session = self.session
        assert session.label is not None
        where, labels, strokes = session.annotation.markers.voxels()
        kept = frozenset(label.id for label in session.annotation.table if label.locked or not label.visible)
        chosen = self.view.brush.label
        marks = np.array(where), np.array(labels), np.array(strokes)
        there = frozenset(np.unique(marks[2][marks[1] == chosen]).tolist())
        begins = begins_of(session.annotation.done, session.annotation.shape, there)
        return Subject(
            session.label, session.image.data, *marks, chosen, kept, begins, self._plane(), self.view.work_region
        )

    def _plane(self) -> tuple[Vector, Vector] | None:
        """The clipping plane in voxels, whose normal is known in lengths."""
        if self.clipping is None:
            return None
        plane, sizes = self.clipping.plane, known_sizes(self.session.image.voxel_size)
        z, y, x = (way * size for way, size in zip(plane.normal, sizes, strict=True))
        return plane.position, (z, y, x)

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def find_correction(self, report: Report, tool: Tool, parameters: Parameters, subject: Subject) -> None:
        """What a tool would do, and a volume to look at."""
        with self.lease.used():
            self.prepare_editing(report)
            report(0.0, "correct")
            found = tool.use(parameters, subject, report)
            if not isinstance(parameters, OfMarks):  # else what it did to which labels is all there is to say
                found = replace(found, words=words_for(tool, parameters, subject))
            correction = subject.limited(found)
            seen = corrected(subject.label, correction) if correction.size else subject.label
            self.post_message(CorrectionFound(correction, seen, subject.strokes_used(tool)))

    def prepare_editing(self, report: Report) -> None:
        """In a worker: wait for the kernels of label editing, and say so where they are compiled for the first time."""
        from annotat3d_tui.workflow.preparing_editing import editing_must_be_prepared  # brings in Numba

        if editing_must_be_prepared():
            if self.warmup.running:
                self.notify(with_keys(FIRST_USE, self.app), timeout=10, markup=False)
            self.warmup.wait_for_editing(report)
            report.restart()

    @on(CorrectionFound)
    def _correction_found(self, event: CorrectionFound) -> None:
        correction, view = event.correction, self.view
        if not correction.size:
            self.notify(f"{correction.words}: no voxel would change.", severity="warning", markup=False)
            return
        before, cursor = (self.session.label, view.show_label), view.cursor
        view.label_volume, view.show_label = event.seen, True
        here = list(whole(event.seen.shape))
        here[axes_of(view.plane).slice] = slice(view.index, view.index + 1)
        if not limited(correction, (here[0], here[1], here[2]), event.seen.shape).size:
            z, y, x = np.unravel_index(correction.middle, event.seen.shape)
            view.cursor = int(z), int(y), int(x)
        ids = ids_in(correction)
        of = f"label {ids[0]}" if len(ids) == 1 else f"{len(ids)} labels"
        used = event.used if self.session.editing is not None else event.used[:0]
        strokes = f" by {count_text(event.strokes, 'stroke')}" * (event.strokes > 0) + ", taken off" * (len(used) > 0)
        look = MaskLook(f"{count_text(correction.size, 'voxel')} of {of}{strokes}", view, by=correction.words)

        def answered(taken: bool | None) -> None:
            view.label_volume, view.show_label = before
            if taken:
                self._take_correction(correction, used)
            else:
                view.cursor = cursor

        self.app.push_screen(look, answered)

    def _take_correction(self, correction: "Correction", used: NDArray[np.int64]) -> None:
        """Make a correction; while labels are edited the marks that it used up go with it and come back by its undo."""
        self.begin_file("Correction")
        annotation = self.session.annotation
        before = annotation.position
        with errors_said(self):
            annotation.add_missing(ids_in(correction), f"labels of {correction.words}")
            annotation.edit(used, 0, f"marks of {correction.words}")
        now = annotation.position
        self.keep_correction(replace(correction, acts=now, brings=now - before))

    @work(thread=True, group=FILES, exit_on_error=False)
    def keep_correction(self, correction: "Correction") -> None:
        """Change the label volume."""
        with self.lease.used():
            try:
                self.session.correct(correction)
            except Annotat3DError:
                self.post_message(NotCorrected(correction.brings, correction.acts))
                raise
            self.show_corrected(correction)

    @on(NotCorrected)
    def _not_corrected(self, event: NotCorrected) -> None:
        annotation = self.session.annotation
        if event.brought and annotation.position == event.position:
            with errors_said(self):
                annotation.undo(event.brought)
                annotation.forget_undone()
            self.annotation_changed()

    def show_corrected(self, correction: "Correction") -> None:
        """From a worker that has corrected the label volume: show it, and have its voxels counted."""
        self.post_message(Corrected(correction))

    @on(Corrected)
    def _corrected(self, event: Corrected) -> None:
        self.view.label_volume = self.session.label
        with errors_said(self):
            self.session.annotation.forget_undone()
        self.count_labels()
        self.annotation_changed()

    def label_stepped(self) -> None:
        """Count the voxels of the label volume anew, too, where it is another one."""
        super().label_stepped()
        if self._last_made() is not self._counted:
            self.count_labels()

    def _last_made(self) -> "Correction | None":
        corrections = self.session.corrections
        return corrections.done[-1] if corrections and corrections.done else None

    def count_labels(self) -> None:
        """Count the voxels of the label volume as it is now."""
        self._counted = self._last_made()
        if self.session.label is not None:
            self._count(self.session.label)

    @work(thread=True, exclusive=True, group=COUNT, exit_on_error=False)
    def _count(self, label: NDArray[Any]) -> None:
        """The shares of a label volume; who changes it meanwhile has it counted again."""
        worker, shares = get_current_worker(), label_shares(label)
        if not worker.is_cancelled:
            self.post_message(Seen(shares=shares))


def ids_in(correction: "Correction") -> list[int]:
    """Labels, rising, that lose or gain a voxel."""
    found = np.unique(np.concatenate([correction.before, correction.after]))
    return [one for one in found.tolist() if one]
