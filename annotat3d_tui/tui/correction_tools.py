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
    from annotat3d_tui.labels.change import Change


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


Use = Callable[[Any, Subject, Progress], "Change"]


@dataclass(frozen=True)
class Tool:
    """A tool: its letter in the menu, its title, what it asks for, and what it does with the answer.

    needs_marks: it works on what is marked.
    """

    letter: str
    name: str
    title: str
    parameters: Callable[[], Parameters]
    use: Use
    needs_marks: bool = False


def _resume(resume: Resume, subject: Subject, progress: Progress) -> "Change":
    return resume(subject.label, subject.image, subject.where, subject.labels, kept=subject.kept, progress=progress)


def _contour(contour: ActiveContour, subject: Subject, progress: Progress) -> "Change":
    return contour(subject.label, subject.image, subject.chosen, kept=subject.kept, progress=progress)


TOOLS = (
    Tool("r", "resume", "Marks correct the labels (resume)…", Resume, _resume, needs_marks=True),
    Tool("a", "contour", "Move the border of the chosen label to where the image has it…", ActiveContour, _contour),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


def words_for(tool: Tool, parameters: Parameters) -> str:
    """What the history says of it: the tool, and what was not as usual.

    >>> words_for(BY_NAME["resume"], Resume(beta=7.0))
    'resume --beta 7.0'
    """
    from annotat3d_tui.workflow.command import changed_flags

    return " ".join([tool.name, *changed_flags(parameters, tool.parameters())])
