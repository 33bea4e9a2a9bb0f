"""Which axis of a TIFF is which: one volume (Z, Y, X) of grey values, or a sentence why not."""

from math import prod

import tifffile

from annotat3d_tui.errors import InvalidFile


def check_grey(series: tifffile.TiffPageSeries, name: str) -> None:
    """Raises InvalidFile for a colour image."""
    if series.keyframe.samplesperpixel > 1:
        raise InvalidFile(
            f"{name} must hold grey values, received {series.keyframe.samplesperpixel} values a voxel (colour): "
            "save it in grey (ImageJ: Image > Type > 8-bit), or one channel by itself."
        )


def check_axes(series: tifffile.TiffPageSeries, name: str) -> None:
    """Raises InvalidFile unless the file holds planes (Y, X) along one axis at most.

    Planes along time, channel or an unnamed axis are taken as z: many programs write stacks so.
    """
    if series.axes[-2:] != "YX" or 0 in series.shape:
        raise InvalidFile(
            f"{name} must hold planes with the axes YX, received the axes {series.axes}: save it as a stack of planes."
        )
    along = _stacked(series)
    if len(along) > 1:
        received = ", ".join(f"{axis}={length}" for axis, length in along)
        raise InvalidFile(
            f"{name} must hold one volume, received several (axes {received}): save one channel and one time by itself."
        )


def volume_shape(series: tifffile.TiffPageSeries) -> tuple[int, int, int]:
    """The shape (Z, Y, X) of a checked series."""
    lengths = dict(zip(series.axes, series.shape, strict=True))
    return prod(length for _, length in _stacked(series)), lengths["Y"], lengths["X"]


def _stacked(series: tifffile.TiffPageSeries) -> list[tuple[str, int]]:
    """The axes along which planes are stacked, with their lengths."""
    lengths = zip(series.axes, series.shape, strict=True)
    return [(axis, length) for axis, length in lengths if axis not in "YX" and length > 1]
