"""How two volumes cut space into objects, whatever their ids: adapted Rand error, variation of information.

Sources: I. Arganda-Carreras et al., Crowdsourcing the creation of image segmentation algorithms for connectomics,
Frontiers in Neuroanatomy 9, 2015 (doi:10.3389/fnana.2015.00142); M. Meilă, Comparing clusterings — an information based
distance, Journal of Multivariate Analysis 98, 2007 (doi:10.1016/j.jmva.2006.11.013).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.overlap import Overlap


@dataclass(frozen=True)
class Partition:
    """rand_error: 1 - F of the pairs of voxels that are in one object, from 0 (equal) to 1; its precision and recall.

    split, merge: bits that are missing to tell the object given from that of the truth (it was cut), and the other way
    round (objects were joined); their sum is the variation of information.
    """

    rand_error: float
    rand_precision: float
    rand_recall: float
    split: float
    merge: float

    @classmethod
    def of(cls, pairs: Overlap) -> "Partition":
        """From the voxels that pairs of labels have in common.

        >>> pairs = Overlap.of(np.array([[[1, 1, 2, 2]]]), np.array([[[7, 7, 7, 7]]]))
        >>> found = Partition.of(pairs)
        >>> found.split, found.merge, round(found.rand_error, 3)
        (1.0, 0.0, 0.5)
        """
        in_truth, given = pairs.sizes(pairs.truth), pairs.sizes(pairs.given)
        voxels = pairs.voxels
        together, in_one, in_other = _pairs(pairs.counts), _pairs(in_truth), _pairs(given)
        precision = together / in_other if in_other else 1.0
        recall = together / in_one if in_one else 1.0
        error = 1.0 - (2 * precision * recall / (precision + recall) if precision + recall else 0.0)
        joint = _entropy(pairs.counts, voxels)
        split, merge = joint - _entropy(in_truth, voxels), joint - _entropy(given, voxels)
        return cls(error, precision, recall, max(split, 0.0), max(merge, 0.0))

    def lines(self) -> list[str]:
        """As people read it."""
        said = f"precision {self.rand_precision:.3f}, recall {self.rand_recall:.3f}"
        bits = f"split {self.split:.3f} + merge {self.merge:.3f} bits"
        return [
            f"adapted Rand error {self.rand_error:.4f} ({said})",
            f"variation of information {self.split + self.merge:.3f} ({bits})",
        ]

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "adapted_rand_error": self.rand_error,
            "rand_precision": self.rand_precision,
            "rand_recall": self.rand_recall,
            "variation_of_information": {"split": self.split, "merge": self.merge},
        }


def _pairs(sizes: NDArray[np.int64]) -> float:
    """Ordered pairs of two voxels within parts of these sizes, in whole numbers of any size."""
    return float(sum(size * (size - 1) for size in sizes[sizes > 0].tolist()))


def _entropy(sizes: NDArray[np.int64], voxels: int) -> float:
    shares = sizes[sizes > 0] / voxels
    return float(-(shares * np.log2(shares)).sum())
