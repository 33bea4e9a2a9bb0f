"""All classifiers are told the same and need nothing heavy to be shown in a form."""

import subprocess
import sys

import numpy as np
import pytest

from annotat3d_tui.classifiers.choice import CLASSIFIERS
from annotat3d_tui.classifiers.model import Classifier, predict
from tests.classifiers.samples import noisy_samples


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_each_has_a_seed_and_balance_and_learns(kind: type[Classifier]) -> None:
    classifier = kind()
    assert kind.from_dict(classifier.to_dict()) == classifier
    assert classifier.balance
    samples, labels = noisy_samples(200, 5, seed=1)
    model = classifier.quick()(samples, labels, columns=list("abcde"), groups=np.arange(200) // 10, threads=2)
    rows, truth = noisy_samples(300, 5, seed=2)
    assert np.mean(predict(model, rows, threads=2) == truth) > 0.75


def test_parameters_need_no_heavy_library() -> None:
    assert [one.kind for one in CLASSIFIERS][:4] == ["random_forest", "extra_trees", "linear_svm", "gradient_boosting"]
    program = (
        "import sys; from annotat3d_tui.classifiers.choice import CLASSIFIERS; "
        "[one.parameters() for one in CLASSIFIERS]; "
        "sys.exit(bool({'numba', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
