"""The tools that change a label volume: merge, islands, separate, split, smooth, interpolate."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.begins import begins_of
from annotat3d_tui.labels.components import Pieces
from annotat3d_tui.labels.contacts import contacts
from annotat3d_tui.labels.correcting import corrected, put
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.distance import FAR, squares
from annotat3d_tui.labels.drawing import Ground, draw
from annotat3d_tui.labels.interpolation import Interpolate
from annotat3d_tui.labels.islands import Islands
from annotat3d_tui.labels.merging import merge
from annotat3d_tui.labels.morphology import Morphology
from annotat3d_tui.labels.smoothing import Smooth
from annotat3d_tui.labels.splitting import Separate, split_by_plane, split_by_seeds
from annotat3d_tui.labels.strokes import parse_stroke
from tests.conftest import REAL_DATA
from tests.labels.cells import cells

Tool = Callable[..., Correction]
TOOLS: dict[str, Tool] = {
    "islands": Islands(smallest=4),
    "islands 2D": Islands(smallest=3, largest_stays=True, dimensions=2),
    "separate": Separate(depth=0.5),
    "smooth": Smooth(0.8),
    "smooth 2D": Smooth(1.5, 2),
    "interpolate": Interpolate(),
    "linear": Interpolate("y", "linear"),
}


@st.composite
def volumes(draw: st.DrawFn) -> NDArray[Any]:
    shape = draw(st.tuples(st.integers(2, 9), st.integers(2, 16), st.integers(1, 16)))
    seed, random = draw(st.integers(0, 99)), draw(st.booleans())
    label = np.random.default_rng(seed).choice(5, shape, p=[0.6, 0.1, 0.1, 0.1, 0.1])
    label = label if random else cells(shape, draw(st.integers(1, 9)), seed)
    label.flat[0] = 1
    label.flat[-1] = 2
    return label.astype(draw(st.sampled_from([np.uint8, np.uint16, np.int32])))


def ball(radius: int, room: int) -> NDArray[np.bool_]:
    z, y, x = np.indices((2 * room + 1,) * 3) - room
    return z**2 + y**2 + x**2 <= radius**2


def slices_of(label: NDArray[Any], id: int, axis: int) -> int:
    return int((label == id).any(tuple({0, 1, 2} - {axis})).sum())


@pytest.mark.parametrize("name", TOOLS)
def test_laws_of_every_tool(name: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(volumes(), st.sets(st.integers(0, 4), max_size=2), st.sets(st.integers(1, 4), min_size=1, max_size=2))
    def law(label: NDArray[Any], kept: set[int], ids: set[int]) -> None:
        ids &= set(np.unique(label).tolist())
        before = label.copy()
        axis = {"interpolate": 0, "linear": 1}.get(name)
        free = (ids or set(np.unique(label).tolist())) - {0} - kept
        alone = name.startswith("smooth") and len(free) == 1
        if not free or (0 in kept and (alone or axis is not None)):
            with pytest.raises(InvalidParameter, match="locked or hidden"):
                TOOLS[name](label, ids or None, kept=kept)
            return
        if axis is not None and ids - kept and all(slices_of(label, one, axis) < 2 for one in ids - kept):
            with pytest.raises(InvalidParameter, match="must be in two slices or more along"):
                TOOLS[name](label, ids, kept=kept)
            return
        correction = TOOLS[name](label, ids or None, kept=kept)
        assert label.tobytes() == before.tobytes()
        new = corrected(label, correction)
        for one in kept:
            assert np.array_equal(new == one, label == one)
        for one in set(np.unique(label).tolist()) - (ids or set(range(1, 99))) - {0}:  # others keep what they have
            if name.startswith("islands"):
                assert (new[label == one] == one).all()
            else:
                assert np.array_equal(new == one, label == one)
        put(new, correction, back=True)
        assert np.array_equal(new, label)
        assert TOOLS[name](label, ids or None, kept=kept).words == correction.words

    law()


@settings(max_examples=40, deadline=None)
@given(volumes(), st.booleans(), st.sampled_from([1, 9]))
def test_sides_that_pieces_share_are_counted(label: NDArray[Any], flat: bool, times: int) -> None:
    part = np.tile(label, (1, 1, times)).astype(np.uint16)
    pieces = Pieces.of(part, flat)
    wanted = pieces.sizes < 5
    counts: Counter[tuple[int, int]] = Counter()
    for axis in range(flat, 3):
        for number, ids in ((pieces.numbers, part), (pieces.numbers[::-1, ::-1, ::-1], part[::-1, ::-1, ::-1])):
            here, there = np.swapaxes(number, 0, axis)[:-1], np.swapaxes(ids, 0, axis)
            differ = (there[:-1] != there[1:]) & wanted[here]
            counts.update(zip(here[differ].tolist(), there[1:][differ].tolist(), strict=True))
    numbers, beside, sides = contacts(part, pieces.numbers, wanted, flat)
    assert dict(zip(zip(numbers.tolist(), beside.tolist(), strict=True), sides.tolist(), strict=True)) == counts


@settings(max_examples=60, deadline=None)
@given(volumes(), st.booleans(), st.sampled_from([1, 9]))
def test_pieces_are_those_of_scipy(label: NDArray[Any], flat: bool, times: int) -> None:
    label = np.tile(label, (1, 1, times))  # more than a word of flags
    pieces = Pieces.of(label, flat)
    around = ndimage.generate_binary_structure(3, 1)
    if flat:
        around[0], around[2] = False, False
    count = 0
    for one in np.unique(label[label > 0]):
        found, many = ndimage.label(label == one, around)
        count += many
        pairs = np.unique(np.stack([found[found > 0], pieces.numbers[found > 0]]), axis=1)
        assert pairs.shape[1] == many
        assert (pieces.ids[pairs[1]] == one).all()
    order = np.unique(pieces.numbers[label > 0], return_index=True)[1]
    assert (np.diff(order) > 0).all()
    assert pieces.numbers.max(initial=0) == count == len(pieces.ids) - 1
    assert np.array_equal(pieces.sizes, np.bincount(pieces.numbers.ravel(), minlength=count + 1))


@settings(max_examples=60, deadline=None)
@given(volumes(), st.sampled_from([(1.0, 1.0, 1.0), (2.0, 0.5, 0.7)]), st.booleans())
def test_distances_are_those_of_scipy(label: NDArray[Any], size: tuple[float, float, float], flat: bool) -> None:
    mask = label != 0
    if flat:
        found, planes = squares(mask, size, True), list(mask)
        for got, plane in zip(found, planes, strict=True):
            if plane.all():
                assert (got >= FAR).all()
            else:
                np.testing.assert_allclose(np.sqrt(got), ndimage.distance_transform_edt(plane, size[1:]), rtol=1e-5)
    elif mask.all():
        assert (squares(mask, size) >= FAR).all()
    else:
        np.testing.assert_allclose(np.sqrt(squares(mask, size)), ndimage.distance_transform_edt(mask, size), rtol=1e-5)


@pytest.mark.parametrize("tool", [*TOOLS.values(), Morphology("erode"), Morphology("fill")])
def test_why_nothing_can_change_is_said(tool: Tool) -> None:
    label = np.zeros((5, 9, 9), np.uint8)
    label[1:4, 2:7, 2:5], label[1:4, 2:7, 5:7] = 3, 4
    with pytest.raises(InvalidParameter, match="Label 3 is locked or hidden and cannot be changed: unlock and show it"):
        tool(label, [3], kept=[3])
    with pytest.raises(InvalidParameter, match="All 2 labels are locked or hidden and cannot be changed"):
        tool(label, kept=[3, 4])
    with pytest.raises(InvalidParameter, match="must be that of an object, received 3, which is what is around them"):
        tool(label, [3], background=3)
    assert tool(label, [3, 4], kept=[3]).words == tool(label, [4]).words
    assert tool(np.zeros_like(label)).size == 0


def test_merge_takes_a_list() -> None:
    label = cells((9, 20, 20), 8, 1)
    one, two, three = np.unique(label)[1:4].tolist()
    new = corrected(label, merge(label, [two, one, three]))
    assert np.array_equal(new == two, np.isin(label, [one, two, three]))
    assert merge(label, [two, one, three]).words == f"merge {one}, {three} into {two}"
    with pytest.raises(InvalidParameter, match="needs two labels or more, received 3 alone"):
        merge(label, [3, 3])
    with pytest.raises(InvalidParameter, match="must hold label 99"):
        merge(label, [one, 99])
    with pytest.raises(InvalidParameter, match="is locked or hidden and cannot be merged"):
        merge(label, [one, two], kept=[two])


def test_islands_go_to_what_is_around_them() -> None:
    label = np.ones((1, 6, 9), np.uint8)
    label[0, :, 4:] = 2
    label[0, 2, 1], label[0, 4, 7] = 3, 1
    label[0, 1, 6:8] = 0
    new = corrected(label, Islands(smallest=2)(label))
    assert new[0, 2, 1] == 1
    assert new[0, 4, 7] == 2
    assert (new[0, 1, 6:8] == 0).all()  # background is no island
    assert Islands(smallest=9, largest_stays=True)(label, [3]).size == 0


def test_touching_balls_are_separated_and_one_is_not() -> None:
    label = np.zeros((25, 25, 43), np.uint16)
    two = ball(10, 12)
    label[:, :, :25][two] = 5
    assert Separate()(label).size == 0
    label[:, :, 18:][two] = 5
    new = corrected(label, Separate()(label))
    assert np.unique(new).tolist() == [0, 5, 6]
    left, right = new[:, :, :21][label[:, :, :21] > 0], new[:, :, 22:][label[:, :, 22:] > 0]
    assert len(np.unique(left)) == len(np.unique(right)) == 1
    assert Separate(depth=7.0)(label).size == 0


def test_a_label_is_split_by_seeds_and_by_a_plane() -> None:
    label = np.zeros((25, 25, 43), np.uint16)
    two = ball(10, 12)
    label[:, :, :25][two] = label[:, :, 18:][two] = 5
    label[0, 0, 0] = 9
    seeds = np.ravel_multi_index(([12, 12, 0], [12, 12, 0], [12, 30, 0]), label.shape)
    new = corrected(label, split_by_seeds(label, 5, np.array(seeds), np.array([4, 2, 7])))
    assert new[12, 12, 30] == 5  # of the lowest seed
    assert new[12, 12, 12] == 10
    assert (new[:, :, :20][label[:, :, :20] == 5] == 10).all()
    assert (new[:, :, 23:][label[:, :, 23:] == 5] == 5).all()
    cut = corrected(label, split_by_plane(label, 5, (12, 12, 21), (0, 0, 1)))
    assert np.array_equal(cut == 10, (label == 5) & (np.indices(label.shape)[2] > 21))
    with pytest.raises(InvalidMarkers, match="needs two seeds in it, received 1"):
        split_by_seeds(label, 5, np.array(seeds[1:]), np.array([1, 2]))
    with pytest.raises(InvalidParameter, match="on both sides, received one beside it"):
        split_by_plane(label, 5, (12, 12, 60), (0, 0, 1))
    with pytest.raises(InvalidParameter, match="locked or hidden and cannot be split"):
        split_by_plane(label, 5, (12, 12, 21), (0, 0, 1), kept=[5])


def test_smooth_takes_bumps_and_leaves_a_ball() -> None:
    label = np.where(ball(9, 14), 3, 0).astype(np.uint8)
    noisy = np.where(np.random.default_rng(0).random(label.shape) < 0.1, 3 - label, label).astype(np.uint8)
    assert dice(corrected(noisy, Smooth(1.0)(noisy)) == 3, label == 3) > 0.98 > dice(noisy == 3, label == 3)
    assert dice(corrected(label, Smooth(1.0)(label)) == 3, label == 3) > 0.98


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float(2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other)))


def test_a_ball_comes_back_from_a_few_slices_and_annotated_ones_stay() -> None:
    truth = np.where(ball(12, 15), 4, 0).astype(np.uint8)
    known = list(range(3, 28, 4))
    label = np.zeros_like(truth)
    label[known] = truth[known]
    new = corrected(label, Interpolate()(label))
    assert np.array_equal(new[known], label[known])
    assert dice(new > 0, truth > 0) > 0.96
    with pytest.raises(
        InvalidParameter, match="Two annotated slices or more must be given along z, from 0 to 30, received 1"
    ):
        Interpolate()(label, slices=[3])
    turned = label.transpose(2, 0, 1).copy()
    assert np.array_equal(corrected(turned, Interpolate("y")(turned)), new.transpose(2, 0, 1))


def disc(label: NDArray[Any], id: int, z: int, y: int, x: int, radius: int = 5) -> None:
    rows, columns = np.ogrid[: label.shape[1], : label.shape[2]]
    inside = (rows - y) ** 2 + (columns - x) ** 2 <= radius**2
    label[z][inside & (label[z] == 0)] = id


def test_a_label_goes_on_between_its_own_slices_whatever_others_there_are() -> None:
    alone = np.zeros((14, 24, 60), np.uint16)
    disc(alone, 55, 2, 12, 12)
    disc(alone, 55, 10, 12, 12)
    others = np.zeros_like(alone)
    others[:, :, 30:] = cells((14, 24, 30), 8, 1)
    others[5:8, 10:15, 10:12] = 90
    label = np.where(alone > 0, alone, others)
    expected = corrected(alone, Interpolate()(alone))
    assert np.count_nonzero(expected == 55) == 9 * np.count_nonzero(alone[2])
    for ids in ([55], None):
        new = corrected(label, Interpolate()(label, ids))
        assert np.array_equal(new == 55, (expected == 55) & (others != 90))
        assert np.array_equal(new[label > 0], label[label > 0])
    assert Interpolate()(label, slices=range(14)).size == 0
    disc(label, 56, 4, 5, 20, 2)
    both = corrected(label, Interpolate()(label, [55, 56]))
    assert np.array_equal(both == 55, (expected == 55) & (label != 90) & (label != 56))
    with pytest.raises(InvalidParameter, match="Label 56 must be in two slices or more along z, received one"):
        Interpolate()(label, [56])


def test_each_label_has_slices_of_its_own_and_two_share_what_lies_between() -> None:
    label = np.zeros((12, 20, 40), np.uint8)
    for id, first, last, x in ((3, 0, 8, 10), (4, 3, 11, 26)):
        disc(label, id, first, 10, x)
        disc(label, id, last, 10, x)
    new = corrected(label, Interpolate()(label))
    for id, first, last in ((3, 0, 8), (4, 3, 11)):
        assert np.flatnonzero((new == id).any((1, 2))).tolist() == list(range(first, last + 1))
        assert np.array_equal(new == id, corrected(label, Interpolate()(label, [id])) == id)


@pytest.mark.skipif(not (REAL_DATA / "nuclei_confocal").exists(), reason="needs the public images")
def test_a_cubic_beats_straight_lines_on_nuclei() -> None:
    import tifffile

    truth = tifffile.imread(REAL_DATA / "nuclei_confocal" / "instances.tif")
    known = list(range(0, len(truth), 6))
    label = np.zeros_like(truth)
    label[known] = truth[known]
    between = np.setdiff1d(np.arange(known[-1]), known)

    def mean_dice(new: NDArray[Any]) -> float:
        ids = np.unique(truth[between])[1:]
        return float(np.mean([dice(new[between] == one, truth[between] == one) for one in ids]))

    nearest = truth[np.array(known)[np.minimum((np.arange(len(truth)) + 3) // 6, len(known) - 1)]]
    smooth, linear = (
        mean_dice(corrected(label, Interpolate(method=way)(label, slices=known))) for way in ("smooth", "linear")
    )
    assert smooth > 0.02 + max(linear, mean_dice(nearest))


def test_strokes_say_where_they_begin() -> None:
    annotation, _ = Annotation.open((4, 10, 12))
    for line in ("brush 2 r=0 xy z=1 3,4 5,4", "brush 2 r=0 yz x=7 6,2 6,3", "voxels 2 z=3 y=1 1-2"):
        draw(annotation, parse_stroke(line), Ground(annotation.shape))
    _, _, strokes = annotation.markers.voxels()
    first, second, _ = np.unique(strokes).tolist()
    found = begins_of(annotation.done, annotation.shape, frozenset(strokes.tolist()))
    place = {stroke: tuple(map(int, np.unravel_index(at, annotation.shape))) for stroke, at in found.items()}
    assert place == {first: (1, 4, 3), second: (2, 6, 7)}
