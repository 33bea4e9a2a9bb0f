"""Files of a session: masks, labels and superpixels, read and written in threads, the paths asked for on the screen."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual import work

from annotat3d_tui.errors import InvalidFile, ShapeMismatch
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.tui.computing import Computing
from annotat3d_tui.tui.correction_tools import background_of
from annotat3d_tui.tui.messages import AlternativeRead, AnnotationRead, Labelled, Saved, SuperpixelsMade
from annotat3d_tui.tui.overview import histogram_of, label_shares
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath, Purpose
from annotat3d_tui.tui.work import FILES

FORMATS = "The suffix chooses the format: .tif, .raw or .npy."
ANNOTATIONS = "An annotation with its strokes and labels: .annotation.npz; .pkl of Annotat3D can be loaded, too."
ANNOTATIONS_OUT = (
    "With its strokes and labels: .annotation.npz; the strokes as text, as annotat3d mark reads them: .txt."
)
VISUALIZATION = "Of the same size; it is only shown: everything is computed from the image itself."


class Filing(Computing):
    """Saving and loading; each action asks for a path and hands it to a worker."""

    def action_save_label(self) -> None:
        """Save the label volume."""
        self._ask("Save label", "label", self.save_label)

    def action_load_label(self) -> None:
        """Take a label volume from a file."""
        self._ask("Load label", "", partial(self.load_label, may_edit=True))

    def action_save_markers(self) -> None:
        """Save the annotation as a mask."""
        self._ask("Save annotation as a mask", "markers", self.save_markers)

    def action_save_superpixels(self) -> None:
        """Save the superpixels."""
        self._ask("Save superpixels", "superpixels", self.save_superpixels)

    def action_load_superpixels(self) -> None:
        """Take superpixels from a file."""
        self._ask("Load superpixels", "", self.load_superpixels)

    def action_save_annotation(self) -> None:
        """Save the annotation with its strokes and labels."""
        suggested = f"{self.session.workspace.image.stem}.annotation.npz"
        self._ask("Save annotation", suggested, self.save_annotation, help=ANNOTATIONS_OUT)

    def action_load_annotation(self) -> None:
        """Add an annotation from a file."""
        self._ask("Load annotation", "", self.load_annotation, help=ANNOTATIONS)

    def action_open_visualization(self) -> None:
        """Choose an image to be shown in the place of the one that is segmented."""
        self._ask("Open visualization image", "", self.open_visualization, help=VISUALIZATION)

    def offer_label(self, path: Path) -> None:
        """Take a label volume from a file, if the person wants it."""
        question = f"{path.name} is ready. Show it in the place of the label that is shown?"
        load = partial(self._begin, "Load label", self.load_label)
        ask = Confirm(question, yes="Show it", no="Leave it")
        self.app.push_screen(ask, if_given(lambda _: load(ChosenPath(path))))

    def _ask(self, title: str, suggested: str, act: Callable[[ChosenPath], object], help: str = FORMATS) -> None:
        """Ask for a path; with a suggested name it is a file to save, a volume where that has no suffix."""
        workspace = self.session.workspace
        purpose: Purpose = "save" if suggested else "open"
        volume = "." not in suggested
        name = f"{workspace.image.stem}_{suggested}.tif" if volume else suggested
        value = str(workspace.folder.parent / name) if suggested else f"{workspace.image.parent}/"
        target = self._check_target if volume else self._check_file
        ask = AskPath(title, value, purpose=purpose, help=help, check=target if suggested else None)
        self.app.push_screen(ask, if_given(partial(self._begin, title, act)))

    def _check_target(self, path: Path) -> None:
        """Refuse what cannot be written, and what the session lives on: the image, and the files of the workspace."""
        workspace = self.session.workspace
        writable(path, [workspace.image, *workspace.folder.iterdir()])

    def _check_file(self, path: Path) -> None:
        """The same for a file that is no volume."""
        from annotat3d_tui.volume.writing import check_output

        workspace = self.session.workspace
        check_output(path, overwrite=True, keep=[workspace.image, *workspace.folder.iterdir()])

    def _begin(self, title: str, act: Callable[[ChosenPath], object], chosen: ChosenPath) -> None:
        self.begin_file(title)
        act(chosen)

    @work(thread=True, group=FILES, exit_on_error=False)
    def save_label(self, chosen: ChosenPath) -> None:
        """Write the label volume."""
        assert self.session.label is not None
        self._save("Label", chosen, self.session.label)

    @work(thread=True, group=FILES, exit_on_error=False)
    def save_superpixels(self, chosen: ChosenPath) -> None:
        """Write the superpixels."""
        assert self.session.superpixels is not None
        self._save("Superpixels", chosen, self.session.superpixels)

    def save_markers(self, chosen: ChosenPath) -> None:
        """Write the marks as they are now."""
        where, labels, _ = self.session.annotation.markers.voxels()
        self._save_marks(chosen, where, labels)

    @work(thread=True, group=FILES, exit_on_error=False)
    def _save_marks(self, chosen: ChosenPath, where: NDArray[np.int64], labels: NDArray[np.uint16]) -> None:
        mask = np.zeros(self.session.image.data.shape, np.uint8 if labels.max(initial=0) < 256 else np.uint16)
        mask.reshape(-1)[where] = labels
        self._save("Annotation", chosen, mask)

    def save_annotation(self, chosen: ChosenPath) -> None:
        """Write the annotation as it is now, or its strokes as text, as the suffix says."""
        from annotat3d_tui.labels.annotation_file import Marks
        from annotat3d_tui.labels.stroke_lines import strokes_text

        annotation, suffix = self.session.annotation, chosen.path.suffix.lower()
        if suffix == ".txt":
            self.write_file("Strokes", partial(strokes_text, annotation.shape, annotation.done), chosen)
        elif suffix == ".npz":
            self.write_file("Annotation", Marks.of(annotation).to_bytes, chosen)
        else:
            say_error(
                self.app,
                InvalidFile(f"An annotation must end with .npz or .txt, received {chosen.path.name}: change its name."),
            )

    @work(thread=True, group=FILES, exit_on_error=False)
    def write_file(self, what: str, content: Callable[[], bytes], chosen: ChosenPath) -> None:
        """Write a file whose content is in memory, or is made at once."""
        from annotat3d_tui.volume.writing import written_aside

        with self.lease.used(), written_aside(chosen.path, chosen.overwrite) as aside:
            aside.write_bytes(content())
        self.post_message(Saved(what, chosen.path))

    @work(thread=True, group=FILES, exit_on_error=False)
    def load_annotation(self, chosen: ChosenPath) -> None:
        """Read an annotation and hand it to the screen, which alone changes the one that is open."""
        from annotat3d_tui.archive import read
        from annotat3d_tui.labels.annotat3d import open_annotat3d
        from annotat3d_tui.labels.annotation_file import check_shape, open_marks

        path, shape = chosen.path, self.session.annotation.shape
        if path.suffix == ".pkl":
            marks = open_annotat3d(path, shape)
        else:
            marks = open_marks(read(path, "an annotation"), path.name)
        check_shape(marks, shape, path.name)
        self.post_message(AnnotationRead(marks, path))

    @work(thread=True, group=FILES, exit_on_error=False)
    def open_visualization(self, chosen: ChosenPath) -> None:
        """Read an image that is only looked at, and count its grey values."""
        volume = self.session.visualization(chosen.path)
        self.post_message(AlternativeRead(volume, histogram_of(volume.data), chosen.path))

    @work(thread=True, group=FILES, exit_on_error=False)
    def load_label(self, chosen: ChosenPath, may_edit: bool = False) -> None:
        """Read a label volume and keep it; may_edit: then the person is asked whether marks are to correct it."""
        label = as_label(self._read(chosen.path), chosen.path.name)
        with self.lease.used():
            self.session.keep_label(label, None)
        said, shares = f"label loaded from {chosen.path.name}", label_shares(label)
        of_objects = background_of(label) == 0
        self.post_message(Labelled(label, said, shares=shares, may_edit=may_edit, of_objects=of_objects))

    @work(thread=True, group=FILES, exit_on_error=False)
    def load_superpixels(self, chosen: ChosenPath) -> None:
        """Read superpixels, check and keep them, each in one piece."""
        from annotat3d_tui.blocks import available_threads
        from annotat3d_tui.superpixels.foreign import taken

        image, name = self.session.image.data, chosen.path.name
        ids, said = taken(self._read(chosen.path), image.shape, name, image=image, threads=available_threads())
        with self.lease.used():
            self.session.keep_superpixels(ids, chosen.path)
        self.post_message(SuperpixelsMade(int(ids.max()), f"Superpixels loaded from {name}. {said}".rstrip()))

    def _read(self, path: Path) -> NDArray[Any]:
        """Integers (Z, Y, X) of the image's shape; raises ShapeMismatch."""
        from annotat3d_tui.blocks import size_text
        from annotat3d_tui.volume.files import open_labels

        volume, shape = open_labels(path), self.session.image.data.shape
        if volume.data.shape != shape:
            raise ShapeMismatch(
                f"{path.name} must have the image's size {size_text(shape)}, received "
                f"{size_text(volume.data.shape)}: give a file of this image."
            )
        return np.asarray(volume.data)

    def _save(self, what: str, chosen: ChosenPath, data: NDArray[Any]) -> None:
        from annotat3d_tui.volume.files import save_labels

        image = self.session.image
        with self.lease.used():
            save_labels(chosen.path, data, voxel_size=image.voxel_size, unit=image.unit, overwrite=chosen.overwrite)
        self.post_message(Saved(what, chosen.path))


def writable(path: Path, keep: Iterable[Path]) -> None:
    """Raises InvalidFile or CannotWrite when no volume can be written there; only what is in `keep` must stay."""
    from annotat3d_tui.volume.files import check_volume_output

    check_volume_output(path, overwrite=True, keep=keep)


def as_label(ids: NDArray[Any], name: str) -> NDArray[Any]:
    """Label ids as uint8 or uint16, whichever is enough; raises InvalidFile for ids that a label cannot have."""
    highest = int(ids.max(initial=0))
    if highest > HIGHEST_LABEL:
        raise InvalidFile(f"{name} must hold label ids up to {HIGHEST_LABEL}, received {highest}: give a label file.")
    return ids.astype(np.uint8 if highest < 256 else np.uint16, copy=False)
