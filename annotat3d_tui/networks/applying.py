"""A network applied to the files of images: moments, memory, label volume."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty, lies_in_file
from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.errors import OverBudget
from annotat3d_tui.memory import bytes_text, check_budget
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.inference import Found, Inference, Predict, Sides, Triple, infer
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.normalization import RAW, Moments, moments_of
from annotat3d_tui.networks.storing import label_type
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Source, array_blocks, fill
from annotat3d_tui.volume.types import check_image

MEASURED = 0.02
"""The share of the work that measuring an image takes."""


@dataclass(frozen=True)
class Applied:
    """What was found in an image, and its voxel size (z, y, x) in `unit`."""

    found: Found
    voxel_size: tuple[float, float, float]
    unit: str


class Applier:
    """A network that is ready for many images; its weights are read once."""

    def __init__(
        self, network: Network, parameters: Inference, sides: Sides, probabilities: np.dtype[Any] | None, budget: int
    ) -> None:
        from annotat3d_tui.networks.models.predicting import predictors

        self._network, self._parameters, self._sides = network, parameters, sides
        self._probabilities, self._budget = probabilities, budget
        wants = probabilities is not None or parameters.blend == "gaussian"
        self._predictors: list[Predict] = predictors(network, wants, parameters.mirror)

    def apply(self, path: Path | str, raw: RawProperties | None = None, progress: Progress = quiet) -> Applied:
        """The label volume of an image; raises what opening it does, OverBudget, and what the progress raises."""
        source = inspect(path, raw)
        check_image(source.dtype, source.path.name)
        need = memory_for(self._network, self._parameters, self._sides, source.shape, self._probabilities)
        check_budget("Inference", need, self._budget)
        voxels = _voxels(source)
        progress(0.0, "measure")
        moments = self._moments(voxels)
        found = infer(
            voxels,
            moments,
            self._network.classes,
            self._predictors,
            self._sides,
            self._parameters.batch,
            blend=self._parameters.blend,
            probabilities=self._probabilities,
            progress=part(progress, MEASURED, 1.0),
        )
        return Applied(found, source.voxel_size, source.unit)

    def _moments(self, voxels: NDArray[Any]) -> Moments:
        if self._network.normalization == "image":
            return moments_of(array_blocks(voxels))
        return (self._network.moments or RAW) if self._network.normalization == "dataset" else RAW


def memory_for(
    network: Network, parameters: Inference, sides: Sides, shape: Triple, probabilities: np.dtype[Any] | None = None
) -> int:
    """Bytes that an image (Z, Y, X) takes: the batch, and what is found or added up, unless it lies in files."""
    classes, voxels = len(network.classes), math.prod(shape)
    held = [voxels * label_type(network.classes).itemsize]
    if probabilities is not None:
        held.append(voxels * classes * probabilities.itemsize)
    if parameters.blend == "gaussian":
        depth, height, width = (side + 2 * edge for side, edge in zip(shape, sides.padding, strict=True))
        layer = min(sides.patch[0], depth) * height * width * np.dtype(np.float32).itemsize
        held += [layer, layer * classes]
    batch = architecture_of(network.architecture).memory_needed(sides.patch, parameters.batch, classes, training=False)
    return batch + sum(size for size in held if not lies_in_file(size))


def check_memory(network: Network, parameters: Inference, sides: Sides, budget: int) -> int:
    """Bytes that a batch takes, whatever the size of the images; raises OverBudget when they are above the budget."""
    architecture, classes = architecture_of(network.architecture), len(network.classes)
    batch = parameters.batch
    need = architecture.memory_needed(sides.patch, batch, classes, training=False)
    if need <= budget:
        return need
    while batch > 1 and architecture.memory_needed(sides.patch, batch, classes, training=False) > budget:
        batch //= 2
    fits = architecture.memory_needed(sides.patch, batch, classes, training=False) <= budget
    raise OverBudget(
        f"Batches of {parameters.batch} need about {bytes_text(need)} of memory and may take {bytes_text(budget)}: "
        + (f"--batch {batch} would fit." if fits else "allow more (--memory), or give a smaller --patch.")
    )


def _voxels(source: Source) -> NDArray[Any]:
    """The voxels, mapped from their file; from a nameless file where they must be converted and are large."""
    if not source.why_read or source.decode is None:
        return source.voxels()
    voxels = empty(source.shape, source.dtype.newbyteorder("="))
    fill(voxels, source.blocks())
    return voxels
