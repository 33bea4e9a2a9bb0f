"""What a training takes as it is asked for now, and what hinders it: words, without a widget."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.fitting import Room, fitting_batch, problems, train_forecast
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.network_files import check_name

if TYPE_CHECKING:
    from annotat3d_tui.networks.dataset import Dataset

READY = "✓ ready to be trained"


@dataclass(frozen=True)
class Outlook:
    """A training that is asked for, and where it is to compute.

    no_dataset: why there is none yet. taken: why the name cannot be had. wrong: what is wrong in a field. lost: which
    device is not there. room: memory for a step, None where it is not known.
    """

    draft: NetworkDraft
    dataset: "Dataset | None"
    room: Room | None = None
    no_dataset: str = ""
    taken: str = ""
    wrong: str = ""
    lost: str = ""

    @property
    def reasons(self) -> list[str]:
        """All that hinders it, a sentence each."""
        found = [self._name_problem(), self.taken, self.wrong]
        if self.dataset is None:
            found.append(self.no_dataset)
        else:
            found += problems(self.dataset, self.draft.training, self.room)
        return [one for one in (*found, self.lost) if one]

    def _name_problem(self) -> str:
        try:
            check_name(self.draft.name)
        except InvalidParameter as error:
            return str(error) if self.draft.name else "Give the network a name in the part Network."
        return ""

    @property
    def forecast(self) -> str:
        """What it takes, a line; "" while there is no dataset."""
        return train_forecast(self.dataset, self.draft.training, self.room) if self.dataset else ""

    @property
    def batch(self) -> int:
        """The largest that the room suffices for; 0 where that is not known."""
        if self.dataset is None or self.room is None:
            return 0
        data = self.dataset
        return fitting_batch(data.patch, len(data.classes), self.draft.training, self.room, len(data.training))

    def verdict(self, reasons: list[str]) -> Content:
        """That it can be trained, or why not, a line each."""
        if not reasons:
            return Content.styled(READY, "$text-success")
        begun = self.draft.name or self.draft.dataset is not None
        return Content.styled("\n".join(plain(one) for one in reasons), "$text-error" if begun else MUTED)
