"""Cells in sections of an electron micrograph: a forest finds membranes, strokes correct the cells that these part.

A section is corrected for itself, as the sections of serial electron microscopy are. Objects are the cells in each
section; between them lies membrane, which is given to the nearest cell before objects are compared, as the measures of
the challenge leave it out. A person sees what is wrong (here: the script knows the truth) and draws

- in cells that are one, a straight stroke in each (split by seeds);
- over the pieces of a cell that is cut, one stroke (merge);
- the outline of what is still poor, the poorest first, until the whole is good.

By hand would be the outline of every cell in every section.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui.labels.correcting import at_voxels, put
from annotat3d_tui.labels.merging import merge
from annotat3d_tui.labels.morphology import Morphology
from annotat3d_tui.labels.overlap import Overlap
from annotat3d_tui.labels.splitting import split_by_seeds
from tests.labels.repairing import Work

SMALLEST, SHARE, LARGE_SHARE = 100, 0.1, 0.3
IN_SECTION = np.pad(ndimage.generate_binary_structure(2, 1)[None], ((1, 1), (0, 0), (0, 0)))
Labels = NDArray[np.uint16]


def cells_of(inside: NDArray[np.bool_], smallest: int = SMALLEST) -> Labels:
    """What hangs together (by sides) in a section is a cell; smaller ones are none."""
    numbers, _ = ndimage.label(inside, IN_SECTION)
    stay = np.bincount(numbers.reshape(-1)) >= smallest
    stay[0] = False
    return (np.cumsum(stay) * stay).astype(np.uint16)[numbers]


def cells_of_forest(inside: NDArray[np.bool_]) -> Labels:
    """Opened by two voxels, so that a membrane with small holes still parts."""
    opened = inside.astype(np.uint16)
    put(opened, Morphology("open", radius=2, dimensions=2)(opened))
    return cells_of(opened > 0, 30)


def without_membranes(label: Labels) -> Labels:
    """Each voxel of a section takes the cell that is nearest."""
    nearest = [ndimage.distance_transform_edt(one == 0, return_distances=False, return_indices=True) for one in label]
    return np.stack([one[tuple(at)] for one, at in zip(label, nearest, strict=True)])


def table(label: Labels, truth: Labels) -> NDArray[np.int64]:
    """Common voxels (objects of the truth, of the label), both with 0."""
    pairs = Overlap.of(label, truth, zero_counts=True)
    common = np.zeros((int(truth.max()) + 1, int(label.max()) + 1), np.int64)
    common[pairs.truth, pairs.given] = pairs.counts
    return common


def dice_of(label: Labels, truth: Labels) -> NDArray[np.float64]:
    """Of each object 1, 2, … of the truth with the object that fits it best."""
    common = table(label, truth)
    both = common.sum(0)[None] + common.sum(1)[:, None]
    dice = 2 * common[1:, 1:] / np.maximum(both[1:, 1:], 1)
    return np.asarray(dice.max(1), np.float64)


def correct(label: Labels, truth: Labels, good: float) -> tuple[Labels, Work, float]:
    """The label volume with a mean Dice of at least `good`, what was drawn, and the mean before the outlines."""
    label, work = label.copy(), Work()
    _split(label, truth, work)
    _merge(label, truth, work)
    whole, goal = without_membranes(label), without_membranes(truth)
    dice = dice_of(whole, goal)
    before = float(dice.mean())
    for one in np.argsort(dice, kind="stable") + 1:
        if dice_of(whole, goal).mean() >= good:
            break
        where = np.flatnonzero(goal == one)
        put(whole, at_voxels("draw", whole, where, int(whole.max()) + 1))
        work.draw(outline(goal == one))
    return whole, work, before


def by_hand(truth: Labels) -> Work:
    """An outline of every cell."""
    work = Work()
    for number, box in enumerate(ndimage.find_objects(truth), 1):
        work.draw(outline(truth[box] == number))
    return work


def outline(mask: NDArray[np.bool_]) -> int:
    """Voxels of an object of one section that have a side on its border."""
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    return int((padded & ~ndimage.binary_erosion(padded, IN_SECTION)).sum())


def _split(label: Labels, truth: Labels, work: Work) -> None:
    common = table(label, truth)
    sizes = common.sum(1)
    for number in range(1, common.shape[1]):
        own = common[1:, number]
        several = 1 + np.flatnonzero((own >= SMALLEST // 2) | (own > LARGE_SHARE * sizes[1:]))
        if len(several) < 2:
            continue
        strokes = [_straight((label == number) & (truth == one)) for one in several]
        for stroke in strokes:
            work.draw(len(stroke))
        seeds = np.repeat(np.arange(len(strokes)), [len(stroke) for stroke in strokes])
        put(label, split_by_seeds(label, number, np.concatenate(strokes), seeds))


def _merge(label: Labels, truth: Labels, work: Work) -> None:
    common = table(label, truth)
    pieces = (common > common.sum(0) / 2) & (common >= SHARE * common.sum(1)[:, None])
    for one in range(1, len(common)):
        own = 1 + np.flatnonzero(pieces[one, 1:])
        if len(own) > 1:
            middles = ndimage.center_of_mass(np.ones_like(label), label, own)
            work.draw(int(np.abs(np.diff(middles, axis=0)).sum()) + 1)
            put(label, merge(label, tuple(own.tolist())))


def _straight(mask: NDArray[Any]) -> NDArray[np.int64]:
    """Flat voxels of the longest row or column of voxels of a mask, the first of equals."""
    box = ndimage.find_objects(mask.astype(np.uint8))[0]
    part, corner = mask[box], [side.start for side in box]
    best = np.empty((0, 3), np.int64)
    for axis in (1, 2):
        lines = np.moveaxis(part, axis, -1)
        padded = np.pad(lines, [(0, 0)] * 2 + [(1, 1)]).astype(np.int8)
        first, last = (np.argwhere(np.diff(padded, axis=-1) == step) for step in (1, -1))
        lengths = last[:, -1] - first[:, -1]
        longest = int(np.argmax(lengths))
        if lengths[longest] > len(best):
            at = np.repeat(first[longest][None], lengths[longest], axis=0)
            at[:, -1] += np.arange(lengths[longest])
            best = at if axis == 2 else at[:, [0, 2, 1]]
    return np.ravel_multi_index(tuple((best + corner).T), mask.shape)
