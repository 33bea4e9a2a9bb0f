"""Which process it is, also when its number has gone to another one since, or the machine was started again.

The clock of the machine may jump; what is compared here counts from its start.
"""

import contextlib
import getpass
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Process:
    """A process: its host and number, when it began (clock ticks since the machine started, "" where that is not
    known), and which start of the machine that was."""

    host: str
    pid: int
    began: str
    boot: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process of this machine that has a number now."""
        return cls(socket.gethostname(), pid, _stat(pid)[1], boot_id())

    @property
    def is_here(self) -> bool:
        """Whether it is a process of this machine."""
        return self.host == socket.gethostname()

    @property
    def runs_here(self) -> bool:
        """Whether it still runs on this machine; one that has ended and only waits to be noticed does not."""
        if not self.is_here or self.boot != boot_id() or not _is_there(self.pid):
            return False
        state, began = _stat(self.pid)
        return began == self.began and state not in ("Z", "X")


def user_name() -> str:
    """Who runs this process."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user number without a name
        return f"user {os.getuid()}"


def multiplexer(environment: Mapping[str, str]) -> str:
    """What stands between this process and its terminal: tmux, screen or mosh; "" when it is none of them."""
    term = environment.get("TERM", "")
    if environment.get("TMUX") or term.startswith("tmux"):
        return "tmux"
    if environment.get("STY") or term.startswith("screen"):
        return "screen"
    return "mosh" if "mosh-server" in _ancestors() else ""


def boot_id() -> str:
    """Which start of the machine this is; "" where that is not known."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _ancestors() -> list[str]:
    """Names of the processes above this one, nearest first, where the system shows them."""
    names: list[str] = []
    process = os.getppid()
    with contextlib.suppress(OSError, ValueError):
        while process > 1:
            name, _, rest = Path(f"/proc/{process}/stat").read_text().partition("(")[2].rpartition(")")
            names.append(name)
            process = int(rest.split()[1])
    return names


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another user
        return True
    return True


def _stat(pid: int) -> tuple[str, str]:
    """The letter of its state and when it began, in clock ticks; "" where that is not known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[0], fields[19]
    except (OSError, IndexError):
        return "", ""


def cpu_ticks(pid: int) -> int:
    """How long a process of this machine has computed, in clock ticks, on all its threads; 0 when it is not there."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    except (OSError, IndexError, ValueError):
        return 0
