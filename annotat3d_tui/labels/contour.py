"""A label grown or shrunk until its border lies where the image says: morphological active contours.

Chan-Vese moves the border to where the inside and the outside are each as even as can be; geodesic moves it until it
meets an edge. After P. Márquez-Neila, L. Baumela, L. Alvarez, A morphological approach to curvature-based evolution of
curves and surfaces, PAMI 2014 (doi:10.1109/TPAMI.2013.106), as scikit-image has them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.boxes import Boxes, ids_of
from annotat3d_tui.labels.correcting import in_boxes
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.parameters import Parameters, parameter


@dataclass(frozen=True)
class ActiveContour(Parameters):
    """One label, its border moved by the image.

    >>> from annotat3d_tui.labels.correcting import corrected
    >>> image = np.zeros((1, 20, 20), np.uint8)
    >>> image[0, 5:15, 5:15] = 200
    >>> label = np.zeros((1, 20, 20), np.uint8)
    >>> label[0, 7:12, 7:12] = 3
    >>> found = ActiveContour(iterations=20, smoothing=0)(label, image, 3)
    >>> found.words, int((corrected(label, found) == 3).sum())
    ('contour 3', 100)
    """

    kind = "contour"
    method: str = parameter(
        "chan_vese",
        "chan_vese: an even inside and outside; geodesic: to the next edge",
        choices=("chan_vese", "geodesic"),
    )
    iterations: int = parameter(30, "steps, each moves the border by at most a voxel", minimum=1, maximum=1000)
    smoothing: int = parameter(1, "how smooth the border is kept", minimum=0, maximum=10)
    margin: int = parameter(
        10,
        "how far beyond its box the label may grow, and the outside is looked at",
        unit="voxels",
        minimum=1,
        maximum=500,
    )
    balloon: float = parameter(1.0, "geodesic: grows (1) or shrinks (-1) where there is no edge", minimum=-1, maximum=1)
    sigma: float = parameter(
        1.0, "geodesic: how much the image is smoothed first", unit="voxels", minimum=0, maximum=20
    )

    def __call__(
        self,
        label: NDArray[Any],
        image: NDArray[Any],
        id: int,
        *,
        kept: Collection[int] = (),
        progress: Progress = quiet,
    ) -> Correction:
        """What becomes of label `id` of a label volume (Z, Y, X) on its image, which is finite.

        What it leaves becomes 0, what it takes is taken from any label; ids of `kept` lose and gain no voxel. Raises
        ShapeMismatch, InvalidParameter where there is no such label, or it is kept.
        """
        if image.shape != label.shape:
            raise ShapeMismatch("The image must have the label volume's size, received another: give the image of it.")
        if id in kept:
            raise InvalidParameter(f"Label {id} is locked or hidden and cannot be moved: unlock and show it first.")
        box = Boxes.of(label, progress)[id]
        flat = len(label) == 1
        z, y, x = (
            slice(max(side.start - self.margin, 0), min(side.stop + self.margin, length))
            for side, length in zip(box, label.shape, strict=True)
        )
        part, before = np.asarray(image[z, y, x], np.float64), ids_of(label[z, y, x])
        inside = before == id
        found = self._moved(part[0], inside[0], progress)[None] if flat else self._moved(part, inside, progress)
        free = ~np.isin(before, list(kept))
        after = np.where(inside & ~found & (0 not in kept), 0, before)
        after[found & free] = id
        return in_boxes(f"contour {id}", label, [((z, y, x), after)])

    def _moved(self, image: NDArray[np.float64], inside: NDArray[np.bool_], progress: Progress) -> NDArray[np.bool_]:
        """Where the label is after all steps; of a slice or of a volume."""
        from skimage import segmentation

        steps = 0

        def told(_: Any) -> None:
            nonlocal steps
            progress(min(steps / self.iterations, 1.0), "contour")
            steps += 1

        if self.method == "chan_vese":
            low, high = image.min(), image.max()
            scaled = (image - low) / (high - low or 1.0)
            moved = segmentation.morphological_chan_vese(
                scaled, self.iterations, inside, smoothing=self.smoothing, iter_callback=told
            )
        else:
            edges = segmentation.inverse_gaussian_gradient(image / (np.ptp(image) or 1.0), sigma=self.sigma)
            moved = segmentation.morphological_geodesic_active_contour(
                edges, self.iterations, inside, smoothing=self.smoothing, balloon=self.balloon, iter_callback=told
            )
        return np.asarray(moved, np.bool_)
