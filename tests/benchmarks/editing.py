"""Label editing on large volumes, beside SciPy and scikit-image in the same run: `make bench-editing`.

Objects are balls of radius 12 to 24 that touch here and there, 2,000 in 512³ voxels and as dense in smaller volumes;
kernels are compiled before. The peer of morphology is what one writes with SciPy: `find_objects`, then in the box of
each label, grown by the reach, the binary operation with a ball as structure; and for one label alone the operation on
the whole mask; of each the quickest of three runs is told. The peer of the table of objects is `regionprops_table` with
area, box, centroid and grey values (no surface, which ours has), on a smaller volume: per voxel. CPU seconds are of all
threads; peak is memory above what was there before. Behind the ratio of a split is the share of voxels in the part of
the seed that is nearer, ours and the peer's.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parents[2]))
from annotat3d_tui.labels.box_kernels import has_runs, put_runs
from annotat3d_tui.labels.corrections import Correction, Corrections
from annotat3d_tui.labels.interpolation import Interpolate
from annotat3d_tui.labels.islands import Islands
from annotat3d_tui.labels.merging import merge
from annotat3d_tui.labels.morphology import Morphology
from annotat3d_tui.labels.objects import measure
from annotat3d_tui.labels.resume import Resume
from annotat3d_tui.labels.resuming import Resuming
from annotat3d_tui.labels.smoothing import Smooth
from annotat3d_tui.labels.splitting import Separate, split_by_seeds
from tests.benchmarks.costs import Cost, Made, cost_of

LARGE, SMALL = 512, 256
DENSITY = 2000 / LARGE**3
RADIUS = 3
MORPHOLOGY = ("erode", "dilate", "open", "close")
Promise = tuple[str, bool]


class Scene(NamedTuple):
    """label, image: (Z, Y, X), of equal sides."""

    label: np.ndarray
    image: np.ndarray


def scene(side: int, seed: int = 0) -> Scene:
    """Balls with labels 1, 2, … in a cube, brighter than what is around them, with noise."""
    random = np.random.default_rng(seed)
    label = np.zeros((side,) * 3, np.uint16)
    for number in range(1, round(DENSITY * side**3) + 1):
        middle, radius = random.integers(0, side, 3), random.uniform(12, 24)
        box = tuple(slice(max(int(at - radius), 0), min(int(at + radius) + 2, side)) for at in middle)
        squares = [(np.arange(one.start, one.stop) - at) ** 2 for one, at in zip(box, middle, strict=True)]
        inside = squares[0][:, None, None] + squares[1][:, None] + squares[2] <= radius * radius
        part = label[box]
        part[inside & (part == 0)] = number
    image = random.integers(0, 60, label.shape, dtype=np.uint8)
    image[label > 0] += 100
    return Scene(label, image)


def each_by_scipy(label: np.ndarray, operation: str) -> np.ndarray:
    """The operation on each label in its box, by SciPy; none takes from another."""
    around = ball(RADIUS)
    reach = {"dilate": RADIUS, "close": RADIUS + 1}.get(operation, 1)
    new = label.copy()
    for number, found in enumerate(ndimage.find_objects(label), 1):
        if found is None:
            continue
        sides = zip(found, label.shape, strict=True)
        box = tuple(slice(max(one.start - reach, 0), min(one.stop + reach, side)) for one, side in sides)
        mask, part = label[box] == number, new[box]
        after = by_scipy(mask, operation, around)
        part[mask & ~after] = 0
        part[after & (part == 0)] = number
    return new


def by_scipy(mask: np.ndarray, operation: str, around: np.ndarray) -> np.ndarray:
    """The operation on a mask, beyond whose border an object goes on as it is."""
    if operation == "erode":
        return ndimage.binary_erosion(mask, around, border_value=1)
    if operation == "dilate":
        return ndimage.binary_dilation(mask, around)
    if operation == "open":
        return ndimage.binary_dilation(ndimage.binary_erosion(mask, around, border_value=1), around)
    return ndimage.binary_erosion(ndimage.binary_dilation(mask, around), around, border_value=1)


def ball(radius: int) -> np.ndarray:
    """A structure (2r+1)³."""
    steps = np.arange(-radius, radius + 1) ** 2
    return steps[:, None, None] + steps[:, None] + steps <= radius * radius


def line(what: str, own: Cost, voxels: int, peer: Cost | None = None, more: str = "") -> None:
    """One line of the table."""
    ratio = f"{peer.cpu:9.2f} {peer.cpu / own.cpu:7.1f}×" if peer else f"{'':18}"
    print(
        f"{what:<38}{own.cpu:8.2f}{1e9 * own.cpu / voxels:9.2f}{own.wall:9.3f}{own.peak / 2**20:8.0f}{ratio}{more}",
        flush=True,
    )


def cheapest(work: Callable[[], Made]) -> tuple[Made, Cost]:
    """What `work` makes, and what it costs when nothing disturbs it: the time of the quickest of three, all memory."""
    (made, first), *others = [cost_of(work) for _ in range(3)]
    quickest = min((first, *(cost for _, cost in others)), key=lambda cost: cost.cpu)
    return made, replace(quickest, peak=first.peak)


def head(title: str) -> None:
    """The head of a table."""
    print(f"\n{title:<38}{'CPU s':>8}{'ns/voxel':>9}{'clock s':>9}{'MB':>8}{'peer CPU s':>11} ratio")


def morphology(side: int) -> list[Promise]:
    """All labels at once, and one that is half of the volume."""
    many = scene(side).label
    phases = (ndimage.gaussian_filter(np.random.default_rng(0).normal(size=many.shape).astype(np.float32), 4) > 0) * 1
    one, promises = phases.astype(np.uint8), []
    head(f"morphology, ball of radius {RADIUS}, {side}³")
    for name, label, peer in (
        (f"{many.max()} labels", many, each_by_scipy),
        ("1 label", one, lambda mask, operation: by_scipy(mask == 1, operation, ball(RADIUS)).astype(mask.dtype)),
    ):
        for operation in MORPHOLOGY:
            tool = Morphology(operation, radius=RADIUS)
            tool(label[:64, :64, :64])
            made, own = cheapest(lambda t=tool, k=label: t(k))
            theirs, cost = cheapest(lambda p=peer, k=label, o=operation: p(k, o))
            line(f"{operation}, {name}", own, label.size, cost)
            new = label.copy()
            new.reshape(-1)[made.where] = np.repeat(made.after, made.lengths)
            same = np.array_equal(new, theirs)
            if name == "1 label" or operation != "dilate":  # SciPy gives what two labels gain to the lower one
                promises.append((f"{operation}, {name}: the same as SciPy's", same))
            promises.append((f"{operation}, {name}: at least 10 times less CPU than SciPy", cost.cpu >= 10 * own.cpu))
    return promises


def splitting(side: int) -> list[Promise]:
    """A ball, and balls that touch, among seeds, beside the watershed of their distances by SciPy and scikit-image."""
    from skimage.segmentation import watershed

    head(f"split by seeds, {side}³")
    axes = np.ogrid[:side, :side, :side]
    one = sum((at - side / 2) ** 2 for at in axes) <= (0.45 * side) ** 2
    two = np.logical_or(
        *(sum((at - side * mid) ** 2 for at, mid in zip(axes, mids, strict=True)) <= (0.24 * side) ** 2
          for mids in ((0.5, 0.5, 0.27), (0.5, 0.5, 0.7)))
    )  # fmt: skip
    promises = []
    for name, mask, bound in (("a ball", one, 0.4), ("two balls", two, 0.485)):
        label = mask.astype(np.uint16)
        seeds = np.ravel_multi_index(
            ([side // 2] * 2, [side // 2] * 2, [side // 4, round((2 * bound - 0.25) * side)]), mask.shape
        )
        markers = np.zeros(mask.shape, np.int32)
        markers.reshape(-1)[seeds] = 1, 2
        split_by_seeds(label[: side // 2 + 1], 1, seeds, np.array([1, 2]))
        made, own = cheapest(lambda k=label, s=seeds: split_by_seeds(k, 1, s, np.array([1, 2])))
        found, cost = cheapest(
            lambda m=mask, s=markers: watershed(
                -ndimage.distance_transform_edt(np.pad(m, 1)[1:-1, 1:-1, 1:-1]), s, mask=m
            )
        )
        new = label.copy()
        put_runs(new.reshape(-1), made.starts, made.lengths, made.after)
        right = mask & (np.arange(side) > bound * side)
        ours, theirs = (float(((part == 2) == right)[mask].mean()) for part in (new, found))
        line(
            f"{name}, {np.count_nonzero(mask)} voxels", own, np.count_nonzero(mask), cost, f"  {ours:.3f} {theirs:.3f}"
        )
        promises.append((f"{name}: at least 80 % of the voxels in the part of the nearer seed", ours > 0.8))
        promises.append((f"{name}: less CPU than scikit-image", own.cpu < cost.cpu))
    return promises


def marks(label: np.ndarray, count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` strokes of `size` voxels along x, with random labels."""
    random = np.random.default_rng(1)
    starts = random.choice(label.size // size, count, replace=False).astype(np.int64) * size
    where = np.unique((starts[:, None] + np.arange(size)).reshape(-1))
    return where, random.integers(1, int(label.max()) + 1, count).repeat(size)[: len(where)]


def resume(large: Scene, side: int) -> list[Promise]:
    """One marker on the large volume, where only that is new; and the whole of the small one."""
    head(f"resume, {side}³ whole")
    small, promises = scene(side), []
    for name, count, size in (("1 marker", 1, 8), ("400 strokes", 400, 8), ("3,000 single marks", 3000, 1)):
        where, labels = marks(small.label, count, size)
        Resume()(small.label[:48, :48, :48], small.image[:48, :48, :48], np.array([5]), np.array([1]))
        _, own = cost_of(lambda w=where, k=labels: Resume()(small.label, small.image, w, k))
        line(name, own, small.label.size)
        promises.append((f"{name}: below 100 ns/voxel", 1e9 * own.cpu / small.label.size < 100))
    head(f"resume, {len(large.label)}³, {large.label.max()} labels")
    begun, own = cost_of(lambda: Resuming(Resume(), large.label, large.image))
    line("when editing begins", own, large.label.size)
    current, where = large.label.copy(), np.empty(0, np.int64)
    middles = ndimage.center_of_mass(large.label > 0, large.label, range(100, 104))
    for middle in middles:
        before = where
        place = np.ravel_multi_index(tuple(int(at) for at in middle), large.label.shape)
        where = np.union1d(where, place + np.arange(8))
        new, labels = np.setdiff1d(where, before), np.full(len(where), 7)
        made, own = cost_of(lambda w=where, k=labels, n=new: begun.change(current, w, k, new=n), memory=False)
        current.reshape(-1)[made.where] = np.repeat(made.after, made.lengths)
        line(f"one marker more: {made.size} voxels", own, large.label.size)
    promises.append(("one marker: changed in 0.3 s", own.wall < 0.3))
    return promises


def objects(large: Scene, side: int) -> list[Promise]:
    """The table of all objects."""
    from skimage.measure import regionprops_table

    head(f"table of objects, {len(large.label)}³")
    properties = ("label", "area", "bbox", "centroid", "intensity_mean", "intensity_min", "intensity_max")
    small = Scene(large.label[:side, :side, :side].copy(), large.image[:side, :side, :side].copy())
    for pieces in (False, True):
        measure(small.label[:32], small.image[:32], pieces=pieces)
    _, own = cost_of(lambda: measure(large.label, large.image))
    line("by label", own, large.label.size)
    _, each = cost_of(lambda: measure(large.label, large.image, pieces=True))
    line("by connected piece", each, large.label.size)
    _, ours = cost_of(lambda: measure(small.label, small.image))
    _, peer = cost_of(lambda: regionprops_table(small.label, small.image, properties=properties))
    line(f"by label, {side}³", ours, small.label.size, peer)
    return [("tables of objects, by label and by piece, in 10 CPU seconds", max(own.cpu, each.cpu) < 10)]


def undoing(large: Scene) -> list[Promise]:
    """Each tool on the large volume: found, made with its journal on disk (CPU s of both), and undone."""
    head(f"tools on {len(large.label)}³: found")
    most = int(large.label.max())
    sparse = np.zeros_like(large.label)
    sparse[::10] = large.label[::10]
    tools: dict[str, tuple[np.ndarray, Callable[[np.ndarray], Correction]]] = {
        "erode all by 3": (large.label, Morphology("erode", radius=RADIUS)),
        "dilate all by 3": (large.label, Morphology("dilate", radius=RADIUS)),
        "close all by 3": (large.label, Morphology("close", radius=RADIUS)),
        "merge 100 labels": (large.label, lambda label: merge(label, tuple(range(1, 101)))),
        "islands": (large.label, Islands(smallest=500)),
        "smooth 50 labels": (large.label, lambda label: Smooth()(label, tuple(range(1, 51)))),
        "separate 50 labels": (large.label, lambda label: Separate()(label, tuple(range(1, 51)))),
        "interpolate 200 labels, each 10th slice": (
            sparse, lambda label: Interpolate()(label, tuple(np.unique(sparse)[1:201].tolist())),
        ),
        "one marker": (
            large.label, lambda label: Resume()(label, large.image, label.size // 2 + np.arange(9), most),
        ),
    }  # fmt: skip
    slowest, rows, none = 0.0, [], np.empty(0, np.int64)
    for kernel in (has_runs, put_runs):
        kernel(large.label.reshape(-1), none, none, np.empty(0, np.uint16))
    for name, (label, tool) in tools.items():
        made, own = cost_of(lambda t=tool, k=label: t(k))
        line(name, own, label.size)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "label.journal"
            corrections, _ = Corrections.open(label, path, "begun")
            before = path.stat().st_size
            _, done = cost_of(lambda c=corrections, m=made: c.do(m), memory=False)
            written = path.stat().st_size - before
            _, undone = cost_of(corrections.undo, memory=False)
            same = np.array_equal(corrections.label, label)
            _, redone = cost_of(corrections.redo, memory=False)
            corrections.close()
        slowest = max(slowest, undone.wall, redone.wall)
        took = own.cpu + done.cpu
        rows.append((name, made.size, len(made.starts), took, done.wall, undone.wall, redone.wall, written, same))
    print(f"\n{'made and undone':<42}{'voxels':>10}{'runs':>10}{'CPU s':>8}{'do s':>8}{'undo s':>8}{'redo s':>8}"
          f"{'journal kB':>12}{'bytes/run':>11}")  # fmt: skip
    for name, voxels, runs, took, do, undo, redo, written, _ in rows:
        print(f"{name:<42}{voxels:10d}{runs:10d}{took:8.2f}{do:8.3f}{undo:8.3f}{redo:8.3f}{written / 1000:12.1f}"
              f"{written / max(runs, 1):11.2f}")  # fmt: skip
    return [
        ("undo gives the former label byte for byte", all(row[-1] for row in rows)),
        ("undo and redo of each within 0.3 s", slowest < 0.3),
        ("the journal takes at most 8 bytes a run", all(row[7] <= 8 * row[2] + 2000 for row in rows)),
        (
            "10 million voxels and more are found and changed in 2 CPU s",
            all(row[3] < 2 for row in rows if row[1] >= 1e7),
        ),
    ]


def main() -> int:
    """Print the tables; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", choices=("morphology", "split", "resume", "objects", "undo"), help="one of the tables"
    )
    parser.add_argument("--large", type=int, default=LARGE, help=f"side of the large volume ({LARGE})")
    parser.add_argument("--small", type=int, default=SMALL, help=f"side of the small one ({SMALL})")
    given = parser.parse_args()
    promises: list[Promise] = []
    if given.only in (None, "morphology"):
        promises += morphology(given.small)
    if given.only in (None, "split"):
        promises += splitting(given.small)
    if given.only not in ("morphology", "split"):
        large = scene(given.large)
        tables = {
            "resume": lambda: resume(large, given.small),
            "objects": lambda: objects(large, given.small),
            "undo": lambda: undoing(large),
        }
        for name, table in tables.items():
            promises += table() if given.only in (None, name) else []
    print()
    for promise, kept in promises:
        print(f"{'kept' if kept else 'NOT kept'}: {promise}")
    return 0 if all(kept for _, kept in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
