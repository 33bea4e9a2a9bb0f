"""What workers tell the segmentation screen; it alone changes what is shown."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual.message import Message

from annotat3d_tui.tui.widgets.contrast_panel import Histogram
from annotat3d_tui.tui.widgets.title_line import Running

if TYPE_CHECKING:
    from annotat3d_tui.classifiers.scores import Scores
    from annotat3d_tui.workflow.settings import Segmentation


@dataclass(frozen=True)
class Origin:
    """What a label volume was computed from, and how well: how often marks had changed, the parameters of the run."""

    changes: int
    parameters: "Segmentation"
    scores: "Scores | None"
    preview: bool


class Progressed(Message):
    """How far a computation is; a burst of them collapses to the newest."""

    def __init__(self, running: Running) -> None:
        super().__init__()
        self.running = running

    def can_replace(self, message: Message) -> bool:
        """An older report is of no use."""
        return isinstance(message, Progressed)


class SuperpixelsMade(Message):
    """So many superpixels were generated or loaded, and kept."""

    def __init__(self, count: int, said: str = "") -> None:
        super().__init__()
        self.count, self.said = count, said


class Labelled(Message):
    """A label volume was computed or loaded.

    origin: None when it was loaded. shares: of the voxels, of each label of a whole label volume, which was kept; None
    for a preview, which is only shown.
    """

    def __init__(self, label: NDArray[Any], said: str, origin: Origin | None, shares: dict[int, float] | None) -> None:
        super().__init__()
        self.label, self.said, self.origin, self.shares = label, said, origin, shares


class MaskRead(Message):
    """A mask file was read: labels (m,) of voxels `where` (m,) (flat) for the annotation."""

    def __init__(self, where: NDArray[np.int64], labels: NDArray[np.uint16], path: Path) -> None:
        super().__init__()
        self.where, self.labels, self.path = where, labels, path


class Saved(Message):
    """A file was written."""

    def __init__(self, what: str, path: Path) -> None:
        super().__init__()
        self.what, self.path = what, path


class Centre(Message):
    """Where the middle of a label is (z, y, x); None when it is nowhere."""

    def __init__(self, voxel: tuple[int, int, int] | None) -> None:
        super().__init__()
        self.voxel = voxel


class Seen(Message):
    """What the panels show of the image or of the label volume was counted."""

    def __init__(
        self, histogram: Histogram | None = None, shares: dict[int, float] | None = None, superpixels: int = 0
    ) -> None:
        super().__init__()
        self.histogram, self.shares, self.superpixels = histogram, shares, superpixels
