"""The process of the work and all that it starts: begun so that it cannot outlive its supervisor, stopped wholly."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import psutil

from annotat3d_tui.jobs.folder import TOKEN

GRACE = float(os.environ.get("ANNOTAT3D_GRACE") or 10.0)
"""Seconds between the polite and the firm request to stop."""
_SET_DEATH_SIGNAL, _SET_SUBREAPER = 1, 36
"""Of prctl(2)."""
_LIKELIER_KILLED = "300"
"""Added to what the kernel reckons when memory runs out: the work goes, its supervisor stays and tells."""
_POLL = 0.05
_LIBC = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """From now on what the work started becomes ours when the work ends, and can be found."""
    _LIBC.prctl(_SET_SUBREAPER, 1, 0, 0, 0)


def start(
    words: Sequence[str], folder: str, environment: Mapping[str, str], starter: Sequence[str] = ()
) -> "subprocess.Popen[bytes]":
    """Run annotat3d with these words; stdout and stderr are one pipe. Raises OSError.

    starter: the words of a program that starts it, on several nodes. It gets SIGTERM when its supervisor ends, however
    that ends, and is in a process group of its own.
    """
    supervisor = os.getpid()

    def before() -> None:
        _LIBC.prctl(_SET_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != supervisor:  # it has ended before that
            os._exit(128 + signal.SIGTERM)
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write(_LIKELIER_KILLED)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, signal.SIG_DFL)

    return subprocess.Popen(
        [*starter, sys.executable, "-m", "annotat3d_tui", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=dict(environment),
        process_group=0,
        preexec_fn=before,
    )


def descendants() -> list[psutil.Process]:
    """All processes that the work has started and that are still there."""
    with contextlib.suppress(psutil.Error):
        return psutil.Process().children(recursive=True)
    return []


def stop(processes: Callable[[], list[psutil.Process]], meanwhile: Callable[[], None]) -> bool:
    """Ask processes to end, then make them; returns whether they had to be made. `meanwhile` is called all the time."""
    _send(processes(), signal.SIGTERM)
    _send(processes(), signal.SIGCONT)  # one that was halted hears it, too
    until = time.monotonic() + GRACE
    while _running(processes()) and time.monotonic() < until:
        meanwhile()
        time.sleep(_POLL)
    firm = False
    while left := _running(processes()):  # what starts others while it is being stopped does not get away
        firm = True
        _send(left, signal.SIGKILL)
        meanwhile()
        time.sleep(_POLL)
        if time.monotonic() > until + GRACE:  # in a call of the system that does not return
            break
    return firm


def left_behind(folder: str) -> list[psutil.Process]:
    """Processes of this machine that know a job's folder as theirs, its supervisor left out."""
    return [process for process in psutil.process_iter() if _belongs(process, folder)]


def _belongs(process: psutil.Process, folder: str) -> bool:
    try:
        return process.environ().get(TOKEN) == folder and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):  # of another user, or gone
        return False


def _running(processes: list[psutil.Process]) -> list[psutil.Process]:
    return list(_those_running(processes))


def _those_running(processes: list[psutil.Process]) -> Iterator[psutil.Process]:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                yield process


def _send(processes: list[psutil.Process], number: int) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            process.send_signal(number)  # never to another process that has got its number
