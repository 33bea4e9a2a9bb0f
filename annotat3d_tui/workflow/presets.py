"""Sets of parameters with a name."""

from annotat3d_tui.classifiers.ensemble import ScaleEnsemble
from annotat3d_tui.classifiers.forest import RandomForest
from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.features.features import Features
from annotat3d_tui.workflow.settings import AutomaticWaterpixels, Pixels, Segmentation

QUICK = ("none", "fft_gauss", "sobel", "laplacian", "minimum", "maximum", "variance")
"""Filters that cost little.

Mean Dice on four labelled images with two sets of strokes each is 0.786 at radii up to 16; with `fft_dog` and `average`
in place of the Laplacian at radii up to 32, which takes a third more memory, 0.786, too; with neither it is 0.778.
"""

PRESETS: dict[str, Segmentation] = {
    "fast": Segmentation(
        superpixels=AutomaticWaterpixels(spacing=3, compactness=10000.0),
        features=Features(filters=QUICK, radii=(1, 2, 4, 8, 16)),
        training_on="voxels",
        classifier=ScaleEnsemble(trees=100),
    ),
    "fine": Segmentation(
        superpixels=Pixels(),
        features=Features(filters=(*QUICK, "fft_dog", "hessian", "average", "median"), radii=(1, 2, 4, 8, 16, 32)),
        training_on="voxels",
        classifier=ScaleEnsemble(),
        smoothing=Smoothing(),
    ),
    "manual": Segmentation(
        superpixels=AutomaticWaterpixels(spacing=7, compactness=10000.0),
        features=Features(filters=("none", "fft_gauss"), radii=(1, 2, 4, 8), pooling=("mean",)),
        training_on="superpixels",
        classifier=RandomForest(trees=200),
    ),
}
"""The first one is what a new workspace has."""
