"""What is known of an inference that a person has begun: headers are read in a thread, the answer comes in steps."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from annotat3d_tui.blocks import count_text, size_text
from annotat3d_tui.errors import Annotat3DError, OverBudget
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.memory import bytes_text, default_budget
from annotat3d_tui.networks.applying import check_memory
from annotat3d_tui.networks.fitting import Room
from annotat3d_tui.networks.inference_plan import Asked, InferenceForecast, Planned, forecast, planned, rate_of
from annotat3d_tui.networks.network import Network, open_network
from annotat3d_tui.networks.outcome import outcomes_in
from annotat3d_tui.tui.inference_draft import InferenceDraft, asked_of, usual_output
from annotat3d_tui.tui.widgets.volume_list import Check

EVERY = 0.3
"""Seconds between two answers while headers are read."""


@dataclass(frozen=True)
class Answer:
    """What is known so far.

    network: None where none is chosen, or it cannot be opened. problem: why nothing can be done as it is, a sentence.
    images: those that were looked at, in the order of the list. whole: nothing more will come.
    """

    network: Network | None = None
    output: Path = Path()
    asked: Asked | None = None
    problem: str = ""
    images: tuple[Planned, ...] = ()
    foreseen: InferenceForecast | None = None
    whole: bool = False
    by_path: dict[Path, Planned] = field(default_factory=dict)

    def check(self, path: Path) -> Check:
        """What stands beside an image in the list."""
        one = self.by_path.get(path)
        if one is None:
            return Check()
        if one.problem:
            return Check(one.problem.removeprefix(f"{one.image} ").removeprefix(f"{one.image.name} "), False)
        size = f"{size_text(one.shape)} {one.dtype}"
        said = "its label is there: skipped" if one.skipped else one.note
        return Check(f"{size}, {said}" if said else size, None if one.skipped else True)

    @property
    def reason(self) -> str:
        """Why it cannot be begun, a sentence; "" when it can, or that is not known yet."""
        if self.problem:
            return self.problem
        blocking = next((one for one in self.images if one.blocks), None)
        if blocking is not None:
            return blocking.problem
        if self.whole and not any(one.is_due for one in self.images):
            wrong = any(one.problem for one in self.images)
            return "No image can be done: see what stands beside them." if wrong else "All images have their label."
        return ""

    @property
    def text(self) -> str:
        """What will be done, and what it takes, in a line."""
        if self.foreseen is None or self.network is None:
            return "looking at the files…"
        seen, left_out = self.foreseen, sum(bool(one.problem) for one in self.images)
        skipped = sum(one.skipped for one in self.images)
        parts = [f"✓ {count_text(seen.images, 'image')}"]
        parts += [f"{skipped} skipped"] if skipped else []
        parts += [f"{left_out} cannot be read"] if left_out else []
        parts += [f"memory {bytes_text(seen.memory)}"]
        parts += [f"{bytes_text(seen.device)} on each GPU"] if seen.device else []
        parts += [f"disk {bytes_text(seen.disk)}"]
        parts += [f"about {duration_text(seen.seconds)}"] if seen.seconds is not None else []
        return " · ".join(parts)


def check_in_steps(draft: InferenceDraft, results: Path, room: Room | None, tell: Callable[[Answer], object]) -> None:
    """Open the network, read the headers of all images, and tell what is known.

    results: the folder of all results. room: that on the GPUs that were picked, None for the processors.
    """
    if draft.network is None:
        tell(Answer(problem="Choose a network: it labels the images.", whole=True))
        return
    output = Path(draft.output).expanduser() if draft.output else usual_output(results, draft.network)
    network, asked = None, None
    try:
        network = open_network(draft.network)
        asked = asked_of(draft, network, output, room is not None, default_budget())
        check_memory(network, asked.parameters, asked.sides, asked.budget, room)
    except OverBudget as error:
        said = str(error).replace("--batch ", "batch ").replace(" (--memory)", "").replace("--patch", "patch")
        tell(Answer(network, output, asked, said, whole=True))
        return
    except Annotat3DError as error:
        tell(Answer(network, output, asked, str(error), whole=True))
        return
    if not draft.images:
        tell(Answer(network, output, asked, "Add images to the list.", whole=True))
        return
    rate = rate_of(
        [*outcomes_in(output), *outcomes_in(usual_output(results, draft.network))], network.folder, room is not None
    )
    found: list[Planned] = []
    told = time.monotonic()

    def answer(whole: bool) -> Answer:
        assert asked is not None
        foreseen = forecast(asked, found, rate) if whole else None
        by_path = {one.image: one for one in found}
        return Answer(network, output, asked, "", tuple(found), foreseen, whole, by_path)

    for one in planned(asked):
        found.append(one)
        if time.monotonic() - told > EVERY:
            told = time.monotonic()
            tell(answer(whole=False))
    tell(answer(whole=True))
