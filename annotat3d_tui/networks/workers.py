"""A training that several processes share, on one machine or on the nodes of a cluster: who they are.

Each of them has the same weights and makes its part of every batch; what they find is added up at each step. Only the
first, the chief, writes files and tells how it goes.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotat3d_tui.errors import InvalidParameter

ADDRESSES, PLACE = "ANNOTAT3D_WORKERS", "SLURM_PROCID"
"""What Slurm's jobs are told: host:port of each process with commas between, and which of them it is, from 0."""
CONFIGURATION = "TF_CONFIG"
"""The same as TensorFlow has it, which may be set by whoever starts the processes."""


@dataclass(frozen=True)
class Workers:
    """How many processes there are, and which this is, from 0."""

    count: int = 1
    index: int = 0

    @property
    def is_chief(self) -> bool:
        """Whether this is the one that writes files."""
        return self.index == 0


ALONE = Workers()


def workers_here(environment: Mapping[str, str] | None = None) -> Workers:
    """The processes that share a training, as the environment of this one says; raises InvalidParameter.

    >>> workers_here({"ANNOTAT3D_WORKERS": "a:15000,b:15001", "SLURM_PROCID": "1"})
    Workers(count=2, index=1)
    >>> workers_here({"SLURM_PROCID": "1"})
    Workers(count=1, index=0)
    """
    text = configuration(os.environ if environment is None else environment)
    if not text:
        return ALONE
    try:
        content = json.loads(text)
        task, addresses = content.get("task", {}), content.get("cluster", {}).get("worker", [])
        found = Workers(max(len(addresses), 1), int(task.get("index", 0)))
        kind = task.get("type", "worker")
    except (ValueError, TypeError, AttributeError):
        raise InvalidParameter(f"{CONFIGURATION} must be JSON with cluster and task, received {text!r}.") from None
    if kind != "worker" or not 0 <= found.index < found.count:
        raise InvalidParameter(
            f"{CONFIGURATION} must be that of one of {found.count} workers, received {kind} {found.index}: correct it."
        )
    return found


def configuration(environment: Mapping[str, str]) -> str:
    """Who they are in TensorFlow's words; "" where there is one process only."""
    if given := environment.get(CONFIGURATION):
        return given
    addresses = [one for one in environment.get(ADDRESSES, "").split(",") if one]
    if len(addresses) < 2:
        return ""
    place = environment.get(PLACE, "")
    if not place.isdecimal():
        raise InvalidParameter(f"{PLACE} must say which of {len(addresses)} processes this is, received {place!r}.")
    return json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": int(place)}})


def joined() -> Any:
    """The strategy of TensorFlow by which the processes work together; waits until all of them are there.

    Must be called before TensorFlow has computed anything.
    """
    from annotat3d_tui.networks.quiet import tensorflow

    text = configuration(os.environ)
    hosts = {address.rpartition(":")[0] for address in json.loads(text)["cluster"]["worker"]}
    os.environ |= {CONFIGURATION: text, "no_grpc_proxy": ",".join(sorted(hosts))}  # whatever leads outside
    return tensorflow().distribute.MultiWorkerMirroredStrategy()
