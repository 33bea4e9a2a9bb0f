"""Files of what was learned: classifiers and training data, each saved and loaded alone."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from textual import work

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.tui.filing import Filing
from annotat3d_tui.tui.messages import Known, Labelled, Saved, TrainingRead
from annotat3d_tui.tui.overview import label_shares
from annotat3d_tui.tui.screens.paths import ChosenPath
from annotat3d_tui.tui.work import COMPUTE, FILES, Report

if TYPE_CHECKING:
    from annotat3d_tui.workflow.classifying import Classified
    from annotat3d_tui.workflow.learning import Trained

HELP = "A {} in a file that is safe to open, with its parameters inside: {}."


class LearnedFiles(Filing):
    """Saving and loading what was learned."""

    def action_save_classifier(self) -> None:
        """Save the classifier that was trained last."""
        self._ask_for("Save classifier", "classifier", self.save_classifier, save=True)

    def action_save_training(self) -> None:
        """Save the samples that the classifier learned from."""
        self._ask_for("Save training data", "training", self.save_training, save=True)

    def action_load_classifier(self) -> None:
        """Label this image by a classifier of another one."""
        self._ask_for("Load classifier", "classifier", self._apply_chosen, save=False)

    def action_load_training(self) -> None:
        """Learn from the samples of other images, too."""
        self._ask_for("Load training data", "training", self.load_training, save=False)

    def _ask_for(self, title: str, kind: str, act: Callable[[ChosenPath], object], *, save: bool) -> None:
        suffix = f".{kind}.npz"
        suggested = self.session.workspace.image.stem + suffix if save else ""
        self._ask(title, suggested, act, help=HELP.format("classifier" if kind == "classifier" else "table", suffix))

    def save_classifier(self, chosen: ChosenPath) -> None:
        """Write the classifier with its parameters and the names of its labels."""
        names = {label.id: label.name for label in self.session.annotation.table}
        self._save_classifier(chosen, self.session.trained, names)

    @work(thread=True, group=FILES, exit_on_error=False)
    def _save_classifier(self, chosen: ChosenPath, trained: "Trained | None", names: dict[int, str]) -> None:
        from annotat3d_tui.classifiers.store import save_model
        from annotat3d_tui.workflow.applying import open_trained

        if trained is None:
            trained, names = open_trained(self.session.workspace.classifier)
        parameters = trained.parameters.to_dict()
        with self.lease.used():
            save_model(chosen.path, trained.model, parameters, names=names, overwrite=chosen.overwrite)
        self.post_message(Saved("Classifier", chosen.path))

    @work(thread=True, group=FILES, exit_on_error=False)
    def save_training(self, chosen: ChosenPath) -> None:
        """Write the samples that the classifier learned from."""
        from annotat3d_tui.classifiers.training_store import save_training

        assert self.session.trained is not None
        with self.lease.used():
            save_training(chosen.path, self.session.trained.samples, overwrite=chosen.overwrite)
        self.post_message(Saved("Training data", chosen.path))

    @work(thread=True, group=FILES, exit_on_error=False)
    def load_training(self, chosen: ChosenPath) -> None:
        """Read samples and hand them to the screen."""
        from annotat3d_tui.classifiers.training_store import open_training

        self.post_message(TrainingRead(open_training(chosen.path), chosen.path))

    def _apply_chosen(self, chosen: ChosenPath) -> None:
        self.apply_classifier(self.begin("Classifier"), chosen.path)

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def apply_classifier(self, report: Report, path: Path) -> None:
        """The label volume by a classifier in a file."""
        with self.lease.used():
            trained, names, found = self._classify_by(report, path)
            self.session.keep_label(found.label, None)
            said = f"label by {path.name} · made in {report.seconds:.1f} s"
            self.post_message(Labelled(found.label, said, shares=label_shares(found.label), names=names))
            self.post_message(Known(found.evidence, trained))

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def recall(self, report: Report) -> None:
        """How sure the label volume is that the workspace kept, by the classifier that was kept with it."""
        with self.lease.used():
            label = self.session.label
            trained, _, found = self._classify_by(report, self.session.workspace.classifier)
            if label is None or not np.array_equal(found.label, label):
                raise InvalidFile(
                    f"{self.session.workspace.classifier.name} must give the label volume that is shown, but gives "
                    "another: apply again to know how sure it is."
                )
            self.post_message(Known(found.evidence, trained))

    def _classify_by(self, report: Report, path: Path) -> "tuple[Trained, dict[int, str], Classified]":
        """What a file has learned, the names of its labels, and what it makes of the image."""
        from annotat3d_tui.workflow.applying import apply, open_trained

        session = self.session
        trained, names = open_trained(path)
        self._compile(report, trained.parameters)
        self._check_memory(report.name, trained.parameters, len(trained.model.labels))
        same = trained.parameters.superpixels == session.settled(session.parameters).superpixels
        found = apply(
            trained,
            session.image.data,
            superpixels=session.superpixels if same else None,
            evidence=True,
            cache=session.cache,
            threads=available_threads(),
            progress=report,
        )
        return trained, names, found
