"""The memory that a training finds on devices: which batch fits there."""

from collections.abc import Sequence

from annotat3d_tui.jobs.gpus import Gpu, Reading, choices, index_text
from annotat3d_tui.networks.fitting import Room


def room_on(uuids: Sequence[str], reading: Reading, waits: bool = False) -> Room | None:
    """What is free on the fullest of these devices; None without any, or where the driver does not tell.

    waits: until others have left them, so that all of their memory will be free.

    >>> a100 = Gpu("1", "GPU-b", "A100", used=30, total=100)
    >>> room_on(["GPU-b"], Reading((a100,))), room_on(["GPU-b"], Reading((a100,)), waits=True)
    (Room(bytes=70, devices=1, where='GPU 1'), Room(bytes=100, devices=1, where='GPU 1'))
    """
    own = [gpu for gpu in choices(reading.gpus) if gpu.uuid in uuids]
    rooms = [free for gpu in own if (free := _free(gpu, waits)) is not None]
    return Room(min(rooms), len(uuids), index_text(uuids, reading)) if rooms else None


def _free(gpu: Gpu, waits: bool) -> int | None:
    if gpu.total is None or gpu.used is None:
        return None
    return gpu.total if waits and not gpu.is_free else gpu.total - gpu.used
