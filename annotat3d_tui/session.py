"""What is open: a workspace and what it holds, as typed attributes; it computes nothing."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet, size_text
from annotat3d_tui.cache import Cache, FolderCache, NoCache
from annotat3d_tui.classifiers.store import save_model
from annotat3d_tui.classifiers.training_data import TrainingData
from annotat3d_tui.content import content_key, text_key
from annotat3d_tui.errors import Annotat3DError, CannotWrite, ReadOnly, ShapeMismatch
from annotat3d_tui.holding import Hold
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.corrections import Correction, Corrections
from annotat3d_tui.labels.past import Past
from annotat3d_tui.labels.resume import Resume
from annotat3d_tui.places import data_home, resolved
from annotat3d_tui.render.looks import ImageLook, Looks
from annotat3d_tui.superpixels.check import check_superpixels
from annotat3d_tui.volume.converted import Conversions, is_turned
from annotat3d_tui.volume.disk import fingerprint_of, stamp_of
from annotat3d_tui.volume.files import open_labels, open_volume, save_labels
from annotat3d_tui.volume.finite import finite
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.pyramid import first_look, is_on_disk
from annotat3d_tui.volume.turned import Turned
from annotat3d_tui.volume.volume import Volume
from annotat3d_tui.workflow.evidence import Evidence
from annotat3d_tui.workflow.learning import Trained
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.run import Run
from annotat3d_tui.workflow.settings import Segmentation
from annotat3d_tui.workspace import Workspace, default_folder, read_json, remember, write_json

if TYPE_CHECKING:
    from annotat3d_tui.workflow.segmentation import Result


class Session:
    """An open workspace.

    image: its volume, with nothing infinite left. superpixels: (Z, Y, X) int32 or None; superpixels_from: the file they
    were loaded from, None for those that were made. label: (Z, Y, X) uint8 or uint16, or None; labellings: how often it
    was made anew or loaded since opening; corrections: what was done to it by hand, None before the first; editing: how
    marks correct it, None while they are learned from. run: how the label came about, None when it was loaded.
    evidence: how sure the last segmentation was, trained: what has learned in it, None before the first one. training:
    samples of other images, to learn from, too. looks: how the image is looked at. alternative: shown in its place, and
    used for nothing else. coarse: a first look at an image that lies on the disk. cache: where what was measured is
    kept. messages: what a person should be told after opening (a torn journal, an image that has changed, a file that
    could not be read).
    """

    def __init__(self, workspace: Workspace, lock: Hold | None, progress: Progress = quiet) -> None:
        self._conversions = Conversions(workspace.volumes, may_write=lock is not None)
        volume = open_volume(workspace.image, workspace.raw, self._conversions, progress)
        voxels, replaced = finite(volume.data)
        self.workspace = workspace
        self.image = Volume(voxels, volume.voxel_size, volume.unit, volume.path)
        self.annotation, self.messages = Annotation.open(voxels.shape, workspace.journal, lock is None)
        self.messages += volume.warnings
        self.messages += lock.messages if lock else []
        self.messages += [self._conversions.refused] if self._conversions.refused else []
        self.parameters: Segmentation = PRESETS["fast"]
        self.superpixels: NDArray[np.int32] | None = None
        self.superpixels_from: Path | None = None
        self.label: NDArray[Any] | None = None
        self.corrections: Corrections | None = None
        self.editing: Resume | None = None
        self.labellings = 0
        self.run: Run | None = None
        self.evidence: Evidence | None = None
        self.trained: Trained | None = None
        self.training: list[TrainingData] = []
        self.cache: Cache = FolderCache(workspace.cache) if lock else NoCache()
        self.looks = Looks()
        self.alternative: Volume | None = None
        self.coarse = first_look(voxels) if is_on_disk(voxels) else None
        self._dimensions: str | None = None
        self._classifier_kept = workspace.classifier.is_file()
        self._writing = threading.Lock()
        self._lock = lock
        self.annotation.before_act = lambda: self.past.forget_undone()
        if workspace.folder == default_folder(workspace.image) and workspace.folder.parent == data_home():
            self.messages.append(f"The folder of the image cannot be written: the workspace is {workspace.folder}.")
        if replaced:
            self.messages.append(f"{replaced} voxels are NaN or infinite: counted as extremes.")
        try:
            if changed := workspace.image_changed():
                self.messages.append(changed)
            self._load()
        except BaseException:
            self.annotation.close()
            raise

    @classmethod
    def open(cls, workspace: Workspace, read_only: bool = False, progress: Progress = quiet) -> "Session":
        """Open a workspace and keep others from writing to it until `close`; read_only: it is only looked at.

        progress: of converting the image, where it must be; it may stop it. Raises WorkspaceInUse when another one has
        it and this one would write.
        """
        lock = None if read_only else workspace.lock()
        try:
            session = cls(workspace, lock, progress)
        except BaseException:
            if lock:
                lock.close()
            raise
        remember(workspace.folder)
        return session

    @property
    def read_only(self) -> bool:
        """Whether nothing of it may be changed."""
        return self._lock is None

    @property
    def recallable(self) -> bool:
        """Whether the folder has a classifier for the label volume, which tells again how sure it is."""
        return self.label is not None and self.run is not None and self._classifier_kept

    def marked(self) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Coordinates (m, 3) and labels (m,) of the marked voxels, in raster order."""
        coordinates, labels, _ = self.annotation.markers.coordinates()
        return coordinates, labels

    def marks_key(self) -> str:
        """A name for the marks as they are now: the same marks have the same one."""
        where, labels, _ = self.annotation.markers.voxels()
        return text_key(content_key(np.array(where)), content_key(np.array(labels)))

    def coarse_key(self, side: int) -> str:
        """A name for the image's copy of so many voxels a side: the same file, read in the same way, has the same."""
        where = self.workspace.image
        return text_key("coarse", str(stamp_of(where)), str(fingerprint_of(where)), str(self.workspace.raw), str(side))

    def turned_if_there(self) -> Turned | None:
        """The copy of the image for slices across x, where it was made before."""
        return self._conversions.turned_if_there(inspect(self.workspace.image, self.workspace.raw))

    def turned(self, progress: Progress = quiet) -> Turned | None:
        """The copy of the image for slices across x, made in its workspace; None where it is small, or has no room."""
        source = inspect(self.workspace.image, self.workspace.raw)
        if not is_turned(source):
            return None
        return self._conversions.turned(source, self.image.data, progress)

    def settled(self, parameters: Segmentation) -> Segmentation:
        """Parameters with what is automatic decided from the image, which is looked at once."""
        if parameters.features.dimensions == "auto":
            if self._dimensions is None:
                self._dimensions = parameters.resolved(self.image.data).features.dimensions
            parameters = replace(parameters, features=replace(parameters.features, dimensions=self._dimensions))
        return parameters.resolved(self.image.data)

    def settled_if_known(self, parameters: Segmentation) -> Segmentation | None:
        """The same at once; None when that needs a look at the image which nobody has taken yet."""
        if parameters.features.dimensions == "auto" and self._dimensions is None:
            return None
        return self.settled(parameters)

    def keep_superpixels(self, ids: NDArray[np.int32], source: Path | None = None) -> None:
        """Take superpixels into use, and into the folder; source: the file they were loaded from."""
        self._check_may_write()
        self.superpixels, self.superpixels_from = ids, source
        self._forget(self.workspace.superpixels_source)
        self._save(self.workspace.superpixels, ids)
        if source:
            write_json(self.workspace.superpixels_source, {"loaded_from": str(resolved(source))})

    def keep_label(self, label: NDArray[Any], run: Run | None) -> None:
        """Take a label volume and how it came about into use, and into the folder."""
        self._check_may_write()
        with self._writing:
            self.label, self.run = label, run
            self.labellings += 1
            self._end_corrections()
            self._forget(self.workspace.corrections)
            self._forget(self.workspace.run)  # these first, so that a kill never leaves them beside another label
            self._save(self.workspace.label, label)
            if run:
                write_json(self.workspace.run, run.to_dict())

    def correct(self, correction: Correction) -> None:
        """Change the label volume, which there must be; it is in the journal when this returns.

        What it brings must be the last acts on marks. Raises CannotWrite, ReadOnly, and InvalidParameter for one that
        was found on another label volume; nothing is changed then.
        """
        self._check_may_write()
        with self._writing:
            assert self.label is not None
            if self.corrections is None:
                self.corrections = self._open_corrections(self.label)
            done = self.annotation.position  # a stroke that was drawn meanwhile comes after it
            self.corrections.do(replace(correction, acts=min(correction.acts or done, done)))
            self.went()

    def keep_editing(self, editing: Resume | None) -> None:
        """Let marks correct the label volume from now on, or be learned from again."""
        self._check_may_write()
        if editing is None:
            self._forget(self.workspace.editing)
        else:
            write_json(self.workspace.editing, editing.to_dict())
        self.editing = editing

    @property
    def past(self) -> Past:
        """Acts on marks and label volume, to go back and forth among them; `went` takes what that made of the label."""
        return Past(self.annotation, self.corrections)

    def went(self) -> None:
        """Take the label volume into use as undoing and redoing have left it."""
        if self.corrections is not None:
            self.label = self.corrections.label

    def keep_classifier(self, trained: Trained) -> None:
        """Take what has learned into use, and into the folder, where other images find it."""
        self._check_may_write()
        self.trained = trained
        names = {label.id: label.name for label in self.annotation.table}
        save_model(self.workspace.classifier, trained.model, trained.parameters.to_dict(), names=names, overwrite=True)
        self._classifier_kept = True

    def keep_run(self, label: NDArray[Any], run: Run) -> None:
        """Take what was found out later about a label volume into use, unless there is another one by now."""
        self._check_may_write()
        with self._writing:
            if self.label is label:
                self.run = run
                write_json(self.workspace.run, run.to_dict())

    def keep_result(self, result: "Result", seconds: float = 0.0) -> None:
        """Take what a segmentation made into use, and into the folder."""
        if result.superpixels is not None and result.superpixels is not self.superpixels:
            self.keep_superpixels(result.superpixels)
        self.evidence = result.evidence
        self.keep_label(result.label, Run.of(result, self.parameters, self.marks_key(), seconds))
        self.keep_classifier(result.trained)

    def keep_parameters(self, parameters: Segmentation) -> None:
        """Take parameters into use, and into the folder; superpixels of another method are given up."""
        self._check_may_write()
        if self.settled(parameters).superpixels != self.settled(self.parameters).superpixels:
            self.superpixels = self.superpixels_from = None
            self._forget(self.workspace.superpixels)
            self._forget(self.workspace.superpixels_source)
        write_json(self.workspace.parameters, parameters.to_dict())
        self.parameters = parameters

    def visualization(self, path: Path) -> Volume:
        """An image that can be shown in the place of this one; raises ShapeMismatch when its shape is another."""
        volume = open_volume(path, conversions=self._conversions)
        if volume.data.shape != self.image.data.shape:
            raise ShapeMismatch(
                f"{path.name} must have the image's size {self.image.size} to be shown in its place, received "
                f"{volume.size}: give another visualization image."
            )
        return volume

    def show_visualization(self, path: Path) -> None:
        """Have another image shown in the place of this one; raises what `visualization` raises."""
        self.alternative = self.visualization(path)
        looks = replace(self.looks, visualization=str(resolved(path)), alternative=ImageLook(), alternative_shown=True)
        self.keep_looks(looks)

    def keep_looks(self, looks: Looks) -> None:
        """Take a way to look at the image into use, and into the folder where that may be changed."""
        if looks != self.looks and not self.read_only:
            write_json(self.workspace.looks, looks.to_dict())
        self.looks = looks

    def close(self) -> None:
        """Let others in; the file of the label volume then has its corrections."""
        try:
            self._save_corrections()
            self.annotation.close()
        finally:
            if self._lock:
                self._lock.close()

    def _open_corrections(self, label: NDArray[Any]) -> Corrections:
        corrections, messages = Corrections.open(label, self.workspace.corrections, _state(label), self.read_only)
        self.messages += messages
        return corrections

    def _save_corrections(self) -> None:
        with self._writing:
            if self.corrections and self.corrections.unsaved and not self.read_only:
                self.corrections.saving(_state(self.corrections.label))
                self._save(self.workspace.label, self.corrections.label)
            self._end_corrections()

    def _end_corrections(self) -> None:
        if self.corrections:
            self.corrections.close()
            self.corrections = None

    def _check_may_write(self) -> None:
        if self.read_only:
            raise ReadOnly(
                f"{self.workspace.folder} must not be open read-only to be changed, and it is: open it again."
            )

    def _forget(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CannotWrite(f"{path} must be removed, but cannot be ({error.strerror}): remove it by hand.") from None

    def _save(self, path: Path, volume: NDArray[Any]) -> None:
        save_labels(path, volume, voxel_size=self.image.voxel_size, unit=self.image.unit, overwrite=True)

    def _load(self) -> None:
        """What the folder holds; a file that cannot be used is said and left alone."""
        for load in (
            self._load_parameters,
            self._load_superpixels,
            self._load_label,
            self._load_editing,
            self._load_looks,
        ):
            try:
                load()
            except Annotat3DError as error:
                self.messages.append(str(error))

    def _load_parameters(self) -> None:
        if (saved := read_json(self.workspace.parameters)) is not None:
            self.parameters = Segmentation.from_dict(saved)

    def _load_looks(self) -> None:
        if (saved := read_json(self.workspace.looks)) is not None:
            self.looks = Looks.from_dict(saved)
        if self.looks.visualization:
            self.alternative = self.visualization(Path(self.looks.visualization))

    def _load_editing(self) -> None:
        if self.label is not None and (saved := read_json(self.workspace.editing)) is not None:
            self.editing = Resume.from_dict(saved)

    def _load_superpixels(self) -> None:
        if self.workspace.superpixels.is_file():
            ids = open_labels(self.workspace.superpixels).data
            self.superpixels = check_superpixels(ids, self.image.data.shape)
            known = read_json(self.workspace.superpixels_source)
            if isinstance(known, dict) and "loaded_from" in known:
                self.superpixels_from = Path(str(known["loaded_from"]))

    def _load_label(self) -> None:
        if not self.workspace.label.is_file():
            return
        label = open_labels(self.workspace.label).data
        if label.shape != self.image.data.shape:
            raise Annotat3DError(
                f"{self.workspace.label} must have the image's size {self.image.size}, received "
                f"{size_text(label.shape)}: remove it, and apply again."
            )
        self.label = label
        if self.workspace.corrections.is_file():
            self.corrections = self._open_corrections(label)
            self.label = self.corrections.label
        if (run := read_json(self.workspace.run)) is not None:
            self.run = Run.from_dict(run)


def _state(label: NDArray[Any]) -> str:
    """A name for what a label volume holds, whatever its type."""
    return content_key(label.astype(np.uint16))
