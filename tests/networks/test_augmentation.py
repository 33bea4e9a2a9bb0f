"""A label painted into the image is still on it after every change; ranges are kept; same numbers, same bytes."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.stats import kstest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.augmentation import Augmentation, augment
from annotat3d_tui.networks.dataset import Sample
from annotat3d_tui.networks.elastic import bent, shifts

NOTHING = Augmentation(**{
    one.name: False for one in Augmentation.parameters() if one.value_type is bool
}, chance=1.0)  # fmt: skip
SWITCHES = [one.name for one in Augmentation.parameters() if one.value_type is bool]
MOVING = ("vertical_flip", "horizontal_flip", "depth_flip", "rotation", "elastic")
SHAPES = [(16, 16, 16), (12, 20, 28), (1, 24, 24), (1, 20, 31)]


def random(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


def painted(shape: tuple[int, ...], seed: int = 0) -> Sample:
    """Smooth blobs whose classes are seen in the image, and whose weights are, too."""
    field = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), [2 if n > 1 else 0 for n in shape])
    label = (field > 0).astype(np.uint8)
    weight = np.where(field > 1.2 * field.std(), 0.0, 1.0 + label).astype(np.float32)
    return Sample((100.0 * label).astype(np.float32), label, weight)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("switch", SWITCHES)
def test_a_label_stays_on_its_image(switch: str, shape: tuple[int, ...]) -> None:
    before = painted(shape)
    for seed in range(4):
        after = augment(before, replace(NOTHING, **{switch: True}), random(seed))
        assert after.image.shape == after.label.shape == after.weight.shape == shape
        assert (after.image.dtype, after.label.dtype, after.weight.dtype) == (np.float32, np.uint8, np.float32)
        if switch in MOVING[:4]:
            assert np.array_equal(after.image, 100.0 * after.label)
        elif switch == "elastic":
            clear = np.abs(after.image - 50) > 49
            assert clear.mean() > 0.4
            assert np.array_equal(after.image[clear] > 50, after.label[clear] == 1)
        else:
            assert np.array_equal(after.label, before.label)
            assert np.array_equal(after.weight, before.weight)
            inside = after.image[before.label == 1].mean()
            assert inside > after.image[before.label == 0].mean()
        counted = after.weight > 0
        assert np.array_equal(after.weight[counted], 1.0 + after.label[counted])


@pytest.mark.parametrize("switch", MOVING)
def test_a_move_does_move(switch: str) -> None:
    before = painted((16, 16, 16))
    after = augment(before, replace(NOTHING, **{switch: True}), random(0))
    assert not np.array_equal(after.label, before.label)
    if switch != "elastic":
        assert np.array_equal(np.sort(after.image, axis=None), np.sort(before.image, axis=None))


def test_all_off_changes_nothing_and_no_chance_neither() -> None:
    before = painted((8, 8, 8))
    for augmentation in (NOTHING, Augmentation(chance=0.0)):
        after = augment(before, augmentation, random(0))
        assert all(np.array_equal(a, b) for a, b in zip(vars(after).values(), vars(before).values(), strict=True))


def test_the_same_numbers_give_the_same_bytes() -> None:
    one, again = (augment(painted((16, 16, 16)), Augmentation(), random(7)) for _ in range(2))
    other = augment(painted((16, 16, 16)), Augmentation(), random(8))
    assert one.image.tobytes() == again.image.tobytes()
    assert one.image.tobytes() != other.image.tobytes()


def test_bending_is_what_scipy_makes_of_the_same_shifts() -> None:
    rng = np.random.default_rng(0)
    shape = (14, 18, 22)
    image = rng.standard_normal(shape).astype(np.float32)
    label = rng.integers(0, 3, shape).astype(np.uint8)
    found = bent(Sample(image, label, np.ones(shape, np.float32)), 40.0, 2.0, random(3))
    field = shifts(shape, 40.0, 2.0, random(3))
    places = np.indices(shape) + field
    places = np.stack([np.clip(place, 0, n - 1) for place, n in zip(places, shape, strict=True)])
    assert np.allclose(found.image, map_coordinates(image, places, order=1), atol=1e-5)
    nearest = map_coordinates(label, np.floor(places.astype(np.float32) + np.float32(0.5)), order=0)
    assert (found.label == nearest).mean() > 0.999


@pytest.mark.parametrize(("shape", "sigma"), [((40, 40, 40), 2.5), ((1, 200, 200), 3.0)])
def test_shifts_are_as_large_as_those_of_simard(shape: tuple[int, ...], sigma: float) -> None:
    alpha, sides = 25.0, [n for n in shape if n > 1]
    theirs = alpha * gaussian_filter(np.random.default_rng(0).uniform(-1, 1, sides), sigma)
    ours = shifts(shape, alpha, sigma, random(0))
    for axis, side in enumerate(shape):
        assert ours[axis].std() == (pytest.approx(theirs.std(), rel=0.15) if side > 1 else 0)


def test_contrast_keeps_the_range_and_grey_changes_are_as_large_as_said() -> None:
    before = Sample(*(part for part in vars(painted((16, 16, 16))).values()))
    image = np.random.default_rng(0).normal(50, 10, (16, 16, 16)).astype(np.float32)
    before = replace(before, image=image)
    after = augment(before, replace(NOTHING, contrast=True), random(1)).image
    assert (after.min(), after.max()) == pytest.approx((image.min(), image.max()), rel=1e-5)
    assert np.array_equal(after.argsort(axis=None)[:50], image.argsort(axis=None)[:50])
    shifted = augment(before, replace(NOTHING, brightness=True), random(1)).image - image
    assert np.ptp(shifted) < 1e-4
    assert 0 < abs(shifted.mean()) <= 0.2 * image.std() + 1e-4
    blurred = augment(before, replace(NOTHING, blur=True), random(1)).image
    assert blurred.std() < image.std()


@pytest.mark.parametrize("level", [0.02, 0.1])
def test_noise_is_gaussian_white_and_as_strong_as_said(level: float) -> None:
    image = np.random.default_rng(0).normal(50, 10, (32, 32, 32)).astype(np.float32)
    before = replace(painted((32, 32, 32)), image=image)
    noisy = augment(before, replace(NOTHING, noise=True, noise_level_min=level, noise_level_max=level), random(1))
    noise = (noisy.image - image) / image.std()
    count = noise.size
    assert abs(noise.mean()) < 4 * level / np.sqrt(count)
    assert noise.std() == pytest.approx(level, rel=4 / np.sqrt(2 * count))
    assert kstest(noise.ravel() / level, "norm").pvalue > 0.01
    for axis in range(3):
        beside = np.corrcoef(noise.take(range(31), axis).ravel(), noise.take(range(1, 32), axis).ravel())[0, 1]
        assert abs(beside) < 4 / np.sqrt(count), "neighbours know nothing of each other"
    assert abs(np.corrcoef(noise.ravel(), image.ravel())[0, 1]) < 4 / np.sqrt(count)
    assert np.array_equal(noisy.label, before.label)
    assert np.array_equal(noisy.weight, before.weight)


def test_a_range_that_is_upside_down_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="gamma_min of augmentation must be at most gamma_max, received 2 and 1"):
        Augmentation(gamma_min=2.0, gamma_max=1.0)
