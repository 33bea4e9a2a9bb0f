"""What a person has begun: the network that is not trained yet, kept while other tabs are shown."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from annotat3d_tui.networks.augmentation import Augmentation
    from annotat3d_tui.networks.network import Network
    from annotat3d_tui.networks.settings import Training


def _training() -> "Training":
    from annotat3d_tui.networks.settings import Training  # which the first picture of the screen does not wait for

    return Training()


def _augmentation() -> "Augmentation":
    from annotat3d_tui.networks.augmentation import Augmentation

    return Augmentation()


@dataclass
class NetworkDraft:
    """What it will be called, on what and how it is to be trained.

    changes: samples are changed at random, as augmentation says. start: the network whose weights it begins with, to be
    finetuned. elsewhere: datasets of other folders that were looked at. seen: the changes of samples that were chosen
    with the datasets when they were taken over last.
    """

    name: str = ""
    dataset: Path | None = None
    training: "Training" = field(default_factory=_training)
    augmentation: "Augmentation" = field(default_factory=_augmentation)
    changes: bool = True
    start: str = ""
    elsewhere: tuple[Path, ...] = ()
    seen: "Augmentation" = field(default_factory=_augmentation)

    def take_changes(self, chosen: "Augmentation") -> None:
        """Change samples as was chosen with the datasets, where that was chosen since; what is set here stays else."""
        if chosen != self.seen:
            self.augmentation, self.seen, self.changes = chosen, chosen, True

    def of(self, network: "Network", start: str, name: str) -> None:
        """Take over what a network was trained with, under another name; start: as above."""
        from annotat3d_tui.networks.augmentation import Augmentation

        path = network.dataset.get("path")
        self.name, self.start, self.training = name, start, network.training
        self.dataset = Path(path) if path else self.dataset
        self.changes = bool(network.augmentation)
        if self.changes:
            self.augmentation = Augmentation.from_dict(network.augmentation)
