"""A label is divided among seeds: a rounded one about half-way, touching ones at their neck, wherever the seeds are."""

from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui.labels.components import Pieces
from annotat3d_tui.labels.correcting import corrected
from annotat3d_tui.labels.splitting import split_by_seeds
from tests.conftest import REAL_DATA

NUCLEI = REAL_DATA / "nuclei_confocal" / "instances.tif"
Place = tuple[int, int, int]


def ball(shape: Place, middle: Place, radius: float) -> NDArray[np.bool_]:
    axes = np.ogrid[tuple(slice(side) for side in shape)]
    return np.asarray(sum((axis - at) ** 2 for axis, at in zip(axes, middle, strict=True)) <= radius**2)


def parts(label: NDArray[Any], id: int, *seeds: Place) -> NDArray[np.int64]:
    """Numbers 1, 2, … of the seeds in whose part a voxel lies, 0 outside the label."""
    where = np.ravel_multi_index(tuple(np.array(seeds).T), label.shape)
    new = corrected(label, split_by_seeds(label, id, where, np.arange(1, len(seeds) + 1)))
    assert np.array_equal(new[label != id], label[label != id])
    found = np.zeros(label.shape, np.int64)
    for number, place in enumerate(seeds, 1):
        found[(new == new[place]) & (label == id)] = number
    return found


def shares(found: NDArray[np.int64]) -> list[float]:
    counts = np.bincount(found[found > 0])[1:]
    return [float(count / counts.sum()) for count in counts]


@pytest.mark.parametrize("half", [1, 3, 6, 9, 12])
@pytest.mark.parametrize("axes", [(0, 0, 1), (0, 1, 1), (1, 1, 1)])
def test_a_ball_is_divided_half_way_between_its_seeds(half: int, axes: Place) -> None:
    label = np.where(ball((31, 31, 31), (15, 15, 15), 13), 4, 0)
    step = round(half / sum(axes) ** 0.5)
    one, other = (tuple(15 + sign * step * axis for axis in axes) for sign in (-1, 1))
    if one == other:
        return
    assert min(shares(parts(label, 4, one, other))) > 0.4


def test_three_seeds_divide_a_ball_into_thirds() -> None:
    label = np.where(ball((31, 31, 31), (15, 15, 15), 13), 4, 0)
    corners = [(15, round(15 + 8 * np.cos(turn)), round(15 + 8 * np.sin(turn))) for turn in (0, 2.0944, 4.18879)]
    for order in ((0, 1, 2), (2, 0, 1)):
        assert min(shares(parts(label, 4, *(corners[one] for one in order)))) > 0.25


def test_a_seed_at_the_border_is_not_held_up_there() -> None:
    label = np.where(ball((31, 31, 31), (15, 15, 15), 13), 4, 0)
    assert shares(parts(label, 4, (15, 15, 2), (15, 15, 20)))[0] > 0.12
    whole = np.full((20, 20, 20), 3)
    for corner in ((0, 0, 0), (0, 0, 10), (0, 10, 10)):
        assert shares(parts(whole, 3, corner, (19, 19, 10)))[0] > 0.2
        assert shares(parts(whole, 3, corner, (10, 10, 10)))[0] > 0.015


@pytest.mark.parametrize("radius", [8, 11])
def test_balls_are_divided_at_their_neck_wherever_the_seeds_are(radius: int) -> None:
    shape, left, right = (26, 26, 46), (12, 12, 12), (12, 12, 13 + 2 * 8)
    one, other = ball(shape, left, 10), ball(shape, right, radius)
    label, wide = np.where(one | other, 7, 0), np.arange(shape[2])
    neck = np.argmin((label > 0).sum((0, 1))[left[2] : right[2]]) + left[2]
    for first, second in (
        (left, right), ((12, 12, 4), right), ((12, 5, 10), (12, 12, right[2] + radius - 1)), ((12, 12, 17), right),
    ):  # fmt: skip
        found = parts(label, 7, first, second)
        wrong = ((found == 1) & (wide > neck + 1)) | ((found == 2) & (wide < neck - 1))
        assert np.count_nonzero(wrong) < 0.03 * np.count_nonzero(label)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[NDArray[Any], list[Place]]:
    random = np.random.default_rng(draw(st.integers(0, 999)))
    shape = draw(st.tuples(st.integers(1, 8), st.integers(2, 12), st.integers(3, 12)))
    noise = ndimage.uniform_filter(random.random(shape), draw(st.integers(1, 3)))
    label = np.where(noise > np.quantile(noise, draw(st.floats(0, 0.7))), 3, 0)
    label.flat[:2] = 3
    places = random.permutation(np.argwhere(label == 3))[: draw(st.integers(2, 4))].tolist()
    return label, [(z, y, x) for z, y, x in places]


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_each_part_hangs_together_and_what_no_seed_reaches_stays(scene: tuple[NDArray[Any], list[Place]]) -> None:
    label, seeds = scene
    where = np.ravel_multi_index(tuple(np.array(seeds).T), label.shape)
    numbers = np.arange(1, len(seeds) + 1)
    correction = split_by_seeds(label, 3, where, numbers)
    new = corrected(label, correction)
    assert np.array_equal(new != 0, label != 0)
    pieces = Pieces.of(label)
    reached = np.unique(pieces.numbers.reshape(-1)[where])
    assert (new[(label == 3) & ~np.isin(pieces.numbers, reached)] == 3).all()
    ids = new.reshape(-1)[where].tolist()
    assert ids[0] == 3
    assert len(set(ids)) == len(ids)
    for one in ids[1:]:
        assert Pieces.of(np.where(new == one, one, 0)).numbers.max() == 1
    again = split_by_seeds(label, 3, where[::-1], numbers[::-1])
    for name in ("starts", "lengths", "before", "after"):
        assert getattr(again, name).tobytes() == getattr(correction, name).tobytes()


@pytest.mark.skipif(not NUCLEI.exists(), reason="needs the public images")
def test_a_rounded_nucleus_and_two_that_touch() -> None:
    label = tifffile.imread(NUCLEI)
    for (x, y), (other_x, other_y) in (
        ((46, 35), (60, 35)), ((40, 35), (64, 35)), ((44, 35), (62, 35)), ((50, 35), (56, 35)), ((46, 30), (60, 40)),
    ):  # fmt: skip
        assert min(shares(parts(label, 26, (50, y, x), (50, other_y, other_x)))) > 0.38
    joined, random = label.copy(), np.random.default_rng(0)
    joined[label == 31] = 29
    inside = {one: np.argwhere(ndimage.binary_erosion(label == one, iterations=2)) for one in (29, 31)}
    for _ in range(12):
        first, second = (tuple(random.permutation(places)[0].tolist()) for places in (inside[29], inside[31]))
        found = parts(joined, 29, first, second)
        wrong = ((label == 29) & (found == 2)) | ((label == 31) & (found == 1))
        assert np.count_nonzero(wrong) < 0.04 * np.count_nonzero(found)
    first, second = (tuple(int(np.median(at)) for at in np.nonzero(label == one)) for one in (29, 31))
    found = parts(joined, 29, first, second)
    assert np.count_nonzero((found == 2) & (label == 31)) > 0.998 * np.count_nonzero(label == 31)
    assert np.count_nonzero((found == 2) & (label == 29)) < 20
