"""The tools that correct a label volume: what each is called, what it asks for, and how it is used on what is open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress
from annotat3d_tui.labels.contour import ActiveContour
from annotat3d_tui.labels.resume import Resume
from annotat3d_tui.parameters import Parameters

if TYPE_CHECKING:
    from annotat3d_tui.labels.corrections import Correction


@dataclass(frozen=True, eq=False)
class Subject:
    """What a tool is used on, as it is when the person asks.

    label, image: (Z, Y, X). where, labels: flat indices and labels (m,) of the marked voxels, rising. chosen: the label
    that the brush paints. kept: ids whose voxels stay, those of locked and hidden labels.
    """

    label: NDArray[Any]
    image: NDArray[Any]
    where: NDArray[np.int64]
    labels: NDArray[np.uint16]
    chosen: int
    kept: frozenset[int]


Use = Callable[[Any, Subject, Progress], "Correction"]


@dataclass(frozen=True)
class Tool:
    """A tool: its letter in the menu, its title, what it asks for, and what it does with the answer.

    needs_marks: it works on what is marked. of_label: it works on the chosen label.
    """

    letter: str
    name: str
    title: str
    parameters: Callable[[], Parameters]
    use: Use
    needs_marks: bool = False
    of_label: bool = False


def _resume(resume: Resume, subject: Subject, progress: Progress) -> "Correction":
    return resume(subject.label, subject.image, subject.where, subject.labels, kept=subject.kept, progress=progress)


def _contour(contour: ActiveContour, subject: Subject, progress: Progress) -> "Correction":
    return contour(subject.label, subject.image, subject.chosen, kept=subject.kept, progress=progress)


TOOLS = (
    Tool("r", "resume", "Marks correct the labels (resume)…", Resume, _resume, needs_marks=True),
    Tool(
        "a",
        "contour",
        "Move the border of the chosen label to where the image has it…",
        ActiveContour,
        _contour,
        of_label=True,
    ),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


def words_for(tool: Tool, parameters: Parameters, subject: Subject) -> str:
    """What the history says of it: the tool, the label it is for, and what was not as usual.

    >>> nothing = np.zeros(0, np.int64)
    >>> subject = Subject(np.zeros((1, 1, 1)), np.zeros((1, 1, 1)), nothing, nothing.astype(np.uint16), 3, frozenset())
    >>> words_for(BY_NAME["resume"], Resume(beta=7.0), subject), words_for(BY_NAME["contour"], ActiveContour(), subject)
    ('resume --beta 7.0', 'contour 3')
    """
    from annotat3d_tui.workflow.command import changed_flags

    label = [str(subject.chosen)] if tool.of_label else []
    return " ".join([tool.name, *label, *changed_flags(parameters, tool.parameters())])
