"""A real Slurm on this machine, on loopback alone: slurmctld, slurmd, two GPUs that are links to /dev/null.

slurmd wants a character device whose name ends in the number of the GPU; a link to one is enough.
"""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.jobs.starting import until

NEEDED = ("slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "scancel", "scontrol")
INSTALL = "apt-get install -y --no-install-recommends slurmctld slurmd slurm-client"
GPUS = 2
CONFIGURATION = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=10
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
MailProg=/bin/true
KillWait=5
MinJobAge=120
SlurmctldTimeout=30
SlurmdTimeout=30
PropagateResourceLimits=NONE
GresTypes=gpu
NodeName=localhost NodeHostname={host} NodeAddr=127.0.0.1 CPUs=8 Boards=1 SocketsPerBoard=1 CoresPerSocket=8 \
ThreadsPerCore=1 RealMemory=2000 Gres=gpu:fake:{gpus} State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=01:00:00 State=UP OverSubscribe=NO
PartitionName=short Nodes=localhost MaxTime=00:02:00 State=UP OverSubscribe=NO
"""


class Cluster:
    """One controller and one node, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("state", "spool"):
            (folder / name).mkdir()
        controller_port, node_port = free_ports(2)
        text = CONFIGURATION.format(
            folder=folder,
            user=getpass.getuser(),
            host=socket.gethostname().partition(".")[0],
            gpus=GPUS,
            controller_port=controller_port,
            node_port=node_port,
        )
        (folder / "slurm.conf").write_text(text)
        for number in range(GPUS):
            (folder / f"gpu{number}").symlink_to("/dev/null")
        gres = f"AutoDetect=off\nNodeName=localhost Name=gpu Type=fake File={folder}/gpu[0-{GPUS - 1}]\n"
        (folder / "gres.conf").write_text(gres)

    @property
    def environment(self) -> Mapping[str, str]:
        """What programs need to find it."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def start(self) -> None:
        """Start both, and wait until the node is idle."""
        self.start_controller("-i")
        self._start("slurmd", "-D", "-N", "localhost")
        until(lambda: "idle" in self._ask("sinfo", "-h", "-o", "%t"), "an idle node", bound=60)

    def start_controller(self, *flags: str) -> None:
        """Start the controller, with the state that it had."""
        self._start("slurmctld", "-D", *flags)
        until(lambda: self._ask("scontrol", "ping").startswith("Slurmctld(primary) at"), "the controller")

    def stop_controller(self) -> None:
        """Kill the controller; what runs goes on."""
        self._stop("slurmctld")

    @contextlib.contextmanager
    def halted_controller(self) -> Iterator[None]:
        """Meanwhile the controller takes questions and never answers."""
        self._daemons["slurmctld"].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._daemons["slurmctld"].send_signal(signal.SIGCONT)
        until(lambda: self._ask("sinfo", "-h", "-o", "%t"), "the controller")

    def empty(self) -> None:
        """End all jobs, and wait until the node is idle again."""
        for id in self._ask("squeue", "-h", "-o", "%A").split():
            self._ask("scancel", id)
        until(lambda: self._ask("sinfo", "-h", "-o", "%T", "-p", "main").strip() == "idle", "an idle node")

    def stop(self) -> None:
        """End everything."""
        for id in self._ask("squeue", "-h", "-o", "%A").split():
            self._ask("scancel", id)
        for name in ("slurmd", "slurmctld"):
            self._stop(name)

    def _start(self, name: str, *flags: str) -> None:
        program = shutil.which(name) or f"/usr/sbin/{name}"
        words = [program, *flags, "-f", str(self.folder / "slurm.conf")]
        self._daemons[name] = subprocess.Popen(words, stdout=-3, stderr=-3, start_new_session=True)

    def _stop(self, name: str) -> None:
        daemon = self._daemons.pop(name, None)
        if daemon is not None:
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(15)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def _ask(self, *words: str) -> str:
        done = subprocess.run(
            words, env=os.environ | self.environment, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout


def free_ports(number: int) -> list[int]:
    """Ports of loopback that nobody has now."""
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def is_installed() -> bool:
    """Whether Slurm's programs are here."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    return all(shutil.which(name, path=path) for name in NEEDED)
