"""The tools that correct a label volume: what each is called, what it asks for, and how it is used on what is open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.boxes import Box
from annotat3d_tui.labels.contour import ActiveContour
from annotat3d_tui.labels.interpolation import Interpolate
from annotat3d_tui.labels.islands import Islands
from annotat3d_tui.labels.morphology import Morphology
from annotat3d_tui.labels.resume import Resume
from annotat3d_tui.labels.smoothing import Smooth
from annotat3d_tui.labels.splitting import Separate
from annotat3d_tui.parameters import Parameters
from annotat3d_tui.render.oblique import Vector
from annotat3d_tui.tui.segment_text import region_text

if TYPE_CHECKING:
    from annotat3d_tui.labels.corrections import Correction


@dataclass(frozen=True, eq=False)
class Subject:
    """What a tool is used on, as it is when the person asks.

    label, image: (Z, Y, X). where, labels, strokes: flat indices, rising, labels and stroke ids (m,) of the marked
    voxels. chosen: the label that the brush paints. kept: ids of locked and hidden labels, that lose and gain no voxel.
    begins: the flat voxel where each stroke begins, by its id, as far as it is known. plane: a place of the clipping
    plane and its normal, both (z, y, x) in voxels; None before it was ever looked at. region: the box outside of which
    nothing is changed; None for the whole volume.
    """

    label: NDArray[Any]
    image: NDArray[Any]
    where: NDArray[np.int64]
    labels: NDArray[np.uint16]
    strokes: NDArray[np.uint32]
    chosen: int
    kept: frozenset[int]
    begins: Mapping[int, int] = field(default_factory=dict)
    plane: tuple[Vector, Vector] | None = None
    region: Box | None = None

    def limited(self, correction: "Correction") -> "Correction":
        """A correction as far as it lies in the region, which its words name."""
        if self.region is None:
            return correction
        from annotat3d_tui.labels.correcting import limited

        inside = limited(correction, self.region, self.label.shape)
        return replace(inside, words=f"{inside.words} in {region_text(self.region)}")

    def strokes_used(self, tool: "Tool") -> tuple[NDArray[np.int64], int]:
        """Flat indices, rising, of the strokes that a tool uses up, whole ones, and how many these are."""
        if tool.uses is None:
            return np.empty(0, np.int64), 0
        flags = tool.uses(self)
        if self.region is not None:
            zyx = np.unravel_index(self.where, self.label.shape)
            sides = zip(zyx, self.region, strict=True)
            flags = flags & np.all([(at >= side.start) & (at < side.stop) for at, side in sides], axis=0)
        keys = self.labels.astype(np.int64) << 32 | self.strokes
        found = np.unique(keys[flags])
        return self.where[np.isin(keys, found)], len(found)


Uses = Callable[[Subject], NDArray[np.bool_]]
Use = Callable[[Any, Subject, Progress], "Correction"]


@dataclass(frozen=True)
class Tool:
    """A tool: its letter in the menu, its title, what it asks for, and what it does with the answer.

    needs_marks: it works on what is marked. of_label: it works on the chosen label. needs_plane: it works along the
    clipping plane. uses: flags (m,) of the marks whose strokes it uses up; None where they are to count again.
    """

    letter: str
    name: str
    title: str
    parameters: Callable[[], Parameters]
    use: Use
    needs_marks: bool = False
    of_label: bool = False
    needs_plane: bool = False
    uses: Uses | None = None


@dataclass(frozen=True)
class OfMarks(Parameters):
    """What is asked for by a tool that takes the marks as they are: nothing."""

    kind = "marks"


def _resume(resume: Resume, subject: Subject, progress: Progress) -> "Correction":
    return resume(subject.label, subject.image, subject.where, subject.labels, kept=subject.kept, progress=progress)


def _contour(contour: ActiveContour, subject: Subject, progress: Progress) -> "Correction":
    return contour(subject.label, subject.image, subject.chosen, kept=subject.kept, progress=progress)


def _merge(_: OfMarks, subject: Subject, progress: Progress) -> "Correction":
    from annotat3d_tui.labels.merging import groups_under, merge_groups

    own = subject.labels == subject.chosen
    where, strokes = subject.where[own], subject.strokes[own]
    groups = groups_under(subject.label, where, strokes, subject.begins, kept=subject.kept)
    if not groups:
        raise InvalidMarkers(
            "Merging needs a stroke of the chosen label over at least two labels that are neither locked nor hidden, "
            "received none: draw over those that belong together."
        )
    return merge_groups(subject.label, groups, kept=subject.kept)


def _draw(_: OfMarks, subject: Subject, progress: Progress) -> "Correction":
    return _put(subject, np.ones(len(subject.where), np.bool_), None, "draw marks")


def _erase(_: OfMarks, subject: Subject, progress: Progress) -> "Correction":
    ground = background_of(subject.label)
    return _put(subject, subject.labels == subject.chosen, ground, f"erase under marks of {subject.chosen}")


def _put(subject: Subject, wanted: NDArray[np.bool_], id: int | None, words: str) -> "Correction":
    """Give marked voxels an id, or that of their marks; those of kept labels stay, and none is added to these."""
    from annotat3d_tui.labels.correcting import at_voxels

    where, after = subject.where[wanted], subject.labels[wanted] if id is None else np.full(wanted.sum(), id)
    kept = np.array(sorted(subject.kept), np.int64)
    free = ~np.isin(subject.label.reshape(-1)[where], kept) & ~np.isin(after, kept)
    return at_voxels(words, subject.label, where[free], after[free])


def _split(_: OfMarks, subject: Subject, progress: Progress) -> "Correction":
    from annotat3d_tui.labels.splitting import split_by_seeds

    inside = subject.label.reshape(-1)[subject.where] == subject.chosen
    where, seeds = subject.where[inside], subject.labels[inside]
    return split_by_seeds(subject.label, subject.chosen, where, seeds, kept=subject.kept)


def _split_by_plane(_: OfMarks, subject: Subject, progress: Progress) -> "Correction":
    from annotat3d_tui.labels.splitting import split_by_plane

    if subject.plane is None:
        raise InvalidParameter("The clipping plane must lie through the label, it was not looked at yet: place it.")
    return split_by_plane(subject.label, subject.chosen, *subject.plane, kept=subject.kept)


def _sequential(resume: Resume, subject: Subject, progress: Progress) -> "Correction":
    from annotat3d_tui.labels.boxes import Boxes
    from annotat3d_tui.labels.splitting import new_ids

    free = new_ids(Boxes.of(subject.label, progress), subject.kept)
    ids = {int(one): next(free) for one in np.unique(subject.strokes)}
    labels = np.array([ids[int(one)] for one in subject.strokes], np.uint16)
    return resume(subject.label, subject.image, subject.where, labels, kept=subject.kept, progress=progress)


def _free(subject: Subject) -> NDArray[np.bool_]:
    """Marks that lie on no kept label."""
    free: NDArray[np.bool_] = ~np.isin(subject.label.reshape(-1)[subject.where], sorted(subject.kept))
    return free


def _own(subject: Subject) -> NDArray[np.bool_]:
    own: NDArray[np.bool_] = _free(subject) & (subject.labels == subject.chosen)
    return own


def _inside(subject: Subject) -> NDArray[np.bool_]:
    """Marks in the chosen label."""
    inside: NDArray[np.bool_] = subject.label.reshape(-1)[subject.where] == subject.chosen
    return inside


def _joining(subject: Subject) -> NDArray[np.bool_]:
    """Marks of strokes of the chosen label over two labels or more."""
    under, flags = subject.label.reshape(-1)[subject.where], _own(subject)
    pairs = np.unique(np.stack([subject.strokes, under], axis=1)[flags & (under > 0)], axis=0)
    strokes, counts = np.unique(pairs[:, 0], return_counts=True)
    return flags & np.isin(subject.strokes, strokes[counts > 1])


def background_of(label: NDArray[Any]) -> int:
    """What is around objects: 0 where it is in use, else label 1, as a classifier gives it.

    >>> background_of(np.array([[[0, 1, 2]]])), background_of(np.array([[[1, 1, 2]]]))
    (0, 1)
    """
    return 0 if any((plane == 0).any() for plane in label) else 1


def _each(tool: Any, subject: Subject, progress: Progress) -> "Correction":
    ground = background_of(subject.label)
    found: Correction = tool(subject.label, background=ground, kept=subject.kept, progress=progress)
    return found


def _one(tool: Any, subject: Subject, progress: Progress) -> "Correction":
    ground, ids = background_of(subject.label), [subject.chosen]
    found: Correction = tool(subject.label, ids, background=ground, kept=subject.kept, progress=progress)
    return found


TOOLS = (
    Tool("r", "resume", "Marks correct the labels (resume)…", Resume, _resume, needs_marks=True),
    Tool("d", "draw", "Marks become labels, exactly as they are drawn", OfMarks, _draw, needs_marks=True, uses=_free),
    Tool(
        "k",
        "erase",
        "Labels under marks of the chosen label become background",
        OfMarks,
        _erase,
        needs_marks=True,
        uses=_own,
    ),
    Tool(
        "q", "sequential", "Each stroke becomes a label of its own…", Resume, _sequential, needs_marks=True, uses=_free
    ),
    Tool(
        "m",
        "merge",
        "Merge labels under strokes of the chosen label",
        OfMarks,
        _merge,
        needs_marks=True,
        uses=_joining,
    ),
    Tool(
        "x",
        "split",
        "Divide the chosen label among the marks in it",
        OfMarks,
        _split,
        needs_marks=True,
        of_label=True,
        uses=_inside,
    ),
    Tool(
        "c",
        "cut",
        "Divide the chosen label along the clipping plane",
        OfMarks,
        _split_by_plane,
        of_label=True,
        needs_plane=True,
    ),
    Tool("p", "separate", "Separate touching objects of the chosen label…", Separate, _one, of_label=True),
    Tool("o", "morphology", "Grow, shrink, open, close, fill the chosen label…", Morphology, _one, of_label=True),
    Tool("O", "morphology_all", "Grow, shrink, open, close, fill all labels…", Morphology, _each),
    Tool("i", "islands", "Remove islands of all labels…", Islands, _each),
    Tool("s", "smooth", "Smooth the border of the chosen label…", Smooth, _one, of_label=True),
    Tool("n", "interpolate", "Fill the chosen label in between its slices…", Interpolate, _one, of_label=True),
    Tool("a", "contour", "Move the border of the chosen label to the image's…", ActiveContour, _contour, of_label=True),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


def merging(ids: Sequence[int]) -> Tool:
    """What lets labels become the first of them."""

    def use(_: OfMarks, subject: Subject, progress: Progress) -> "Correction":
        from annotat3d_tui.labels.merging import merge

        return merge(subject.label, ids, kept=subject.kept)

    return Tool("l", "merge_listed", "Merge labels of a list…", OfMarks, use)


def words_for(tool: Tool, parameters: Parameters, subject: Subject) -> str:
    """What the history says of it: the tool, the label it is for, and what was not as usual.

    >>> nothing: Any = np.zeros(0, np.int64)
    >>> subject = Subject(nothing, nothing, nothing, nothing, nothing, 3, frozenset())
    >>> words_for(BY_NAME["resume"], Resume(beta=7.0), subject), words_for(BY_NAME["contour"], ActiveContour(), subject)
    ('resume --beta 7.0', 'contour 3')
    >>> words_for(BY_NAME["morphology"], Morphology("erode", radius=2), subject)
    'erode 3 --radius 2'
    """
    from annotat3d_tui.workflow.command import changed_flags

    label = [str(subject.chosen)] if tool.of_label else []
    name, usual = tool.name.partition("_")[0], tool.parameters()
    if isinstance(parameters, Morphology) and isinstance(usual, Morphology):
        name, usual = parameters.operation, replace(usual, operation=parameters.operation)
    return " ".join([name, *label, *changed_flags(parameters, usual)])
