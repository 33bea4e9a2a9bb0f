"""The folder that keeps everything about one image. A person with `ls` and `less` finds things in it.

It may have no image yet, for networks alone; the first image that is opened in it is then its image.

workspace.json        version, image, what its name does not say of a RAW file
parameters.json       the parameters of the segmentation
annotation.journal    every act on markers and labels, a line each
annotation.checkpoint what the journal comes to, so that it opens at once; may be removed at any time
superpixels.tif       superpixels, when they were made
superpixels.json      the file that they were loaded from, when they were not made
label.tif             label volume, when it was made
label.journal         every correction of it, a line each
editing.json          how marks correct it, while it is edited instead of learned
run.json              how the label volume came about: parameters, scores, importances
looks.json            how the image is looked at: colours, contrast
label.classifier.npz  what learned last, which labels other images, too
cache/                what was measured of the image; may be removed at any time
cache/volumes/        the image as it can be mapped, converted once where it cannot be itself, and once more, turned,
                      for slices across x where it is large; may be removed, too
datasets/             NAME.h5, made of labelled images
networks/             NAME.network each, trained on them
results/              a folder for each inference, with label volumes
jobs/                 marks that jobs learn from and labels that they make; may be removed when they have ended
lock, who.json        held while a screen or a command writes here, and by whom
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from annotat3d_tui.errors import CannotWrite, InvalidFile, MissingFile, OutputExists
from annotat3d_tui.holding import LOCK, WHO, Hold, can_be_locked, hold
from annotat3d_tui.places import check_link, data_home, resolved, state_home
from annotat3d_tui.volume.converted_files import FOLDER
from annotat3d_tui.volume.disk import beside, fingerprint_of, is_there
from annotat3d_tui.volume.place import place_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.writing import written_aside

VERSION = 1
SUFFIX = ".annotat3d"
MANIFEST = "workspace.json"
RECENT_KEPT = 20


@dataclass(frozen=True)
class LearningFolders:
    """Where networks, what they learn from and what they make lie in a folder; they are made when they are needed."""

    folder: Path

    @property
    def datasets(self) -> Path:
        """A folder for NAME.h5."""
        return self.folder / "datasets"

    @property
    def networks(self) -> Path:
        """A folder for NAME.network."""
        return self.folder / "networks"

    @property
    def results(self) -> Path:
        """A folder for those of each inference."""
        return self.folder / "results"

    @property
    def parts(self) -> tuple[Path, Path, Path]:
        """All three."""
        return self.datasets, self.networks, self.results


@dataclass(frozen=True)
class Workspace:
    """A workspace folder: the image it is about, and where each thing lies."""

    folder: Path
    image: Path
    raw: RawProperties | None
    fingerprint: dict[str, Any]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.folder.name.removesuffix(SUFFIX)

    @property
    def journal(self) -> Path:
        """Every act on markers and labels."""
        return self.folder / "annotation.journal"

    @property
    def checkpoint(self) -> Path:
        """What the journal comes to."""
        return self.journal.with_suffix(".checkpoint")

    @property
    def parameters(self) -> Path:
        """The parameters of the segmentation."""
        return self.folder / "parameters.json"

    @property
    def superpixels(self) -> Path:
        """Superpixel volume."""
        return self.folder / "superpixels.tif"

    @property
    def superpixels_source(self) -> Path:
        """Where superpixels come from that were not made."""
        return self.folder / "superpixels.json"

    @property
    def label(self) -> Path:
        """Label volume."""
        return self.folder / "label.tif"

    @property
    def corrections(self) -> Path:
        """Every correction of the label volume."""
        return self.folder / "label.journal"

    @property
    def editing(self) -> Path:
        """How marks correct the label volume, while it is edited."""
        return self.folder / "editing.json"

    @property
    def run(self) -> Path:
        """How the label volume came about."""
        return self.folder / "run.json"

    @property
    def looks(self) -> Path:
        """How the image is looked at."""
        return self.folder / "looks.json"

    @property
    def classifier(self) -> Path:
        """What learned last."""
        return self.folder / "label.classifier.npz"

    @property
    def cache(self) -> Path:
        """A folder for what was measured of the image."""
        return self.folder / "cache"

    @property
    def volumes(self) -> Path:
        """A folder for the image as it can be mapped, where it cannot be itself."""
        return self.cache / FOLDER

    @property
    def jobs(self) -> Path:
        """A folder for marks that jobs learn from, and the labels that they make."""
        return self.folder / "jobs"

    @property
    def learning(self) -> "LearningFolders":
        """Where networks and what belongs to them lie."""
        return LearningFolders(self.folder)

    def image_changed(self) -> str:
        """A sentence when the image is no longer the one the workspace was made for; empty when it is."""
        if fingerprint_of(self.image)["samples"] == self.fingerprint.get("samples"):
            return ""
        return f"{self.image} has changed since this workspace was made: its marks may no longer fit it."

    def lock(self) -> Hold:
        """Keep others from writing here until what is returned is closed, or this process ends.

        Raises WorkspaceInUse with who has it, CannotWrite.
        """
        return hold(self.folder)


def create(folder: Path, image: Path, raw: RawProperties | None = None) -> Workspace:
    """A new workspace for an image, in a folder that is new, empty, or a workspace without an image.

    Raises OutputExists, CannotWrite, MissingFile.
    """
    fingerprint = fingerprint_of(image)
    if not is_bare(folder):
        _make_empty(folder)
    workspace = Workspace(resolved(folder), resolved(image), raw, fingerprint)
    _write_manifest(workspace)
    return workspace


def create_bare(folder: Path) -> Path:
    """A new workspace without an image, for networks alone; its folder. Raises OutputExists, CannotWrite."""
    _make_empty(folder)
    write_json(folder / MANIFEST, {"version": VERSION, "image": None})
    return resolved(folder)


def is_bare(folder: Path) -> bool:
    """Whether a folder is a workspace without an image."""
    try:
        manifest = read_json(folder / MANIFEST)
    except InvalidFile:
        return False
    return isinstance(manifest, dict) and manifest.get("version") == VERSION and manifest.get("image", "") is None


def open_workspace(folder: Path) -> Workspace:
    """The workspace in a folder; raises MissingFile or InvalidFile when there is none, or its image has gone."""
    check_link(folder)
    workspace = _read_manifest(resolved(folder))
    for place in (workspace.image, _seen_from(workspace.folder)):
        if is_there(place):
            return replace(workspace, image=place)
    raise MissingFile(
        f"The image of {workspace.folder} was {workspace.image}, and is not there: put it back, or say where it is now "
        f"with annotat3d open IMAGE --workspace {workspace.folder}."
    )


def workspace_of(
    image: Path, raw: RawProperties | None = None, folder: Path | None = None, read_only: bool = False
) -> Workspace:
    """The workspace of an image, in `folder` or at its default place; made when there is none yet.

    An image that was moved is found by what it holds. read_only: nothing is made or written. raw: when given and new,
    the folder must hold no marks yet.
    Raises MissingFile, InvalidFile when the folder is about another image, OutputExists, CannotWrite.
    """
    folder = folder or default_folder(image)
    if not read_only and (not os.path.isfile(folder / MANIFEST) or is_bare(folder)):
        return create(folder, image, raw)
    workspace = _read_manifest(resolved(folder))
    if not _is_about(workspace, image):
        raise InvalidFile(f"{folder} is about {workspace.image}, received {image}: give another --workspace folder.")
    if workspace.image != resolved(image):
        workspace = replace(workspace, image=resolved(image))
        if not read_only:
            _write_manifest(workspace)
    if read_only:
        return workspace
    return workspace if raw in (None, workspace.raw) else _read_anew(workspace, raw)


def volumes_of(image: Path) -> Path | None:
    """Where an image is kept as it can be mapped: in its workspace at a default place; None where it has none."""
    for folder in _default_folders(resolved(image)):
        try:
            if os.path.isfile(folder / MANIFEST) and not is_bare(folder) and _is_about(_read_manifest(folder), image):
                return folder / "cache" / FOLDER
        except (InvalidFile, OSError):  # damaged, or private to somebody else: it helps nobody
            continue
    return None


def default_folder(image: Path) -> Path:
    """NAME.annotat3d beside the image; NAME.SUFFIX.annotat3d where that is about an image of another suffix.

    Of one of several volumes in a file NAME is that of the file and of the volume in it.

    It is under the data folder of the user where the image's own folder cannot be written or its files not locked.
    """
    image = resolved(image)
    for folder in _default_folders(image):
        if _may_hold(folder, image) and (
            folder.parent == data_home() or can_be_locked(folder if folder.is_dir() else folder.parent)
        ):
            return folder
    return folder


def _default_folders(image: Path) -> list[Path]:
    """Where the workspace of an image may lie, the best place first; the last two are in the user's data."""
    name = beside(image)
    place = hashlib.sha256(str(name.parent).encode()).hexdigest()[:8]
    names = name, name.with_name(name.name + place_of(image).file.suffix)
    at_home = [data_home() / f"{one.name}-{place}" for one in names]
    return [one.with_name(one.name + SUFFIX) for one in (*names, *at_home)]


def recent() -> list[Path]:
    """Workspace folders that were open lately and are still there, the latest first."""
    try:
        kept = read_json(_recent_file())
    except InvalidFile:  # a convenience: begun anew when damaged
        return []
    folders = [Path(folder) for folder in kept if isinstance(folder, str)] if isinstance(kept, list) else []
    return [folder for folder in folders if os.path.isfile(folder / MANIFEST)]


def remember(folder: Path) -> None:
    """Put a workspace first in the list of recent ones; a home folder that cannot be written is no reason to stop."""
    folders = [str(folder), *(str(other) for other in recent() if other != folder)]
    try:
        _recent_file().parent.mkdir(parents=True, exist_ok=True)
        write_json(_recent_file(), folders[:RECENT_KEPT])
    except (OSError, CannotWrite):
        return


def read_json(path: Path) -> Any:
    """What a JSON file holds; None when it is not there or links lead in a circle; raises InvalidFile for damage."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            return None
        raise InvalidFile(f"{path} cannot be read ({error}): repair it, or remove it to begin anew.") from None


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file beside its target and rename it; raises CannotWrite."""
    with written_aside(path, overwrite=True) as aside:
        aside.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _make_empty(folder: Path) -> None:
    """Make a folder, or take an empty one; raises OutputExists, CannotWrite."""
    with _must_be_writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(file.name for file in folder.iterdir() if file.name not in (LOCK, WHO))
    if others:
        raise OutputExists(f"{folder} must be a new or empty folder, it holds {others[0]}: give another folder.")


def _read_manifest(folder: Path) -> Workspace:
    """The workspace as its manifest says, whether or not its image is there; raises MissingFile, InvalidFile."""
    path = folder / MANIFEST
    manifest = read_json(path)
    if manifest is None:
        raise MissingFile(f"{folder} is no workspace: open one, or make one with annotat3d open IMAGE.")
    try:
        if manifest["version"] != VERSION:
            raise InvalidFile(
                f"{path} must be of version {VERSION}, received {manifest['version']}: "
                "open it with the program that made it."
            )
        if manifest["image"] is None:
            raise MissingFile(
                f"{folder} is a workspace without an image: annotat3d open IMAGE --workspace {folder} gives it one."
            )
        raw = manifest["raw"]
        if raw is not None:
            raw = RawProperties(**(raw | {"shape": tuple(raw["shape"]) if raw["shape"] else None}))
        return Workspace(folder, Path(manifest["image"]), raw, manifest["fingerprint"] | {})
    except (KeyError, TypeError) as error:
        raise InvalidFile(f"{path} must say version, image, raw and fingerprint ({error}): repair it.") from None


def _write_manifest(workspace: Workspace) -> None:
    content = {
        "version": VERSION,
        "image": str(workspace.image),
        "image_from_here": os.path.relpath(workspace.image, workspace.folder),
        "raw": asdict(workspace.raw) if workspace.raw else None,
        "fingerprint": workspace.fingerprint,
    }
    write_json(workspace.folder / MANIFEST, content)


def _seen_from(folder: Path) -> Path:
    """Where the image lies for a folder that was moved together with it."""
    return resolved(folder / read_json(folder / MANIFEST).get("image_from_here", ""))


def _is_about(workspace: Workspace, image: Path) -> bool:
    """Whether `image` is the workspace's own, at its place or (the same bytes) at another one."""
    own = (workspace.image, _seen_from(workspace.folder))
    return resolved(image) in own or fingerprint_of(image) == workspace.fingerprint


def _read_anew(workspace: Workspace, raw: RawProperties | None) -> Workspace:
    """The workspace with its RAW image read in another way; what was made of the wrong reading is removed."""
    with workspace.lock():
        if workspace.journal.is_file() and workspace.journal.read_bytes().count(b"\n") > 1:
            raise InvalidFile(
                f"{workspace.folder} holds marks made with other RAW properties than those given: "
                "leave them out, or give another --workspace folder."
            )
        marks = workspace.journal, workspace.checkpoint
        for made in (
            *marks,
            workspace.superpixels,
            workspace.label,
            workspace.corrections,
            workspace.run,
            workspace.classifier,
        ):
            made.unlink(missing_ok=True)
        workspace = replace(workspace, raw=raw)
        _write_manifest(workspace)
    return workspace


def _may_hold(folder: Path, image: Path) -> bool:
    """Whether a folder is new, empty, or about the image already; raises InvalidFile when its manifest is damaged."""
    try:
        if os.path.isfile(folder / MANIFEST):
            return is_bare(folder) or _is_about(_read_manifest(folder), image)
        return not folder.exists() or not any(file.name not in (LOCK, WHO) for file in folder.iterdir())
    except OSError:  # private to somebody else
        return False


def _recent_file() -> Path:
    return state_home() / "recent.json"


@contextmanager
def _must_be_writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(f"{folder} must be a folder that can be written: {error.strerror}; choose another.") from None
