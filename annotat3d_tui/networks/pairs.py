"""Images with their labels and weights, looked at before a dataset is made; a problem stands beside its pair."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from annotat3d_tui.blocks import Progress, part, quiet, size_text
from annotat3d_tui.errors import Annotat3DError, Cancelled, InvalidFile, ShapeMismatch
from annotat3d_tui.networks.classes import classes_of, problem_of_classes
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.scanning import Scan, scan_image, scan_labels, scan_weight
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.source import Source
from annotat3d_tui.volume.types import check_image, check_labels, check_stored


@dataclass(frozen=True)
class Pair:
    """Files of one image, its labels and, where there is one, its weight map."""

    image: Path
    label: Path
    weight: Path | None = None

    @property
    def files(self) -> dict[str, Path]:
        """Its files by what they are."""
        return {"image": self.image, "label": self.label} | ({"weight": self.weight} if self.weight else {})


@dataclass(frozen=True)
class CheckedPair:
    """What was found in a pair: a problem in one sentence, or "", and then all the rest.

    shape (z, y, x). bytes: of the voxels of all its files, memory: of those that must be read whole. labels: voxels of
    each label id. moments: of the whole image. keys: content of each file.
    """

    pair: Pair
    problem: str = ""
    shape: tuple[int, int, int] = (0, 0, 0)
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.uint8))
    bytes: int = 0
    memory: int = 0
    labels: dict[int, int] = field(default_factory=dict)
    moments: Moments = Moments(0.0, 0.0)
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def label_name(self) -> str:
        """The name of its label file."""
        return self.pair.label.name

    @property
    def text(self) -> str:
        """The problem, or size and type in a few words."""
        return self.problem or f"{size_text(self.shape)} {self.dtype.name}"


def pairs_of(images: Sequence[Path], labels: Sequence[Path], weights: Sequence[Path | None] = ()) -> list[Pair]:
    """The lists side by side; raises InvalidFile unless they are of one length (or there are no weights)."""
    if not images:
        raise InvalidFile("A dataset must be made of at least one image and its labels, received none: add them.")
    for what, files in (("label volumes", labels), ("weight maps", weights)):
        if len(files) != len(images) and (what != "weight maps" or files):
            raise InvalidFile(
                f"There must be as many {what} as images, in the same order, received {len(files)} for {len(images)}: "
                "complete the lists."
            )
    return [Pair(*files) for files in zip(images, labels, weights or [None] * len(images), strict=True)]


def look_at(pairs: Sequence[Pair], patch: tuple[int, int, int] = (1, 1, 1)) -> list[CheckedPair]:
    """What can be told at once, without reading a voxel: files, shapes, types, and that a patch (z, y, x) fits."""
    return [_looked_at(pair, patch) for pair in pairs]


def check_pairs(
    pairs: Sequence[Pair],
    *,
    patch: tuple[int, int, int] = (1, 1, 1),
    classes: int = 0,
    zero_is_class: bool = False,
    progress: Progress = quiet,
) -> list[CheckedPair]:
    """Every voxel of every pair is looked at, block by block; `classes`, when not 0, is how many there must be.

    A pair that cannot be used has a problem and stops nothing; progress may raise to stop it all.
    """
    looked = look_at(pairs, patch)
    total, done, found = max(sum(one.bytes for one in looked), 1), 0, []
    for one in looked:
        within = part(progress, done / total, (done + one.bytes) / total)
        found.append(one if one.problem else _scanned(one, within))
        done += one.bytes
    together = classes_of(found, zero_is_class)
    return [one if one.problem else replace(one, problem=problem_of_classes(one, together, classes)) for one in found]


def _looked_at(pair: Pair, patch: tuple[int, int, int]) -> CheckedPair:
    try:
        sources = {what: inspect(path) for what, path in pair.files.items()}
        _check_distinct(pair)
        image = sources["image"]
        check_image(image.dtype, image.path.name)
        check_labels(sources["label"].dtype, pair.label.name)
        for source in sources.values():
            check_stored(source.dtype, source.path.name)
            _check_shape(source, image)
    except Annotat3DError as error:
        return CheckedPair(pair, str(error))
    problem = ""
    if any(side > whole for side, whole in zip(patch, image.shape, strict=True)):
        problem = (
            f"{pair.image.name} must be at least as large as a patch of {size_text(patch)}, received "
            f"{size_text(image.shape)}: make the patch smaller."
        )
    return CheckedPair(
        pair,
        problem,
        image.shape,
        image.dtype.newbyteorder("="),
        bytes=sum(source.voxel_bytes for source in sources.values()),
        memory=sum(source.voxel_bytes for source in sources.values() if source.why_read),
    )


def _check_distinct(pair: Pair) -> None:
    for what, path in pair.files.items():
        if what != "image" and os.path.samefile(path, pair.image):
            raise InvalidFile(
                f"{path.name} must be another file than its image, received it as {what}, too: correct it."
            )


def _check_shape(source: Source, image: Source) -> None:
    if source.shape != image.shape:
        raise ShapeMismatch(
            f"{source.path.name} must have the size {size_text(image.shape)} of {image.path.name}, received "
            f"{size_text(source.shape)}: give the one that belongs to it."
        )


def _scanned(one: CheckedPair, progress: Progress) -> CheckedPair:
    steps = {"image": scan_image, "label": scan_labels, "weight": scan_weight}
    files, found = one.pair.files, dict[str, Scan]()
    try:
        for number, (what, path) in enumerate(files.items()):
            within = part(progress, number / len(files), (number + 1) / len(files))
            found[what] = steps[what](inspect(path), within)
    except Cancelled:
        raise
    except Annotat3DError as error:
        return replace(one, problem=str(error))
    image = found["image"].spread
    return replace(
        one,
        labels=found["label"].labels,
        moments=Moments(image.mean, image.std),
        keys={what: scan.key for what, scan in found.items()},
    )


def refuse_problems(checked: Sequence[CheckedPair]) -> None:
    """Raises InvalidFile with the problems of all pairs, if any has one."""
    problems = [one.problem for one in checked if one.problem]
    if len(checked) == 1 and problems:
        raise InvalidFile(problems[0])
    if problems:
        raise InvalidFile("\n  ".join([f"{len(problems)} of {len(checked)} pairs cannot be used:", *problems]))
