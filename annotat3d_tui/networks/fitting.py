"""Whether a network can be trained on a dataset where it is to compute, what it takes, and which batch fits there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import Annotat3DError, InvalidFile, InvalidParameter, OverBudget
from annotat3d_tui.memory import available_memory, bytes_text
from annotat3d_tui.networks.architectures import architecture_of, check_patch, propose_batch
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.settings import Training

Patch = tuple[int, int, int]


@dataclass(frozen=True)
class Room:
    """Memory for a step: bytes of the fullest of the devices that share a batch; where: what they are called."""

    bytes: int
    devices: int = 1
    where: str = "this machine"

    def shared_by(self, workers: int) -> "Room":
        """The same in each of so many processes, which share a batch."""
        return replace(self, devices=self.devices * workers)

    @property
    def text(self) -> str:
        """How much, and of what.

        >>> Room(80_000_000_000, 2, "GPU 1,2").text
        '80.0 GB are free on each of GPU 1,2'
        """
        return f"{bytes_text(self.bytes)} are free on {'each of ' if self.devices > 1 else ''}{self.where}"


def room_here() -> Room:
    """What the processors may take of the memory of this machine."""
    return Room(available_memory())


def step_memory(patch: Patch, classes: int, training: Training, devices: int = 1) -> int:
    """Bytes that a step takes on each device, about."""
    share = -(-training.batch // devices)
    return architecture_of(training.architecture).memory_needed(patch, share, classes)


def fitting_batch(patch: Patch, classes: int, training: Training, room: Room, samples: int | None = None) -> int:
    """The largest batch that the room suffices for and that all devices share; 0 when there is none.

    samples: of the dataset, of which a batch holds none twice.
    """
    each = propose_batch(architecture_of(training.architecture), patch, classes, room.bytes)
    if samples is not None:
        each = min(each, samples // room.devices)
    return each * room.devices


def check(dataset: Dataset, training: Training) -> None:
    """Raises InvalidParameter or InvalidFile when this network cannot be trained so on this dataset."""
    check_patch(architecture_of(training.architecture), dataset.patch)
    check_classes(dataset)
    check_samples(dataset, training)


def check_classes(dataset: Dataset) -> None:
    """Raises InvalidFile where there is nothing to tell apart."""
    if len(dataset.classes) < 2:
        raise InvalidFile(f"{dataset.path} must hold at least two classes, received one: label another, too.")


def check_samples(dataset: Dataset, training: Training) -> None:
    """Raises InvalidParameter for a batch that is larger than the dataset."""
    if len(dataset.training) < training.batch:
        raise InvalidParameter(
            f"batch must be at most the {count_text(len(dataset.training), 'sample')} of {dataset.path} for training, "
            f"received {training.batch}: give a smaller batch, or make a larger dataset."
        )


def check_shared(batch: int, devices: int) -> None:
    """Raises InvalidParameter for a batch that these devices cannot share equally."""
    if batch % devices:
        fits = max(batch // devices, 1) * devices
        raise InvalidParameter(f"batch must be shared equally by {devices} devices, received {batch}: give {fits}.")


def check_room(patch: Patch, classes: int, training: Training, room: Room) -> None:
    """Raises OverBudget, naming a batch that fits, when a step needs more memory than there is."""
    need = step_memory(patch, classes, training, room.devices)
    if need <= room.bytes:
        return
    fits = fitting_batch(patch, classes, training, room)
    advice = f"batch {fits} would fit" if fits else "make a dataset of smaller patches"
    each = f" on each of {room.devices} devices" if room.devices > 1 else ""
    raise OverBudget(
        f"A step of {training.architecture} with batch {training.batch} needs about {bytes_text(need)} of memory"
        f"{each}, and {room.text}: {advice}."
    )


def problems(dataset: Dataset, training: Training, room: Room | None) -> list[str]:
    """All that hinders a training, a sentence each; of memory nothing where the room is not known."""
    checks: list[Callable[[], None]] = [
        lambda: check_patch(architecture_of(training.architecture), dataset.patch),
        lambda: check_classes(dataset),
        lambda: check_samples(dataset, training),
    ]
    if room is not None:
        checks += [
            lambda: check_shared(training.batch, room.devices),
            lambda: check_room(dataset.patch, len(dataset.classes), training, room),
        ]
    return list(_complaints(checks))


def train_forecast(dataset: Dataset, training: Training, room: Room | None = None) -> str:
    """What the training will take, in words, and a batch that the room suffices for, where it is known."""
    classes, samples = len(dataset.classes), len(dataset.training)
    parameters = architecture_of(training.architecture).parameter_count(classes, 1, training.deep_supervision)
    devices = room.devices if room else 1
    need = step_memory(dataset.patch, classes, training, devices)
    each = f" on each of {devices} devices" if devices > 1 else ""
    words = [
        f"{training.architecture} with {parameters} parameters, about {bytes_text(need)} of memory for a step of batch "
        f"{training.batch}{each}"
    ]
    if room:
        fits = fitting_batch(dataset.patch, classes, training, room, samples)
        words.append(f"{room.text}, " + (f"enough for batch {fits}" if fits else "not enough for one sample each"))
    words.append(f"{count_text(samples, 'sample')} for training, {len(dataset.validation)} for validation")
    return "; ".join(words) + "."


def _complaints(checks: Iterable[Callable[[], None]]) -> Iterator[str]:
    for one in checks:
        try:
            one()
        except Annotat3DError as error:
            yield str(error)
