"""A network is a folder NAME.network, which people can read:

network.json      what it is: architecture, classes, patch, normalization, how and on what it was trained
best.weights.h5   the weights with the best Dice on the validation samples, as Keras reads them
last.weights.h5   those of the last step that was kept
history.csv       loss, rate, Dice of every step
checkpoint.npz    the state by which a training that was killed goes on
"""

import contextlib
import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from annotat3d_tui import __version__
from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.networks.architectures import architecture_of, build, check_patch
from annotat3d_tui.networks.normalization import Moments
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.weights_file import check_weights
from annotat3d_tui.volume.writing import written_aside

FORMAT, VERSION = "annotat3d network", 1
SUFFIX = ".network"
MANIFEST, BEST, LAST = "network.json", "best.weights.h5", "last.weights.h5"
HISTORY, CHECKPOINT = "history.csv", "checkpoint.npz"
MOST_CLASSES = 256


@dataclass(frozen=True)
class Network:
    """What a network is, without its weights; folder: or the exported file.

    classes: label ids in the order of its outputs. unlabelled: the id that was ignored, or None. patch (z, y, x): what
    it has learned from. moments: of all images of its dataset, for the normalization `dataset`. augmentation: as it
    was trained, or {}. dataset: path and key. origin: the folder of the network that it was finetuned from, or "".
    """

    folder: Path
    training: Training
    classes: tuple[int, ...]
    patch: tuple[int, int, int]
    names: dict[int, str] = field(default_factory=dict)
    unlabelled: int | None = None
    channels: int = 1
    moments: Moments | None = None
    augmentation: dict[str, Any] = field(default_factory=dict)
    dataset: dict[str, str] = field(default_factory=dict)
    origin: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.folder.name.removesuffix(".zip").removesuffix(SUFFIX)

    @property
    def architecture(self) -> str:
        """The name of what it is made of."""
        return self.training.architecture

    @property
    def normalization(self) -> str:
        """How grey values are normalized."""
        return self.training.normalization

    def name_of(self, label: int) -> str:
        """The name of a class, or its id."""
        return self.names.get(label, str(label))

    def model(self, weights: str = "best") -> Any:
        """The Keras model, logits out, with the weights `best` or `last`; raises MissingFile, InvalidFile."""
        model = self.bare_model(self.training.deep_supervision)
        with self.weights_file(weights) as path:
            load_weights(model, path)
        if not self.training.deep_supervision:
            return model
        from annotat3d_tui.networks.quiet import keras

        return keras().Model(model.inputs[0], model.outputs[0])

    @contextlib.contextmanager
    def weights_file(self, weights: str) -> Iterator[Path]:
        """Their file; that of an exported network, which holds the best ones, is unpacked meanwhile."""
        if not self.folder.is_file():
            yield self.folder / {"best": BEST, "last": LAST}[weights]
            return
        from annotat3d_tui.networks.exported import copy_weights

        with tempfile.TemporaryDirectory() as folder:
            copy_weights(self.folder, Path(folder) / BEST, self.weight_count)
            yield Path(folder) / BEST

    @property
    def weight_count(self) -> int:
        """How many numbers its weights are, with those for deep supervision."""
        architecture = architecture_of(self.architecture)
        return architecture.parameter_count(len(self.classes), self.channels, self.training.deep_supervision)

    def bare_model(self, deep_supervision: bool = False) -> Any:
        """The Keras model with weights by chance."""
        return build(
            self.architecture,
            len(self.classes),
            channels=self.channels,
            deep_supervision=deep_supervision,
            dtype_policy=self.training.precision,
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "program": f"annotat3d {__version__}",
            "architecture": self.architecture,
            "classes": [{"id": label, "name": self.name_of(label)} for label in self.classes],
            "unlabelled": self.unlabelled,
            "channels": self.channels,
            "patch": list(self.patch),
            "moments": None if self.moments is None else {"mean": self.moments.mean, "std": self.moments.std},
            "training": self.training.to_dict(),
            "augmentation": self.augmentation,
            "dataset": self.dataset,
            "origin": self.origin,
        }

    @classmethod
    def from_dict(cls, folder: Path, values: Mapping[str, Any]) -> Self:
        """What `to_dict` wrote; raises InvalidFile."""
        name = folder / MANIFEST
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise InvalidFile(f"{name} must describe a network, received something else: give another folder.")
        if values.get("version") != VERSION:
            raise InvalidFile(
                f"{name} must be of version {VERSION}, received {values.get('version')}: open it with a newer program."
            )
        try:
            moments = values["moments"]
            found = cls(
                folder,
                Training.from_dict(values["training"]),
                tuple(int(one["id"]) for one in values["classes"]),
                _patch(values["patch"]),
                {int(one["id"]): str(one["name"]) for one in values["classes"]},
                None if values["unlabelled"] is None else int(values["unlabelled"]),
                int(values["channels"]),
                None if moments is None else Moments(float(moments["mean"]), float(moments["std"])),
                dict(values["augmentation"]),
                {str(key): str(value) for key, value in values["dataset"].items()},
                str(values["origin"]),
            )
            found._check()
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InvalidFile(f"{name} is damaged ({error}): copy it again, or train the network anew.") from None
        if not 2 <= len(found.classes) <= MOST_CLASSES or found.channels != 1:
            raise InvalidFile(f"{name} must have 2 to {MOST_CLASSES} classes and 1 channel: give another network.")
        return found

    def _check(self) -> None:
        """Raises ValueError for what no training has written, InvalidParameter for a patch of another architecture."""
        check_patch(architecture_of(self.architecture), self.patch)
        if len(set(self.classes)) < len(self.classes) or min(self.classes, default=0) < 0:
            raise ValueError("classes that are none, or one twice")
        if self.moments is not None and not all(map(math.isfinite, (self.moments.mean, self.moments.std))):
            raise ValueError("moments that are no numbers")

    def save(self) -> None:
        """Write `network.json`; raises CannotWrite."""
        with written_aside(self.folder / MANIFEST, overwrite=True) as aside:
            aside.write_text(json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n")


def network_folder(name: Path | str) -> Path:
    """The folder of a network by its name: `grains` and `grains.network` are the same.

    >>> network_folder("nets/grains").name, network_folder("grains.network/").name
    ('grains.network', 'grains.network')
    """
    path = Path(name)
    return path if path.name.endswith(SUFFIX) else path.with_name(path.name + SUFFIX)


def open_network(name: Path | str) -> Network:
    """The network in a folder, by its name, or in an exported file; raises MissingFile, InvalidFile.

    No weights are read.
    """
    if Path(name).is_file():
        from annotat3d_tui.networks.exported import read_manifest

        return Network.from_dict(Path(name), read_manifest(Path(name)))
    folder = network_folder(name)
    try:
        values = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        raise MissingFile(f"{folder} must be a network, but holds no {MANIFEST}: give another name.") from None
    except (OSError, ValueError) as error:
        raise InvalidFile(f"{folder / MANIFEST} cannot be read ({error}): give another network.") from None
    return Network.from_dict(folder, values)


def load_weights(model: Any, path: Path) -> None:
    """Give a model the weights of an HDF5 file, of which only arrays are read; raises MissingFile, InvalidFile."""
    if not path.is_file():
        raise MissingFile(f"{path} is not there: the network has not been trained so far.")
    check_weights(path, model.count_params())
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InvalidFile(f"{path} must hold the weights of this network ({reason}): give another network.") from None


def save_weights(model: Any, path: Path) -> None:
    """Write the weights beside the file and rename it; raises CannotWrite."""
    with written_aside(path, overwrite=True) as aside:
        named = aside.with_name(aside.name.removesuffix(".part") + ".weights.h5")
        try:
            model.save_weights(named)
            named.replace(aside)
        finally:
            named.unlink(missing_ok=True)


def _patch(values: Any) -> tuple[int, int, int]:
    depth, height, width = (int(value) for value in values)
    if min(depth, height, width) < 1:
        raise ValueError("a side of the patch below 1")
    return depth, height, width
