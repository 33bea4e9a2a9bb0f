"""Morphology of labels: as SciPy does it to one label, and none takes from another."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui.errors import InvalidParameter, UnknownType
from annotat3d_tui.labels import morphology
from annotat3d_tui.labels.boxes import whole
from annotat3d_tui.labels.correcting import corrected, flagged
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.morphology import OPERATIONS, Morphology
from annotat3d_tui.labels.structure import SHAPES, rows
from tests.labels.cells import cells


def structure(tool: Morphology) -> NDArray[np.bool_]:
    """The neighbourhood as SciPy takes it."""
    step = np.arange(-tool.radius, tool.radius + 1)
    z, y, x = np.meshgrid(step, step, step, indexing="ij")
    inside = z**2 + y**2 + x**2 <= tool.radius**2 if tool.shape == "ball" else np.ones(z.shape, bool)
    return inside & ((z == 0) | (tool.dimensions == 3))


def by_scipy(mask: NDArray[np.bool_], tool: Morphology) -> NDArray[np.bool_]:
    around = structure(tool)
    erode = ndimage.binary_erosion(mask, around, border_value=1)
    dilate = ndimage.binary_dilation(mask, around)
    if tool.operation == "erode":
        return erode
    if tool.operation == "dilate":
        return dilate
    if tool.operation == "open":
        return ndimage.binary_dilation(erode, around)
    if tool.operation == "close":
        return ndimage.binary_erosion(dilate, around, border_value=1)
    if tool.dimensions == 2:
        return np.stack([ndimage.binary_fill_holes(plane) for plane in mask])
    return ndimage.binary_fill_holes(mask)


TOOLS = st.builds(
    Morphology,
    st.sampled_from(OPERATIONS),
    radius=st.integers(1, 4),
    shape=st.sampled_from(["ball", "box"]),
    dimensions=st.sampled_from([2, 3]),
)


@st.composite
def volumes(draw: st.DrawFn) -> NDArray[Any]:
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 16), st.integers(1, 16)))
    seed, random = draw(st.integers(0, 99)), draw(st.booleans())
    shape = (*shape[:2], shape[2] + draw(st.sampled_from([0, 48, 63, 70])))  # more than a word of bits
    label = np.random.default_rng(seed).choice(5, shape, p=[0.6, 0.1, 0.1, 0.1, 0.1])
    label = label if random else cells(shape, draw(st.integers(1, 9)), seed)
    return label.astype(draw(st.sampled_from([np.uint8, np.uint16, np.int32])))


@settings(max_examples=60, deadline=None)
@given(volumes(), TOOLS)
def test_one_label_is_changed_as_scipy_does(label: NDArray[Any], tool: Morphology) -> None:
    label = np.where(label > 1, 7, 0).astype(label.dtype)
    if not label.any():
        return
    got = corrected(label, tool(label, [7])) == 7
    assert np.array_equal(got, by_scipy(label == 7, tool))


@settings(max_examples=40, deadline=None)
@given(volumes(), TOOLS, st.sets(st.integers(0, 4), max_size=2))
def test_no_label_takes_from_another(label: NDArray[Any], tool: Morphology, kept: set[int]) -> None:
    if 0 in kept or (label.any() and np.isin(label[label > 0], list(kept)).all()):
        with pytest.raises(InvalidParameter, match="locked or hidden"):
            tool(label, kept=kept)
        return
    new = corrected(label, tool(label, kept=kept))
    for one in range(10):
        was, now = label == one, new == one
        if one in kept:
            assert np.array_equal(was, now)
        elif one:
            alone = by_scipy(was, tool)
            assert not (now & ~was & (label != 0)).any()
            assert not (now & ~was & ~alone).any()
            if tool.operation in ("erode", "open"):
                assert np.array_equal(now, was & alone)
            else:
                assert (was <= now).all()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one != "fill"])
def test_large_objects_in_many_planes(operation: str, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morphology, "VOXELS_AT_ONCE", 1 << 14)
    label = cells((15, 61, 131), 6, 5, 0.4)
    label[:, :, 64] = label[:, 30] = label[7] = 0  # objects in pieces, at all borders
    for radius, dimensions in ((1, 3), (3, 2), (5, 3)):
        tool = Morphology(operation, radius=radius, shape=shape, dimensions=dimensions)
        ids = [one for one in np.unique(label).tolist() if one]
        new, after = corrected(label, tool(label)), {one: by_scipy(label == one, tool) for one in ids}
        if operation in ("erode", "open"):
            assert np.array_equal(new, np.where(np.any(list(after.values()), axis=0), label, 0))
            continue
        gained = np.array([after[one] & (label == 0) for one in ids])
        assert np.array_equal(new != label, gained.any(0))
        assert np.take_along_axis(gained, np.searchsorted(ids, new)[None] % len(ids), 0)[0][new != label].all()
        if operation == "close":
            assert np.array_equal(new[new != label], np.array(ids)[gained.argmax(0)][new != label])


@settings(max_examples=60, deadline=None)
@given(volumes(), st.integers(0, 99), st.floats(0, 1))
def test_flagged_voxels_become_the_runs_that_they_are(label: NDArray[Any], seed: int, share: float) -> None:
    ids, flags = label.astype(np.uint16), np.random.default_rng(seed).random(label.shape) < share
    flags[label == 2] = False
    room = [(0, 0), (0, 0), (0, -label.shape[2] % 64)]
    words = np.packbits(np.pad(flags, room), axis=2, bitorder="little").view(np.uint64)
    where, box = np.flatnonzero(flags), whole(label.shape)
    got = flagged("lose", label.shape, box, words, ids, after=2)
    one = Correction.of("lose", where, ids.reshape(-1)[where], np.full(len(where), 2))
    assert all(np.array_equal(getattr(got, name), getattr(one, name)) for name in ("starts", "lengths", "before"))
    assert set(got.after.tolist()) <= {2}


def test_two_that_grow_meet_in_the_middle() -> None:
    label = np.zeros((1, 1, 9), np.uint8)
    label[0, 0, 0], label[0, 0, 7] = 5, 3
    new = corrected(label, Morphology("dilate", radius=8)(label))
    assert new[0, 0].tolist() == [5, 5, 5, 5, 3, 3, 3, 3, 3]
    only = corrected(label, Morphology("dilate", radius=8)(label, [5]))
    assert only[0, 0].tolist() == [5, 5, 5, 5, 5, 5, 5, 3, 5]


@settings(max_examples=40, deadline=None)
@given(volumes(), TOOLS)
def test_voxels_that_several_gain_go_to_the_nearest_or_lowest(label: NDArray[Any], tool: Morphology) -> None:
    new, ids = corrected(label, tool(label)), [one for one in np.unique(label).tolist() if one]
    if tool.operation in ("erode", "open") or not ids:
        return
    gained = np.array([by_scipy(label == one, tool) & (label == 0) for one in ids])
    if tool.operation == "dilate":
        sampling = (1 if tool.dimensions == 3 else 1000, 1, 1)
        away = np.array([ndimage.distance_transform_edt(label != one, sampling) for one in ids])
        away[~gained] = np.inf
        expected = np.array(ids)[away.argmin(0)]  # of equals the first, which is the lowest
    else:
        expected = np.array(ids)[gained.argmax(0)]
    assert np.array_equal(new, np.where(gained.any(0), expected, label))


def test_labels_that_meet_far_away_are_told_apart_as_near_by(monkeypatch: pytest.MonkeyPatch) -> None:
    label = cells((12, 40, 90), 12, 3, 0.3)
    for shape in SHAPES:
        tool = Morphology("dilate", radius=5, shape=shape)
        near = corrected(label, tool(label))
        with monkeypatch.context() as patch:
            patch.setattr(morphology, "FEW_STEPS", 4)
            assert np.array_equal(corrected(label, tool(label)), near)


def test_another_background() -> None:
    label = np.ones((1, 5, 5), np.uint8)
    label[0, 1:4, 1:4] = 2
    new = corrected(label, Morphology("erode", dimensions=2)(label, background=1))
    assert (new == 2).sum() == 1
    assert (new == 1).sum() == 24
    with pytest.raises(InvalidParameter, match="Label 1, which is what is around objects, is locked or hidden"):
        Morphology("erode")(label, [2], background=1, kept=[1])


def test_a_ball_is_what_is_not_farther_than_its_radius() -> None:
    assert sum(2 * across + 1 for _, _, across in rows("ball", 3, 3)) == 123
    assert sum(2 * across + 1 for _, _, across in rows("box", 2, 2)) == 25


def test_messages() -> None:
    with pytest.raises(InvalidParameter, match="must hold label 9, it does not: choose"):
        Morphology()(np.ones((1, 2, 3), np.uint8), [9])
    with pytest.raises(UnknownType, match="whole numbers, received float64"):
        Morphology()(np.ones((1, 2, 3)))
    with pytest.raises(InvalidParameter, match="radius of morphology must be from 1 to 64 voxels, received 0"):
        Morphology(radius=0)
