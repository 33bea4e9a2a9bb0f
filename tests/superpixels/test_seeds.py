import numpy as np
import pytest

from annotat3d_tui.superpixels.seeds import nodes, place_seeds


def noise(shape, levels=65536):
    return np.random.default_rng(0).integers(0, levels, shape).astype(np.uint16)


@pytest.mark.parametrize("spacing", [2, 3, 7, 12, 64, 256])
def test_nodes_are_within_the_axis_and_evenly_spaced(spacing):
    for size in (1, 2, 3, spacing, spacing + 1, 97, 200):
        first, count = nodes(size, spacing)
        last = first + (count - 1) * spacing
        assert 0 <= first <= last < size
        assert abs(first - (size - 1 - last)) <= 1
        assert first < spacing


@pytest.mark.parametrize(("spacing", "levels"), [(4, 65536), (7, 3), (9, 2), (3, 5)])
def test_a_seed_is_the_lowest_gradient_near_its_node_and_of_equal_ones_the_nearest(spacing, levels):
    gradient = noise((13, 22, 31), levels)
    seeds = place_seeds(gradient, spacing)
    reach = spacing // 4
    for index in np.ndindex(seeds.voxels.shape):
        node = np.array([nodes(size, spacing)[0] + i * spacing for size, i in zip(gradient.shape, index, strict=True)])
        low, high = np.maximum(node - reach, 0), np.minimum(node + reach + 1, gradient.shape)
        window = [
            (z, y, x) for z in range(low[0], high[0]) for y in range(low[1], high[1]) for x in range(low[2], high[2])
        ]
        best = min(window, key=lambda voxel: (gradient[voxel], ((np.array(voxel) - node) ** 2).sum(), voxel))
        assert np.unravel_index(seeds.voxels[index], gradient.shape) == best


def test_no_two_seeds_are_one_voxel_and_threads_change_nothing():
    gradient = noise((20, 30, 41))
    for spacing in (2, 5, 8):
        seeds = place_seeds(gradient, spacing)
        assert np.unique(seeds.voxels).size == seeds.number
        np.testing.assert_array_equal(place_seeds(gradient, spacing, threads=3).voxels, seeds.voxels)


def test_flat_each_plane_has_its_own_grid():
    gradient = noise((3, 22, 31))
    seeds = place_seeds(gradient, 7, flat=True)
    for z in range(3):
        alone = place_seeds(gradient[z : z + 1], 7, flat=True)
        np.testing.assert_array_equal(seeds.voxels[z : z + 1], alone.voxels + z * gradient[0].size)


def test_near_finds_all_seeds_of_a_block():
    gradient = noise((40, 1, 1))
    seeds = place_seeds(gradient, 8)
    for first in range(40):
        for last in range(first + 1, 41):
            begin, end = seeds.near(0, first, last)
            within = [i for i, voxel in enumerate(seeds.voxels[:, 0, 0]) if first <= voxel < last]
            assert all(begin <= i < end for i in within)
            assert end - begin <= len(within) + 2
