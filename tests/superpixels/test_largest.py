"""The largest piece of each superpixel against SciPy's labels."""

import numpy as np
import pytest
from scipy import ndimage

from annotat3d_tui.superpixels import largest

SHAPES = [(9, 12, 70), (5, 20, 31), (1, 16, 33), (12, 1, 64), (3, 4, 2), (1, 1, 1)]


def scattered(shape, rng):
    """Ids 1…8 of the eight corners of a volume, patchy; 9 is nowhere."""
    near = [ndimage.uniform_filter(rng.normal(size=shape), 3) * 4 + axis for axis in np.indices(shape)]
    halves = [part > size / 2 for part, size in zip(near, shape, strict=True)]
    return (4 * halves[0] + 2 * halves[1] + halves[2] + 1).astype(np.int32)


def boxes_of(ids, count):
    found = ndimage.find_objects(ids, count)
    return np.array([[0] * 6 if box is None else [b.start for b in box] + [b.stop for b in box] for box in found])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", SHAPES)
def test_of_each_superpixel_the_largest_piece_stays(shape, seed):
    rng = np.random.default_rng(seed)
    ids = scattered(shape, rng)
    totals = np.bincount(ids.ravel(), minlength=10)[1:].reshape(1, 3, 3)
    boxes = boxes_of(ids, 9).astype(np.int32).reshape(1, 3, 3, 6)
    places = rng.integers(0, ids.size, totals.shape)
    kept, sizes = ids.copy(), np.zeros(totals.shape, np.int64)
    largest.keep_largest(kept, boxes, places, totals, 0, sizes)
    assert set(np.unique(kept - ids)) <= {0, *range(-9, 0)}
    for number in range(1, 10):
        pieces, count = ndimage.label(ids == number)
        largest_size = max(np.bincount(pieces.ravel())[1:], default=0)
        own = kept == number
        assert own.sum() == sizes.ravel()[number - 1] == largest_size
        assert count == 0 or len(np.unique(pieces[own])) == 1
        place = places.ravel()[number - 1]
        if ids.ravel()[place] == number and (pieces == pieces.ravel()[place]).sum() == largest_size:
            assert own.ravel()[place]
