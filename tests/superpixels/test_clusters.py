"""One step of SLIC against its definition, voxel by voxel in float64."""

import numpy as np
import pytest
from scipy import ndimage

from annotat3d_tui.superpixels import cells, clusters
from annotat3d_tui.superpixels.clustering import edges_of, places_in_blocks
from annotat3d_tui.superpixels.seeds import nodes

SHAPES = [((20, 23, 30), 7), ((9, 10, 50), 4), ((5, 5, 5), 2), ((40, 21, 37), 19), ((3, 70, 95), 64), ((1, 1, 1), 7)]


def lattice(shape, spacing):
    """Cells of a volume: their edges, how many there are along each axis, and the cell of each voxel along each."""
    grids = [nodes(size, spacing) for size in shape]
    edges = tuple(edges_of(size, grid, spacing) for size, grid in zip(shape, grids, strict=True))
    own = [np.searchsorted(edge, np.arange(size), "right") - 1 for edge, size in zip(edges, shape, strict=True)]
    return edges, tuple(count for _, count in grids), np.meshgrid(*own, indexing="ij")


def arranged(levels, edges, counts):
    target, sums = np.zeros(levels.size, np.uint16), np.zeros((*counts, 5), np.int64)
    for layer in range(counts[0]):
        cells.arrange(levels, edges, layer, target, sums)
    return target, sums


def sums_by(ids, levels, count):
    """Count, sums of intensity, z, y and x of the voxels of ids 0 … count-1."""
    columns = [np.ones(levels.shape, np.int64), levels.astype(np.int64), *np.indices(levels.shape)]
    found = np.zeros((count, 5), np.int64)
    for i, column in enumerate(columns):
        np.add.at(found[:, i], ids.ravel(), column.ravel())
    return found


@pytest.mark.parametrize(("shape", "spacing"), SHAPES)
def test_arranged_voxels_lie_cell_by_cell_and_are_summed(shape, spacing):
    edges, counts, own = lattice(shape, spacing)
    cell = np.ravel_multi_index(own, counts)
    number = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    target, sums = arranged(number, edges, counts)
    np.testing.assert_array_equal(np.sort(target), number.ravel())
    assert (np.diff(cell.ravel()[target]) >= 0).all()
    expected = sums_by(cell, number, int(np.prod(counts)))
    np.testing.assert_allclose(sums.reshape(-1, 5), expected, atol=0.5)


@pytest.mark.parametrize("weight", [0.0, 1e-4, 0.02, 0.25])
@pytest.mark.parametrize(("shape", "spacing"), SHAPES)
def test_each_voxel_goes_to_the_best_of_the_centres_around_its_cell(shape, spacing, weight):
    rng = np.random.default_rng(0)
    edges, counts, own = lattice(shape, spacing)
    levels = rng.integers(0, 65536, shape).astype(np.uint16)
    levels[:, : shape[1] // 2] //= 16
    target, sums = arranged(levels, edges, counts)
    centres = np.empty((*counts, 4), np.float32)
    clusters.move(sums, centres)
    centres += rng.normal(0, [0.05, *[spacing / 4] * 3], centres.shape)
    ids = np.zeros(shape, np.int32)
    boxes = np.full((*counts, 6), [*shape, 0, 0, 0], np.int32)
    whole = 0, counts[0], 0, counts[1]
    clusters.assign(target, edges, whole, places_in_blocks(), centres, np.float32(weight), sums, ids, boxes, True)
    np.testing.assert_array_equal(sums.reshape(-1, 5), sums_by(ids - 1, levels, int(np.prod(counts))))
    for number, box in enumerate(ndimage.find_objects(ids, int(np.prod(counts)))):
        first, last = boxes.reshape(-1, 6)[number].reshape(2, 3)
        assert box is None or all(f <= b.start < b.stop <= e for f, b, e in zip(first, box, last, strict=True))
    cost = costs(levels, centres, weight, own)
    chosen = np.take_along_axis(cost, (ids - 1)[..., None], -1)[..., 0]
    np.testing.assert_allclose(chosen, cost.min(-1), atol=2e-5)


def costs(levels, centres, weight, own):
    """Of each voxel to each centre; infinite to those that are not around its cell."""
    points = [levels / 65535, *np.indices(levels.shape)]
    weights = [1.0, weight, weight, weight]
    flat = centres.reshape(-1, 4).astype(np.float64)
    cost = sum(
        w * (point[..., None] - flat[:, i]) ** 2 for i, (w, point) in enumerate(zip(weights, points, strict=True))
    )
    of_centre = np.stack(np.unravel_index(np.arange(len(flat)), centres.shape[:3]), -1)
    cost[(np.abs(np.stack(own, -1)[..., None, :] - of_centre) > 1).any(-1)] = np.inf
    return cost
