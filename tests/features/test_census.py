"""What a census says of superpixels, block by block, beside a direct count."""

import numpy as np
import pytest
from numpy.typing import NDArray

from annotat3d_tui.features.census import Census


@pytest.fixture
def superpixels() -> NDArray[np.int32]:
    """Ids 1 to 60 in any order, so that most are in several blocks, and 7 and 61 to 63 in none."""
    ids = np.random.default_rng(3).integers(1, 61, (9, 4, 5)).astype(np.int32)
    ids[ids == 7] = 8
    return ids


def test_every_superpixel_closes_once_with_its_last_block(superpixels: NDArray[np.int32]) -> None:
    blocks = [superpixels[start : start + 2] for start in range(0, 9, 2)]
    census = Census(63, len(blocks))
    for number in (3, 0, 4, 1, 2):
        census.look(number, blocks[number])
    census.settle()
    assert census.voxels.tolist() == np.bincount(superpixels.ravel(), minlength=64)[1:].tolist()
    assert np.flatnonzero(census.unseen).tolist() == sorted(
        {6, 60, 61, 62} | (set(range(60)) - set(np.unique(superpixels) - 1))
    )
    for number in range(len(blocks)):
        before = set((np.unique(np.concatenate(blocks[: number + 1])) - 1).tolist())
        after = set((np.unique(np.concatenate([*blocks[number + 1 :], np.zeros((1, 4, 5), np.int32)])) - 1).tolist())
        here = set((np.unique(blocks[number]) - 1).tolist())
        assert census.closing(number).tolist() == sorted(here - after)
        assert sorted(census.open_after(number).tolist()) == sorted(before & after)
        low, high = census.span(number)
        assert low <= min(here)
        assert high > max(here)


def test_a_block_without_planes_changes_nothing(superpixels: NDArray[np.int32]) -> None:
    census = Census(63, 2)
    census.look(0, superpixels[:0])
    census.look(1, superpixels)
    census.settle()
    assert census.closing(0).size == census.open_after(0).size == 0
    assert census.closing(1).tolist() == sorted(set((np.unique(superpixels) - 1).tolist()))
