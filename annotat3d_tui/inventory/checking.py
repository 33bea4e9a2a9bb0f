"""Everything in a workspace opened and compared with what it belongs to; nothing is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.holding import holder_of
from annotat3d_tui.inventory.items import Kind, check_shape, learning_items
from annotat3d_tui.networks.outcome import outcomes_in
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.types import check_image
from annotat3d_tui.workspace import LearningFolders, Workspace, is_bare, open_workspace, read_json

Step = tuple[Kind, Path, Callable[[], object]]
"""What is looked at, where it lies, and what raises an error of the family when it is wrong."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, a sentence, of a thing that lies at a path."""

    kind: Kind
    path: Path
    sentence: str


def problems_of(folder: Path, progress: Progress = quiet) -> list[Problem]:
    """All that is wrong in a workspace folder; label volume and superpixels are read whole.

    Raises MissingFile, InvalidFile for a folder that is no workspace.
    """
    found: list[Problem] = []
    steps: list[Step] = []
    if not is_bare(folder):
        try:
            workspace = open_workspace(folder)
        except FileNotFoundError as error:
            if not read_json(folder / "workspace.json"):
                raise
            found.append(Problem("image", folder, str(error)))
        else:
            steps += _own_steps(workspace)
    for number, (kind, path, look) in enumerate(steps):
        part(progress, 0.0, 0.9)(number / len(steps), path.name)
        try:
            look()
        except Annotat3DError as error:
            found.append(Problem(kind, path, str(error)))
    progress(0.9, "networks")
    found += _learning_problems(LearningFolders(folder))
    progress(1.0, "done")
    return list({one.sentence: one for one in reversed(found)}.values())[::-1]


def _own_steps(workspace: Workspace) -> Iterator[Step]:
    yield "image", workspace.image, lambda: _check_image(workspace)
    if workspace.journal.is_file():
        yield "marks", workspace.journal, lambda: _check_marks(workspace)
    if workspace.superpixels.is_file():
        yield "superpixels", workspace.superpixels, lambda: _check_superpixels(workspace)
    if workspace.label.is_file():
        yield "label", workspace.label, lambda: _check_label(workspace)
    if workspace.classifier.is_file():
        yield "classifier", workspace.classifier, lambda: _check_classifier(workspace)
    for path in (workspace.parameters, workspace.run, workspace.looks):
        yield "label", path, lambda path=path: read_json(path)  # type: ignore[misc]


def _check_image(workspace: Workspace) -> None:
    source = inspect(workspace.image, workspace.raw)
    check_image(source.dtype, source.path.name)
    if changed := workspace.image_changed():
        raise Annotat3DError(changed)


def _check_marks(workspace: Workspace) -> None:
    from annotat3d_tui.labels.annotation import Annotation

    _, messages = Annotation.open(_shape(workspace), workspace.journal, read_only=True)
    if messages:
        raise Annotat3DError(" ".join(messages))
    _check_last_line(workspace, workspace.journal)


def _check_label(workspace: Workspace) -> None:
    from annotat3d_tui.labels.corrections import KIND
    from annotat3d_tui.labels.journal import read_journal
    from annotat3d_tui.volume.files import open_labels

    shape = _shape(workspace)
    check_shape(workspace.label, open_labels(workspace.label).data.shape, shape)
    if workspace.corrections.is_file():
        _, messages = read_journal(workspace.corrections, shape, kind=KIND)
        if messages:
            raise Annotat3DError(" ".join(messages))
        _check_last_line(workspace, workspace.corrections)


def _check_superpixels(workspace: Workspace) -> None:
    from annotat3d_tui.superpixels.check import check_superpixels
    from annotat3d_tui.volume.files import open_labels

    ids, shape = open_labels(workspace.superpixels).data, _shape(workspace)
    check_shape(workspace.superpixels, ids.shape, shape)
    check_superpixels(ids, shape)


def _check_classifier(workspace: Workspace) -> None:
    from annotat3d_tui.workflow.applying import open_trained

    open_trained(workspace.classifier)


def _check_last_line(workspace: Workspace, journal: Path) -> None:
    """Raises Annotat3DError for a last line without an end, unless a process is writing it."""
    with open(journal, "rb") as file:
        whole = not (content := file.read()) or content.endswith(b"\n")
    holder = holder_of(workspace.folder)
    if not whole and (holder is None or (holder.is_here and not holder.runs_here)):
        raise Annotat3DError(
            f"The last line of {journal} must be whole, but was cut short: opening the workspace mends it, all before "
            "it is kept."
        )


def _learning_problems(folders: LearningFolders) -> Iterator[Problem]:
    from annotat3d_tui.networks.network import BEST, open_network
    from annotat3d_tui.networks.weights_file import check_weights

    for item in learning_items(folders):
        if item.problem:
            yield Problem(item.kind, item.path, item.problem)
        elif item.kind == "network" and (item.path / BEST).is_file():
            try:
                check_weights(item.path / BEST, open_network(item.path).weight_count)
            except Annotat3DError as error:
                yield Problem(item.kind, item.path, str(error))
        elif item.kind == "result":
            yield from _result_problems(item.path)


def _result_problems(folder: Path) -> Iterator[Problem]:
    for outcome in outcomes_in(folder):
        label = folder / Path(outcome.label).name
        try:
            if outcome.error:
                raise Annotat3DError(f"{outcome.image} has no label: {outcome.error}")
            source = inspect(label)
            check_shape(label, source.shape, outcome.shape)
        except Annotat3DError as error:
            yield Problem("result", label, str(error))


def _shape(workspace: Workspace) -> tuple[int, int, int]:
    z, y, x = inspect(workspace.image, workspace.raw).shape
    return z, y, x
