"""GPUs as a person chooses them: which there are, who has them, which are free; picked by UUID.

*Free* is a device of whose memory less than 5 % is in use, and on which no compute process runs. A device that is cut
into MIG instances is not picked itself: one of its instances is, and alone, since CUDA shows a program no more than one
(CUDA Programming Guide, CUDA_VISIBLE_DEVICES).
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from annotat3d_tui.errors import InvalidParameter

GIB = 2**30
"""The unit in which makers count the memory of a device."""
FREE_SHARE = 0.05
FREE_MEANS = "free: less than 5 % of the memory in use, and no compute process"
CPU = "cpu"
FREEST = "freest"


@dataclass(frozen=True)
class GpuProcess:
    """A process that computes on a device; user and command are "" where it cannot be seen, as in a container.

    command: the name of the program; line: the words with which it was started; memory: bytes.
    """

    pid: int
    user: str
    command: str
    line: str = ""
    memory: int | None = None

    def __str__(self) -> str:
        who = f"{self.user}: {self.command}" if self.user else f"process {self.pid} (not visible here)"
        return who + (f" {self.memory / GIB:.1f} GiB" if self.memory is not None else "")


@dataclass(frozen=True)
class Gpu:
    """A device, or an instance of one (MIG), as it is now. None: the driver does not tell.

    index: `0`, or `0:1` for an instance; used, total: bytes; busy: percent of time; temperature: °C; power, limit: W;
    processes: None when they may not be seen; instances: those of a device that is cut; lost: why it cannot be read.
    """

    index: str
    uuid: str
    name: str
    used: int | None = None
    total: int | None = None
    busy: int | None = None
    temperature: int | None = None
    power: float | None = None
    limit: float | None = None
    processes: tuple[GpuProcess, ...] | None = None
    bus: str = ""
    instances: tuple["Gpu", ...] = ()
    is_cut: bool = False
    lost: str = ""

    @property
    def share(self) -> float | None:
        """The share of its memory in use."""
        return self.used / self.total if self.used is not None and self.total else None

    @property
    def is_free(self) -> bool:
        """As FREE_MEANS says; one of which that is not known is not free."""
        return self.share is not None and self.share < FREE_SHARE and self.processes == () and not self.lost

    @property
    def who(self) -> str:
        """Who computes on it; "" when nobody does, or that is not known."""
        return ", ".join(map(str, self.processes or ()))


@dataclass(frozen=True)
class Reading:
    """All devices of this machine at one time; `problem` is a sentence when there are none, or not all can be read."""

    gpus: tuple[Gpu, ...] = ()
    problem: str = ""
    driver: str = ""
    at: float = 0.0
    """When it was read, by a clock that does not jump."""
    is_silent: bool = False
    """The driver hangs; it may answer later."""

    @property
    def age(self) -> float:
        """Seconds since it was read."""
        return time.monotonic() - self.at


def choices(gpus: Iterable[Gpu]) -> Iterator[Gpu]:
    """What can be picked: whole devices, and the instances of those that are cut."""
    for gpu in gpus:
        if gpu.is_cut:
            yield from gpu.instances
        else:
            yield gpu


def is_instance(uuid: str) -> bool:
    """Whether it is that of a part of a device."""
    return uuid.startswith("MIG-")


def by_freedom(gpus: Iterable[Gpu]) -> list[Gpu]:
    """The freest first: free ones, whole ones before parts, then by memory in use and by work; lost ones come last."""

    def how_free(gpu: Gpu) -> tuple[bool, bool, bool, float, int]:
        return bool(gpu.lost), not gpu.is_free, is_instance(gpu.uuid), gpu.share or 0.0, gpu.busy or 0

    return sorted(gpus, key=how_free)


def freest(gpus: Iterable[Gpu], number: int) -> tuple[str, ...]:
    """The UUIDs of the `number` freest devices, several only of whole ones; InvalidParameter when fewer are free."""
    free = [gpu for gpu in by_freedom(choices(gpus)) if gpu.is_free and (number == 1 or not is_instance(gpu.uuid))]
    if number < 1 or len(free) < number:
        raise InvalidParameter(
            f"{FREEST}:{number} must be from 1 to the number of free GPUs, which is {len(free)} here: "
            "annotat3d gpus shows who has the others; name one, or take the cpu."
        )
    return tuple(gpu.uuid for gpu in free[:number])


def resolve(words: Sequence[str], reading: Reading) -> tuple[str, ...]:
    """The UUIDs that people mean by indices, UUIDs, their beginnings, `freest:N` or `cpu` (none).

    Raises InvalidParameter for what is not there or means several, and where GPUs and the CPU are mixed.
    """
    asked = [word for words_ in words for word in words_.split(",") if word]
    if not asked or [word.lower() for word in asked] == [CPU]:
        return ()
    if CPU in [word.lower() for word in asked]:
        raise InvalidParameter(f"--devices must be GPUs or {CPU}, received both: choose.")
    if reading.problem and not reading.gpus:
        raise InvalidParameter(f"--devices {' '.join(asked)}: {reading.problem}")
    found: list[str] = []
    for word in asked:
        if word.lower() == FREEST or word.lower().startswith(f"{FREEST}:"):
            number = word.partition(":")[2] or "1"
            if not number.isdecimal():
                raise InvalidParameter(f"{FREEST}:N must be a number of GPUs, received {word}: such as {FREEST}:2.")
            found += freest(reading.gpus, int(number))
        else:
            found.append(_named(word, reading))
    if len(set(found)) < len(found):
        raise InvalidParameter(f"--devices must name each GPU once, received {' '.join(asked)}: name others.")
    if len(found) > 1 and any(map(is_instance, found)):
        raise InvalidParameter(
            f"--devices must be whole GPUs, or one MIG instance alone, received {' '.join(asked)}: CUDA shows a "
            "program no more than one instance; start a job for each."
        )
    return tuple(found)


def environment(uuids: Sequence[str]) -> dict[str, str]:
    """The variables by which CUDA sees these devices and no other; none hides all of them."""
    return {"CUDA_VISIBLE_DEVICES": ",".join(uuids) or "-1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


def missing(uuids: Sequence[str], reading: Reading) -> str:
    """Why picked devices cannot be used at all: they are not there, or lost; "" when they can."""
    known = {gpu.uuid: gpu for gpu in choices(reading.gpus)}
    for uuid in uuids:
        if uuid not in known:
            return reading.problem or f"There is no GPU {uuid} on this machine: annotat3d gpus lists them."
        if known[uuid].lost:
            return f"GPU {known[uuid].index} cannot be used: {known[uuid].lost}."
    return ""


def seen_by(variables: Mapping[str, str], reading: Reading) -> tuple[str, ...]:
    """The UUIDs of the devices that a program with these variables sees: all, unless they say others.

    >>> two = Reading((Gpu("0", "GPU-a", "A100"), Gpu("1", "GPU-b", "A100")))
    >>> seen_by({}, two), seen_by({"CUDA_VISIBLE_DEVICES": "GPU-b"}, two), seen_by({"CUDA_VISIBLE_DEVICES": "-1"}, two)
    (('GPU-a', 'GPU-b'), ('GPU-b',), ())
    """
    there = [gpu for gpu in choices(reading.gpus) if not gpu.lost]
    words = variables.get("CUDA_VISIBLE_DEVICES")
    if words is None:
        return tuple(gpu.uuid for gpu in there)
    wanted = [word.strip() for word in words.split(",") if word.strip()]
    return tuple(gpu.uuid for word in wanted for gpu in there if word == gpu.index or gpu.uuid.startswith(word))


def taken(uuids: Sequence[str], reading: Reading) -> str:
    """Who has one of the devices now; "" when nobody has."""
    for gpu in choices(reading.gpus):
        if gpu.uuid in uuids and (gpu.who or (gpu.share or 0.0) >= FREE_SHARE):
            used = f"{(gpu.used or 0) / GIB:.1f} GiB of its memory are in use"
            return f"GPU {gpu.index} is taken: {gpu.who or used}"
    return ""


def index_text(uuids: Sequence[str], reading: Reading) -> str:
    """Devices as people call them.

    >>> index_text(["GPU-b", "GPU-x"], Reading((Gpu("1", "GPU-b", "A100"),)))
    'GPU 1, GPU-x'
    """
    indices: Mapping[str, str] = {gpu.uuid: gpu.index for gpu in choices(reading.gpus)}
    known = [indices[uuid] for uuid in uuids if uuid in indices]
    texts = [f"GPU {','.join(known)}"] if known else []
    return ", ".join([*texts, *(uuid for uuid in uuids if uuid not in indices)])


def _named(word: str, reading: Reading) -> str:
    there = list(choices(reading.gpus))
    exact = [gpu for gpu in there if word in (gpu.index, gpu.uuid)]
    meant = exact or [gpu for gpu in there if len(word) > 3 and gpu.uuid.lower().startswith(word.lower())]
    if len(meant) == 1:
        return meant[0].uuid
    if meant:
        raise InvalidParameter(
            f"{word} must be the beginning of one UUID, it is that of {len(meant)}: give more of it."
        )
    cut = next((gpu for gpu in reading.gpus if gpu.is_cut and word in (gpu.index, gpu.uuid)), None)
    if cut:
        parts = ", ".join(gpu.index for gpu in cut.instances) or "none is made yet"
        raise InvalidParameter(f"GPU {word} is cut into instances (MIG), which are picked instead: {parts}.")
    names = ", ".join(gpu.index for gpu in there)
    raise InvalidParameter(f"There is no GPU {word} here, there are {names}: annotat3d gpus lists them.")
