"""The process that runs the work of a job, and says in its folder how it goes: here, or as the script of a cluster.

    python -m annotat3d_tui.jobs.supervisor [--detach] FOLDER

It outlives the screen and the line, ignores SIGHUP and SIGINT, takes SIGTERM and `cancel.json` as the wish to stop, and
lets no process of the work outlive it. With --detach it returns as soon as its child, the supervisor, has begun.
"""

import contextlib
import errno
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.jobs import child
from annotat3d_tui.jobs.ending import End, kills_for_memory
from annotat3d_tui.jobs.folder import ATTEMPT, CANCEL, FAILURE, LOG, PROGRESS, STATUS, TOKEN, read_json, write_json
from annotat3d_tui.jobs.gpu_driver import Driver
from annotat3d_tui.jobs.gpus import Reading, environment, index_text
from annotat3d_tui.jobs.job import BEAT, TASK, Job, Status, job_of
from annotat3d_tui.jobs.keeping import clear
from annotat3d_tui.jobs.log import PIECE, LogWriter
from annotat3d_tui.jobs.measuring import Meter
from annotat3d_tui.jobs.slurm_commands import requeue
from annotat3d_tui.jobs.spreading import addresses, node_names, nodes_of, starter
from annotat3d_tui.jobs.turn import one_decides, why_wait
from annotat3d_tui.networks.workers import ADDRESSES
from annotat3d_tui.processes import Process

TICK, WAITING_TICK = 0.25, 0.5
"""Seconds between two looks at the work, and at whom to wait for."""
RESERVE, RESERVED = ".reserve", 1 << 14
"""A file that is given up on a full disk, so that the end of the job can be written, and its bytes."""
PATIENCE = 3600.0
"""Seconds for which the end of a job is tried to be written to a disk that does not take it."""


class Supervisor:
    """Sees one job through: waits for its turn, runs the work, tells, stops it when asked."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.log = LogWriter(job.log)
        before = job.said()
        me = asdict(Process.of(os.getpid()))
        self.status = Status("queued", **me, attempt=before.attempt + 1 if before and before.pid else 1)
        self._wish: int | None = None
        self._driver = Driver(patience=BEAT)
        self._beaten = 0.0

    def run(self) -> int:
        """The whole life of the job; gives the exit code of the work. Raises OSError if the folder takes nothing."""
        for number in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(number, self._wished)
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        child.adopt_orphans()
        self._keep_a_reserve()
        self._write()
        try:
            if self.job.request.kind == "here":
                self._wait_for_turn()
            else:
                self._begin()
            if self.asked_to_stop:
                self._end("cancelled", self._who_asked())
                return 128 + signal.SIGTERM
            return self._work()
        except Annotat3DError as error:
            self._end("failed", str(error))
            return 1
        except BaseException as error:
            self._end("failed", f"its supervisor failed: {error or type(error).__name__}")
            raise
        finally:
            self.log.close()
            (self.job.folder / RESERVE).unlink(missing_ok=True)
            if self.job.request.kind != TASK:
                clear(self.job.folder.parent)

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody wants the job to end."""
        return self._wish == signal.SIGTERM or self.job.is_being_cancelled

    def _wished(self, number: int, _: object) -> None:
        self._wish = number

    def _wait_for_turn(self) -> None:
        """Until no other job of this machine has the devices, nor anybody else the GPUs; then it is `running`."""
        while not self.asked_to_stop:
            reading = self._driver.read() if self.job.request.devices else Reading()
            with one_decides():
                reason = why_wait(self.job, reading)
                if not reason:
                    self._begin()
                    return
            if reason != self.status.reason:
                self._say(replace(self.status, reason=reason))
            self._beat()
            time.sleep(WAITING_TICK)

    def _begin(self) -> None:
        devices = self.job.request.devices
        if self.job.request.kind != "here":  # as the cluster has given them
            given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
            devices = tuple(one for one in given.split(",") if one not in ("", "-1", "NoDevFiles"))
        gpus = index_text(devices, self._driver.read()) if devices else ""
        self._say(replace(self.status, state="running", reason="", started=time.time(), devices=devices, gpus=gpus))

    def _work(self) -> int:
        """Run the command, take its log, tell how it goes; returns its exit code."""
        killed_before = kills_for_memory()
        for name in (FAILURE, PROGRESS):  # of an attempt before
            (self.job.folder / name).unlink(missing_ok=True)
        try:
            work = child.start(self.job.request.command, self.job.request.folder, self._environment(), self._starter())
        except OSError as error:
            where = f"{self.job.request.folder}: {error.strerror}"
            self._end("failed", f"the work could not be started in {where}; is the folder still there?")
            return 1
        meter = Meter(self.job.folder)
        with Pipe(work, self.log) as pipe:

            def tend() -> None:
                pipe.pump()
                meter.tick()
                self._beat(meter.seconds)

            while work.poll() is None and self._wish is None and not self.asked_to_stop:
                tend()
            firm = child.stop(child.descendants, tend) if work.poll() is None or child.descendants() else False
            work.wait()
            pipe.drain()
        end = End.of(work.returncode)
        if end.signal == signal.SIGTERM and self._wish is None:
            time.sleep(TICK)  # who ends all processes of a job ends us, too
        wanted = self._wish is not None or self.asked_to_stop
        self.status = replace(self.status, seconds=meter.seconds, exit_code=end.exit_code, signal=end.signal)
        if end.succeeded:
            self._end("done", "")
        elif wanted and self._wish == signal.SIGUSR1 and not self.job.is_being_cancelled:
            self._queue_again()
        elif wanted:
            self._end("cancelled", self._who_asked() + (", and had to be killed" if firm else ""))
        else:
            told = read_json(self.job.folder / FAILURE) or {}
            for_memory = kills_for_memory() > killed_before
            self._end("failed", end.reason(str(told.get("sentence", "")), for_memory, meter.peak))
        return work.returncode if work.returncode >= 0 else 128 - work.returncode

    def _queue_again(self) -> None:
        """The time limit is near: let Slurm begin the job anew, later."""
        self._say(replace(self.status, state="queued", reason="time limit reached: queued again"))
        try:
            requeue(os.environ.get("SLURM_JOB_ID", ""))
        except Annotat3DError as error:
            self._end("failed", f"time limit reached, and it could not be queued again: {error}")

    def _environment(self) -> dict[str, str]:
        told = {TOKEN: str(self.job.folder), ATTEMPT: str(self.status.attempt), "PYTHONUNBUFFERED": "1"}
        here = self.job.request.kind == "here"  # a cluster has given the devices itself
        if (nodes := nodes_of(self.job.request)) > 1:
            told[ADDRESSES] = ",".join(addresses(node_names(os.environ), nodes, os.environ))
        return {**os.environ, **told, **(environment(self.job.request.devices) if here else {})}

    def _starter(self) -> list[str]:
        """What starts the work on several nodes of a cluster; nothing on one."""
        nodes = nodes_of(self.job.request)
        return starter(nodes, os.environ) if nodes > 1 else []

    def _who_asked(self) -> str:
        asked = read_json(self.job.folder / CANCEL) or read_json(self.job.whole / CANCEL)
        if asked:
            return f"cancelled by {asked.get('by', '?')}"
        return "cancelled by SIGTERM to its supervisor" if self.job.request.kind == "here" else "cancelled in Slurm"

    def _beat(self, seconds: float | None = None) -> None:
        """Give a sign of life, if it is due."""
        now = time.monotonic()
        if now - self._beaten < BEAT:
            return
        self._beaten = now
        if seconds is not None:
            self.status = replace(self.status, seconds=seconds)
        try:
            write_json(self.job.folder / STATUS, asdict(self.status), durable=False)
        except OSError:
            with contextlib.suppress(OSError):
                os.utime(self.job.folder / STATUS)

    def _say(self, status: Status) -> None:
        """Write a change of state, if the disk takes it; the next sign of life tries again."""
        self.status = status
        self._beaten = time.monotonic()
        try:
            self._write()
        except OSError:
            self._beaten = 0.0

    def _end(self, state: Any, reason: str) -> None:
        """Write how it ended; tried until the disk takes it."""
        self.status = replace(self.status, state=state, reason=reason, ended=time.time())
        if self.job.whole != self.job.folder:
            self._tell_the_whole()
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._write()
            except OSError:
                if time.monotonic() > until or not self.job.folder.is_dir():
                    return None
                time.sleep(1.0)

    def _tell_the_whole(self) -> None:
        """A line in the log of the array that this is a task of."""
        reason = f": {self.status.reason}" if self.status.reason else ""
        log = LogWriter(self.job.whole / LOG)
        log.write(f"{self.job.request.title} is {self.status.state}{reason}\n".encode())
        log.close()

    def _write(self) -> None:
        try:
            write_json(self.job.folder / STATUS, asdict(self.status))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            (self.job.folder / RESERVE).unlink(missing_ok=True)
            write_json(self.job.folder / STATUS, asdict(self.status))

    def _keep_a_reserve(self) -> None:
        with contextlib.suppress(OSError):
            (self.job.folder / RESERVE).write_bytes(os.urandom(RESERVED))


class Pipe:
    """What the work says, taken to the log."""

    def __init__(self, work: "subprocess.Popen[bytes]", log: LogWriter) -> None:
        assert work.stdout is not None
        self._end, self._log = work.stdout, log
        os.set_blocking(self._end.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._end, selectors.EVENT_READ)
        self._open = True

    def __enter__(self) -> "Pipe":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        self._end.close()

    def pump(self, wait: float = TICK) -> bool:
        """Take what is there, waiting a moment for it; whether there was something."""
        if not self._open:
            time.sleep(wait)
            return False
        if not self._selector.select(wait):
            return False
        text = os.read(self._end.fileno(), PIECE)
        if text:
            self._log.write(text)
        else:
            self._open = False
            self._selector.unregister(self._end)
        return bool(text)

    def drain(self) -> None:
        """Take what is left; one that somebody keeps open is not waited for."""
        while self.pump(0.0):
            pass


def main(arguments: list[str]) -> int:
    """Supervise the job of a folder."""
    detach = arguments[0] == "--detach"
    folder = Path(arguments[-1])
    job = job_of(int(folder.name), folder.parent)
    if detach and os.fork():
        os._exit(0)
    return Supervisor(job).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
