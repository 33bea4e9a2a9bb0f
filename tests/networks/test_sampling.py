"""Patches lie in their part of the volume, and around the voxels that the strategy asks for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.regions import Box, split_planes, split_slab, whole
from annotat3d_tui.networks.sampling import STRATEGIES, Sampling, draw

sides = st.tuples(*[st.integers(2, 14)] * 3)


def cut(labels: np.ndarray, place: tuple[int, int, int], patch: tuple[int, int, int]) -> np.ndarray:
    return labels[tuple(slice(first, first + side) for first, side in zip(place, patch, strict=True))]


def lies_in(place: tuple[int, int, int], patch: tuple[int, int, int], box: Box) -> bool:
    return all(
        start <= first and first + side <= stop
        for first, side, start, stop in zip(place, patch, box.start, box.stop, strict=True)
    )


@given(sides, sides, st.floats(0.01, 0.9), st.sampled_from(STRATEGIES), st.integers(0, 99))
def test_no_patch_that_is_held_out_overlaps_another(
    shape: tuple[int, int, int], patch: tuple[int, int, int], share: float, strategy: str, seed: int
) -> None:
    patch = tuple(min(side, length) for side, length in zip(patch, shape, strict=True))
    if all(length < 2 * side for length, side in zip(shape, patch, strict=True)):
        with pytest.raises(InvalidParameter, match="hold out whole volumes"):
            split_slab(shape, patch, share, "a.tif")
        return
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, shape, p=[0.7, 0.2, 0.1]).astype(np.uint8)
    split = split_slab(shape, patch, share, "a.tif")
    covered = []
    for boxes in (split.training, split.validation):
        seen = np.zeros(shape, bool)
        for place in draw(labels, boxes, 7, Sampling(strategy, patch, (1, 2), 1, partly=True), rng):
            assert any(lies_in(place, patch, box) for box in boxes)
            cut(seen, place, patch)[...] = True
        covered.append(seen)
    assert not (covered[0] & covered[1]).any()


def test_slices_are_held_out_for_patches_of_one_slice() -> None:
    split = split_slab((10, 300, 300), (1, 256, 256), 0.25, "a.tif")
    assert split.training == (Box((0, 0, 0), (8, 300, 300)),)
    assert split.validation == (Box((8, 0, 0), (10, 300, 300)),)
    assert split_slab((40, 90, 70), (16, 16, 16), 0.01, "a.tif").validation == (Box((0, 74, 0), (40, 90, 70)),)
    assert split_slab((40, 50, 70), (16, 16, 40), 0.2, "a.tif").validation == (Box((0, 34, 0), (40, 50, 70)),)


def test_slices_that_are_named_are_held_out() -> None:
    split = split_planes((60, 30, 30), (8, 16, 16), (20, 30), "a.tif")
    assert [box.slices[0] for box in split.training] == [slice(0, 20), slice(30, 60)]
    assert [box.slices[0] for box in split.validation] == [slice(20, 30)]
    assert [box.slices[0] for box in split_planes((60, 30, 30), (8, 16, 16), (30, 60), "").training] == [slice(0, 30)]
    for planes, said in (
        ((20, 61), "must be among the 60 of a.tif, received 20:61"),
        ((30, 30), "must be among the 60 of a.tif, received 30:30"),
        ((20, 24), "that are held out must hold a patch of 16×16×8, received 20:24 of 60"),
        ((4, 58), "that are left for training must hold a patch"),
    ):
        with pytest.raises(InvalidParameter, match=said):
            split_planes((60, 30, 30), (8, 16, 16), planes, "a.tif")


def test_uniform_takes_every_place() -> None:
    boxes = [Box((0, 0, 0), (3, 4, 5)), Box((6, 0, 0), (8, 4, 5))]
    sampling = Sampling("uniform", (2, 4, 4), (0, 1), 0)
    drawn = draw(np.zeros((8, 4, 5), np.uint8), boxes, 6000, sampling, np.random.default_rng(0))
    places, times = np.unique(drawn, axis=0, return_counts=True)
    assert places.tolist() == [[z, 0, x] for z in (0, 1, 6) for x in (0, 1)]
    assert (abs(times - 1000) < 150).all()


def rare(shape: tuple[int, int, int] = (16, 24, 32)) -> np.ndarray:
    """Class 1 nearly everywhere, 2 and 3 in small blocks."""
    labels = np.ones(shape, np.uint8)
    labels[6:8, 10:13, 10:14], labels[9, 15, 20:22] = 2, 3
    return labels


def central(labels: np.ndarray, places: list[tuple[int, int, int]], patch: tuple[int, int, int]) -> list[int]:
    return [int(labels[tuple(first + side // 2 for first, side in zip(place, patch, strict=True))]) for place in places]


def test_balanced_draws_the_central_class_evenly() -> None:
    labels, patch = rare(), (5, 8, 6)
    sampling = Sampling("balanced", patch, (1, 2, 3), 1)
    drawn = central(labels, draw(labels, [whole(labels.shape)], 90, sampling, np.random.default_rng(1)), patch)
    assert [drawn.count(one) for one in (1, 2, 3)] == [30, 30, 30]


def test_foreground_has_a_third_around_rare_classes() -> None:
    labels, patch = rare(), (5, 8, 6)
    sampling = Sampling("foreground", patch, (1, 2, 3), 1)
    drawn = central(labels, draw(labels, [whole(labels.shape)], 90, sampling, np.random.default_rng(1)), patch)
    assert [drawn[:30].count(one) for one in (1, 2, 3)] == [0, 15, 15]
    assert drawn[30:].count(1) > 50


def test_a_class_at_the_edge_is_reached() -> None:
    labels = np.ones((8, 20, 20), np.uint8)
    labels[0, 0, 0] = 2
    sampling = Sampling("balanced", (4, 8, 8), (1, 2), 1)
    drawn = draw(labels, [whole(labels.shape)], 10, sampling, np.random.default_rng(0))
    assert drawn.count((0, 0, 0)) >= 5


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("patch", [(1, 8, 8), (4, 4, 4)])
def test_every_patch_has_a_label_where_few_voxels_do(strategy: str, patch: tuple[int, int, int]) -> None:
    labels = np.zeros((40, 30, 30), np.uint8)
    labels[7, 3:6, 20], labels[31, 29, 29] = 1, 2
    sampling = Sampling(strategy, patch, (1, 2), 1, partly=True)
    for place in draw(labels, [whole(labels.shape)], 30, sampling, np.random.default_rng(2)):
        assert cut(labels, place, patch).any()


def test_a_part_without_labels_gives_patches_all_the_same() -> None:
    labels = np.zeros((8, 8, 8), np.uint8)
    for strategy in STRATEGIES:
        sampling = Sampling(strategy, (2, 2, 2), (1, 2), 1, partly=True)
        assert len(draw(labels, [whole(labels.shape)], 5, sampling, np.random.default_rng(0))) == 5
