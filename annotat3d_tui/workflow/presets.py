"""Sets of parameters with a name."""

from annotat3d_tui.classifiers.forest import ExtraTrees, RandomForest
from annotat3d_tui.features.features import Features
from annotat3d_tui.workflow.settings import AutomaticWaterpixels, Segmentation

PRESETS: dict[str, Segmentation] = {
    "fast": Segmentation(
        superpixels=AutomaticWaterpixels(spacing=3, compactness=10000.0),
        features=Features(
            filters=("none", "fft_gauss", "fft_dog", "sobel", "minimum", "maximum", "average", "variance"),
        ),
        training_on="voxels",
        classifier=ExtraTrees(),
    ),
    "manual": Segmentation(
        superpixels=AutomaticWaterpixels(spacing=7, compactness=10000.0),
        features=Features(filters=("none", "fft_gauss"), radii=(1, 2, 4, 8), pooling=("mean",)),
        training_on="superpixels",
        classifier=RandomForest(trees=200),
    ),
}
"""The first one is what a new workspace has."""
