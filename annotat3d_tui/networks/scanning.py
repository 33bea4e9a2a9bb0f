"""One pass over a file, block by block: what its voxels are, what they have in common, a key of their content."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress
from annotat3d_tui.content import ContentKey
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.networks import layout
from annotat3d_tui.networks.statistics import Spread, count_labels, spread_of
from annotat3d_tui.volume.finite import SMALLEST, check_range
from annotat3d_tui.volume.source import Source


@dataclass(frozen=True)
class Scan:
    """What was found: the content's key; the spread of values or the voxels of each label id."""

    key: str
    spread: Spread = Spread()
    labels: dict[int, int] = field(default_factory=dict)


def scan_image(source: Source, progress: Progress) -> Scan:
    """Grey values; raises InvalidFile for NaN, infinity and what float32 cannot tell apart."""
    key = ContentKey(source.shape, source.dtype)
    spread = spread_of(_read(source, key, progress))
    name = source.path.name
    if spread.not_finite:
        raise InvalidFile(
            f"{name} must hold numbers, received {spread.not_finite} voxels that are NaN or infinite: "
            "replace them in the image."
        )
    try:
        check_range(spread.minimum, spread.maximum, source.dtype)
    except InvalidFile as error:
        raise InvalidFile(f"{name}: {error}") from None
    return Scan(key.text(), spread)


def scan_labels(source: Source, progress: Progress) -> Scan:
    """Label ids; raises InvalidFile for ids that are none, or more of them than a network may have classes."""
    key, name = ContentKey(source.shape, source.dtype), source.path.name
    labels = count_labels(_read(source, key, progress), most=layout.MOST_CLASSES + 1)
    if len(labels) > layout.MOST_CLASSES + 1:
        raise InvalidFile(
            f"{name} must hold labels of at most {layout.MOST_CLASSES} classes, received more: "
            "give the label volume, no image and no superpixels."
        )
    low, high = min(labels), max(labels)
    if low < 0 or high > layout.HIGHEST_CLASS:
        raise InvalidFile(
            f"{name} must hold label ids from 0 to {layout.HIGHEST_CLASS}, received {low} to {high}: correct its ids."
        )
    return Scan(key.text(), labels=labels)


def scan_weight(source: Source, progress: Progress) -> Scan:
    """Weights, as float32; raises InvalidFile unless all are above 0 and numbers."""
    key = ContentKey(source.shape, source.dtype)
    spread = spread_of(as_weight(block) for block in _read(source, key, progress))
    if spread.not_finite or spread.minimum < SMALLEST:
        received = f"{spread.not_finite} that are NaN or infinite" if spread.not_finite else f"{spread.minimum:g}"
        raise InvalidFile(f"{source.path.name} must hold weights above 0, received {received}: correct the weight map.")
    return Scan(key.text(), spread)


def as_weight(voxels: NDArray[Any]) -> NDArray[np.float32]:
    """Weights as a dataset has them; what is too large becomes infinite."""
    with np.errstate(over="ignore"):
        return voxels.astype(np.float32)


def _read(source: Source, key: ContentKey, progress: Progress) -> Iterator[NDArray[Any]]:
    done, stage = 0, f"check {source.path.name}"
    for block in source.blocks():
        progress(done / source.shape[0], stage)
        key.add(block)
        yield block
        done += len(block)
    progress(1.0, stage)
