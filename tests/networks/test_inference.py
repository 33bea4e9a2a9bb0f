"""Patch by patch is as the whole volume at once; every voxel is where it was; nothing is held that can flow."""

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from annotat3d_tui.errors import Cancelled, InvalidParameter
from annotat3d_tui.networks.inference import Sides, infer, sides_for
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.tiles import cut, tile_count, tiles_of

NOTHING = Moments(0.0, 1.0)
CLASSES = (3, 7)
SHAPES = st.tuples(st.integers(1, 23), st.integers(1, 29), st.integers(1, 31))


def shares(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """A network that sees one voxel around each: mean over 3×3×3 above one half, as probabilities."""
    mean = np.stack([uniform_filter(image, 3, mode="mirror") for image in images])
    return np.stack([1 - mean, mean], -1)


def classes(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    return shares(images).argmax(-1).astype(np.uint8)


def volume(shape: tuple[int, int, int], seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 2, shape).astype(np.uint8)


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.tuples(*[st.sampled_from((4, 5, 8))] * 3), st.integers(0, 1))
def test_tiles_cover_each_voxel_once_and_keep_away_from_their_sides(
    shape: tuple[int, int, int], patch: tuple[int, int, int], border: int
) -> None:
    seen = np.zeros(shape, int)
    tiles = list(tiles_of(shape, patch, (border,) * 3))
    for tile in tiles:
        seen[tile.core] += 1
        for start, kept, side, length in zip(tile.start, tile.core, patch, shape, strict=True):
            assert kept.start - start >= (border if kept.start else 0)
            assert kept.stop == length or start + side - kept.stop >= border
    assert (seen == 1).all()
    assert len(tiles) == tile_count(shape, patch, (border,) * 3)


@settings(max_examples=40, deadline=None)
@given(SHAPES, st.integers(1, 7), st.sampled_from(["discard", "gaussian"]))
def test_patch_by_patch_is_as_the_whole_at_once(shape: tuple[int, int, int], batch: int, blend: str) -> None:
    voxels = volume(shape)
    predict = shares if blend == "gaussian" else classes
    found = infer(voxels, NOTHING, CLASSES, [predict], Sides((8, 9, 10), (1, 1, 1)), batch, blend=blend)
    whole = np.array(CLASSES)[classes(voxels[None].astype(np.float32))[0]]
    if blend == "discard":
        assert np.array_equal(found.label, whole)
    else:
        inner = tuple(slice(1, -1) if length > 8 else slice(None) for length in shape)
        assert found.label.shape == voxels.shape
        assert (found.label[inner] == whole[inner]).mean() > 0.9 or found.label[inner].size < 50
    assert found.label.dtype == np.uint8


@pytest.mark.parametrize("blend", ["discard", "gaussian"])
@pytest.mark.parametrize("padding", [(0, 0, 0), (2, 3, 5)])
def test_what_lies_at_a_place_comes_out_there(blend: str, padding: tuple[int, int, int]) -> None:
    voxels = np.zeros((11, 26, 37), np.uint16)
    voxels[3, 20, 30], voxels[10, 0, 36] = 1000, 1000

    def bright(images: NDArray[np.float32]) -> NDArray[np.float32]:
        found = (images > 500).astype(np.float32)
        return np.stack([1 - found, found], -1)

    sides = Sides((8, 8, 8), (1, 2, 3), padding)
    found = infer(voxels, NOTHING, CLASSES, [bright], sides, 3, blend=blend, probabilities=np.dtype(np.float16))
    assert np.argwhere(found.label == 7).tolist() == [[3, 20, 30], [10, 0, 36]]
    assert found.probabilities is not None
    assert found.probabilities.dtype == np.float16
    assert np.argwhere(found.probabilities[1] > 0.5).tolist() == [[3, 20, 30], [10, 0, 36]]
    assert np.allclose(found.probabilities.sum(0), 1)


def test_a_frame_is_of_zeros_and_is_not_kept() -> None:
    voxels = np.full((4, 5, 6), 9, np.uint8)
    seen = []

    def watch(images: NDArray[np.float32]) -> NDArray[np.uint8]:
        seen.append(images.copy())
        return (images == 0).astype(np.uint8)

    found = infer(voxels, NOTHING, CLASSES, [watch], Sides((8, 9, 10), (0, 0, 0), (2, 2, 2)), 1)
    assert (found.label == 3).all()
    assert (seen[0][0, 2:6, 2:7, 2:8] == 9).all()
    assert (seen[0] == 9).sum() == voxels.size


def test_in_two_dimensions_each_slice_is_its_own() -> None:
    voxels = volume((5, 20, 24))

    def of_slice(images: NDArray[np.float32]) -> NDArray[np.uint8]:
        assert images.shape[1] == 1
        return (images > 0.5).astype(np.uint8)

    found = infer(voxels, NOTHING, CLASSES, [of_slice], Sides((1, 16, 16), (0, 2, 2)), 4)
    assert np.array_equal(found.label == 7, voxels == 1)


def test_several_devices_give_what_one_gives() -> None:
    voxels = volume((20, 30, 40))
    threads = set()

    def noted(images: NDArray[np.float32]) -> NDArray[np.uint8]:
        threads.add(threading.get_ident())
        return classes(images)

    sides = Sides((8, 8, 8), (1, 1, 1))
    one = infer(voxels, NOTHING, CLASSES, [classes], sides, 2)
    three = infer(voxels, NOTHING, CLASSES, [noted] * 3, sides, 2)
    assert np.array_equal(one.label, three.label)
    assert len(threads) > 1


def test_voxels_that_are_no_numbers_are_as_the_mean() -> None:
    voxels = np.full((4, 4, 4), 5.0, np.float32)
    voxels[0, 0, 0], voxels[1, 1, 1] = np.nan, np.inf
    seen = []

    def watch(images: NDArray[np.float32]) -> NDArray[np.uint8]:
        seen.append(images.copy())
        return np.zeros(images.shape, np.uint8)

    infer(voxels, Moments(4.0, 2.0), CLASSES, [watch], Sides((4, 4, 4), (0, 0, 0)), 1)
    assert np.isfinite(seen[0]).all()
    assert seen[0][0, 0, 0, 0] == 0


def test_it_can_be_stopped() -> None:
    def stop(share: float, stage: str) -> None:
        assert stage == "infer 27 patches"
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        infer(volume((20, 20, 20)), NOTHING, CLASSES, [classes], Sides((8, 8, 8), (1, 1, 1)), 1, progress=stop)


def test_sides_that_leave_nothing_are_refused() -> None:
    network = Network(Path("n.network"), Training(), CLASSES, (32, 32, 48))
    assert sides_for(network) == Sides((32, 32, 48), (4, 4, 6))
    with pytest.raises(InvalidParameter, match="less than half a side"):
        sides_for(network, border=(4, 16, 4))
    with pytest.raises(InvalidParameter, match="must have sides that 16 divides"):
        sides_for(network, patch=(32, 30, 48))
    with pytest.raises(InvalidParameter, match="padding must be 0 or more"):
        sides_for(network, padding=(-1, 0, 0))


def test_beyond_the_sides_there_is_a_mirror() -> None:
    row = np.arange(4).reshape(1, 1, 4)
    assert cut(row, (0, 0, -3), (1, 1, 10))[0, 0].tolist() == [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]
    assert cut(row[:, :, :1], (0, 0, -1), (1, 2, 3)).tolist() == [[[0, 0, 0], [0, 0, 0]]]
