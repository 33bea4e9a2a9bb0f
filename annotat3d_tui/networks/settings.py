"""Everything that decides the weights of a network, but for its dataset."""

from dataclasses import dataclass

from annotat3d_tui.networks.architectures import ARCHITECTURES
from annotat3d_tui.networks.normalization import NORMALIZATIONS
from annotat3d_tui.networks.rates import SCHEDULES
from annotat3d_tui.parameters import Parameters, parameter

LOSSES = ("cross_entropy+dice", "cross_entropy", "dice")
PRECISIONS = ("float32", "bfloat16", "float16")


@dataclass(frozen=True)
class Training(Parameters):
    """How a network is trained."""

    kind = "training"
    architecture: str = parameter("unet3d", "what the network is made of", choices=tuple(ARCHITECTURES))
    batch: int = parameter(4, "samples of a step; more take more memory", minimum=1, maximum=1024)
    iterations: int = parameter(1000, "steps; each changes the weights once", minimum=1, maximum=10_000_000)
    rate: float = parameter(1e-3, "learning rate: how far a step goes", minimum=1e-8, maximum=10.0)
    loss: str = parameter(
        "cross_entropy+dice", "cross entropy weighs voxels, Dice shapes, the sum both", choices=LOSSES
    )
    optimizer: str = parameter("adam", "adam, or sgd with Nesterov's momentum", choices=("adam", "sgd"))
    momentum: float = parameter(0.99, "of sgd", minimum=0.0, maximum=0.9999)
    schedule: str = parameter("polynomial", "how the learning rate falls", choices=SCHEDULES)
    class_weights: str = parameter(
        "none", "balanced: a rare class counts as much as a frequent one", choices=("none", "balanced")
    )
    normalization: str = parameter(
        "image", "grey values by the mean and deviation of each image, of the dataset, or as they are",
        choices=NORMALIZATIONS,
    )  # fmt: skip
    deep_supervision: bool = parameter(False, "compare coarser outputs with the labels, too")
    precision: str = parameter(
        "float32", "bfloat16 is faster where the processor has it, float16 on GPUs", choices=PRECISIONS
    )
    validate_every: int = parameter(50, "iterations between two validations", minimum=1, maximum=1_000_000)
    patience: int = parameter(
        0, "validations without a better Dice after which training ends; 0 never", minimum=0, maximum=1_000_000
    )
    keep_every: int = parameter(
        100, "iterations after which the state is kept, or five minutes; a killed training goes on from there",
        minimum=1, maximum=1_000_000,
    )  # fmt: skip
    seed: int = parameter(0, "another seed, another start and order", minimum=0, maximum=2**31 - 1)
