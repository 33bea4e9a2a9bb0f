"""One slab of an image, classified where Dask wants it, by what a worker finds in a shared folder."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import keep_heap
from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import Cancelled
from annotat3d_tui.mapped.files import guarded
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.files import open_volume
from annotat3d_tui.volume.finite import finite
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.writing import written_aside
from annotat3d_tui.workflow.applying import open_trained
from annotat3d_tui.workflow.learning import Trained
from annotat3d_tui.workflow.planes import by_superpixel, classify_begun, label_planes
from annotat3d_tui.workspace import volumes_of

CLASSIFIER, SUPERPIXELS = "learned.classifier.npz", "superpixels.npy"
"""In the shared folder; the second only where there are superpixels."""
LABELS, CHANCES, IDS = "labels", "chances", "ids"
"""What a slab comes back as: labels of voxels, probabilities of voxels or of superpixels, and those superpixels."""


@dataclass(frozen=True)
class Work:
    """Planes start to stop - 1 of an image in a file, and the folder that all workers share.

    evidence: whether probabilities of voxels are wanted.
    """

    image: str
    raw: RawProperties | None
    folder: str
    start: int
    stop: int
    evidence: bool = False

    def part(self, what: str) -> Path:
        """The file that LABELS, CHANCES, or IDS of these planes come into."""
        return Path(self.folder) / f"{self.start}-{self.stop}.{what}.npy"


def classify_slab(work: Work) -> None:
    """Classify planes and write what is found aside of its files, which are then renamed.

    Of superpixels IDS and CHANCES (m, k) where these tell all, else LABELS and, if wanted, CHANCES (k, planes, Y, X).
    Raises errors of the family, which go back to who asked; Cancelled as soon as nobody asks any more.
    """
    image, trained, superpixels = _opened(work.image, work.raw, work.folder)
    planes, progress = slice(work.start, work.stop), _while_wanted()
    if superpixels is not None and by_superpixel(trained):
        begun = classify_begun(trained, image, planes, superpixels, progress=progress)
        found: dict[str, NDArray[Any]] = {IDS: begun.ids, CHANCES: begun.probabilities}
    else:
        labelled = label_planes(trained, image, planes, superpixels, evidence=work.evidence, progress=progress)
        found = {LABELS: labelled.label}
        if labelled.probabilities is not None:
            found[CHANCES] = labelled.probabilities
    for what, array in found.items():
        with written_aside(work.part(what), overwrite=True) as aside, aside.open("wb") as file:
            np.save(file, array)


def _while_wanted() -> Progress:
    """The progress of the task of Dask that this thread runs, which is stopped when Dask wants it no more."""
    from distributed import get_worker

    try:
        worker = get_worker()
        key = worker.get_current_task()
    except ValueError:  # no worker of Dask
        return quiet

    def look(_: float, __: str) -> None:
        task = worker.state.tasks.get(key)
        if task is None or task.state == "cancelled":
            raise Cancelled

    return look


@lru_cache(1)
def _opened(
    image: str, raw: RawProperties | None, folder: str
) -> tuple[NDArray[Any], Trained, NDArray[np.int32] | None]:
    """The image, what has learned and superpixels, mapped where they can be; kept for the next slab of the same run."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    keep_heap()
    copies = volumes_of(Path(image))
    conversions = Conversions(copies, may_write=False) if copies else None
    voxels, _ = finite(open_volume(Path(image), raw, conversions).data)
    ids = Path(folder) / SUPERPIXELS
    superpixels = guarded(np.load(ids, mmap_mode="r"), ids) if ids.is_file() else None
    return voxels, open_trained(Path(folder) / CLASSIFIER).trained, superpixels
