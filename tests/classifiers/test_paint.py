"""Painting is looking up."""

import numpy as np
import pytest

from annotat3d_tui.classifiers import paint as module
from annotat3d_tui.classifiers.paint import paint
from annotat3d_tui.errors import Cancelled, ShapeMismatch

SHAPE = (5, 7, 11)


def test_paints_each_superpixel_with_its_label_for_any_threads_and_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    superpixels = random.integers(1, 41, SHAPE).astype(np.int32)
    labels = random.integers(0, 256, 40)
    expected = labels[superpixels - 1]
    assert np.array_equal(paint(superpixels, labels), expected)
    monkeypatch.setattr(module, "SLAB_VOXELS", 80)
    for threads in (1, 2, 3):
        assert np.array_equal(paint(superpixels, labels, threads=threads), expected)
    turned = np.asfortranarray(superpixels)
    assert np.array_equal(paint(turned, labels), expected)
    assert np.array_equal(paint(superpixels[:, ::2], labels), expected[:, ::2])


def test_painting_ids_with_themselves_is_identity() -> None:
    superpixels = np.arange(1, 1 + np.prod(SHAPE), dtype=np.int32).reshape(SHAPE)
    assert np.array_equal(paint(superpixels, np.arange(1, 1 + superpixels.size)), superpixels)


def test_smallest_type_that_holds_the_labels() -> None:
    superpixels = np.ones((1, 1, 1), np.int32)
    assert paint(superpixels, np.array([255])).dtype == np.uint8
    assert paint(superpixels, np.array([256], np.uint16)).dtype == np.uint16
    assert paint(superpixels, np.array([65535])).item() == 65535
    assert paint(np.zeros((1, 1, 1), np.int32), np.array([7])).item() == 0


def test_a_superpixel_without_label_is_refused() -> None:
    superpixels = np.array([[[1, 2, 3]]], np.int32)
    with pytest.raises(ShapeMismatch, match="each superpixel, received 2 labels and the superpixel 3: classify"):
        paint(superpixels, np.array([1, 2]))
    with pytest.raises(ShapeMismatch):
        paint(-superpixels, np.array([1, 2, 3]))


def test_can_be_cancelled() -> None:
    def stop(share: float, stage: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        paint(np.ones((1, 1, 1), np.int32), np.array([1]), progress=stop)
