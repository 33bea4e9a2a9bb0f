"""The door: parameters, errors, progress, cancelling."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from annotat3d_tui.errors import Cancelled, InvalidFile, InvalidMarkers, InvalidParameter, ShapeMismatch, UnknownType
from annotat3d_tui.features import gaussian
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.voxels import voxel_features
from tests.features.examples import EVERY, textured

SHAPE = (6, 7, 11)


@pytest.fixture
def image():
    return textured(SHAPE)


def test_columns_go_filter_by_filter_and_radius_by_radius():
    parameters = Features(("fft_gauss", "none", "variance"), (4, 2), pooling=("mean", "minimum"))
    assert parameters.radii == (2, 4)
    assert parameters.names == ("fft_gauss 2", "fft_gauss 4", "none", "variance 2", "variance 4")
    assert parameters.columns[:3] == ("fft_gauss 2 mean", "fft_gauss 2 minimum", "fft_gauss 4 mean")
    assert Features.from_dict(parameters.to_dict()) == parameters


def test_the_table_says_what_it_holds(image):
    found = Features()(image, superpixels=np.ones(SHAPE, np.int32), marked=[(0, 1, 2)])
    assert found.columns == ("none mean", *(f"fft_gauss {radius} mean" for radius in (1, 2, 4, 8)))
    assert found.superpixels.dtype == found.voxels.dtype == np.float32
    assert found.superpixels.shape == found.voxels.shape == (1, 5)
    assert found.superpixels.flags.f_contiguous
    assert found.voxels[0, 0] == image[0, 1, 2]
    assert found.dimensions in (2, 3)


def test_nothing_asked_nothing_given(image):
    found = Features()(image)
    assert found.superpixels is None
    assert found.voxels is None
    assert Features()(image, marked=np.zeros((0, 3), int)).voxels.shape == (0, 5)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"filters": ("blur",)}, "filters of features must be any of none, .*received blur"),
        ({"filters": ("none", "none")}, "filters of features must differ, received none twice"),
        ({"radii": (0,)}, "radii of features must be from 1 to 64 voxels, received 0"),
        ({"radii": (65,)}, "radii of features must be from 1 to 64 voxels, received 65"),
        ({"radii": (2, 1, 2)}, "radii of features must differ, received 2 twice"),
        ({"radii": ()}, "radii of features must be a list of at least one value"),
        ({"dimensions": "4"}, "dimensions of features must be one of auto, 2, 3, received 4"),
        ({"pooling": ("median",)}, "pooling of features must be any of mean, minimum, maximum, received median"),
    ],
)
def test_wrong_parameters_are_refused(values, message):
    with pytest.raises(InvalidParameter, match=message):
        Features(**values)


def test_wrong_inputs_are_refused(image):
    ids = np.ones(SHAPE, np.int32)
    with pytest.raises(UnknownType, match=r"must be of type uint8, .*received complex128"):
        Features()(image.astype(complex), superpixels=ids)
    with pytest.raises(ShapeMismatch, match=r"must have three axes .* received shape \(7, 11\)"):
        Features()(image[0], superpixels=ids)
    with pytest.raises(ShapeMismatch, match=r"superpixels must have the image's shape"):
        Features()(image, superpixels=ids[1:])
    with pytest.raises(InvalidFile, match=r"ids from 1 on, received 0"):
        Features()(image, superpixels=ids - 1)
    with pytest.raises(InvalidMarkers, match=r"must lie in the image .* received \(2, 7, 1\)"):
        Features()(image, marked=[(1, 1, 1), (2, 7, 1)])
    with pytest.raises(InvalidParameter, match=r"must be some of the 6 planes"):
        voxel_features(image, Features(), slice(6, 9))


def test_progress_grows_to_one(image):
    told = []
    Features(EVERY)(
        image, superpixels=np.ones(SHAPE, np.int32), progress=lambda done, stage: told.append((done, stage)), threads=2
    )
    assert told[0] == (0.0, "features")
    assert told[-1] == (1.0, "features")
    assert sorted(told) == told


def test_cancelling_stops_at_once(image):
    def refuse(done, stage):
        raise Cancelled

    with pytest.raises(Cancelled):
        Features(EVERY)(image, superpixels=np.ones(SHAPE, np.int32), progress=refuse, threads=3)


def test_an_error_in_one_thread_sends_the_others_home(monkeypatch):
    """The second slab waits for its turn after the first, which never comes."""
    calls = []
    lock = threading.Lock()
    smooth = gaussian.smooth

    def fail_once(*arguments, **options):
        with lock:
            calls.append(1)
            first = len(calls) == 1
        if first:
            raise RuntimeError("first slab")
        return smooth(*arguments, **options)

    monkeypatch.setattr(gaussian, "smooth", fail_once)
    image = textured((150, 5, 6))
    with pytest.raises(RuntimeError, match="first slab"):
        Features(("fft_gauss",), (1,), "3")(image, superpixels=np.ones(image.shape, np.int32), threads=3)


def test_settled_parameters_name_their_dimensions(image):
    assert Features(dimensions="2").settled(image) == Features(dimensions="2")
    assert Features().settled(image[:1]) == Features(dimensions="2")


def test_voxel_features_can_reuse_their_memory(image):
    parameters = Features(dimensions="3")
    expected = voxel_features(image, parameters, slice(2, 4))
    out = np.empty_like(expected)
    assert voxel_features(image, parameters, slice(2, 4), out=out) is out
    np.testing.assert_array_equal(out, expected)
    assert out.shape == (5, 2, 7, 11)


def test_parameters_do_not_bring_numba_in():
    code = (
        "import sys; from annotat3d_tui.features.features import Features;"
        "Features.parameters(); Features().to_dict(); print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
