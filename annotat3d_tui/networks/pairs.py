"""Images with their labels and weights, looked at before a dataset is made; a problem stands beside its pair."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from annotat3d_tui.blocks import Progress, part, quiet, size_text
from annotat3d_tui.errors import Annotat3DError, Cancelled, InvalidFile, ShapeMismatch
from annotat3d_tui.networks.classes import classes_of, problem_of_classes
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.pair import IMAGE, LABEL, WEIGHT, Pair
from annotat3d_tui.networks.scanning import Scan, scan_image, scan_labels, scan_weight
from annotat3d_tui.volume.disk import same_volume, stamp_of
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Source
from annotat3d_tui.volume.types import check_image, check_labels, check_stored


@dataclass(frozen=True)
class CheckedPair:
    """What was found in a pair: a problem in one sentence, or "", and then all the rest.

    at: the file (IMAGE, LABEL, WEIGHT) that the problem is about; short: the problem in a few words, "" where there are
    none. sizes: of each file, (z, y, x). types: of each file.
    shape (z, y, x). bytes: of the voxels of all its files, memory: of those that must be read whole. labels: voxels of
    each label id. moments: of the whole image. keys: content of each file. stamps: size and time of each file.
    """

    pair: Pair
    problem: str = ""
    at: str = ""
    short: str = ""
    sizes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    types: dict[str, np.dtype[Any]] = field(default_factory=dict)
    shape: tuple[int, int, int] = (0, 0, 0)
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.uint8))
    bytes: int = 0
    memory: int = 0
    labels: dict[int, int] = field(default_factory=dict)
    moments: Moments = Moments(0.0, 0.0)
    keys: dict[str, str] = field(default_factory=dict)
    stamps: tuple[tuple[int, int], ...] = ()

    @property
    def label_name(self) -> str:
        """The name of its label file."""
        return self.pair.label.name

    @property
    def text(self) -> str:
        """The problem, or size and type in a few words."""
        return self.problem or f"{size_text(self.shape)} {self.dtype.name}"

    def short_text(self, what: str) -> str:
        """Of one of its files what stands beside it in a list: its problem, or size and type; "" where not known."""
        if self.problem and self.at == what:
            size, image = self.sizes.get(what), self.sizes.get(IMAGE)
            if self.short:
                return self.short
            if size and image and size != image:
                return f"{size_text(size)}: image is {size_text(image)}"
            return self.problem.removeprefix(f"{self.pair.files[what]} ").removeprefix(f"{self.pair.files[what].name} ")
        return f"{size_text(self.sizes[what])} {self.types[what].name}" if what in self.sizes else ""


def pairs_of(
    images: Sequence[Path],
    labels: Sequence[Path],
    weights: Sequence[Path | None] = (),
    raw: RawProperties | None = None,
) -> list[Pair]:
    """The lists side by side; raises InvalidFile unless they are of one length (or there are no weights)."""
    if not images:
        raise InvalidFile("A dataset must be made of at least one image and its labels, received none: add them.")
    for what, files in (("label volumes", labels), ("weight maps", weights)):
        if len(files) != len(images) and (what != "weight maps" or files):
            raise InvalidFile(
                f"There must be as many {what} as images, in the same order, received {len(files)} for {len(images)}: "
                "complete the lists."
            )
    return [Pair(*files, raw) for files in zip(images, labels, weights or [None] * len(images), strict=True)]


def look_at(pairs: Sequence[Pair], patch: tuple[int, int, int] = (1, 1, 1)) -> list[CheckedPair]:
    """What can be told at once, without reading a voxel: files, shapes, types, and that a patch (z, y, x) fits."""
    return [_looked_at(pair, patch) for pair in pairs]


def check_pairs(
    pairs: Sequence[Pair],
    *,
    patch: tuple[int, int, int] = (1, 1, 1),
    classes: int = 0,
    zero_is_class: bool = False,
    known: Sequence[CheckedPair] = (),
    progress: Progress = quiet,
) -> list[CheckedPair]:
    """Every voxel of every pair is looked at, block by block; `classes`, when not 0, is how many there must be.

    A pair that cannot be used has a problem and stops nothing; progress may raise to stop it all. known: pairs that
    were checked before, which are not read again where their files are as they were.
    """
    looked = look_at(pairs, patch)
    before = {(one.pair, one.stamps): one for one in known if one.keys}
    found = [one if one.problem else before.get((one.pair, one.stamps), one) for one in looked]
    fresh = [number for number, one in enumerate(found) if not one.keys and not one.problem]
    total, done = max(sum(found[number].bytes for number in fresh), 1), 0
    for number in fresh:
        size = found[number].bytes
        found[number] = _scanned(found[number], part(progress, done / total, (done + size) / total))
        done += size
    return judged(found, classes, zero_is_class)


def scanned(one: CheckedPair, progress: Progress = quiet) -> CheckedPair:
    """A pair without a problem, every voxel of which is looked at."""
    return one if one.problem else _scanned(one, progress)


def judged(found: Sequence[CheckedPair], classes: int = 0, zero_is_class: bool = False) -> list[CheckedPair]:
    """Pairs that were looked at whole, with what is wrong with the classes of all of them together."""
    together = classes_of(found, zero_is_class)
    problems = [problem_of_classes(one, together, classes) if one.keys else one.problem for one in found]
    return [
        replace(one, problem=problem, at=LABEL if problem else "") if one.keys else one
        for one, problem in zip(found, problems, strict=True)
    ]


def _looked_at(pair: Pair, patch: tuple[int, int, int]) -> CheckedPair:
    sources, at = dict[str, Source](), IMAGE
    try:
        for at in pair.files:
            sources[at] = pair.source(at)
        for at in pair.files:
            _check_file(at, sources[at], pair, sources[IMAGE])
    except Annotat3DError as error:
        sizes = {what: source.shape for what, source in sources.items()}
        types = {what: source.dtype for what, source in sources.items()}
        return CheckedPair(pair, str(error), at, sizes=sizes, types=types)
    image = sources[IMAGE]
    problem = short = ""
    if any(side > whole for side, whole in zip(patch, image.shape, strict=True)):
        problem = (
            f"{pair.image.name} must be at least as large as a patch of {size_text(patch)}, received "
            f"{size_text(image.shape)}: make the patch smaller."
        )
        short = f"{size_text(image.shape)}: the patch is {size_text(patch)}"
    return CheckedPair(
        pair,
        problem,
        IMAGE if problem else "",
        short,
        {what: source.shape for what, source in sources.items()},
        {what: source.dtype for what, source in sources.items()},
        image.shape,
        image.dtype.newbyteorder("="),
        bytes=sum(source.voxel_bytes for source in sources.values()),
        memory=sum(source.voxel_bytes for source in sources.values() if source.why_read),
        stamps=tuple(stamp_of(path) for path in pair.files.values()),
    )


def _check_file(what: str, source: Source, pair: Pair, image: Source) -> None:
    """Raises what is wrong with one file of a pair."""
    path = pair.files[what]
    if what != IMAGE and same_volume(path, pair.image):
        raise InvalidFile(f"{path.name} must be another file than its image, received it as {what}, too: correct it.")
    if what == IMAGE:
        check_image(source.dtype, path.name)
    if what == LABEL:
        check_labels(source.dtype, path.name)
    check_stored(source.dtype, path.name)
    _check_shape(source, image)


def _check_shape(source: Source, image: Source) -> None:
    if source.shape != image.shape:
        raise ShapeMismatch(
            f"{source.path.name} must have the size {size_text(image.shape)} of {image.path.name}, received "
            f"{size_text(source.shape)}: give the one that belongs to it."
        )


def _scanned(one: CheckedPair, progress: Progress) -> CheckedPair:
    steps = {IMAGE: scan_image, LABEL: scan_labels, WEIGHT: scan_weight}
    files, found = [*one.pair.files], dict[str, Scan]()
    try:
        for number, what in enumerate(files):
            within = part(progress, number / len(files), (number + 1) / len(files))
            found[what] = steps[what](one.pair.source(what), within)
    except Cancelled:
        raise
    except Annotat3DError as error:
        return replace(one, problem=str(error), at=what)
    image = found[IMAGE].spread
    return replace(
        one,
        labels=found[LABEL].labels,
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
