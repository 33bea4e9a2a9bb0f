"""The command lines that train and finetune a network, as a person has asked for it."""

from pathlib import Path
from typing import TYPE_CHECKING

from annotat3d_tui.workflow.command import changed_flags

if TYPE_CHECKING:
    from annotat3d_tui.networks.network import Network
    from annotat3d_tui.tui.network_draft import NetworkDraft


def train_words(draft: "NetworkDraft", folder: Path, overwrite: bool = False) -> list[str]:
    """The words after `annotat3d` that train a network from nothing, as the folder `folder`.

    >>> from annotat3d_tui.networks.settings import Training
    >>> from annotat3d_tui.tui.network_draft import NetworkDraft
    >>> draft = NetworkDraft("beads", Path("/d.h5"), Training("unet2d", iterations=50), changes=False)
    >>> " ".join(train_words(draft, Path("/beads.network")))
    'network train /beads.network --dataset /d.h5 --architecture unet2d --iterations 50 --no-augmentation'
    """
    from annotat3d_tui.networks.settings import Training

    words = ["network", "train", str(folder), "--dataset", str(draft.dataset)]
    words += [*changed_flags(draft.training, Training()), *_changes(draft)]
    return [*words, *(["--overwrite"] if overwrite else [])]


def finetune_words(draft: "NetworkDraft", folder: Path, start: "Network", overwrite: bool = False) -> list[str]:
    """The words after `annotat3d` that train it from the weights of another network."""
    words = ["network", "finetune", str(folder), "--from", str(start.folder), "--dataset", str(draft.dataset)]
    words += [*changed_flags(draft.training, start.training), *_changes(draft)]
    return [*words, *(["--overwrite"] if overwrite else [])]


def _changes(draft: "NetworkDraft") -> list[str]:
    """How samples are changed at random."""
    from annotat3d_tui.networks.augmentation import Augmentation

    return list(changed_flags(draft.augmentation, Augmentation())) if draft.changes else ["--no-augmentation"]
