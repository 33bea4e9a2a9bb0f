"""Workers of Dask: those of a scheduler that runs, some on this machine, or some that Slurm starts."""

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from annotat3d_tui.errors import ClusterFailed, InvalidParameter
from annotat3d_tui.jobs.slurm_options import SlurmOptions

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 5
OTHER_KIND = (ValueError, TypeError, KeyError, AssertionError, MemoryError, OverflowError)
"""What comes of a connection to a server of another kind, whose first words are taken for a length."""
LOCAL = re.compile(r"local:(\d{1,3})")
ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://\S+")
QUIET: dict[str, object] = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.tick.interval": "1s",
}
"""Settings of Dask, which looks at itself a hundred times a second: for large slabs that is a tenth of all time."""
MEMORY = "4G"
"""Of a worker where nothing is said."""


def check_address(address: str) -> None:
    """Raises InvalidParameter unless it is the address of a scheduler, or local:N."""
    local = LOCAL.fullmatch(address)
    if not (ADDRESS.fullmatch(address) or (local and int(local[1]))):
        raise InvalidParameter(
            f"--dask must be the address of a scheduler such as tcp://node7:8786, or local:2 for two workers on this "
            f"machine, received {address}: correct it."
        )


@contextmanager
def workers_at(address: str) -> Iterator["Client"]:
    """The workers of the scheduler at an address, or of `local:N`, which are ended with it.

    Raises InvalidParameter, ClusterFailed when nothing answers.
    """
    import dask
    from distributed import Client, LocalCluster

    check_address(address)
    local = LOCAL.fullmatch(address)
    if local:
        with (
            dask.config.set(QUIET),
            LocalCluster(n_workers=int(local[1]), threads_per_worker=1, dashboard_address=":0") as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    with _told_of(address):
        _check_answers(address)
        client = Client(address, timeout=CONNECT_SECONDS)
    with client:
        yield client


def _check_answers(address: str) -> None:
    """Begin to talk with the scheduler at an address, and leave it again.

    A client itself waits for the first answer without end. Raises TimeoutError, CommClosedError and what OTHER_KIND has
    when a server of another kind has the port, another OSError when nobody has it.
    """
    import dask
    from distributed import Security
    from distributed.comm.core import connect

    if address.startswith("ucx") or dask.config.get("distributed.client.security-loader", None):
        return  # which only the client itself can connect to

    async def talk() -> None:
        words = Security().get_connection_args("client")
        comm = await asyncio.wait_for(connect(address, timeout=CONNECT_SECONDS, **words), 1.1 * CONNECT_SECONDS)
        await comm.close()

    asyncio.run(talk())


@contextmanager
def _told_of(address: str) -> Iterator[None]:
    """Say in a sentence, by ClusterFailed, why nothing could be connected to at an address."""
    from distributed.comm.core import CommClosedError, FatalCommClosedError

    dashboard = "give the one that dask scheduler says (not that of its dashboard)."
    try:
        yield
    except TimeoutError:
        raise ClusterFailed(
            f"A Dask scheduler must answer at {address}, what has that port did not answer as one for "
            f"{CONNECT_SECONDS:g} s: {dashboard}"
        ) from None
    except FatalCommClosedError as error:  # as when certificates do not fit
        raise _nobody(address, error) from None
    except (CommClosedError, *OTHER_KIND):
        raise ClusterFailed(
            f"A Dask scheduler must answer at {address}, another server answered, but is no Dask scheduler: {dashboard}"
        ) from None
    except OSError as error:
        raise _nobody(address, error) from None


def _nobody(address: str, error: OSError) -> ClusterFailed:
    return ClusterFailed(
        f"A Dask scheduler must answer at {address}, none did ({error}): start one with dask scheduler, or correct "
        "the address."
    )


@contextmanager
def workers_by_slurm(count: int, options: SlurmOptions, seconds: float) -> Iterator["Client"]:
    """Workers that Slurm starts, a job each, once at least one is there; they are ended with it.

    seconds: how long to wait for the first one. Raises InvalidParameter, ClusterFailed.
    """
    import dask
    from dask_jobqueue.slurm import SLURMCluster
    from distributed import Client

    if count < 1:
        raise InvalidParameter(f"--slurm must be a number of workers from 1, received {count}: give one.")
    given: dict[str, Any] = {
        "queue": options.partition or None,
        "account": options.account or None,
        "walltime": options.time or None,
        "job_cpu": options.cpus,
    }
    try:
        with (
            dask.config.set(QUIET),
            SLURMCluster(
                cores=options.cpus,
                processes=1,
                memory=options.memory or MEMORY,
                python=sys.executable,
                job_extra_directives=options.extra_options(),
                scheduler_options={"dashboard_address": ":0"},
                job_script_prologue=[f"export {name}={value}" for name, value in _environment().items()],
                **given,
            ) as cluster,
            Client(cluster) as client,
        ):
            cluster.scale(jobs=count)
            client.wait_for_workers(1, timeout=seconds)
            yield client
    except TimeoutError:
        raise ClusterFailed(
            f"Slurm must start a worker within {seconds:g} s, it did not: squeue says what it waits for; ask for "
            "less, or wait longer with --slurm-wait."
        ) from None
    except RuntimeError as error:  # sbatch is not there, or refused
        raise ClusterFailed(f"Slurm must take the workers, it did not ({error}): correct --slurm-worker.") from None


def _environment() -> dict[str, object]:
    """The same settings of Dask, as a process is told by its environment."""
    return {"DASK_" + name.replace(".", "__").replace("-", "_").upper(): value for name, value in QUIET.items()}


def worker_options(words: str) -> SlurmOptions:
    """What each worker asks of Slurm, from `name=value,name=value`; raises InvalidParameter.

    >>> worker_options("partition=long,cpus=8,memory=16G").cpus
    8
    """
    known = {declared.name: declared for declared in SlurmOptions.parameters()}
    values: dict[str, Any] = {}
    for word in filter(None, words.split(",")):
        name, sign, text = word.partition("=")
        if name not in NAMES or not sign:
            raise InvalidParameter(
                f"--slurm-worker must be such as partition=long,cpus=8, of {', '.join(NAMES)}, received {word!r}: "
                "correct it."
            )
        values[name] = known[name].parse(text)
    return SlurmOptions(**values)


NAMES = ("partition", "cpus", "memory", "time", "account", "extra")
"""What can be said of a worker."""
