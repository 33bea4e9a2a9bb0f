"""Active contours find the border of a ball from a smaller one, by both methods, and touch nothing that is kept."""

import numpy as np
import pytest

from annotat3d_tui.errors import Cancelled, InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.contour import ActiveContour
from annotat3d_tui.labels.correcting import corrected

ZYX = np.indices((30, 40, 40))
DISTANCE = np.sqrt(((ZYX - np.array([15, 20, 20])[:, None, None, None]) ** 2).sum(0))
TRUTH = DISTANCE <= 9
IMAGE = (np.where(TRUTH, 150, 50) + np.random.default_rng(0).normal(0, 10, TRUTH.shape)).astype(np.float32)
BEGUN = np.where(DISTANCE <= 5, 4, 0).astype(np.uint8)


def dice(label: np.ndarray, id: int = 4) -> float:
    return float(2 * ((label == id) & TRUTH).sum() / ((label == id).sum() + TRUTH.sum()))


@pytest.mark.parametrize("parameters", [ActiveContour(), ActiveContour(method="geodesic", iterations=40, balloon=1)])
def test_a_small_ball_grows_to_the_border_of_the_large_one(parameters: ActiveContour) -> None:
    label = corrected(BEGUN, parameters(BEGUN, IMAGE, 4))
    assert dice(BEGUN) < 0.35
    assert dice(label) > 0.93
    assert set(np.unique(label)) == {0, 4}


def test_what_is_kept_and_what_is_far_stays() -> None:
    label = BEGUN.copy()
    label[:, :, 26:28], label[:2, :3, :3] = 7, 9
    free = corrected(label, ActiveContour()(label, IMAGE, 4))
    kept = corrected(label, ActiveContour()(label, IMAGE, 4, kept={7}))
    assert (free[:, :, 26:28] == 4).any()
    assert np.array_equal(kept == 7, label == 7)
    assert np.array_equal(free == 9, label == 9)


def test_one_slice_is_a_plane_of_its_own() -> None:
    middle = slice(15, 16)
    label = corrected(BEGUN[middle], ActiveContour()(BEGUN[middle], IMAGE[middle], 4))
    inside = TRUTH[middle]
    assert 2 * ((label == 4) & inside).sum() / ((label == 4).sum() + inside.sum()) > 0.95


def test_it_can_be_stopped_and_says_what_it_cannot_do() -> None:
    def stop(share: float, stage: str) -> None:
        if stage == "contour":
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        ActiveContour()(BEGUN, IMAGE, 4, progress=stop)
    with pytest.raises(InvalidParameter, match="must hold label 5"):
        ActiveContour()(BEGUN, IMAGE, 5)
    with pytest.raises(InvalidParameter, match="Label 4 is locked or hidden and cannot be moved"):
        ActiveContour()(BEGUN, IMAGE, 4, kept={4})
    with pytest.raises(ShapeMismatch):
        ActiveContour()(BEGUN, IMAGE[1:], 4)
