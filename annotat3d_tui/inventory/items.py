"""What lies in a workspace, told from headers and names: nothing large is read, and nothing is written."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from annotat3d_tui.blocks import count_text, size_text
from annotat3d_tui.errors import Annotat3DError, ShapeMismatch
from annotat3d_tui.networks.outcome import outcomes_in
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.workspace import LearningFolders, Workspace, is_bare, open_workspace, read_json

Kind = Literal["image", "marks", "superpixels", "label", "classifier", "dataset", "network", "result", "cache"]
SECTIONS: dict[str, tuple[Kind, ...]] = {
    "Segmentation": ("image", "marks", "superpixels", "label", "classifier"),
    "Datasets": ("dataset",),
    "Networks": ("network",),
    "Results": ("result",),
    "Cache": ("cache",),
}
"""What people call the parts of a workspace, and what is in each."""


@dataclass(frozen=True)
class Item:
    """A thing in a workspace: what is known of it in words, its bytes, when it was last changed (seconds since 1970).

    problem: what is wrong with it, a sentence.
    """

    kind: Kind
    name: str
    path: Path
    facts: str = ""
    bytes: int = 0
    changed: float = 0.0
    problem: str = ""


def items_of(folder: Path) -> list[Item]:
    """Everything in a workspace folder, in the order of SECTIONS; raises MissingFile, InvalidFile for no workspace."""
    from annotat3d_tui.inventory.cached import cached_items

    workspace = None if is_bare(folder) else open_workspace(folder)
    own = list(own_items(workspace)) if workspace else []
    cached = list(cached_items(workspace.cache)) if workspace else []
    return [*own, *learning_items(LearningFolders(folder)), *cached]


def own_items(workspace: Workspace) -> Iterator[Item]:
    """The image and what belongs to it; what was not made yet is left out."""
    shape: tuple[int, ...] = ()
    image = _begun("image", workspace.image.name, workspace.image)
    try:
        source = inspect(workspace.image, workspace.raw)
        shape = source.shape
        image = replace(image, facts=f"{size_text(shape)} {source.dtype.name}", problem=workspace.image_changed())
    except Annotat3DError as error:
        image = replace(image, problem=str(error))
    yield image
    if shape:
        yield from _marks(workspace, (shape[0], shape[1], shape[2]))
    kinds: dict[Kind, Path] = {"superpixels": workspace.superpixels, "label": workspace.label}
    for kind, path in kinds.items():
        if path.is_file():
            yield _volume(kind, path, shape)
    if workspace.classifier.is_file():
        yield _begun("classifier", workspace.classifier.name, workspace.classifier)


def learning_items(folders: LearningFolders) -> Iterator[Item]:
    """Datasets, networks and results, each by name."""
    from annotat3d_tui.networks.dataset_listing import dataset_files
    from annotat3d_tui.networks.listing import networks_in, state_text

    yield from map(_dataset, dataset_files(folders.datasets))
    for listed in networks_in(folders.networks):
        item = replace(_begun("network", listed.name, listed.folder), changed=listed.changed, problem=listed.problem)
        if listed.network:
            network = listed.network
            facts = f"{network.architecture}, {len(network.classes)} classes, {state_text(network, listed.state)}"
            item = replace(item, facts=facts)
        yield item
    for path in _inside(folders.results):
        if path.is_dir():
            yield replace(_begun("result", path.name, path), facts=results_text(path))


def results_text(folder: Path) -> str:
    """What a folder of results holds, in words."""
    outcomes = outcomes_in(folder)
    if not outcomes:
        return count_text(sum(path.suffix == ".tif" for path in _inside(folder)), "volume")
    made = sum(outcome.has_label for outcome in outcomes)
    failed = sum(bool(outcome.error) for outcome in outcomes)
    networks = sorted({Path(outcome.network).name.partition(".network")[0] for outcome in outcomes})
    return f"{count_text(made, 'label')} by {', '.join(networks)}" + (f", {failed} failed" if failed else "")


def _marks(workspace: Workspace, shape: tuple[int, int, int]) -> Iterator[Item]:
    from annotat3d_tui.labels.annotation import Annotation

    if not workspace.journal.is_file():
        return
    item = _begun("marks", workspace.journal.name, workspace.journal)
    try:
        annotation, messages = Annotation.open(shape, workspace.journal, read_only=True)
    except Annotat3DError as error:
        yield replace(item, problem=str(error))
        return
    marked, labels = len(annotation.markers), len(annotation.table)
    facts = f"{count_text(marked, 'marked voxel')}, {count_text(labels, 'label')}"
    yield replace(item, facts=facts, problem=" ".join(messages))


def _volume(kind: Kind, path: Path, shape: tuple[int, ...]) -> Item:
    item = _begun(kind, path.name, path)
    try:
        source = inspect(path)
        check_shape(path, source.shape, shape)
    except Annotat3DError as error:
        return replace(item, problem=str(error))
    made = f", learned in {run['seconds']:.0f} s" if kind == "label" and (run := _run_beside(path)) else ""
    return replace(item, facts=f"{size_text(source.shape)} {source.dtype.name}{made}")


def check_shape(path: Path, found: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Raises ShapeMismatch unless a volume has the shape of the image, where that is known."""
    if shape and tuple(found) != tuple(shape):
        raise ShapeMismatch(
            f"{path.name} must have the image's size {size_text(shape)}, received {size_text(found)}: "
            "remove it, and make it again."
        )


def _run_beside(label: Path) -> dict[str, float] | None:
    try:
        run = read_json(label.with_name("run.json"))
        return {"seconds": float(run["seconds"])} if run else None
    except (Annotat3DError, KeyError, TypeError, ValueError):
        return None


def _dataset(path: Path) -> Item:
    from annotat3d_tui.networks.dataset_listing import listed_dataset

    one = listed_dataset(path)
    item = Item("dataset", one.name, path, bytes=one.bytes, changed=one.changed, problem=one.problem)
    if one.problem:
        return item
    classes = f", {len(one.dataset.classes)} classes" if one.dataset else ""
    return replace(item, facts=f"{count_text(one.images * one.samples, 'sample')} of {size_text(one.patch)}{classes}")


def _begun(kind: Kind, name: str, path: Path) -> Item:
    """An item with its bytes and when it was changed."""
    try:
        changed = path.stat().st_mtime
    except OSError:
        return Item(kind, name, path)
    return Item(kind, name, path, bytes=bytes_of(path), changed=changed)


def bytes_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; links are not followed."""
    if not path.is_dir():
        return path.stat().st_size if path.exists() else 0
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:  # gone in this moment
                continue
    return total


def _inside(folder: Path) -> list[Path]:
    """What a folder holds by name, hidden files left out; nothing where it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
