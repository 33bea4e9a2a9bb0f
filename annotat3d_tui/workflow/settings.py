"""Everything that decides a label volume, but for the image and its markers."""

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from annotat3d_tui.classifiers.choice import CLASSIFIERS
from annotat3d_tui.classifiers.forest import ExtraTrees
from annotat3d_tui.classifiers.model import Classifier
from annotat3d_tui.classifiers.selection import PermutationSelection
from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.features.features import Features
from annotat3d_tui.parameters import Off, Parameters, group, parameter
from annotat3d_tui.superpixels.methods import METHODS, Method
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D


@dataclass(frozen=True)
class AutomaticWaterpixels(Parameters):
    """Waterpixels in 3D where the features are 3D, else slice by slice."""

    kind = "auto"
    spacing: int = parameter(7, "distance between seeds", unit="voxels", minimum=2, maximum=64)
    compactness: float = parameter(
        10000.0, "100 follows every edge, 20000 makes regular cells", minimum=0.0, maximum=1e6
    )

    def for_dimensions(self, dimensions: int) -> Waterpixels3D | Waterpixels:
        """The method that is used with features of 2 or 3 dimensions."""
        method = Waterpixels3D if dimensions == 3 else Waterpixels
        return method(spacing=self.spacing, compactness=self.compactness)


@dataclass(frozen=True)
class Pixels(Parameters):
    """No superpixels: every voxel is classified by itself."""

    kind = "pixels"


SUPERPIXEL_METHODS = (AutomaticWaterpixels, *METHODS, Pixels)


@dataclass(frozen=True)
class Segmentation(Parameters):
    """Everything that decides a label volume, but for the image and its markers."""

    kind = "segmentation"
    superpixels: AutomaticWaterpixels | Method | Pixels = group(
        AutomaticWaterpixels(), "regions that get one label each", SUPERPIXEL_METHODS
    )
    features: Features = group(Features(), "what is measured in each region", (Features,))
    training_on: str = parameter(
        "voxels", "voxels: the marked voxels; superpixels: those that hold markers", choices=("voxels", "superpixels")
    )
    selection: Off | PermutationSelection = group(
        Off(), "which features are dropped before learning", (Off, PermutationSelection)
    )
    classifier: Classifier = group(ExtraTrees(), "what learns from the markers", CLASSIFIERS)
    smoothing: Off | Smoothing = group(Off(), "smoothing of the probabilities; thin structures lose", (Off, Smoothing))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.by_voxel and self.training_on == "superpixels":
            raise InvalidParameter(
                "training_on of segmentation must be voxels without superpixels, received superpixels: "
                "learn from voxels, or choose a superpixel method."
            )

    @property
    def by_voxel(self) -> bool:
        """Whether every voxel is classified by itself."""
        return isinstance(self.superpixels, Pixels)

    @property
    def measuring(self) -> dict[str, Any]:
        """What training data must have in common, as JSON has it."""
        return self.features.to_dict() | {"training_on": self.training_on}

    @property
    def settled(self) -> bool:
        """Whether nothing is left to the image."""
        return self.features.dimensions != "auto" and not isinstance(self.superpixels, AutomaticWaterpixels)

    def resolved(self, image: NDArray[Any]) -> "Segmentation":
        """These parameters with what is automatic decided from `image` (Z, Y, X)."""
        features = self.features.settled(image)
        superpixels = self.superpixels
        if isinstance(superpixels, AutomaticWaterpixels):
            superpixels = superpixels.for_dimensions(int(features.dimensions))
        return replace(self, superpixels=superpixels, features=features)

    def superpixels_text(self) -> str:
        """How superpixels are made, in a few words.

        >>> Segmentation().superpixels_text()
        'auto, spacing 7 voxels'
        """
        if isinstance(self.superpixels, Pixels):
            return "every voxel by itself"
        return f"{self.superpixels.kind}, spacing {self.superpixels.spacing} voxels"

    def classifier_text(self) -> str:
        """What learns, in a few words.

        >>> Segmentation().classifier_text()
        'extra trees 100'
        """
        size = getattr(self.classifier, "trees", getattr(self.classifier, "iterations", None))
        return self.classifier.kind.replace("_", " ") + (f" {size}" if size else "")
