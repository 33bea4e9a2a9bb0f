"""What the end of a process means: exit codes, signals, and memory that ran out, told apart.

The kernel counts the processes that it has killed for lack of memory: of the whole machine in /proc/vmstat, of a
control group in memory.events.
"""

import re
import signal
from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.memory import bytes_text

_MEANING = {
    1: "it was refused or has failed; its log tells why",
    2: "the command was not understood; its log tells why",
    126: "the command cannot be run",
    127: "the command was not found",
}


@dataclass(frozen=True)
class End:
    """How the work ended: with an exit code, or by a signal."""

    exit_code: int | None
    signal: int | None

    @classmethod
    def of(cls, returncode: int) -> "End":
        """From the number that subprocess gives. A shell tells of a signal by 128 + its number."""
        if returncode < 0:
            return cls(None, -returncode)
        if returncode > 128 and returncode - 128 in signal.valid_signals():
            return cls(returncode, returncode - 128)
        return cls(returncode, None)

    @property
    def succeeded(self) -> bool:
        """Whether it did what was asked."""
        return self.exit_code == 0

    def reason(self, sentence: str, killed_for_memory: bool, peak: int) -> str:
        """Why it ended: `sentence` is what the work has said of its error, `peak` the most bytes that it has held."""
        if killed_for_memory and self.signal == signal.SIGKILL:
            most = f" with {bytes_text(peak)} in use" if peak else ""
            return f"out of memory: the system killed it{most}; give --memory less, or a smaller image or batch"
        if sentence and self.exit_code is not None:  # of several processes one has told, and the others were ended
            return sentence
        if self.signal is not None:
            return f"ended by {signal_text(self.signal)}, which was not asked for here"
        return f"exit code {self.exit_code}: {_MEANING.get(self.exit_code or 0, 'its log tells why')}"


def signal_text(number: int) -> str:
    """A signal as people know it.

    >>> signal_text(11)
    'SIGSEGV (Segmentation fault)'
    """
    try:
        one = signal.Signals(number)
    except ValueError:
        return f"signal {number}"
    return f"{one.name} ({signal.strsignal(number)})"


def kills_for_memory() -> int:
    """How many processes the kernel has killed for lack of memory so far, here or in our control group."""
    counts = [_count(Path("/proc/vmstat"), "oom_kill")]
    try:
        groups = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        groups = []
    for group in groups:
        _, controllers, path = group.split(":", 2)
        if not controllers:
            counts.append(_count(Path("/sys/fs/cgroup" + path) / "memory.events", "oom_kill"))
        elif "memory" in controllers.split(","):
            counts.append(_count(Path("/sys/fs/cgroup/memory" + path) / "memory.oom_control", "oom_kill"))
    return sum(counts)


def _count(file: Path, name: str) -> int:
    try:
        match = re.search(rf"^{name} (\d+)$", file.read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(match[1]) if match else 0
