"""The GPUs that were picked for the next job, by UUID; they stay picked when their screen is closed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from annotat3d_tui.jobs.gpus import Gpu, by_freedom, choices, is_instance


@dataclass
class Picks:
    """What was picked, in the order of picking; `were_free`: those of them that were free then; `indices`: by UUID."""

    uuids: tuple[str, ...] = ()
    were_free: frozenset[str] = frozenset()
    indices: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """As people call them, such as `GPU 1,2`; "" when none is picked."""
        return f"GPU {','.join(self.indices[uuid] for uuid in self.uuids)}" if self.uuids else ""

    def __contains__(self, gpu: Gpu) -> bool:
        return gpu.uuid in self.uuids

    def add(self, gpu: Gpu) -> bool:
        """Pick one more; True when others are let go for it, since a program sees one MIG instance, and that alone."""
        alone = bool(self.uuids) and any(map(is_instance, (gpu.uuid, *self.uuids)))
        if alone:
            self.clear()
        self.uuids += (gpu.uuid,)
        self.indices[gpu.uuid] = gpu.index
        self.were_free |= {gpu.uuid} if gpu.is_free else frozenset()
        return alone

    def remove(self, gpu: Gpu) -> None:
        """Pick it no longer."""
        self.uuids = tuple(uuid for uuid in self.uuids if uuid != gpu.uuid)
        self.were_free -= {gpu.uuid}

    def clear(self) -> None:
        """Pick none: the CPU does the work."""
        self.uuids, self.were_free = (), frozenset()

    def next_freest(self, gpus: Iterable[Gpu]) -> Gpu | None:
        """The freest device that is not picked yet and can be beside those that are; None when no other is free."""
        free = (gpu for gpu in by_freedom(choices(gpus)) if gpu.is_free and gpu not in self)
        return next((gpu for gpu in free if not (self.uuids and is_instance(gpu.uuid))), None)
