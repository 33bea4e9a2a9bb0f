"""Features that are needed stay, others go."""

import numpy as np
import pytest

from annotat3d_tui.classifiers.forest import ExtraTrees
from annotat3d_tui.classifiers.linear import LinearSVM
from annotat3d_tui.classifiers.selection import PermutationSelection
from annotat3d_tui.errors import InvalidParameter

COLUMNS = ("noise 1", "signal", "noise 2", "weak")


def samples(count: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Four columns, of which the second tells the labels apart and the last helps a little; labels, groups."""
    random = np.random.default_rng(1)
    labels = np.repeat([1, 2], count)
    rows = random.normal(0, 1, (2 * count, 4)).astype(np.float32)
    rows[:, 1] += 3 * labels
    rows[:, 3] += 0.5 * labels
    return rows, labels, np.tile(np.arange(6), count // 3)


@pytest.mark.parametrize("classifier", [ExtraTrees(trees=50), LinearSVM()])
def test_what_tells_labels_apart_stays(classifier: ExtraTrees | LinearSVM) -> None:
    rows, labels, groups = samples()
    found = PermutationSelection(threshold=0.2)(classifier, rows, labels, groups, COLUMNS)
    assert found.kept.tolist() == [1]
    assert found.importances[1] > 0.6
    assert found.importances[[0, 2]].max() < 0.05
    assert found.importances.sum() == pytest.approx(1)
    again = PermutationSelection(threshold=0.2)(classifier, rows, labels, groups, COLUMNS, threads=2)
    assert np.array_equal(again.importances, found.importances)


def test_a_threshold_of_zero_keeps_what_does_no_harm() -> None:
    rows, labels, groups = samples()
    found = PermutationSelection(threshold=0.0)(ExtraTrees(), rows, labels, groups, COLUMNS)
    assert found.kept.tolist() == np.flatnonzero(found.importances >= 0).tolist()


def test_nothing_left_names_the_best() -> None:
    rows, labels, groups = samples()
    rows[:, 3] = rows[:, 1]  # stands in for the signal
    with pytest.raises(InvalidParameter, match="received a highest importance of 0.\\d+ \\((signal|weak)\\)") as error:
        PermutationSelection(threshold=0.9)(ExtraTrees(), rows, labels, groups, COLUMNS)
    assert "give a lower threshold" in str(error.value)


@pytest.mark.parametrize("marked", ["one group a label", "one sample of a label"])
def test_few_groups_and_few_samples_work(marked: str) -> None:
    rows, labels, groups = samples(60)
    if marked == "one group a label":
        groups = labels - 1
    else:
        keep = np.append(np.flatnonzero(labels == 1), len(labels) - 1)
        rows, labels, groups = rows[keep], labels[keep], groups[keep]
    found = PermutationSelection(threshold=0.0)(ExtraTrees(), rows, labels, groups, COLUMNS)
    assert 1 in found.kept
