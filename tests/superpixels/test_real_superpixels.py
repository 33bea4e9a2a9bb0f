from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D
from tests.superpixels.phantoms import majority_labels

NUCLEI = Path(__file__).parents[2].parent / "shared" / "data" / "nuclei_confocal"


@pytest.mark.skipif(not NUCLEI.exists(), reason="the real images are not here")
@pytest.mark.parametrize(
    ("method", "least"),
    [
        (Waterpixels3D(7), 0.885),
        (Waterpixels3D(7, 1000.0), 0.89),
        (Waterpixels3D(4), 0.915),
        (Waterpixels(7), 0.915),
        (Slic(7), 0.89),
        (Slic(4), 0.92),
    ],
)
def test_nuclei_keep_their_shape(method, least):
    image = tifffile.imread(NUCLEI / "image.tif")
    truth = tifffile.imread(NUCLEI / "label.tif")
    best = majority_labels(method(image, threads=2), truth)
    dice = [2 * ((best == k) & (truth == k)).sum() / ((best == k).sum() + (truth == k).sum()) for k in (1, 2)]
    assert np.mean(dice) > least
