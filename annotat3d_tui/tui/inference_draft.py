"""An inference that a person has begun: network, images, output folder, settings; and the command that does it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.inference import Inference, Sides, Triple, sides_for
from annotat3d_tui.networks.inference_plan import Asked
from annotat3d_tui.networks.network import Network
from annotat3d_tui.parameters import Parameters, parameter
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.workflow.command import changed_flags, raw_flags

NO_MAPS = "no"


@dataclass(frozen=True)
class InferenceForm(Parameters):
    """The settings as a form asks for them, lengths in the order X, Y, Z."""

    kind = "inference"
    padding: tuple[int, ...] = parameter((0, 0, 0), "a frame of zeros around the volume, X, Y, Z", minimum=0)
    border: tuple[int, ...] = parameter(
        (8, 8, 8), "what is thrown away on each side of a patch, X, Y, Z: more is slower and has fewer seams", minimum=0
    )
    patch: tuple[int, ...] = parameter(
        (64, 64, 64), "size of the patches, X, Y, Z; it may be larger than those that it learned from", minimum=1
    )
    batch: int = parameter(4, "patches at once: more take more memory", minimum=1, maximum=1024)
    blend: str = parameter(
        "discard", "discard: borders are thrown away; gaussian: patches are averaged where they overlap by half",
        choices=("discard", "gaussian"),
    )  # fmt: skip
    mirror: bool = parameter(False, "average over all mirrored images of a patch: 4 or 8 times the work")
    probabilities: str = parameter(
        NO_MAPS, "write the probability of each class, too: a volume each", choices=(NO_MAPS, "float32", "float16")
    )
    existing: str = parameter(
        "skip", "labels that are there already: skip their images, replace them, or refuse to begin",
        choices=("skip", "replace", "refuse"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("padding", "border", "patch"):
            if len(value := getattr(self, name)) != 3:
                raise InvalidParameter(
                    f"{name} must be three lengths X, Y, Z, received {', '.join(map(str, value))}: give three."
                )

    @classmethod
    def of(cls, network: Network) -> "InferenceForm":
        """As the network has it by itself."""
        sides = sides_for(network)
        return cls(border=sides.border[::-1], patch=sides.patch[::-1])

    @property
    def parameters_of_network(self) -> Inference:
        """How the network is applied."""
        return Inference(self.batch, self.blend, self.mirror)

    def sides(self, network: Network) -> Sides:
        """Patch, border and padding (z, y, x) for a network; raises InvalidParameter where they do not fit it."""
        return sides_for(network, _zyx(self.patch), _zyx(self.border), _zyx(self.padding))


@dataclass
class InferenceDraft:
    """It is kept while other tabs are shown. output: as it was typed, "" for the usual folder."""

    network: Path | None = None
    images: tuple[Path, ...] = ()
    output: str = ""
    form: InferenceForm = field(default_factory=InferenceForm)
    raw: RawProperties | None = None
    job: int | None = None
    """The number of the job that was started last."""


def asked_of(draft: InferenceDraft, network: Network, output: Path, on_gpu: bool, budget: int) -> Asked:
    """What is to be done; raises InvalidParameter for settings that do not fit the network."""
    form = draft.form
    maps = None if form.probabilities == NO_MAPS else np.dtype(form.probabilities)
    existing = form.existing
    assert existing in ("refuse", "skip", "replace")
    return Asked(
        network,
        draft.images,
        output,
        form.parameters_of_network,
        form.sides(network),
        maps,
        existing,  # type: ignore[arg-type]
        on_gpu,
        budget,
        draft.raw,
    )


def infer_words(asked: Asked) -> list[str]:
    """The words of the command that does it.

    >>> from annotat3d_tui.networks.settings import Training
    >>> network = Network(Path("/n/beads.network"), Training(), (1, 2), (64, 64, 64))
    >>> draft = InferenceDraft(images=(Path("/d/a.tif"),), form=InferenceForm.of(network))
    >>> " ".join(infer_words(asked_of(draft, network, Path("/o"), False, 1)))
    'infer /d/a.tif --network /n/beads.network -o /o --skip-existing'
    """
    usual = sides_for(asked.network)
    words = ["infer", *map(str, asked.images), "--network", str(asked.network.folder), "-o", str(asked.output)]
    for name in ("patch", "border", "padding"):
        value, before = getattr(asked.sides, name), getattr(usual, name)
        same_patch = asked.sides.patch == usual.patch
        if value != before or (name == "border" and not same_patch):
            words += [f"--{name}", *map(str, value)]
    words += changed_flags(asked.parameters, Inference())
    words += ["--probabilities", asked.probabilities.name] if asked.probabilities is not None else []
    words += {"skip": ["--skip-existing"], "replace": ["--overwrite"], "refuse": []}[asked.existing]
    return [*words, *raw_flags(asked.raw)]


def usual_output(results: Path, network: Path) -> Path:
    """Where results of a network go when nobody says more."""
    return results / network.name.removesuffix(".zip").removesuffix(".network")


def about_network(network: Network) -> str:
    """What it is made of, in a few words."""
    dimensions = architecture_of(network.architecture).dimensions
    return f"{network.architecture} ({dimensions}D), {len(network.classes)} classes"


def _zyx(lengths: Sequence[int]) -> Triple:
    x, y, z = lengths
    return z, y, x
