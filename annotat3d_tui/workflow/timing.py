"""Shares of a segmentation that are shares of its time, so that the time left can be told from them."""

import numpy as np

from annotat3d_tui.blocks import Progress
from annotat3d_tui.classifiers.model import Classifier
from annotat3d_tui.classifiers.scores import FOLDS

MEASURED, LEARNED, CLASSIFIED = 0.70, 0.80, 0.95
"""Shares at which features are measured, the classifier has learned and all is classified, where learning is short."""
SECONDS_A_VOXEL = 1e-6


def timed(progress: Progress, voxels: int, classifier: Classifier, labels: int, test: bool) -> Progress:
    """The progress of a segmentation of so many voxels and labels, told in shares of the time that it takes.

    Only a classifier that knows to be slow changes them; `test` says whether it is tested as well.
    """
    learning = classifier.seconds(labels)
    if not learning:
        return progress
    testing = FOLDS * classifier.quick().seconds(labels) if test else 0.0
    starts = np.array([0.0, MEASURED, LEARNED, CLASSIFIED, 1.0])
    ends = np.cumsum([0.0, *(SECONDS_A_VOXEL * voxels * np.diff(starts) + (0.0, learning, 0.0, testing))])
    return lambda share, stage: progress(float(np.interp(share, starts, ends / ends[-1])), stage)
