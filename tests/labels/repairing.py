"""A label volume is damaged by a script, and repaired with strokes as a person would draw them, which are counted.

Damage: pairs that touch become one, objects are cut into two, objects are lost, objects are shifted. A person sees what
is wrong (here: the script knows it), and per object draws

- two short strokes, one in each of what must be two (split by seeds);
- one stroke across both halves of what must be one (merge);
- the outline of what is lost, or shifted, on every third slice (interpolation between annotated slices); and so of
  what is still poor after that: a Dice below 0.9.

By hand would be an outline on every slice of every object that is wrong.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.compare import compare
from annotat3d_tui.labels.correcting import put
from annotat3d_tui.labels.interpolation import Interpolate
from annotat3d_tui.labels.merging import merge
from annotat3d_tui.labels.splitting import split_by_seeds

EVERY = 3
SMALLEST, GOOD = 200, 0.9
Labels = NDArray[Any]


@dataclass
class Damage:
    """label: the damaged volume; merged: pairs (kept id, lost id); cut: (id, new id); lost, shifted: ids."""

    label: NDArray[np.uint16]
    merged: list[tuple[int, int]] = field(default_factory=list)
    cut: list[tuple[int, int]] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    shifted: list[int] = field(default_factory=list)

    @property
    def wrong(self) -> list[int]:
        """Ids of the objects of the truth that are not right."""
        return [*sum(self.merged, ()), *(one for one, _ in self.cut), *self.lost, *self.shifted]


@dataclass
class Work:
    """What was drawn: strokes, and the voxels that they mark."""

    strokes: int = 0
    voxels: int = 0

    def draw(self, voxels: int) -> None:
        """Count a stroke."""
        self.strokes += 1
        self.voxels += voxels


def mean_dice(label: Labels, truth: Labels) -> float:
    """Over the objects of the truth."""
    agreement = compare(label, truth, zero_counts=True)
    known = set(np.unique(truth[truth > 0]).tolist())
    dice = [one for name, one in zip(agreement.labels, agreement.dice, strict=True) if name in known]
    return float(np.mean(dice))


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def touching(truth: Labels) -> list[tuple[int, int]]:
    """Pairs of objects that share a side, lower id first."""
    found: set[tuple[int, int]] = set()
    for axis in range(3):
        one, other = np.moveaxis(truth, axis, 0)[:-1], np.moveaxis(truth, axis, 0)[1:]
        meets = (one != other) & (one > 0) & (other > 0)
        found |= {(min(pair), max(pair)) for pair in zip(one[meets].tolist(), other[meets].tolist(), strict=True)}
    return sorted(found)


def damage(truth: Labels, seed: int = 0) -> Damage:
    """Of the larger objects three of ten are merged, and one of ten each is cut, lost, or shifted by two voxels."""
    random = np.random.default_rng(seed)
    sizes = np.bincount(truth.reshape(-1))
    free = {one for one in range(1, len(sizes)) if sizes[one] >= SMALLEST}
    few = max(len(free) // 10, 1)
    done = Damage(truth.astype(np.uint16))
    for one, other in random.permutation(touching(truth)).reshape(-1, 2).tolist():
        if {one, other} <= free and 2 * len(done.merged) < 3 * few:
            done.label[truth == other] = one
            done.merged.append((one, other))
            free -= {one, other}
    order = random.permutation(sorted(free)).tolist()
    for one in order[:few]:
        z, y, x = np.nonzero(truth == one)
        half = x < np.median(x)
        done.cut.append((one, int(done.label.max()) + 1))
        done.label[z[half], y[half], x[half]] = done.cut[-1][1]
    done.lost, done.shifted = order[few : 2 * few], order[2 * few : 3 * few]
    for one in done.lost:
        done.label[done.label == one] = 0
    for one in done.shifted:
        moved = np.roll(truth == one, 2, 2)
        done.label[done.label == one] = 0
        done.label[moved & (done.label == 0)] = one
    return done


def repair(done: Damage, truth: Labels) -> tuple[Labels, Work]:
    """The volume with everything repaired, and what was drawn for it."""
    label, work = done.label.copy(), Work()
    for one, other in done.merged:
        places = [_stroke(truth, name, work) for name in (one, other)]
        seeds = np.repeat([1, 2], [len(where) for where in places])
        highest = int(label.max())
        put(label, split_by_seeds(label, one, np.concatenate(places), seeds))
        label[label == highest + 1] = other  # the new label is given its name
    for one, other in done.cut:
        work.draw(5)
        put(label, merge(label, (one, other)))
    for one in (*done.lost, *done.shifted):
        put_outlines(label, truth, one, work)
    poor = [one for one in done.wrong if _dice(label == one, truth == one) < GOOD]
    label[np.isin(label, poor)] = 0
    for one in poor:
        put_outlines(label, truth, one, work)
    return label, work


def put_outlines(label: NDArray[np.uint16], truth: Labels, one: int, work: Work) -> None:
    """Draw an object on every third slice, and the first and last one, and let it go on between them."""
    own = np.flatnonzero((truth == one).any(axis=(1, 2))).tolist()
    slices = sorted({*own[::EVERY], own[-1]})
    label[label == one] = 0
    for z in slices:
        drawn = (truth[z] == one) & (label[z] == 0)
        label[z][drawn] = one
        work.draw(int(drawn.sum()))
    if len(slices) > 1 and (label == one).any():
        put(label, Interpolate()(label, [one], slices=slices))


def by_hand(done: Damage, truth: Labels) -> Work:
    """An outline on each slice of each object that is wrong."""
    work = Work()
    for one in done.wrong:
        for area in (truth == one).sum(axis=(1, 2)).tolist():
            if area:
                work.draw(area)
    return work


def _stroke(truth: Labels, one: int, work: Work) -> NDArray[np.int64]:
    """Up to five voxels in a row in the middle of an object, as flat places."""
    z, y, x = (int(np.median(at)) for at in np.nonzero(truth == one))
    row = [at for at in range(x - 2, x + 3) if 0 <= at < truth.shape[2] and truth[z, y, at] == one]
    if not row:
        z, y, x = (int(at[len(at) // 2]) for at in np.nonzero(truth == one))
        row = [x]
    work.draw(len(row))
    return np.array([(z * truth.shape[1] + y) * truth.shape[2] + at for at in row], np.int64)
