"""The commands of Slurm, each asked with a time limit, and what they answer as data. Needs no accounting."""

import re
import subprocess
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from annotat3d_tui.errors import Annotat3DError

SECONDS = 15
_SEPARATOR = "|"


class SlurmError(Annotat3DError, RuntimeError):
    """Slurm is not here, does not answer, or refuses; its own words are in the text."""


@dataclass(frozen=True)
class Partition:
    """A partition: its time limit as Slurm writes it, nodes and how many have room, processors, megabytes and GPUs by
    kind ("" where it has no name) of its largest node; `up`: takes jobs."""

    name: str
    is_default: bool
    limit: str
    nodes: int
    idle: int
    cpus: int
    memory: int
    gpus: dict[str, int] = field(default_factory=dict)
    up: bool = True

    def __str__(self) -> str:
        gpus = ", ".join(f"{number} {kind or 'GPUs'}" for kind, number in self.gpus.items())
        gpus = f", {gpus} a node" if gpus else ""
        state = "" if self.up else ", down"
        nodes = f"{self.idle} of {self.nodes} nodes with room"
        return f"{self.name}: {nodes}, {self.cpus} CPUs{gpus}, limit {self.limit}{state}"


@dataclass(frozen=True)
class QueueRow:
    """A job or a task of an array in the queue: `id` is 88213 or 88213_4; state and reason in Slurm's words."""

    id: str
    state: str
    reason: str
    start: float | None
    node: str


def ask(*words: str, stdin: str | None = None) -> str:
    """What a command of Slurm prints; raises SlurmError with its own words when it fails."""
    try:
        done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False)
    except FileNotFoundError:
        raise SlurmError(
            f"There is no Slurm here ({words[0]} is not found): log in to the login node, or load its module."
        ) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else f"no answer of {words[0]} in {SECONDS} s"
        raise SlurmError(f"Slurm does not answer ({why}): try it again later.") from None
    if done.returncode:
        raise SlurmError(_refusal(words[0], done.stderr))
    return done.stdout


def partitions() -> list[Partition]:
    """All partitions, the default one first; raises SlurmError."""
    found: dict[str, Partition] = {}
    for line in ask(
        "sinfo", "-h", "-o", _SEPARATOR.join(("%P", "%a", "%l", "%D", "%c", "%m", "%G", "%T"))
    ).splitlines():
        name, available, limit, nodes, cpus, memory, gres, state = line.split(_SEPARATOR)
        new = Partition(
            name.rstrip("*"), name.endswith("*"), limit, int(nodes),
            int(nodes) if re.match("idle|mixed", state) else 0,
            int(cpus.rstrip("+")), int(memory.rstrip("+")), _gpus(gres), available == "up",
        )  # fmt: skip
        old = found.get(new.name)
        found[new.name] = _joined(old, new) if old else new
    return sorted(found.values(), key=lambda one: (not one.is_default, one.name))


def queue() -> dict[str, QueueRow]:
    """Your jobs that Slurm still knows, also ended ones, by id; each task of an array has its own.

    Raises SlurmError.
    """
    columns = _SEPARATOR.join(("%i", "%T", "%r", "%S", "%N"))
    text = ask("squeue", "-h", "-r", "-t", "all", "--me", "-o", columns)
    rows = {}
    for line in text.splitlines():
        id, state, reason, start, node = line.split(_SEPARATOR)
        rows[id] = QueueRow(id, state, reason, _time(start), node)
    return rows


def accounted(id: str) -> str:
    """The state that the accounting has of a job that the queue no longer knows; "" where there is none."""
    try:
        lines = ask("sacct", "-n", "-X", "-P", "-j", id, "-o", "State").split()
    except SlurmError:
        return ""
    return lines[0] if lines else ""


def submit(script: Path, folder: Path, after: str = "") -> str:
    """Send a script, to run in a folder; returns the id. Raises SlurmError.

    after: the id of a job that must be done first; where that fails, this one is given up.
    """
    waits = [f"--dependency=afterok:{after}", "--kill-on-invalid-dep=yes"] if after else []
    said = ask("sbatch", "--parsable", f"--chdir={folder}", *waits, str(script))
    return said.strip().partition(";")[0]


def end(id: str) -> None:
    """Let Slurm end a job, waiting or running; raises SlurmError."""
    ask("scancel", id)


def requeue(id: str) -> None:
    """Let Slurm end a running job, and begin it anew later; raises SlurmError."""
    ask("scontrol", "requeue", id)


def version() -> str:
    """Of Slurm; raises SlurmError when it is not here."""
    return ask("sinfo", "--version").strip()


def _refusal(command: str, said: str) -> str:
    """Slurm's words as one sentence, with what to do."""
    lines = [line.partition("error: ")[2] or line for line in said.strip().splitlines()]
    words = (lines or [f"{command} failed without a word"])[-1].strip().rstrip(".")
    if "Batch job submission failed: " in words:
        words = words.partition("Batch job submission failed: ")[2]
    for pattern, advice in _ADVICE:
        if re.search(pattern, " ".join(lines)):
            return f"Slurm refused this: {words}; {advice}."
    if re.search("contact|Unable|configuration source|Connection|Zero Bytes|timed out", " ".join(lines)):
        return f"Slurm does not answer ({words}): is its controller up? Try it again later."
    return f"Slurm refused this: {words}."


_ADVICE = (
    (
        "node configuration is not available",
        "no node has so many GPUs of that kind, CPUs or so much memory: ask for less",
    ),
    ("Invalid account|account/partition", "give an account that is yours (sacctmgr show user $USER withassoc)"),
    ("[Ii]nvalid partition", "choose one of those that sinfo lists"),
    ("[Ii]nvalid generic resource|[Ii]nvalid gres", "the cluster has no such GPU: sinfo -o %G lists them"),
    ("[Tt]ime limit", "ask for less time, or another partition"),
    ("Invalid job id", "it has ended, and Slurm has forgotten it"),
)


def _gpus(gres: str) -> dict[str, int]:
    """GPUs by kind, of `gpu:a100:4(S:0-1),gpu:2`."""
    found: dict[str, int] = {}
    for kind, number in re.findall(r"gpu(?::([\w.-]*[a-zA-Z][\w.-]*))?:(\d+)", gres):
        found[kind] = found.get(kind, 0) + int(number)
    return found


def _joined(old: Partition, new: Partition) -> Partition:
    kinds = {**old.gpus, **{kind: max(number, old.gpus.get(kind, 0)) for kind, number in new.gpus.items()}}
    return Partition(
        old.name, old.is_default, old.limit, old.nodes + new.nodes, old.idle + new.idle,
        max(old.cpus, new.cpus), max(old.memory, new.memory), kinds, old.up or new.up,
    )  # fmt: skip


def _time(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:  # N/A
        return None
