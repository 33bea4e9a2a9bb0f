"""What a job asks of Slurm, and the batch script that says it: text to look at and change before it is sent."""

import contextlib
import json
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.errors import Annotat3DError, InvalidParameter
from annotat3d_tui.jobs.folder import write_json
from annotat3d_tui.jobs.slurm_commands import Partition
from annotat3d_tui.parameters import Parameters, parameter
from annotat3d_tui.places import state_home

MANY_CPUS = 16
"""No job asks for more by itself."""
OUTPUT = "slurm.txt"
"""What Slurm itself says of the job; array tasks have it in the same folder, each with its number."""
_OF_ONE_JOB = ("#SBATCH --output=", "#SBATCH --job-name=")
_TIME = re.compile(r"(\d+-\d{1,2}(:\d{1,2}){0,2}|\d+(:\d{1,2}){0,2})?")
_MEMORY = re.compile(r"(\d+[KMGT]?)?", re.IGNORECASE)
_OPTION = re.compile(r"--?[a-zA-Z][\w-]*([= ][^\n]*)?")
_WORD = re.compile(r"[\w.,+-]*")


@dataclass(frozen=True)
class SlurmOptions(Parameters):
    """What is left empty is as the cluster has it by itself."""

    kind = "slurm"
    partition: str = parameter("", "partition; empty: the cluster's own choice")
    gpus: int = parameter(0, "GPUs of one node", minimum=0, maximum=64)
    gpu_type: str = parameter("", "kind of GPU, as the cluster names it; empty: any")
    cpus: int = parameter(4, "processors of one node", minimum=1, maximum=1024)
    nodes: int = parameter(1, "nodes that share the batches of a training", minimum=1, maximum=64)
    memory: str = parameter("", "memory of one node, such as 64G; empty: the partition's own")
    time: str = parameter("", "time limit, such as 12:00:00 or 2-00:00:00; empty: the partition's own")
    account: str = parameter("", "account that pays; empty: your own")
    array: bool = parameter(False, "a task for each image of classify or infer")
    at_once: int = parameter(0, "tasks of an array that run at once; 0: as many as there is room for", minimum=0)
    warned: int = parameter(
        120, "time before the limit at which the work is stopped and queued again", unit="seconds", minimum=1
    )
    extra: str = parameter("", "more options of sbatch, separated by ;, such as qos=long; exclude=node7")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, pattern, example in (
            ("partition", _WORD, "gpu"),
            ("gpu_type", _WORD, "a100"),
            ("account", _WORD, "lab3"),
            ("time", _TIME, "12:00:00"),
            ("memory", _MEMORY, "64G"),
        ):
            value = getattr(self, name)
            if not pattern.fullmatch(value):
                raise InvalidParameter(f"{name} of slurm must be such as {example}, received {value!r}: type it again.")
        for line in self.extra_options():
            if not _OPTION.fullmatch(line):
                raise InvalidParameter(
                    f"extra of slurm must be options of sbatch such as qos=long, received {line!r}: type it again."
                )

    def extra_options(self) -> list[str]:
        """The options that people added, as sbatch takes them.

        >>> SlurmOptions(extra="qos=long; #SBATCH --exclusive").extra_options()
        ['--qos=long', '--exclusive']
        """
        parts = (part.strip().removeprefix("#SBATCH").strip() for part in self.extra.split(";"))
        return [part if part.startswith("-") else f"--{part}" for part in parts if part]


def options_for(partition: Partition) -> SlurmOptions:
    """What a job may well ask of a partition: a GPU where it has some, and a share of the processors of its node."""
    kind, number = next(iter(partition.gpus.items()), ("", 0))
    share = partition.cpus // max(number, 1)
    return SlurmOptions(partition.name, min(number, 1), kind, min(max(share, 1), MANY_CPUS))


def kept_options() -> SlurmOptions:
    """What was asked for the last time; the defaults when that is not known."""
    try:
        return SlurmOptions.from_dict(json.loads(_kept().read_text()))
    except (OSError, ValueError, Annotat3DError):
        return SlurmOptions()


def keep_options(options: SlurmOptions) -> None:
    """Remember what was asked for; a folder that cannot be written is no reason to stop."""
    with contextlib.suppress(OSError):
        _kept().parent.mkdir(parents=True, exist_ok=True)
        write_json(_kept(), options.to_dict(), durable=False)


def _kept() -> Path:
    return state_home() / "slurm.json"


def script_text(options: SlurmOptions, folder: Path, tasks: int = 0) -> str:
    """The script that runs the supervisor of a job's folder, or of each of its `tasks` folders, as an array."""
    given = {
        "partition": options.partition,
        "gres": _gpus(options),
        "cpus-per-task": str(options.cpus),
        "mem": options.memory,
        "time": options.time,
        "account": options.account,
        "array": _array(options, tasks),
    }
    output = str(folder / OUTPUT).replace("%", "%%")
    fixed = {
        "job-name": f"annotat3d-{folder.name}",
        "nodes": str(options.nodes) if options.nodes > 1 else "",
        "ntasks": str(options.nodes),
        "ntasks-per-node": "1" if options.nodes > 1 else "",
        "output": f'"{output}"',
        "open-mode": "append",
        "export": "ALL",
        "signal": f"B:USR1@{options.warned}",
    }
    lines = ["#!/bin/bash", *_lines(fixed), "#SBATCH --requeue", *_lines(given)]
    lines += [f"#SBATCH {line}" for line in options.extra_options()]
    place = shlex.quote(str(folder)) + ("/tasks/$SLURM_ARRAY_TASK_ID" if tasks else "")
    lines += ["", f"exec {shlex.quote(sys.executable)} -m annotat3d_tui.jobs.supervisor {place}"]
    return "\n".join(lines) + "\n"


def script_for_another(script: str, own: str) -> str:
    """A script that was made, and perhaps changed, for one job, with name and folder of another one, whose `own` is."""
    lines = own.splitlines()
    named = {line.partition("=")[0]: line for line in lines if line.startswith(_OF_ONE_JOB)}
    return "".join(
        (lines[-1] if line.startswith("exec ") else named.get(line.partition("=")[0], line)) + "\n"
        for line in script.splitlines()
    )


def _lines(options: Mapping[str, str]) -> list[str]:
    return [f"#SBATCH --{name}={value}" for name, value in options.items() if value]


def _gpus(options: SlurmOptions) -> str:
    if not options.gpus:
        return ""
    return ":".join(word for word in ("gpu", options.gpu_type, str(options.gpus)) if word)


def _array(options: SlurmOptions, tasks: int) -> str:
    if not tasks:
        return ""
    return f"0-{tasks - 1}" + (f"%{options.at_once}" if options.at_once else "")
