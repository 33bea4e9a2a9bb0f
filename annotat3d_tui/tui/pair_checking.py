"""The pairs of a new dataset, checked while a person adds them: all headers first, then every voxel, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from annotat3d_tui.blocks import Progress, count_text, part
from annotat3d_tui.networks.classes import Classes, classes_of
from annotat3d_tui.networks.pair import IMAGE, LABEL, WEIGHT, Pair
from annotat3d_tui.networks.pairs import CheckedPair, judged, look_at, scanned
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.tui.widgets.volume_list import Check
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.workspace import volumes_of

NO_MAP = Path("none")
"""Stands in the list of weights for an image that has no map."""
LACKS = {IMAGE: "no image in this row", LABEL: "no label in this row", WEIGHT: "no weight map in this row"}
UNDER_WAY = "…"


@dataclass(frozen=True)
class Asked:
    """The lists as they are, row by row, and the recipe; raw: what the names of RAW files do not say."""

    data: tuple[Path, ...]
    label: tuple[Path, ...]
    weight: tuple[Path, ...]
    recipe: Recipe
    raw: RawProperties | None = None

    @property
    def pairs(self) -> list[Pair]:
        """The rows with an image and its label."""
        weights = chain((None if path == NO_MAP else path for path in self.weight), repeat(None))
        rows = zip(self.data, self.label, weights, strict=False)  # as far as the shorter list goes
        return [Pair(image, label, weight, self.raw, volumes_of(image)) for image, label, weight in rows]

    @property
    def lacking(self) -> str:
        """Why the lists make no dataset, a sentence; "" when they may."""
        if not self.data and not self.label:
            return "Add images, and the label volume of each in the same order."
        if len(self.data) != len(self.label):
            return f"Label has {count_text(len(self.label), 'file')}, and Data {len(self.data)}: complete the lists."
        if self.weight and len(self.weight) != len(self.data):
            return f"Weight has {count_text(len(self.weight), 'row')}, and Data {len(self.data)}: complete it."
        return ""


@dataclass(frozen=True)
class Answer:
    """What was found: the pairs in the order of the rows; whole: every voxel was looked at. doing: what is read now."""

    asked: Asked
    checked: tuple[CheckedPair, ...]
    whole: bool = False
    share: float = 0.0
    doing: str = ""

    @property
    def problems(self) -> list[str]:
        """Of the pairs, a sentence each."""
        return [one.problem for one in self.checked if one.problem]

    @property
    def verdict(self) -> str:
        """Which rows cannot be used, a sentence; "" when all can."""
        rows = [number + 1 for number, one in enumerate(self.checked) if one.problem]
        if not rows:
            return ""
        listed = ", ".join(map(str, rows[:5])) + ("…" if len(rows) > 5 else "")
        return f"{len(rows)} of {len(self.checked)} pairs cannot be used: row{'s' * (len(rows) > 1)} {listed}."

    @property
    def classes(self) -> Classes | None:
        """Those of all pairs together, once all of them were read."""
        return classes_of(self.checked, self.asked.recipe.zero_is_class) if self.whole and self.checked else None

    def check(self, what: str, number: int) -> Check:
        """What stands beside a row of one of the lists."""
        asked = self.asked
        rows = {IMAGE: asked.data, LABEL: asked.label, WEIGHT: asked.weight}
        if number >= len(self.checked):
            lacking = next((name for name in (IMAGE, LABEL) if number >= len(rows[name])), "")
            return Check(LACKS[lacking] if lacking else "the other lists end before", False)
        one = self.checked[number]
        if what == WEIGHT and one.pair.weight is None:
            return Check("every voxel counts 1", True)
        text = one.short_text(what)
        if one.problem and one.at == what:
            return Check(text, False)
        ids = f" · labels {_listed(one)}" if what == LABEL and one.keys else ""
        return Check(text + ids, True if one.keys or one.problem else None) if text else Check(UNDER_WAY)


Known = dict[tuple[Pair, tuple[tuple[int, int], ...]], CheckedPair]
"""What was read before, by the pair and the size and time of its files."""


def check_in_steps(asked: Asked, known: Known, tell: Callable[[Answer], object], progress: Progress) -> None:
    """Look at all headers, tell, then at the voxels of all pairs that are not known yet, telling after each.

    progress may raise to stop it; what was read until then is known.
    """
    found = []
    for pair in asked.pairs:
        progress(0.0, "")
        found += look_at([pair], asked.recipe.patch_zyx)
    found = [one if one.problem else known.get((one.pair, one.stamps), one) for one in found]
    tell(Answer(asked, tuple(found)))
    fresh = [number for number, one in enumerate(found) if not one.problem and not one.keys]
    total, done = max(sum(found[number].bytes for number in fresh), 1), 0
    for number in fresh:
        one = found[number]
        within = part(progress, done / total, (done + one.bytes) / total)
        found[number] = known[one.pair, one.stamps] = scanned(one, within)
        done += one.bytes
        tell(Answer(asked, tuple(found), share=done / total))
    recipe = asked.recipe
    tell(Answer(asked, tuple(judged(found, recipe.classes, recipe.zero_is_class)), whole=True, share=1.0))


def _listed(one: CheckedPair) -> str:
    ids: Sequence[int] = sorted(one.labels)
    return ", ".join(map(str, ids[:6])) + ("…" if len(ids) > 6 else "")
