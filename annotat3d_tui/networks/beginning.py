"""A training before its first step: what cannot be begun is refused, and the folder of the network is made."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from annotat3d_tui.errors import CannotWrite, InvalidFile, InvalidParameter, OutputExists
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.fitting import check
from annotat3d_tui.networks.network import MANIFEST, Network, network_folder
from annotat3d_tui.networks.normalization import common_moments
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.places import resolved

if TYPE_CHECKING:
    from annotat3d_tui.networks.augmentation import Augmentation


def begin(
    name: Path | str,
    dataset: Dataset,
    training: Training,
    augmentation: "Augmentation | None" = None,
    start: Network | None = None,
    overwrite: bool = False,
) -> Network:
    """The folder of a network that is to be trained; nothing is computed. start: finetuned from there.

    Raises InvalidParameter, InvalidFile, OutputExists, CannotWrite.
    """
    folder = network_folder(name)
    check_new(folder, dataset, training, overwrite, start)
    network = planned(folder, dataset, training, augmentation, start)
    if folder.exists():
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be made ({error.strerror}): give another place.") from None
    network.save()
    return network


def planned(
    folder: Path,
    dataset: Dataset,
    training: Training,
    augmentation: "Augmentation | None" = None,
    start: Network | None = None,
) -> Network:
    """The network that is to be trained; nothing is made."""
    return Network(
        folder,
        training,
        dataset.classes,
        dataset.patch,
        {label: dataset.name_of(label) for label in dataset.classes},
        dataset.unlabelled,
        moments=common_moments(dataset.moments),
        augmentation={} if augmentation is None else augmentation.to_dict(),
        dataset={"path": str(resolved(dataset.path)), "key": dataset.key},
        origin=str(resolved(start.folder)) if start else "",
    )


def check_new(
    folder: Path, dataset: Dataset, training: Training, overwrite: bool, start: Network | None = None
) -> None:
    """Raises what `begin` would, but for a disk that does not take it; nothing is made."""
    check(dataset, training)
    if start is not None and training.architecture != start.architecture:
        raise InvalidParameter(
            f"architecture must be that of the network to start from, {start.architecture}, received "
            f"{training.architecture}: leave it out, or train from nothing."
        )
    if start is not None and resolved(start.folder) == resolved(folder):
        raise CannotWrite(f"{folder} is what the training starts from and must stay: give another name.")
    if folder.exists() and not overwrite:
        raise OutputExists(
            f"{folder} exists: give another name, --overwrite to train it anew, or annotat3d network resume."
        )
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise CannotWrite(f"{folder} is no network and is not replaced: give another name.")


def dataset_path(network: Network) -> str:
    """Where the dataset of a training is that is to go on; raises InvalidFile when it is not known."""
    path = network.dataset.get("path")
    if not path:
        raise InvalidFile(f"{network.folder} does not say on what it was trained: finetune it.")
    return path
