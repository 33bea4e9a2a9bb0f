"""How much memory this process may use: of the machine, and of the control group it runs in."""

import os
import re
from pathlib import Path

from annotat3d_tui.errors import InvalidParameter, OverBudget

SHARE_OF_FREE = 0.7
REMEDY = "close other programs, allow more (--memory), choose wider superpixels, or crop the image"
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def available_memory() -> int:
    """Bytes that can still be taken without swapping, within the limit of the control group and of a job on Slurm."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    return min([free, *_control_group_rooms(), *_slurm_rooms()])


def used_memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def default_budget() -> int:
    """Bytes that a computation may take when nobody says more: 70 % of what is free."""
    return int(SHARE_OF_FREE * available_memory())


def parse_bytes(text: str) -> int:
    """Bytes from a size such as `4GB`, `512MiB` or `2000000`.

    >>> parse_bytes("4GB"), parse_bytes("1.5 MiB")
    (4000000000, 1572864)
    """
    match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([KMGT]?I?)B?\s*", text.upper())
    if not match or match[2] not in _UNITS:
        raise InvalidParameter(f"memory must be a size such as 4GB or 512MiB, received {text!r}: type it again.")
    return int(float(match[1]) * _UNITS[match[2]])


def bytes_text(count: float) -> str:
    """Bytes as people read them.

    >>> bytes_text(950), bytes_text(1.25e9)
    ('950 B', '1.2 GB')
    """
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} B"


def check_budget(what: str, need: int, budget: int, remedy: str = REMEDY) -> None:
    """Raises OverBudget, before any work begins, when `what` needs more bytes than `budget`; remedy: what to do."""
    if need > budget:
        raise OverBudget(
            f"{what} needs about {bytes_text(need)} of memory and may take {bytes_text(budget)}: {remedy}."
        )


def _slurm_rooms() -> list[int]:
    """What Slurm has given the job that this process works for, less what the process holds, in bytes."""
    given = os.environ.get("SLURM_MEM_PER_NODE", "")  # in MB; 0 is all
    return [max(int(given) * 2**20 - used_memory(), 0)] if given.isdecimal() and int(given) else []


def _control_group_rooms() -> list[int]:
    """What the control groups (version 2, or 1) of this process still allow, in bytes."""
    rooms = []
    for limit_file, used_file in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
        for folder in _control_group_folders():
            limit, used = folder / limit_file, folder / used_file
            if limit.is_file() and used.is_file() and (text := limit.read_text().strip()) != "max":
                rooms.append(max(int(text) - int(used.read_text()) + _page_cache(folder), 0))
    return rooms


def _page_cache(folder: Path) -> int:
    """Bytes of files that a control group keeps in memory only until somebody needs the room."""
    statistics = folder / "memory.stat"
    if not statistics.is_file():
        return 0
    counts = dict(line.split() for line in statistics.read_text().splitlines())
    return int(counts.get("total_inactive_file", counts.get("inactive_file", 0)))


def _control_group_folders() -> list[Path]:
    groups = Path("/proc/self/cgroup")
    if not groups.is_file():
        return []
    folders = []
    for line in groups.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        root = Path("/sys/fs/cgroup") / ("memory" if "memory" in controllers else "")
        inside = Path(path.lstrip("/"))
        folders += [root / part for part in (inside, *inside.parents)]
    return folders
