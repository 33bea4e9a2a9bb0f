"""What a network will do to many images, told from their headers: which can be done, what it takes, and how long."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.networks.applying import device_memory, memory_for, work_of
from annotat3d_tui.networks.forecast import LABELS_SHRINK_TO
from annotat3d_tui.networks.inference import Inference, Sides
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.outcome import Outcome, label_path
from annotat3d_tui.networks.storing import label_type
from annotat3d_tui.volume.formats import format_of, inspect
from annotat3d_tui.volume.place import name_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.types import check_image

Existing = Literal["refuse", "skip", "replace"]
"""What is to become of labels that are there already."""
START_SECONDS = 10.0
"""Until TensorFlow has been loaded and the network is ready."""


@dataclass(frozen=True)
class Asked:
    """What is to be done. output: a folder; probabilities: their type, None for none; on_gpu: where the work is done;
    budget: bytes of memory that may be taken; raw: what the names of RAW files do not say."""

    network: Network
    images: tuple[Path, ...]
    output: Path
    parameters: Inference
    sides: Sides
    probabilities: np.dtype[Any] | None
    existing: Existing
    on_gpu: bool
    budget: int
    raw: RawProperties | None = None


@dataclass(frozen=True)
class Planned:
    """An image as its header says, and its label to be; problem: why it cannot be done, a sentence.

    blocks: no image can be done before that is mended. note: what is unusual, in words. skipped: its label is there.
    work: voxels that go through the network. memory: bytes of the machine; disk: bytes of what will be written.
    """

    image: Path
    label: Path
    shape: tuple[int, int, int] = (0, 0, 0)
    dtype: str = ""
    problem: str = ""
    blocks: bool = False
    note: str = ""
    skipped: bool = False
    work: float = 0.0
    memory: int = 0
    disk: int = 0

    @property
    def is_due(self) -> bool:
        """Whether it will be done."""
        return not self.problem and not self.skipped


@dataclass(frozen=True)
class InferenceForecast:
    """What all images will take: memory of the machine for the largest, of each GPU (0 without one), disk, time.

    seconds: None where nobody has measured how fast this network is here.
    """

    images: int
    memory: int
    device: int
    disk: int
    seconds: float | None


def planned(asked: Asked) -> Iterator[Planned]:
    """Each image in turn; only headers are read."""
    first: dict[Path, Path] = {}
    for number, image in enumerate(asked.images):
        label = label_path(asked.output, str(image))
        other = first.get(label)
        first.setdefault(label, image)
        if other == image:
            yield Planned(image, label, problem=f"{image.name} is in the list twice: take row {number + 1} out.")
            continue
        if other is not None:
            sentence = f"{image.name} must give a label of its own, {label.name} is that of {other}, too: take one out."
            yield Planned(image, label, problem=sentence, blocks=True)
            continue
        try:
            yield _planned(asked, image, label)
        except Annotat3DError as error:
            yield Planned(image, label, problem=str(error))


def _planned(asked: Asked, image: Path, label: Path) -> Planned:
    source = inspect(image, asked.raw if format_of(image) == "raw" else None)
    check_image(source.dtype, name_of(image))
    shape = (source.shape[0], source.shape[1], source.shape[2])
    memory = memory_for(asked.network, asked.parameters, asked.sides, shape, asked.probabilities, asked.on_gpu)
    there, problem, notes = label.exists(), "", []
    if memory > asked.budget:
        problem = f"{image.name} needs about {bytes_text(memory)} of memory and may take {bytes_text(asked.budget)}."
    if there and asked.existing == "refuse":
        problem = f"{label} is there already: skip what is there or replace it (Settings), or choose another folder."
    if there and asked.existing == "replace":
        notes.append("its label is replaced")
    patch = asked.sides.patch
    if any(side < part for side, part in zip(shape, patch, strict=True)):
        notes.append(f"smaller than a patch of {size_text(patch)}: mirrored")
    return Planned(
        image,
        label,
        shape,
        source.dtype.name,
        problem,
        there and asked.existing == "refuse",
        ", ".join(notes),
        there and asked.existing == "skip",
        work_of(shape, asked.sides, asked.parameters),
        memory,
        _disk(asked, shape),
    )


def _disk(asked: Asked, shape: tuple[int, int, int]) -> int:
    label = prod(shape) * label_type(asked.network.classes).itemsize * LABELS_SHRINK_TO
    maps = prod(shape) * len(asked.network.classes) * asked.probabilities.itemsize if asked.probabilities else 0
    return round(label + maps)


def forecast(asked: Asked, images: Iterable[Planned], rate: float | None) -> InferenceForecast:
    """What those that are due take together; rate: seconds for a voxel, if it is known."""
    due = [one for one in images if one.is_due]
    return InferenceForecast(
        images=len(due),
        memory=max((one.memory for one in due), default=0),
        device=device_memory(asked.network, asked.parameters, asked.sides) if asked.on_gpu else 0,
        disk=sum(one.disk for one in due),
        seconds=None if rate is None else START_SECONDS + rate * sum(one.work for one in due),
    )


def rate_of(outcomes: Sequence[Outcome], network: Path, on_gpu: bool) -> float | None:
    """Seconds for a voxel, as this network was measured on such devices the last time; None where it was not."""
    devices = "GPU" if on_gpu else "CPU"
    known = [one for one in outcomes if one.network == str(network) and one.devices == devices and one.work]
    latest = max(known, key=lambda one: one.at, default=None)
    return latest.seconds / latest.work if latest else None
