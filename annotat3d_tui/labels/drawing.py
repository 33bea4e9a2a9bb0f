"""Strokes of every kind on an annotation; those that need the image or superpixels keep what they marked as voxels.

>>> from annotat3d_tui.labels.strokes import parse_stroke
>>> annotation, _ = Annotation.open((1, 4, 4))
>>> ground = Ground(annotation.shape, image=np.arange(16).reshape(1, 4, 4))
>>> draw(annotation, parse_stroke("flood 2 xy z=0 tol=1.5 0,0"), ground).size
2
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError, InvalidMarkers
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.areas import Flood, Superpixel, Threshold
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.strokes import AnyStroke
from annotat3d_tui.labels.voxels import Voxels


@dataclass(frozen=True, eq=False)
class Ground:
    """What strokes are drawn on: the size (Z, Y, X), and image and superpixels of that size where there are any."""

    shape: Shape
    image: NDArray[Any] | None = None
    superpixels: NDArray[Any] | None = None


def voxels_of(stroke: AnyStroke, ground: Ground) -> NDArray[np.int64]:
    """Flat indices (m,), rising, at least one, of the voxels that a stroke covers.

    Raises InvalidMarkers when it covers none, when a flood finds too many, and when it needs what is not there.
    """
    if isinstance(stroke, Flood | Threshold):
        if ground.image is None:
            raise InvalidMarkers(f"A {stroke.tool} needs the grey values of an image, received none: give the image.")
        where = stroke.voxels_in(ground.image)
    elif isinstance(stroke, Superpixel):
        if ground.superpixels is None:
            raise InvalidMarkers(
                "A superpixel stroke needs superpixels, received none: generate them, or give them with --superpixels."
            )
        where = stroke.voxels_in(ground.superpixels)
    else:
        where = stroke.voxels(ground.shape)
    if not where.size and isinstance(stroke, Threshold):
        raise InvalidMarkers(
            f"A threshold must find a voxel, received {shortened(stroke)!r}, which finds none: widen its range."
        )
    if not where.size:
        raise InvalidMarkers(
            f"A stroke must touch the image of {size_text(ground.shape)} voxels, received {shortened(stroke)!r}: "
            "correct its place."
        )
    return where


def draw(annotation: Annotation, stroke: AnyStroke, ground: Ground) -> Edit | None:
    """Draw a stroke, as one act in its words; None when that changes nothing. Raises as `voxels_of`."""
    return annotation.edit(voxels_of(stroke, ground), stroke.label, history_words(stroke))


@contextmanager
def said_of(place: str) -> Iterator[None]:
    """Errors of the family raised inside are raised as InvalidMarkers, the place in a file before their words."""
    try:
        yield
    except Annotat3DError as error:
        raise InvalidMarkers(f"{place}: {error}") from None


def history_words(stroke: AnyStroke) -> str:
    """The words of a stroke in the history; voxels are only counted there, since the journal has them anyway."""
    if isinstance(stroke, Voxels):
        label = f"label {stroke.label}" if stroke.label else "unmarked"
        return f"{stroke.size} voxels {label}"
    return str(stroke)


def shortened(stroke: AnyStroke, most: int = 120) -> str:
    """The words of a stroke; of those that are very long, the beginning."""
    words = str(stroke)
    return words if len(words) <= most else f"{words[:most].rpartition(' ')[0]} …"
