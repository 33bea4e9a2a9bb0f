"""A dataset: many small samples of image, label and weight in one HDF5 file (`layout`), read one at a time."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.networks import layout
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.opening import is_own, opened, opened_dataset

if TYPE_CHECKING:
    from annotat3d_tui.networks.foreign import Totals

_ABSENT, _UNKNOWN = -1, -2


@dataclass(frozen=True, eq=False)
class Sample:
    """One patch, (Z, Y, X) each; Z is 1 in 2D.

    image: grey values as they were. label: index of the class, 0 where ignored. weight: above 0, and 0 where ignored.
    """

    image: NDArray[np.float32]
    label: NDArray[np.uint8]
    weight: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a dataset file says of itself; no voxel is held.

    patch (z, y, x). classes: the label ids, in the order of a network's outputs. unlabelled: the id that is ignored
    in the loss, or None. moments: of each image, of the whole one where the file knows it, else of its samples.
    training, validation: (n, 2) of image and sample. program: what made the file, "" where it does not say. key: 32
    hexadecimal digits, which differ when the files it was made of or how it was made differ.
    """

    path: Path
    images: int
    samples: int
    patch: tuple[int, int, int]
    dtype: np.dtype[Any]
    classes: tuple[int, ...]
    names: dict[int, str]
    unlabelled: int | None
    has_weight: bool
    moments: tuple[Moments, ...]
    training: NDArray[np.int64]
    validation: NDArray[np.int64]
    program: str = ""
    key: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    sources: tuple[dict[str, Any], ...] = ()

    def read(self, image: int, sample: int, exact: bool = False) -> Sample:
        """One sample, from any thread; raises InvalidFile where the file is damaged, MissingFile where it is gone.

        exact: grey values that float32 cannot tell apart, of int32 and float64, are float64.
        """
        voxels, ids, weight = self.read_raw(image, sample)
        index, known = self._classified(ids)
        weights = known if weight is None else np.where(known > 0, weight, np.float32(0))
        kept: Any = np.result_type(voxels.dtype, np.float32) if exact else np.float32
        return Sample(voxels.astype(kept, copy=False), index, weights)

    def read_raw(self, image: int, sample: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float32] | None]:
        """Grey values, label ids and weights (None: all 1) of one sample as they are in the file, but (Z, Y, X)."""
        with opened(self.path) as file:
            parts = [file[name][image, sample] for name in (layout.DATA, layout.LABEL)]
            weight = file[layout.WEIGHT][image, sample] if self.has_weight else None
        voxels, ids = (np.ascontiguousarray(layout.axes_of_file(part)) for part in parts)
        if weight is not None:
            weight = np.ascontiguousarray(layout.axes_of_file(weight), np.float32)
        return voxels, ids, weight

    def name_of(self, label: int) -> str:
        """The name of a class, or its id."""
        return self.names.get(label, str(label))

    def _classified(self, ids: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Index of the class of each voxel, and 1 where it has one, 0 where it is not labelled."""
        table = self._table
        found = table[ids] if int(ids.min()) >= 0 and int(ids.max()) < len(table) else np.full(1, _UNKNOWN, np.int16)
        if int(found.min()) == _UNKNOWN:
            raise InvalidFile(
                f"{self.path} must hold labels {_listed(self.classes)}, received another: make the dataset anew."
            )
        return np.maximum(found, 0).astype(np.uint8), (found >= 0).astype(np.float32)

    @cached_property
    def _table(self) -> NDArray[np.int16]:
        """From label id to index of its class."""
        known = [*self.classes, *([] if self.unlabelled is None else [self.unlabelled])]
        table = np.full(max(known) + 1, _UNKNOWN, np.int16)
        if self.unlabelled is not None:
            table[self.unlabelled] = _ABSENT
        table[list(self.classes)] = np.arange(len(self.classes))
        return table


def open_dataset(path: Path | str, progress: Progress = quiet) -> Dataset:
    """What a dataset file of this program, of Annotat3D or of another with the same parts holds.

    A file that says little of itself is read once, sample by sample, to learn classes and moments. Raises MissingFile,
    or InvalidFile for what is no dataset, damaged, or of a later version.
    """
    from annotat3d_tui.networks.foreign import learned, totals
    from annotat3d_tui.networks.recorded import recorded

    with opened_dataset(Path(path)) as file:
        if is_own(file):
            return recorded(file, Path(path))
        return learned(file, Path(path), totals(file, progress))


def survey_dataset(path: Path | str, progress: Progress = quiet) -> "tuple[Dataset, Totals]":
    """As `open_dataset`, with what one pass over all samples has found, whoever made the file."""
    from annotat3d_tui.networks.foreign import learned, totals
    from annotat3d_tui.networks.recorded import recorded

    with opened_dataset(Path(path)) as file:
        found = totals(file, progress)
        return (recorded(file, Path(path)) if is_own(file) else learned(file, Path(path), found)), found


def _listed(ids: tuple[int, ...]) -> str:
    return ", ".join(map(str, ids))
