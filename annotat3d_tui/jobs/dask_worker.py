"""One slab of a label volume, labelled where Dask wants it, by what a worker finds in a shared folder."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.mapped.files import guarded
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.files import open_volume
from annotat3d_tui.volume.finite import finite
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.writing import written_aside
from annotat3d_tui.workflow.applying import open_trained
from annotat3d_tui.workflow.learning import Trained
from annotat3d_tui.workflow.planes import label_planes
from annotat3d_tui.workspace import volumes_of

CLASSIFIER, SUPERPIXELS = "learned.classifier.npz", "superpixels.npy"
"""In the shared folder; the second only where there are superpixels."""


@dataclass(frozen=True)
class Work:
    """Planes start to stop - 1 of an image in a file, and the folder that all workers share."""

    image: str
    raw: RawProperties | None
    folder: str
    start: int
    stop: int

    @property
    def part(self) -> Path:
        """The file that the labels of these planes come into."""
        return Path(self.folder) / f"{self.start}-{self.stop}.npy"


def label_slab(work: Work) -> str:
    """Label planes and write them aside of their file, which is then renamed; returns its path.

    Raises errors of the family, which go back to who asked.
    """
    image, trained, superpixels = _opened(work.image, work.raw, work.folder)
    labels = label_planes(trained, image, slice(work.start, work.stop), superpixels)
    with written_aside(work.part, overwrite=True) as aside, aside.open("wb") as file:
        np.save(file, labels)
    return str(work.part)


@lru_cache(1)
def _opened(
    image: str, raw: RawProperties | None, folder: str
) -> tuple[NDArray[Any], Trained, NDArray[np.int32] | None]:
    """The image, what has learned and superpixels, mapped where they can be; kept for the next slab of the same run."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    copies = volumes_of(Path(image))
    conversions = Conversions(copies, may_write=False) if copies else None
    voxels, _ = finite(open_volume(Path(image), raw, conversions).data)
    ids = Path(folder) / SUPERPIXELS
    superpixels = guarded(np.load(ids, mmap_mode="r"), ids) if ids.is_file() else None
    return voxels, open_trained(Path(folder) / CLASSIFIER).trained, superpixels


def joined(todo: list[Work], shape: tuple[int, ...], out: NDArray[Any]) -> None:
    """Write the slabs of all work, in order, into a label volume (Z, Y, X); raises InvalidFile for a damaged one."""
    for work in todo:
        labels = guarded(np.load(work.part, mmap_mode="r", allow_pickle=False), work.part)
        if labels.shape != (work.stop - work.start, *shape[1:]):
            raise InvalidFile(f"{work.part} must hold planes {work.start} to {work.stop - 1}, received others.")
        out[work.start : work.stop] = labels
