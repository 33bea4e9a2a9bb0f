"""A network applied to the files of images: moments, memory, label volume."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty, lies_in_file
from annotat3d_tui.blocks import Progress, part, quiet
from annotat3d_tui.errors import InvalidFile, OverBudget
from annotat3d_tui.memory import bytes_text, check_budget
from annotat3d_tui.networks.architectures import BASE_BYTES, architecture_of
from annotat3d_tui.networks.fitting import Room
from annotat3d_tui.networks.inference import Found, Inference, Predict, Sides, Triple, half_overlap, infer
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.normalization import RAW, Moments, moments_of
from annotat3d_tui.networks.storing import label_type
from annotat3d_tui.networks.tiles import tile_count
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Source, array_blocks, fill
from annotat3d_tui.volume.types import check_image

MEASURED = 0.02
"""The share of the work that measuring an image takes."""
WAITING = 3
"""Batches that wait, read or predicted, beside the one that a device works on."""


@dataclass(frozen=True)
class Applied:
    """What was found in an image, its voxel size (z, y, x) in `unit`, and the voxels that went through the network."""

    found: Found
    voxel_size: tuple[float, float, float]
    unit: str
    work: float


class Applier:
    """A network that is ready for many images; its weights are read once."""

    def __init__(
        self, network: Network, parameters: Inference, sides: Sides, probabilities: np.dtype[Any] | None, budget: int
    ) -> None:
        from annotat3d_tui.networks.devices import gpu_count
        from annotat3d_tui.networks.models.predicting import predictors

        self._network, self._parameters, self._sides = network, parameters, sides
        self._probabilities, self._budget = probabilities, budget
        wants = probabilities is not None or parameters.blend == "gaussian"
        self._predictors: list[Predict] = predictors(network, wants, parameters.mirror)
        self.on_gpu = gpu_count() > 0

    def apply(
        self,
        path: Path | str,
        raw: RawProperties | None = None,
        progress: Progress = quiet,
        copies: Path | None = None,
    ) -> Applied:
        """The label volume of an image; raises what opening it does, OverBudget, and what the progress raises.

        copies: a folder in which the image may lie once more, as it can be mapped (`volume.converted`).
        """
        source = inspect(path, raw)
        if copies is not None:
            source = Conversions(copies, may_write=False).from_copy(source)
        check_image(source.dtype, source.path.name)
        need = memory_for(self._network, self._parameters, self._sides, source.shape, self._probabilities, self.on_gpu)
        check_budget("Inference", need, self._budget)
        voxels = _voxels(source)
        check_finite(voxels, source.path.name)
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
        work = work_of(source.shape, self._sides, self._parameters)
        return Applied(found, source.voxel_size, source.unit, work)

    def _moments(self, voxels: NDArray[Any]) -> Moments:
        if self._network.normalization == "image":
            return moments_of(array_blocks(voxels))
        return (self._network.moments or RAW) if self._network.normalization == "dataset" else RAW


def work_of(shape: Triple, sides: Sides, parameters: Inference) -> float:
    """Voxels that go through the network for an image (Z, Y, X): of patches that overlap, and of mirrored ones.

    >>> work_of((32, 32, 32), Sides((32, 32, 32), (4, 4, 4)), Inference())
    32768.0
    """
    framed = [side + 2 * edge for side, edge in zip(shape, sides.padding, strict=True)]
    if parameters.blend == "gaussian":
        overlap: tuple[int, ...] = half_overlap(sides.patch)
    else:
        overlap = sides.border
    turned = [side for side in sides.patch if side > 1] if parameters.mirror else []
    return float(tile_count(framed, sides.patch, overlap) * math.prod(sides.patch) * 2 ** len(turned))


def memory_for(
    network: Network,
    parameters: Inference,
    sides: Sides,
    shape: Triple,
    probabilities: np.dtype[Any] | None = None,
    on_gpu: bool = False,
) -> int:
    """Bytes of the machine's memory that an image (Z, Y, X) takes.

    They are those of a batch, which on a GPU only waits here, and what is found or added up, unless it lies in files.
    """
    classes, voxels = len(network.classes), math.prod(shape)
    held = [voxels * label_type(network.classes).itemsize]
    if probabilities is not None:
        held.append(voxels * classes * probabilities.itemsize)
    if parameters.blend == "gaussian":
        depth, height, width = (side + 2 * edge for side, edge in zip(shape, sides.padding, strict=True))
        layer = min(sides.patch[0], depth) * height * width * np.dtype(np.float32).itemsize
        held += [layer, layer * classes]
    return _of_batch(network, parameters, sides, on_gpu) + sum(size for size in held if not lies_in_file(size))


def device_memory(network: Network, parameters: Inference, sides: Sides, batch: int | None = None) -> int:
    """Bytes that a batch takes where the network is computed: of a GPU, or of the machine; about right."""
    architecture = architecture_of(network.architecture)
    return architecture.memory_needed(sides.patch, batch or parameters.batch, len(network.classes), training=False)


def check_memory(network: Network, parameters: Inference, sides: Sides, budget: int, gpus: Room | None = None) -> int:
    """Bytes that a batch takes, whatever the size of the images.

    gpus: the room on the devices that do the work, None when the processors do. Raises OverBudget when a batch does
    not fit there, or what waits for it not into the budget.
    """
    need, room = device_memory(network, parameters, sides), gpus.bytes if gpus else budget
    if gpus:
        check_budget("Inference", _of_batch(network, parameters, sides, on_gpu=True), budget)
    if need <= room:
        return need
    batch = parameters.batch
    while batch > 1 and device_memory(network, parameters, sides, batch) > room:
        batch //= 2
    fits = device_memory(network, parameters, sides, batch) <= room
    have = gpus.text if gpus else f"may take {bytes_text(room)}"
    otherwise = "take other devices" if gpus else "allow more (--memory)"
    raise OverBudget(
        f"Batches of {parameters.batch} need about {bytes_text(need)} of memory and {have}: "
        + (f"--batch {batch} would fit." if fits else f"{otherwise}, or give a smaller --patch.")
    )


def check_finite(voxels: NDArray[Any], name: str) -> None:
    """Raises InvalidFile for an image without a single number; reads until the first one."""
    if voxels.dtype.kind == "f" and not any(np.isfinite(block).any() for block in array_blocks(voxels)):
        raise InvalidFile(f"{name} must hold numbers, every voxel is NaN or infinite: give another image.")


def _of_batch(network: Network, parameters: Inference, sides: Sides, on_gpu: bool) -> int:
    """Bytes of the machine's memory for a batch: it is computed here, or it waits for a GPU."""
    if not on_gpu:
        return device_memory(network, parameters, sides)
    values = math.prod(sides.patch) * parameters.batch * (1 + len(network.classes))
    return BASE_BYTES + WAITING * values * np.dtype(np.float32).itemsize


def _voxels(source: Source) -> NDArray[Any]:
    """The voxels, mapped from their file; from a nameless file where they must be converted and are large."""
    if not source.why_read or source.decode is None:
        return source.voxels()
    voxels = empty(source.shape, source.dtype.newbyteorder("="))
    fill(voxels, source.blocks())
    return voxels
