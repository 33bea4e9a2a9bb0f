"""Laws of label editing: what markers may change in a label volume, and what they never do."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui.errors import InvalidMarkers, InvalidParameter, ShapeMismatch
from annotat3d_tui.labels import resuming
from annotat3d_tui.labels.correcting import corrected, put
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.resume import Resume
from annotat3d_tui.labels.resuming import Resuming
from tests.labels.cells import cells, picture

Marks = tuple[NDArray[np.int64], NDArray[np.int64]]


@st.composite
def scenes(draw: st.DrawFn) -> tuple[NDArray[Any], NDArray[Any]]:
    """A label volume of objects, or of noise, of any of its types, and an image."""
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 24), st.integers(1, 24)))
    seed = draw(st.integers(0, 99))
    kind = draw(st.sampled_from([np.uint8, np.uint16, np.int32]))
    if draw(st.booleans()):
        label = cells(shape, draw(st.integers(1, 8)), seed)
    else:
        label = np.random.default_rng(seed).integers(0, 4, shape)
    return label.astype(kind), picture(label.astype(np.uint16), draw(st.sampled_from([0.0, 30.0])), seed)


def same(one: Correction, other: Correction) -> bool:
    names = ("starts", "lengths", "before", "after")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def blob(shape: tuple[int, ...], at: tuple[int, ...], label: int, radius: int = 1) -> Marks:
    """A stroke: a cube of marked voxels around a voxel, as far as the volume goes."""
    marked = np.zeros(shape, bool)
    marked[tuple(slice(max(centre - radius, 0), centre + radius + 1) for centre in at)] = True
    where = np.flatnonzero(marked)
    return where, np.full(len(where), label)


def together(*marks: Marks) -> Marks:
    """Strokes as one set of marks; a voxel keeps the first."""
    where, first = np.unique(np.concatenate([one for one, _ in marks]), return_index=True)
    return where, np.concatenate([labels for _, labels in marks])[first]


@st.composite
def marks_in(draw: st.DrawFn, shape: tuple[int, ...], most: int = 4) -> Marks:
    count = draw(st.integers(1, most))
    made = [
        blob(shape, draw(st.tuples(*(st.integers(0, side - 1) for side in shape))), draw(st.integers(0, 5)), radius)
        for radius in draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    ]
    return together(*made)


def slow(
    parameters: Resume, label: NDArray[Any], image: NDArray[Any], where: NDArray[np.int64], labels: NDArray[np.int64]
) -> NDArray[Any]:
    """What the module's docstring says, in steps of a sixteenth, voxel by voxel."""
    held = slowly_held(parameters, label)
    low, high = np.percentile(image, (1, 99))
    levels = np.clip(np.rint((image - np.float32(low)) * np.float32(255 / (high - low) if high > low else 0)), 0, 255)
    for axis in range(3):
        levels = ndimage.correlate1d(levels, [1, 2, 1], axis, mode="nearest")
    levels = (levels + 32) // 64
    marked = np.full(label.shape, -1, np.int64)
    marked.flat[where] = labels
    strokes, number = np.zeros(label.shape, np.int64), 0
    for one in set(labels.tolist()):
        for home in np.unique(label):
            found, count = ndimage.label((marked == one) & (label == home), np.ones((3, 3, 3)))
            strokes[found > 0] = found[found > 0] + number
            number += count
    result, best = label.astype(np.int64), np.where(marked >= 0, 0, np.iinfo(np.int64).max)
    result.flat[where] = labels
    order = [int(strokes.flat[where[first]]) for first in np.sort(np.unique(strokes.flat[where], return_index=True)[1])]
    for stroke in order:
        own = np.argwhere(strokes == stroke)
        home, name = label[tuple(own[0])], marked[tuple(own[0])]
        mean = (int(levels[strokes == stroke].sum()) + len(own) // 2) // len(own)
        price = np.rint(16 * 64 * np.minimum(np.abs(levels - mean) / parameters.compactness, 1) ** parameters.beta)
        price += 16 + round(16 * parameters.weight) * (label != home)
        paid = {tuple(at): 0 for at in own.tolist()}
        waiting = [(0, at) for at in paid]
        while waiting:
            now, at = heapq.heappop(waiting)
            for beside in neighbours(at, label.shape):
                pays = now + int(price[beside])
                if now == paid[at] and marked[beside] < 0 and pays < min(held[beside], paid.get(beside, 10**9)):
                    paid[beside] = pays
                    heapq.heappush(waiting, (pays, beside))
        for at, pays in paid.items():
            if pays < best[at]:
                result[at], best[at] = name, pays
    return result


def slowly_held(parameters: Resume, label: NDArray[Any]) -> NDArray[np.int64]:
    """Sixteen times the steps to the nearest seed of the own label, and so many at most."""
    held = np.zeros(label.shape, np.int64)
    for one in np.unique(label):
        places = np.argwhere(label == one)
        first, sides = places.min(0), np.ptp(places, axis=0) + 1
        cell = np.clip(np.ceil(parameters.object_spacing * sides), 2, 32).astype(int)
        if one == 0 or 2 * sides.prod() >= label.size:
            first, cell = np.zeros(3, int), np.full(3, parameters.spacing)
        most = max(int(np.minimum(cell, label.shape).sum()) // 2, 1)
        held[label == one] = 16 * most
        nearest: dict[Any, Any] = {}
        for at in places:
            number = (at - first) // cell
            off = int(((2 * (at - first - number * cell) - cell + 1) ** 2).sum())
            if off < nearest.get(tuple(number), (10**9,))[0]:
                nearest[tuple(number)] = off, tuple(at.tolist())
        waiting = [at for _, at in nearest.values()]
        for at in waiting:
            held[at] = 0
        for at in waiting:
            for beside in neighbours(at, label.shape):
                if label[beside] == one and held[at] + 16 < held[beside]:
                    held[beside] = held[at] + 16
                    waiting.append(beside)
    return held


def neighbours(at: Any, shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for axis in range(3):
        for way in (-1, 1):
            beside = tuple(one + way * (i == axis) for i, one in enumerate(at))
            if 0 <= beside[axis] < shape[axis]:
                yield beside


PARAMETERS = st.builds(
    Resume,
    spacing=st.integers(2, 16),
    compactness=st.sampled_from([10.0, 128.0, 500.0]),
    beta=st.sampled_from([0.5, 2.0, 6.0]),
    weight=st.sampled_from([0.0, 0.7, 12.0]),
    object_spacing=st.sampled_from([0.1, 0.25, 1.0]),
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_laws(data: st.DataObject) -> None:
    label, image = data.draw(scenes())
    marks, parameters = data.draw(marks_in(label.shape)), data.draw(PARAMETERS)
    kept = data.draw(st.sets(st.integers(0, 4), max_size=2))
    before = label.copy()
    nothing = parameters(label, image, np.empty(0, np.int64), np.empty(0, np.int64), kept=kept)
    assert nothing.size == 0
    if np.isin(marks[1], list(kept)).all():
        with pytest.raises(InvalidMarkers, match="neither locked nor hidden"):
            parameters(label, image, *marks, kept=kept)
        return
    change = parameters(label, image, *marks, kept=kept)
    assert label.tobytes() == before.tobytes()
    put(label, change)
    for one in kept:  # locked or hidden: it neither loses nor gains a voxel
        assert np.array_equal(label == one, before == one)
    free = ~np.isin(before.flat[marks[0]], list(kept)) & ~np.isin(marks[1], list(kept))
    assert np.array_equal(label.flat[marks[0]][free], marks[1][free])
    assert set(np.unique(label)) <= set(np.unique(before)) | set(marks[1].tolist())
    assert np.count_nonzero(label != before) == change.size
    assert same(Correction.from_record(change.record()), change)
    put(label, change, back=True)
    assert label.tobytes() == before.tobytes()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_stroke_takes_more_with_beta_and_less_with_weight(data: st.DataObject) -> None:
    label, image = data.draw(scenes())
    at = data.draw(st.tuples(*(st.integers(0, side - 1) for side in label.shape)))
    where, parameters = blob(label.shape, at, 7, data.draw(st.integers(0, 1)))[0], data.draw(PARAMETERS)
    where = where[label.flat[where] == label[at]]  # one stroke lies on one label
    marks = where, np.full(len(where), 7)
    taken = set(parameters(label, image, *marks).where.tolist())
    heavier = replace(parameters, weight=parameters.weight + data.draw(st.sampled_from([0.1, 1.0, 20.0])))
    assert set(heavier(label, image, *marks).where.tolist()) <= taken
    wider = replace(parameters, beta=parameters.beta * data.draw(st.sampled_from([1.1, 2.0, 8.0])))
    assert taken <= set(wider(label, image, *marks).where.tolist())
    looser = replace(parameters, compactness=2 * parameters.compactness)
    assert taken <= set(looser(label, image, *marks).where.tolist())


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_is_computed_is_what_is_written_down(data: st.DataObject) -> None:
    label, image = data.draw(scenes())
    (where, labels), parameters = data.draw(marks_in(label.shape)), data.draw(PARAMETERS)
    change = parameters(label, image, where, labels)
    assert np.array_equal(corrected(label, change), slow(parameters, label, image, where, labels))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_new_marks_alone_lead_to_what_all_marks_make(data: st.DataObject) -> None:
    loaded, image = data.draw(scenes())
    again = Resuming(data.draw(PARAMETERS), loaded, image, data.draw(st.sets(st.integers(0, 4), max_size=1)))
    current = loaded.copy()
    marked = np.zeros(loaded.shape, np.int64) - 1
    for _ in range(data.draw(st.integers(1, 4))):
        where, labels = data.draw(marks_in(loaded.shape, 2))
        before = marked.copy()
        marked.flat[where] = -1 if data.draw(st.integers(0, 3)) == 0 else labels  # some are erased again
        new, all_marked = np.flatnonzero(marked != before), np.flatnonzero(marked >= 0)
        put(current, again.change(current, all_marked, marked.flat[all_marked], new=new))
        anew = loaded.copy()
        put(anew, again.change(loaded, all_marked, marked.flat[all_marked]))
        assert np.array_equal(current, anew)
        assert again.change(current, all_marked, marked.flat[all_marked]).size == 0


def test_a_part_of_the_volume_gives_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    label = cells((40, 90, 110), 60, 3)
    image = picture(label, 25.0)
    random = np.random.default_rng(0)
    marks = together(
        *[blob(label.shape, tuple(random.integers(0, label.shape)), int(random.integers(0, 70))) for _ in range(9)]
    )
    in_parts = Resume(spacing=6)(label, image, *marks)
    monkeypatch.setattr(resuming, "MOST_BOXES", 0)  # more than that are computed in one
    assert same(Resume(spacing=6)(label, image, *marks), in_parts)
    assert in_parts.size > 9


def test_what_a_stroke_does_not_touch_stays() -> None:
    label = cells((30, 60, 60), 12, 1)
    image = picture(label)
    touched = int(label[15, 30, 30])
    change = Resume()(label, image, *blob(label.shape, (15, 30, 30), 99))
    changed = set(change.before.tolist())
    assert touched in changed
    zyx = np.stack(np.unravel_index(change.where, label.shape))
    assert (np.abs(zyx - np.array([[15], [30], [30]])).sum(0) <= 3 + 48).all()
    reached = set(np.unique(label[zyx.min(1)[0] : zyx.max(1)[0] + 1]).tolist())
    assert changed <= reached


def test_a_missing_object_comes_with_one_stroke() -> None:
    truth = cells((30, 60, 60), 12, 1)
    image = picture(truth)
    lost = int(truth[15, 30, 30]) or int(truth[truth > 0][0])
    label = np.where(truth == lost, 0, truth).astype(np.uint16)
    z, y, x = (round(float(at.mean())) for at in np.nonzero(truth == lost))
    size = np.count_nonzero(truth == lost)
    for spacing, least in ((10, 0.3), (40, 0.9)):
        change = Resume(spacing=spacing)(label, image, *blob(label.shape, (z, y, x), lost, 2))
        got = corrected(label, change) == lost
        assert np.count_nonzero(got & (truth == lost)) / size > least
        assert np.count_nonzero(got & (truth != lost)) < 0.1 * size


def test_messages() -> None:
    label, image = np.zeros((2, 3, 4), np.uint8), np.zeros((2, 3, 4))
    with pytest.raises(ShapeMismatch, match="The image must have the label volume's size 4×3×2, received 4×3×1: give"):
        Resume()(label, image[:1], np.array([0]), np.array([1]))
    with pytest.raises(InvalidMarkers, match="Marked voxels must lie inside the volume of 4×3×2"):
        Resume()(label, image, np.array([24]), np.array([1]))
    with pytest.raises(InvalidMarkers, match="labels from 0 to 65535"):
        Resume()(label, image, np.array([3]), np.array([70000]))
    with pytest.raises(InvalidParameter, match="beta of resume must be from 0.1 to 64, received 0.0"):
        Resume(beta=0.0)
