"""Laws of the whole river, for images of any shape, type and values, and any markers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotat3d_tui.classifiers.boosting import GradientBoosting
from annotat3d_tui.classifiers.ensemble import ScaleEnsemble
from annotat3d_tui.classifiers.forest import ExtraTrees, RandomForest
from annotat3d_tui.classifiers.linear import LinearSVM
from annotat3d_tui.errors import InvalidMarkers
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import Result, segment
from tests.superpixels.test_superpixel_laws import images

CLASSIFIERS = (
    RandomForest(trees=5), ExtraTrees(trees=5), ScaleEnsemble(trees=6, trials=1), LinearSVM(),
    GradientBoosting(iterations=3),
)  # fmt: skip


@st.composite
def marked(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """An image of two voxels at least, marked coordinates (m, 3), and labels (m,) of two ids at least."""
    image = draw(images().filter(lambda one: one.size > 1))
    count = draw(st.integers(2, min(30, image.size)))
    places = draw(st.lists(st.integers(0, image.size - 1), min_size=count, max_size=count, unique=True))
    ids = draw(st.lists(st.sampled_from((1, 2, 7, 300, 65535)), min_size=2, max_size=4, unique=True))
    labels = np.resize(np.array(ids), count)
    return image, np.stack(np.unravel_index(places, image.shape), axis=1), labels


def tried(*case: Any) -> tuple[Result | None, str]:
    """The result, or why the markers do not serve."""
    try:
        return segment(*case), ""
    except InvalidMarkers as error:
        return None, str(error)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_label_has_the_shape_of_the_image_and_only_marked_labels(preset: str) -> None:
    @settings(max_examples=6, deadline=None)
    @given(case=marked(), classifier=st.sampled_from(CLASSIFIERS), start=st.integers(0, 11))
    def law(case, classifier, start):
        image, coordinates, labels = case
        parameters = replace(PRESETS[preset], classifier=classifier)
        result, said = tried(image, coordinates, labels, parameters)
        if result is None:
            assert "one superpixel holds marks of several: choose a smaller spacing" in said
            return
        label = result.label
        assert label.shape == image.shape
        assert label.dtype in (np.uint8, np.uint16)
        assert set(np.unique(label).tolist()) <= set(labels.tolist())
        again = segment(image, coordinates[::-1], labels[::-1], parameters, threads=2)
        assert again.label.tobytes() == label.tobytes()
        assert again.scores == result.scores
        start = min(start, len(image) - 1)
        shown = segment(image, coordinates, labels, parameters, planes=slice(start, start + 1), test=False).label
        assert np.array_equal(shown[start], label[start])
        assert np.count_nonzero(shown) == label[start].size

    law()
