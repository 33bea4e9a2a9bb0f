import heapq

import numpy as np
import pytest

from annotat3d_tui.errors import Cancelled
from annotat3d_tui.superpixels import flood as module
from annotat3d_tui.superpixels.buckets import LEVELS, spread
from annotat3d_tui.superpixels.flood import FARTHEST, box_and_halo, flood
from annotat3d_tui.superpixels.gradient import gradient
from annotat3d_tui.superpixels.seeds import place_seeds
from tests.superpixels.phantoms import two_phases


def by_a_plain_queue(edges, seeds, compactness):
    """The definition: a queue by level, first in, first out, each voxel labelled when first reached."""
    spacing = np.float32(seeds.step[2])
    per_cost = (LEVELS - 1) / (65535 + FARTHEST * compactness)
    ids = np.zeros(edges.shape, np.int32)
    queue = []

    def wait(voxel, level):
        heapq.heappush(queue, (level, len(pushed), voxel))
        pushed.append(voxel)

    pushed = []
    places = [np.unravel_index(voxel, edges.shape) for voxel in seeds.voxels.ravel()]
    for label, place in enumerate(places, start=1):
        ids[place] = label
        wait(place, int((edges[place] >> 1) * np.float32(2 * per_cost)))
    while queue:
        current, _, voxel = heapq.heappop(queue)
        for step in ((0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0)):
            beside = tuple(a + b for a, b in zip(voxel, step, strict=True))
            if not all(0 <= a < size for a, size in zip(beside, edges.shape, strict=True)) or ids[beside]:
                continue
            ids[beside] = ids[voxel]
            square = sum((a - b) ** 2 for a, b in zip(beside, places[ids[voxel] - 1], strict=True))
            far = np.sqrt(np.float32(square)) * np.float32(compactness / spacing * per_cost)
            cost = (edges[beside] >> 1) * np.float32(2 * per_cost) + far
            wait(beside, max(min(int(cost), LEVELS - 1), current))
    return ids


@pytest.mark.parametrize("compactness", [0.0, 100.0, 10000.0, 1e6])
def test_it_is_the_flood_of_a_plain_priority_queue(compactness):
    image, _ = two_phases((9, 17, 24))
    edges = gradient(image)
    seeds = place_seeds(edges, 5)
    agreement = flood(edges, seeds, compactness) == by_a_plain_queue(edges, seeds, compactness)
    assert agreement.mean() > 0.999  # rounding may move a voxel to the next level


@pytest.mark.parametrize(("compactness", "least"), [(10000.0, 0.9995), (1000.0, 0.997)])
def test_blocks_agree_with_one_whole_block(compactness, least, monkeypatch):
    image, _ = two_phases((60, 80, 100))
    edges = gradient(image)
    seeds = place_seeds(edges, 7)
    blocks = flood(edges, seeds, compactness)
    monkeypatch.setattr(module, "_SMALLEST_BOX", 128)
    whole = flood(edges, seeds, compactness)
    assert least < (blocks == whole).mean() < 1


def test_flat_blocks_agree_with_one_whole_block(monkeypatch):
    image, _ = two_phases((2, 150, 220))
    edges = gradient(image, flat=True)
    seeds = place_seeds(edges, 7, flat=True)
    whole = flood(edges, seeds, 10000.0, flat=True)
    monkeypatch.setattr(module, "_SMALLEST_FLAT_BOX", 64)
    blocks = flood(edges, seeds, 10000.0, flat=True)
    assert 0.9995 < (blocks == whole).mean() < 1


@pytest.mark.parametrize("spacing", [2, 3, 6, 12, 20])
def test_every_voxel_gets_an_id_and_every_seed_keeps_its_own(spacing):
    edges = np.random.default_rng(0).integers(0, 65536, (5, 66, 130)).astype(np.uint16)
    for flat in (False, True):
        seeds = place_seeds(edges, spacing, flat=flat)
        ids = flood(edges, seeds, 300.0, flat=flat)
        np.testing.assert_array_equal(ids.ravel()[seeds.voxels.ravel()], np.arange(seeds.number) + 1)
        assert ids.min() == 1
        assert ids.max() == seeds.number


def test_boxes_hold_halo_and_block():
    for flat in (False, True):
        for spacing in range(2, 257):
            for compactness in (0.0, 10000.0):
                box, halo = box_and_halo(spacing, compactness, flat)
                assert halo >= spacing
                assert box - 2 - 2 * halo > spacing
                assert ((box - 3) // spacing + 1) ** (2 if flat else 3) < 2**15


def test_wide_spacings_make_do_with_fewer_threads(monkeypatch):
    image, _ = two_phases((20, 40, 150))
    edges = gradient(image)
    seeds = place_seeds(edges, 7)
    expected = flood(edges, seeds, 10000.0)
    monkeypatch.setattr(module, "_SCRATCH_BYTES", 0)
    monkeypatch.setattr(module, "_SCRATCH_BYTES_PER_VOXEL", 0)
    np.testing.assert_array_equal(flood(edges, seeds, 10000.0, threads=3), expected)


def test_a_flood_that_is_told_to_stop_spreads_no_further():
    stop = np.zeros(1, np.uint8)

    def cancel(share, stage):
        raise Cancelled

    with pytest.raises(Cancelled):
        module._stopping(cancel, stop)(0.5, "watershed")
    layout, seed = (3, 6, 1), (1 << 6) + (1 << 3) + 1
    state = np.zeros((3, 8, 8), np.int16)
    state[1, 1:7, 1:7] = -1
    ends, places = np.empty((LEVELS, 2), np.int32), np.array([0, seed], np.int32)
    behind, weights = np.empty(state.size, np.int32), (np.float32(1), np.float32(1))
    spread(state.ravel(), behind, ends, places, layout, weights, stop)
    assert np.count_nonzero(state == 1) == 1
    stop[0] = 0
    state[1, 1:7, 1:7] = -1
    spread(state.ravel(), behind, ends, places, layout, weights, stop)
    assert np.count_nonzero(state == 1) == 36
