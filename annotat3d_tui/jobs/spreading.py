"""A training on several nodes of a cluster: Slurm starts the same command on each, and each is told of the others."""

from collections.abc import Mapping, Sequence

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs.job import Request
from annotat3d_tui.jobs.slurm_commands import ask

SPREAD = (("network", "train"), ("network", "finetune"), ("network", "resume"))
"""Commands that work on several nodes."""
FIRST_PORT, PORTS = 15000, 16000
"""From where on nodes listen to each other, and how many ports jobs share; those beyond are the system's own."""


def check_spread(command: Sequence[str], nodes: int) -> None:
    """Raises InvalidParameter where several nodes are asked for what runs on one."""
    if nodes > 1 and tuple(command[:2]) not in SPREAD:
        raise InvalidParameter(
            f"nodes must be 1 for {' '.join(command[:1])}, received {nodes}: only network train, finetune and resume "
            "work on several."
        )


def nodes_of(request: Request) -> int:
    """On how many nodes the work of a job runs."""
    options = request.where.get("options")
    nodes = options.get("nodes", 1) if isinstance(options, Mapping) else 1
    return nodes if isinstance(nodes, int) else 1


def starter(nodes: int, environment: Mapping[str, str]) -> list[str]:
    """The words that start a program once on each node, all of which end when one fails."""
    words = ["srun", "--kill-on-bad-exit=1", f"--ntasks={nodes}", "--export=ALL"]
    cpus = environment.get("SLURM_CPUS_PER_TASK")
    return [*words, f"--cpus-per-task={cpus}"] if cpus else words


def node_names(environment: Mapping[str, str]) -> list[str]:
    """The nodes that Slurm has given; raises SlurmError."""
    return ask("scontrol", "show", "hostnames", environment.get("SLURM_JOB_NODELIST", "")).split()


def addresses(names: Sequence[str], count: int, environment: Mapping[str, str]) -> list[str]:
    """host:port of each of so many processes, in the order in which Slurm starts them.

    >>> addresses(["a", "b"], 2, {"SLURM_JOB_ID": "7"})
    ['a:15448', 'b:15449']
    """
    first = int(environment.get("SLURM_JOB_ID") or 0) * 64 % PORTS
    return [f"{names[number * len(names) // count]}:{FIRST_PORT + first + number}" for number in range(count)]
