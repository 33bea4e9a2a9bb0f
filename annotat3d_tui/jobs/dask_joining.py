"""What workers have found in slabs of an image -> the label volume, and how sure it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty
from annotat3d_tui.blocks import Progress
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.jobs.dask_worker import CHANCES, IDS, LABELS, Work
from annotat3d_tui.mapped.files import guarded
from annotat3d_tui.workflow.classifying import Classified, painted
from annotat3d_tui.workflow.evidence import VoxelEvidence
from annotat3d_tui.workflow.learning import Trained
from annotat3d_tui.workflow.planes import by_superpixel


def joined(
    trained: Trained,
    shape: tuple[int, ...],
    superpixels: NDArray[np.int32] | None,
    done: Sequence[Work],
    *,
    threads: int,
    progress: Progress,
) -> Classified:
    """The label volume (Z, Y, X) of all slabs, in order, and probabilities where they were wanted.

    Raises InvalidFile for a slab that is not what was asked for.
    """
    if superpixels is not None and by_superpixel(trained):
        known = superpixel_chances(trained, int(superpixels.max()), done)
        return painted(trained, superpixels, known, threads=threads, progress=progress)
    parts = [_opened(work.part(LABELS), (work.stop - work.start, *shape[1:])) for work in done]
    wide = any(part.dtype == np.uint16 and int(part.max()) > 255 for part in parts)
    label = empty(shape, np.uint16 if wide or _all_wide(trained) else np.uint8)
    for work, part in zip(done, parts, strict=True):
        label[work.start : work.stop] = part
    if not all(work.evidence for work in done):
        return Classified(label, None)
    chances = empty((len(trained.model.labels), *shape), np.float16)
    for work in done:
        chances[:, work.start : work.stop] = _opened(
            work.part(CHANCES), (len(chances), work.stop - work.start, *shape[1:])
        )
    return Classified(label, VoxelEvidence(trained.model.labels, chances))


def superpixel_chances(trained: Trained, count: int, done: Sequence[Work]) -> NDArray[np.float32]:
    """Probabilities (count, k) of superpixels 1…count; NaN where there is none of an id."""
    chances = empty((count, len(trained.model.labels)), np.float32)
    chances[:] = np.nan
    for work in done:
        ids = _opened(work.part(IDS))
        if len(ids) and not 1 <= ids.min() <= ids.max() <= count:
            raise InvalidFile(f"{work.part(IDS)} must hold superpixels 1 to {count}, received others.")
        chances[ids - 1] = _opened(work.part(CHANCES), (len(ids), chances.shape[1]))
    return chances


def _all_wide(trained: Trained) -> bool:
    """Whether labels of voxels take two bytes, whichever there are."""
    return trained.parameters.by_voxel and int(trained.model.labels.max()) > 255


def _opened(path: Path, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    """An array that a worker wrote, mapped; raises InvalidFile unless it has a shape."""
    array: NDArray[Any] = guarded(np.load(path, mmap_mode="r", allow_pickle=False), path)
    if shape is not None and array.shape != shape:
        raise InvalidFile(f"{path} must hold an array of shape {shape}, received {array.shape}.")
    return array
