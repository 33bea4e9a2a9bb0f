"""The contrast window and the histogram: from a bounded sample, for every kind of image."""

import numpy as np
import pytest

from annotat3d_tui.render.percentiles import BARS, COLUMNS, PLANES, ROWS, bars, contrast_window, grey_sample, histogram


def test_the_sample_is_bounded_and_spread_over_the_image() -> None:
    image = np.broadcast_to(np.arange(2000, dtype=np.uint16), (300, 1500, 2000))
    sample = grey_sample(image)
    assert sample.size <= PLANES * ROWS * COLUMNS
    assert sample.min() < 20
    assert sample.max() > 1980


def test_small_images_are_taken_whole() -> None:
    image = np.arange(24).reshape(2, 3, 4)
    assert np.array_equal(grey_sample(image), image.ravel())


def test_the_window_leaves_out_half_a_percent_at_each_end() -> None:
    assert contrast_window(np.arange(1001)) == (5.0, 995.0)


@pytest.mark.parametrize("size", [2, 7, 1000])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_the_window_is_that_of_numpy(dtype: type, size: int) -> None:
    sample = np.random.default_rng(size).integers(0, 127, size).astype(dtype)
    sample[0] = 0 if sample[0] else 1
    expected = np.percentile(sample.astype(np.float64), (0.5, 99.5))
    assert contrast_window(sample) == pytest.approx(tuple(expected))


def test_an_image_of_few_bright_voxels_has_a_window_too() -> None:
    sample = np.zeros(10_000, np.uint8)
    sample[:3] = 200
    assert contrast_window(sample) == (0.0, 200.0)


@pytest.mark.parametrize("value", [0, 7, -3.5, 1e30, -1e300])
def test_a_constant_image_is_mid_grey(value: float) -> None:
    low, high = contrast_window(np.full(50, value))
    assert low < value < high
    assert high - value == pytest.approx(value - low)


def test_values_that_are_no_numbers_do_not_count() -> None:
    image = np.full((3, 4, 5), np.nan, np.float32)
    assert contrast_window(grey_sample(image)) == (0.0, 1.0)
    image[0, 0], image[1, 0] = np.inf, 5.0
    assert contrast_window(grey_sample(image)) == (4.5, 5.5)


def test_the_histogram_counts_every_value_of_the_sample() -> None:
    sample = np.array([0, 0, 5, 9, 10, 200, -4])
    assert histogram(sample, (0, 10), 5).tolist() == [3, 0, 1, 0, 3]
    assert histogram(np.array([1e308, -1e308]), (-1e308, 1e308), 4).sum() == 2


def test_bars_show_zero_small_and_highest() -> None:
    assert bars(np.array([0, 1, 100_000])) == BARS[0] + BARS[1] + BARS[-1]
    assert bars(np.zeros(3, int)) == BARS[0] * 3
