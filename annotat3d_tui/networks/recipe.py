"""How a dataset is made: number and size of its samples, where they are drawn, what is held out."""

from dataclasses import dataclass

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.layout import MOST_CLASSES
from annotat3d_tui.networks.regions import Triple
from annotat3d_tui.networks.sampling import STRATEGIES
from annotat3d_tui.parameters import Parameters, parameter


@dataclass(frozen=True)
class Recipe(Parameters):
    """Parameters of a dataset; patch is X, Y, Z.

    >>> Recipe(patch=(64, 32, 1)).patch_zyx
    (1, 32, 64)
    """

    kind = "dataset"
    samples: int = parameter(100, "number of samples of each image", minimum=1, maximum=1_000_000)
    patch: tuple[int, ...] = parameter((256, 256, 1), "size X, Y, Z of a sample", unit="voxels", minimum=1)
    strategy: str = parameter("uniform", "where samples are drawn", choices=STRATEGIES)
    seed: int = parameter(0, "begins the random numbers", minimum=0, maximum=2**31 - 1)
    validation: float = parameter(0.2, "share that is held out of training", minimum=0.0, maximum=0.9)
    validation_by: str = parameter(
        "region", "hold out a part of each image, or whole images", choices=("region", "volume")
    )
    validation_planes: str = parameter("", "hold out the slices Z0 to Z1-1 of each image, written Z0:Z1")
    classes: int = parameter(0, "number of classes; 0: as many as there are", minimum=0, maximum=MOST_CLASSES)
    zero_is_class: bool = parameter(False, "label 0 is a class, also where there are two others")

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.patch) != 3:
            raise InvalidParameter(
                f"patch of dataset must be three lengths X, Y, Z, received {', '.join(map(str, self.patch))}: "
                "give three."
            )
        if self.planes and self.validation_by == "volume":
            raise InvalidParameter(
                "Slices to hold out (--validation-planes) are a region, received --validation-by volume, too: "
                "leave one out."
            )

    @property
    def patch_zyx(self) -> Triple:
        """Size of a sample as arrays have it."""
        return self.patch[2], self.patch[1], self.patch[0]

    @property
    def planes(self) -> tuple[int, int] | None:
        """The slices that are held out, first and last + 1, or None; raises InvalidParameter for what is no Z0:Z1."""
        if not self.validation_planes:
            return None
        first, _, last = self.validation_planes.partition(":")
        if not (first.isdecimal() and last.isdecimal()):
            raise InvalidParameter(
                f"validation_planes must be written Z0:Z1, such as 30:60, received {self.validation_planes}: "
                "correct it."
            )
        return int(first), int(last)
