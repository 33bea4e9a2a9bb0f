"""PNG and JPEG in grey, or with a palette whose indices count, by Pillow."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import Annotat3DError, InvalidFile, OverBudget

_TYPES = {"1": "bool", "L": "uint8", "P": "uint8", "I;16": "uint16", "I;16B": "uint16", "I;16L": "uint16"}
_MOST_SHRINKING = 1100
"""Deflate shrinks to no less than 1/1032."""


def header_of(file: Path, kind: str) -> tuple[tuple[int, int], np.dtype[Any]]:
    """Shape (Y, X) and type; raises InvalidFile for what is in colour, damaged or of another kind."""
    with _opened(file, kind) as picture:
        return (picture.height, picture.width), np.dtype(_TYPES[picture.mode])


def pixels_of(file: Path, kind: str) -> NDArray[Any]:
    """Its pixels (Y, X), in the machine's byte order; raises as `header_of`."""
    with _opened(file, kind) as picture:
        pixels: NDArray[Any] = np.asarray(picture)
        if pixels.dtype.kind == "b":
            return np.not_equal(pixels.view(np.uint8), 0)  # Pillow keeps a bit as 255
        return pixels.astype(_TYPES[picture.mode], copy=False)


@contextlib.contextmanager
def _opened(file: Path, kind: str) -> Iterator[Any]:
    """The picture, of which nothing but the header is read; what Pillow makes of damage is an InvalidFile.

    Its classes are called by name, since slices may be larger than what Pillow takes for an attack.
    """
    from PIL import JpegImagePlugin, PngImagePlugin

    classes = {"png": PngImagePlugin.PngImageFile, "jpeg": JpegImagePlugin.JpegImageFile}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with file.open("rb") as content, classes[kind](content) as picture:
                _check(picture, file, kind)
                yield picture
    except Annotat3DError:
        raise
    except MemoryError as error:
        raise OverBudget(
            f"{file.name} asks for more memory than there is: it is damaged, or too large here."
        ) from error
    except FileNotFoundError as error:
        raise InvalidFile(f"{file.name} is no longer there: open the sequence again.") from error
    except Exception as error:
        raise InvalidFile(
            f"{file.name} is no {kind.upper()}, or is damaged or cut short: copy it again or save it anew."
        ) from error


def _check(picture: Any, file: Path, kind: str) -> None:
    if picture.mode not in _TYPES:
        raise InvalidFile(
            f"{file.name} must hold grey values, received colour ({picture.mode}): "
            f"save all in grey (mogrify -colorspace Gray '*{file.suffix}')."
        )
    if kind == "png" and picture.width * picture.height > 8 * _MOST_SHRINKING * file.stat().st_size:
        raise ValueError("more than it could hold")
