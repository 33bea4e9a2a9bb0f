"""What workers tell the segmentation screen; it alone changes what is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual.message import Message

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.render.histogram import Histogram
from annotat3d_tui.tui.latest import Latest
from annotat3d_tui.tui.widgets.title_line import Running

if TYPE_CHECKING:
    from annotat3d_tui.classifiers.training_data import TrainingData
    from annotat3d_tui.labels.annotation_file import Marks
    from annotat3d_tui.labels.areas import Flood, Threshold
    from annotat3d_tui.labels.corrections import Correction
    from annotat3d_tui.labels.strokes import AnyStroke
    from annotat3d_tui.volume.turned import Turned
    from annotat3d_tui.volume.volume import Volume
    from annotat3d_tui.workflow.evidence import Evidence
    from annotat3d_tui.workflow.learning import Trained
    from annotat3d_tui.workflow.run import Run
    from annotat3d_tui.workflow.segmentation import Result


@dataclass(frozen=True)
class Origin:
    """Where a label volume comes from: how often marks had changed by then, and how it came about."""

    changes: int
    run: "Run"
    preview: bool


class Progressed(Latest):
    """How far a computation is; a burst of them collapses to the newest."""

    def __init__(self, running: Running) -> None:
        super().__init__()
        self.running = running


class AreaFound(Message):
    """The voxels (m,), flat indices, that a stroke covers, or why they cannot be found."""

    def __init__(self, stroke: "AnyStroke", where: NDArray[np.int64] | Annotat3DError) -> None:
        super().__init__()
        self.stroke, self.where = stroke, where


class GreyFound(Message):
    """The voxels (m,), flat indices, that a threshold would mark, and the same as a volume (Z, Y, X) of its label."""

    def __init__(self, stroke: "Threshold", where: NDArray[np.int64], volume: NDArray[np.uint16]) -> None:
        super().__init__()
        self.stroke, self.where, self.volume = stroke, where, volume


class FloodSeen(Message):
    """The voxels (m,), flat indices, that a flood would cover; None where it would be refused."""

    def __init__(self, stroke: "Flood", where: NDArray[np.int64] | None) -> None:
        super().__init__()
        self.stroke, self.where = stroke, where


class SuperpixelsMade(Message):
    """So many superpixels were generated or loaded, and kept."""

    def __init__(self, count: int, said: str = "") -> None:
        super().__init__()
        self.count, self.said = count, said


class SuperpixelsPreviewed(Message):
    """The superpixels (planes, Y, X) that some planes would have; they are only shown."""

    def __init__(self, ids: NDArray[np.int32], planes: slice) -> None:
        super().__init__()
        self.ids, self.planes = ids, planes


class Labelled(Message):
    """A label volume was computed or loaded.

    origin and result: None when it was loaded. shares: of the voxels, of each label of one that was loaded.
    names: that its labels come with. may_edit: the person is asked whether marks are to correct it. of_objects: it was
    loaded, and voxels around its labels have none: its label 1 is an object, too.
    """

    def __init__(
        self,
        label: NDArray[Any],
        said: str,
        origin: Origin | None = None,
        result: "Result | None" = None,
        shares: dict[int, float] | None = None,
        names: Mapping[int, str] | None = None,
        may_edit: bool = False,
        of_objects: bool = False,
    ) -> None:
        super().__init__()
        self.label, self.said, self.origin, self.result, self.shares = label, said, origin, result, shares
        self.names, self.may_edit, self.of_objects = names or {}, may_edit, of_objects


class CorrectionFound(Message):
    """What a tool would do, and the label volume (Z, Y, X) as it would be then.

    used: flat indices of the marks of strokes that it uses up, and how many strokes.
    """

    def __init__(
        self, correction: "Correction", seen: NDArray[Any], used: tuple[NDArray[np.int64], int] | None = None
    ) -> None:
        super().__init__()
        self.correction, self.seen = correction, seen
        self.used, self.strokes = used or (np.empty(0, np.int64), 0)


class NotCorrected(Message):
    """The label volume could not be changed: so many acts on marks that came with it, the last ones, are in vain."""

    def __init__(self, brought: int, position: int) -> None:
        super().__init__()
        self.brought, self.position = brought, position


class Corrected(Message):
    """The label volume was changed."""

    def __init__(self, correction: "Correction") -> None:
        super().__init__()
        self.correction = correction


class Known(Message):
    """How sure a label volume is, and what has learned to tell, once a classifier of a file has labelled it."""

    def __init__(self, evidence: "Evidence | None", trained: "Trained") -> None:
        super().__init__()
        self.evidence, self.trained = evidence, trained


class Tested(Message):
    """What was computed was tested: how it came about, with its scores."""

    def __init__(self, origin: Origin, run: "Run") -> None:
        super().__init__()
        self.origin, self.run = origin, run


class PlacesFound(Message):
    """The places (z, y, x) where marks would teach most, by some evidence."""

    def __init__(self, evidence: "Evidence", places: tuple[tuple[int, int, int], ...]) -> None:
        super().__init__()
        self.evidence, self.places = evidence, places


class MaskFound(Message):
    """A mask file was read: (Z, Y, X) of whole numbers, and how many voxels have each value that is not 0."""

    def __init__(self, data: NDArray[Any], values: dict[int, int], path: Path) -> None:
        super().__init__()
        self.data, self.values, self.path = data, values, path

    @property
    def proposed(self) -> dict[int, int]:
        """Each value as the id of a label; 0 for those that cannot be one."""
        return {value: value if 1 <= value <= HIGHEST_LABEL else 0 for value in self.values}


class MaskPlaced(Message):
    """What a mask would mark: labels (m,) of voxels `where` (m,) (flat), and the same as a volume (Z, Y, X)."""

    def __init__(
        self,
        where: NDArray[np.int64],
        labels: NDArray[np.uint16],
        volume: NDArray[np.uint16],
        path: Path,
        as_label: bool,
    ) -> None:
        super().__init__()
        self.where, self.labels, self.volume, self.path, self.as_label = where, labels, volume, path, as_label


class AnnotationRead(Message):
    """An annotation file was read."""

    def __init__(self, marks: "Marks", path: Path) -> None:
        super().__init__()
        self.marks, self.path = marks, path


class AlternativeRead(Message):
    """A visualization image was read, and its grey values were counted."""

    def __init__(self, volume: "Volume", histogram: Histogram, path: Path) -> None:
        super().__init__()
        self.volume, self.histogram, self.path = volume, histogram, path


class ComparedRead(Message):
    """A label volume (Z, Y, X) to compare with was read; `said` tells how well the one that is shown agrees."""

    def __init__(self, other: NDArray[Any], said: str) -> None:
        super().__init__()
        self.other, self.said = other, said


class TrainingRead(Message):
    """A file of training data was read."""

    def __init__(self, samples: "TrainingData", path: Path) -> None:
        super().__init__()
        self.samples, self.path = samples, path


class Saved(Message):
    """A file was written."""

    def __init__(self, what: str, path: Path) -> None:
        super().__init__()
        self.what, self.path = what, path


class Submitted(Message):
    """A job was started; its number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Centre(Message):
    """Where the middle of a label is (z, y, x); None when it is nowhere."""

    def __init__(self, voxel: tuple[int, int, int] | None) -> None:
        super().__init__()
        self.voxel = voxel


class Seen(Message):
    """What the panels show of the image or of the label volume was counted; or a copy of the image was made.

    coarse: in fewer voxels. turned: for slices across x.
    """

    def __init__(
        self,
        histogram: Histogram | None = None,
        shares: dict[int, float] | None = None,
        superpixels: int = 0,
        coarse: NDArray[Any] | None = None,
        turned: "Turned | None" = None,
        alternative: bool = False,
    ) -> None:
        super().__init__()
        self.alternative = alternative
        self.histogram, self.shares, self.superpixels = histogram, shares, superpixels
        self.coarse, self.turned = coarse, turned
