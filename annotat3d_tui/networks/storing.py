"""A dataset file is written sample by sample, beside its target, the same bytes for the same content."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import __version__
from annotat3d_tui.networks import layout
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.steady import SteadyFile
from annotat3d_tui.volume.writing import written_aside

if TYPE_CHECKING:
    import h5py

GZIP_LEVEL = 1
"""Labels shrink to a few percent at any level."""


@dataclass(frozen=True)
class Content:
    """What a dataset file holds, but for its voxels.

    patch (z, y, x). classes: label ids in the order of a network's outputs; unlabelled: the id that is ignored, or
    None. validation: (images, samples), 1 for a sample that is not trained on. sources: plain JSON for each image.
    """

    images: int
    samples: int
    patch: tuple[int, int, int]
    dtype: np.dtype[Any]
    label_dtype: np.dtype[Any]
    classes: tuple[int, ...]
    moments: Sequence[Moments]
    validation: NDArray[np.uint8]
    unlabelled: int | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    has_weight: bool = False
    sources: Sequence[Mapping[str, Any]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Writer:
    """Takes the samples of a dataset file that is being written, in any order."""

    file: "h5py.File"
    disk: SteadyFile

    def put(
        self,
        image: int,
        sample: int,
        voxels: NDArray[Any],
        ids: NDArray[Any],
        weight: NDArray[Any] | None = None,
        place: tuple[int, int, int] = (-1, -1, -1),
    ) -> None:
        """Write one sample: grey values, label ids and weights (Z, Y, X), and z, y, x of its first voxel."""
        self.file[layout.DATA][image, sample] = layout.axes_of_file(voxels)
        self.file[layout.LABEL][image, sample] = layout.axes_of_file(ids)
        if layout.WEIGHT in self.file:
            self.file[layout.WEIGHT][image, sample] = 1.0 if weight is None else layout.axes_of_file(weight)
        self.file[layout.PLACES][image, sample] = place[::-1]
        self.disk.check()


@contextlib.contextmanager
def written_dataset(path: Path | str, content: Content, overwrite: bool) -> Iterator[Writer]:
    """A dataset file to be filled with samples; it gets its name when the block ends well.

    Raises what `volume.writing.written_aside` raises; of a block that raises nothing stays.
    """
    import h5py

    with written_aside(path, overwrite) as aside, contextlib.closing(SteadyFile(aside)) as disk:
        with h5py.File(disk, "w") as file:
            _describe(file, content)
            yield Writer(file, disk)
        disk.check()


def label_type(ids: Sequence[int]) -> np.dtype[Any]:
    """The smallest type that holds these label ids.

    >>> label_type([0, 300])
    dtype('uint16')
    """
    return np.dtype(np.uint8 if max(ids) < 256 else np.uint16)


def _describe(file: "h5py.File", content: Content) -> None:
    shape = (content.images, content.samples, *content.patch[::-1])
    chunks = (1, 1, *content.patch[::-1])
    gzip = {"compression": "gzip", "compression_opts": GZIP_LEVEL}
    file.create_dataset(layout.DATA, shape, content.dtype, chunks=chunks)
    file.create_dataset(layout.LABEL, shape, content.label_dtype, chunks=chunks, **gzip)
    if content.has_weight:
        file.create_dataset(layout.WEIGHT, shape, np.float32, chunks=chunks)
    file.create_dataset(layout.PLACES, (*shape[:2], 3), np.int32, fillvalue=-1)
    file[layout.VALIDATION] = content.validation.astype(np.uint8)
    file[layout.MOMENTS] = np.array([(one.mean, one.std) for one in content.moments], np.float64)
    file[layout.SOURCES] = np.array([_json(one) for one in content.sources] or [_json({})] * content.images)
    file.attrs["format"] = np.bytes_(layout.FORMAT)
    file.attrs["format_version"] = layout.VERSION
    file.attrs["program"] = np.bytes_(f"annotat3d {__version__}")
    file.attrs["classes"] = np.array(content.classes, np.int64)
    file.attrs["names"] = _json({str(label): name for label, name in content.names.items()})
    file.attrs["unlabelled"] = -1 if content.unlabelled is None else content.unlabelled
    file.attrs["parameters"] = _json(content.parameters)


def _json(facts: Mapping[str, Any]) -> np.bytes_:
    return np.bytes_(json.dumps(facts, sort_keys=True))
