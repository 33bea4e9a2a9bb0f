"""The classifiers that one may choose from."""

from annotat3d_tui.classifiers.boosting import GradientBoosting
from annotat3d_tui.classifiers.ensemble import ScaleEnsemble
from annotat3d_tui.classifiers.forest import ExtraTrees, RandomForest
from annotat3d_tui.classifiers.linear import LinearSVM

CLASSIFIERS = (RandomForest, ExtraTrees, LinearSVM, GradientBoosting, ScaleEnsemble)
