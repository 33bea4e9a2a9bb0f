"""How a label volume came about: what a person wants to know of it, and what is kept beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from annotat3d_tui.classifiers.scores import Scores
from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.workflow.settings import Segmentation

if TYPE_CHECKING:
    from annotat3d_tui.workflow.segmentation import Result

DECIMALS = 6


@dataclass(frozen=True)
class Run:
    """One segmentation, told afterwards.

    asked: the parameters as they were given; used: with nothing automatic left. marks: a name for the markers that it
    learned from. samples: how many it learned from; superpixels: how many there are. importances: of every column that
    was measured, the highest first; dropped: the columns that the selection left out. seconds: until the label was
    there. scores, out_of_bag: None before it was tested, see `Result`.
    """

    asked: Segmentation
    used: Segmentation
    marks: str
    samples: int
    superpixels: int
    importances: tuple[tuple[str, float], ...]
    dropped: tuple[str, ...]
    seconds: float
    scores: Scores | None = None
    out_of_bag: Scores | None = None

    @classmethod
    def of(cls, result: "Result", asked: Segmentation, marks: str = "", seconds: float = 0.0) -> Self:
        """What there is to tell of a result."""
        trained = result.trained
        kept = set(result.model.columns or trained.samples.columns)
        return cls(
            asked,
            result.parameters,
            marks=marks,
            samples=len(trained.samples.labels),
            superpixels=result.superpixel_count,
            importances=tuple((name, round(value, DECIMALS)) for name, value in trained.importance_of().items()),
            dropped=tuple(name for name in trained.samples.columns if name not in kept),
            seconds=round(seconds, 3),
            scores=result.scores,
            out_of_bag=result.out_of_bag,
        )

    def with_scores(self, result: "Result") -> Self:
        """The same after the result was tested."""
        return replace(self, scores=result.scores, out_of_bag=result.out_of_bag)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "asked": self.asked.to_dict(),
            "used": self.used.to_dict(),
            "marks": self.marks,
            "samples": self.samples,
            "superpixels": self.superpixels,
            "importances": dict(self.importances),
            "dropped": list(self.dropped),
            "seconds": self.seconds,
            "scores": self.scores.to_dict() if self.scores else None,
            "out_of_bag": self.out_of_bag.to_dict() if self.out_of_bag else None,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The run that `to_dict` wrote; raises InvalidFile or InvalidParameter when it is not one."""
        try:
            return cls(
                Segmentation.from_dict(values["asked"]),
                Segmentation.from_dict(values["used"]),
                marks=str(values["marks"]),
                samples=int(values["samples"]),
                superpixels=int(values["superpixels"]),
                importances=_sorted((str(name), float(value)) for name, value in values["importances"].items()),
                dropped=tuple(map(str, values["dropped"])),
                seconds=float(values["seconds"]),
                scores=Scores.from_dict(values["scores"]) if values["scores"] else None,
                out_of_bag=Scores.from_dict(values["out_of_bag"]) if values["out_of_bag"] else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            if isinstance(error, InvalidFile):
                raise
            raise InvalidFile(
                f"A run must hold asked, used, marks, samples, importances and scores, {error} is wrong: apply again."
            ) from error


def _sorted(importances: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(importances, key=lambda one: -one[1]))
