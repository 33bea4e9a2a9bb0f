"""Label editing ('segmentation resuming'): Apply lets marks correct the label volume, and no classifier takes part."""

from dataclasses import replace
from functools import cached_property

from textual import on, work

from annotat3d_tui.labels.editing import Editing
from annotat3d_tui.labels.resume import Resume
from annotat3d_tui.parameters import Parameters
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.correcting import Correcting
from annotat3d_tui.tui.correction_tools import BY_NAME, Subject, words_for
from annotat3d_tui.tui.messages import CorrectionFound, Labelled
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.work import COMPUTE, Report

RESUME = BY_NAME["resume"]
QUESTION = (
    "Start label editing? Marks then correct this label volume, and no classifier takes part; {segment.correct} e "
    "ends it."
)


class EditingLabels(Correcting):
    """A screen whose marks correct the label volume while it is edited."""

    @cached_property
    def _editing(self) -> Editing:
        """The label volume that editing began with; one thread at a time asks it."""
        return Editing()

    @on(Labelled)
    def _offer_editing(self, event: Labelled) -> None:
        if not event.may_edit:
            return
        if self.session.editing is not None:
            self._set_editing(None)
        ask = Confirm(with_keys(QUESTION, self.app), yes="Edit it", no="Not now")
        self.app.push_screen(ask, if_given(lambda _: self._set_editing(Resume())))

    def action_edit_labels(self) -> None:
        """Begin or end label editing."""
        self._set_editing(Resume() if self.session.editing is None else None)

    def _set_editing(self, editing: Resume | None) -> None:
        with errors_said(self):
            self.session.keep_editing(editing)
            said = "{segment.apply} lets marks correct the labels" if editing else "marks are learned from again"
            self.notify(with_keys(f"Label editing {'on' if editing else 'off'}: {said}.", self.app), markup=False)
            self._show_tools()

    def ask_how_to_edit(self, editing: Resume) -> None:
        """The form of what decides how far marks reach."""
        form = ParametersScreen(editing, title="Label editing")
        self.app.push_screen(form, if_given(self._edit_so))

    def _edit_so(self, parameters: Parameters) -> None:
        assert isinstance(parameters, Resume)
        with errors_said(self):
            self.session.keep_editing(parameters)
            self._show_tools()

    def edit(self, *, only_look: bool) -> None:
        """Let all marks correct the label volume, or show what that would change."""
        assert self.session.editing is not None
        self.view.lift()
        report = self.begin("Label editing")
        if only_look:
            self.find_correction(report, RESUME, self.session.editing, self.subject_now())
        else:
            self.correct_by_marks(report, self.session.editing, self.subject_now())

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def correct_by_marks(self, report: Report, parameters: Resume, subject: Subject) -> None:
        """What all marks change in the label volume that editing began with, made at once: one step to undo."""
        with self.lease.used():
            self.prepare_editing(report)
            past = self._past()
            found = self._editing.change(
                parameters, subject.label, subject.image, subject.where, subject.labels, subject.kept, past, report
            )
            correction = subject.limited(replace(found, words=words_for(RESUME, parameters, subject)))
            if not correction.size:
                self.post_message(CorrectionFound(correction, subject.label))
                return
            self.session.correct(correction)
            self._editing.took(self._past(), whole=subject.region is None)
            self.show_corrected(correction)

    def _past(self) -> tuple[object, ...]:
        """What was done to the label volume since it was loaded, or made by a classifier."""
        corrections = self.session.corrections
        return (self.session.labellings, *(corrections.done if corrections else ()))
