"""Superpixels of a file -> superpixels that fit the image, each in one piece; or why they are none."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, count_text, quiet
from annotat3d_tui.content import same_voxels
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.superpixels.check import check_superpixels
from annotat3d_tui.superpixels.repair import repair

SMALL = 1000
"""Voxels of a volume that is too small to tell an image from superpixels."""
CRUMB = 8
"""Voxels of a piece, on average, below which ids that lie in pieces are those of no superpixels."""


class Taken(NamedTuple):
    """Superpixels (Z, Y, X) int32, ids 1…n, each 6-connected; and what was done to them, "" where nothing was."""

    ids: NDArray[np.int32]
    said: str


def taken(
    ids: NDArray[Any],
    shape: tuple[int, ...],
    name: str,
    *,
    image: NDArray[Any] | None = None,
    threads: int = 1,
    progress: Progress = quiet,
) -> Taken:
    """The superpixels `ids` of the file `name` for an image of `shape`: unused ids are closed up, pieces are split.

    Raises what `check_superpixels` raises, and InvalidFile for the `image` itself, or another one: ids in crumbs.

    >>> taken(np.array([[[1, 2, 2, 1]]]), (1, 1, 4), "ids.tif")
    Taken(ids=array([[[1, 3, 3, 2]]], dtype=int32), said='ids.tif: 1 superpixel in several pieces became 2.')
    """
    whole = check_superpixels(ids, shape)
    connected, report = repair(whole, shape, threads=threads, progress=progress)
    before, after = int(whole.max()), int(connected.max())
    check_is_no_image(ids, before, after, name, image)
    if not report.split:
        return Taken(connected, "")
    became = after - before + report.split
    return Taken(connected, f"{name}: {count_text(report.split, 'superpixel')} in several pieces became {became}.")


def check_is_no_image(ids: NDArray[Any], before: int, after: int, name: str, image: NDArray[Any] | None = None) -> None:
    """Raises InvalidFile for `before` ids of a file that lie in `after` pieces, as those of an image do, or are one.

    Raises it for a file without any id above 0, too.
    """
    if not before:
        raise InvalidFile(
            f"{name} must hold superpixels, received no id above 0: give a file that does, or let them be made."
        )
    if image is not None and same_voxels(ids, image):
        raise InvalidFile(f"{name} must hold superpixels, received the image itself: give superpixels, or make them.")
    crumbs = ids.size < CRUMB * after and after > 2 * before
    if ids.size > SMALL and (crumbs or ids.size < 2 * after):
        raise InvalidFile(
            f"{name} must hold superpixels, received {before} ids in {after} pieces of {ids.size / after:.1f} voxels, "
            "as an image has: give superpixels, or make them."
        )
