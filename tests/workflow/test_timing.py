"""The shares of a segmentation are those of its time where learning takes long, and its labels are counted first."""

import numpy as np
import pytest

from annotat3d_tui.blocks import quiet
from annotat3d_tui.classifiers.boosting import GradientBoosting
from annotat3d_tui.classifiers.forest import RandomForest
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.workflow import segmentation
from annotat3d_tui.workflow.settings import Segmentation
from annotat3d_tui.workflow.timing import CLASSIFIED, LEARNED, MEASURED, SECONDS_A_VOXEL, timed


@pytest.mark.parametrize("test", [True, False])
def test_of_a_slow_classifier_shares_are_those_of_the_time(test: bool) -> None:
    boosting = GradientBoosting()
    learning, rest = boosting.seconds(50), 1_000_000 * SECONDS_A_VOXEL
    whole = rest + learning + (5 * boosting.quick().seconds(50) if test else 0.0)
    told: list[float] = []
    progress = timed(lambda share, stage: told.append(share), 1_000_000, boosting, 50, test)
    for share in (0.0, MEASURED, LEARNED, CLASSIFIED, 1.0):
        progress(share, "")
    expected = [0.0, 0.70 * rest, 0.80 * rest + learning, 0.95 * rest + learning, whole]
    assert told == pytest.approx([one / whole for one in expected])
    assert told[-1] == 1.0


def test_of_others_they_are_as_they_were() -> None:
    assert timed(quiet, 1000, RandomForest(), 50, True) is quiet


def test_too_many_labels_are_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmentation, "make_superpixels", lambda *_, **__: pytest.fail("made"))
    places = np.argwhere(np.ones((1, 20, 20)))
    with pytest.raises(InvalidParameter, match="received 400 labels with 100 trees each"):
        segmentation.segment(
            np.zeros((1, 20, 20), np.uint8), places, np.arange(1, 401), Segmentation(classifier=GradientBoosting())
        )
