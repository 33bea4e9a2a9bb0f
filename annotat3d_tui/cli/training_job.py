"""A training is a job, unless it is asked for here: the same command, started by a supervisor that outlives us."""

import argparse
import os
import resource
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.cli.jobs import follow
from annotat3d_tui.cli.jobs_run import devices_of
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.jobs.gpu_driver import Driver
from annotat3d_tui.jobs.gpu_room import room_on
from annotat3d_tui.jobs.gpus import environment, seen_by
from annotat3d_tui.jobs.local import request_of, start
from annotat3d_tui.jobs.reporting import Reporter, goes_on, job_folder
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.beginning import begin, check_new, planned
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.fitting import check_room, check_shared, room_here, train_forecast
from annotat3d_tui.networks.network import Network, network_folder, open_network
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.networks.workers import workers_here

if TYPE_CHECKING:
    from annotat3d_tui.networks.dataset import Dataset
    from annotat3d_tui.networks.training import Listener, Trained

HERE = "--here"
OF_STARTING = ("--follow", "--json", "--share")
"""What means nothing to the job itself."""


def add_training_flags(parser: argparse.ArgumentParser) -> None:
    """What decides the weights, but for the dataset."""
    add_parameter_flags(parser.add_argument_group("training"), {"": Training()})
    changes = parser.add_argument_group("augmentation (samples changed at random)")
    changes.add_argument("--no-augmentation", action="store_true", help="samples as they are")
    add_parameter_flags(changes, {"": Augmentation()})


def add_job_flags(parser: argparse.ArgumentParser, writes: bool = True) -> None:
    """Where the training runs, and what is said."""
    where = parser.add_argument_group("where")
    where.add_argument(HERE, action="store_true", help="in this process, not as a job")
    where.add_argument("--follow", action="store_true", help="show the log of the job until it ends")
    where.add_argument(
        "--devices", nargs="+", default=[], metavar="D",
        help="GPUs by index, UUID or its beginning, freest:N, or cpu (cpu); the training sees no other",
    )  # fmt: skip
    where.add_argument("--share", action="store_true", help="do not wait for other jobs of this machine")
    add_output_flags(parser, writes=writes)


def training_of(given: argparse.Namespace, before: Training | None = None) -> Training:
    """The settings that were given, else those of `before`, else the usual ones; raises InvalidParameter."""
    return with_flags(before or Training(), given)


def augmentation_of(given: argparse.Namespace) -> Augmentation | None:
    """The changes of samples that were asked for; raises InvalidParameter."""
    return None if given.no_augmentation else with_flags(Augmentation(), given)


def runs_here(given: argparse.Namespace) -> bool:
    """Whether this process is to train."""
    return bool(given.here) or job_folder() is not None


def train_new(given: argparse.Namespace, training: Training, title: str, begin_from: Network | None = None) -> int:
    """A new network: train it here, or start a job that does, once it is known that it can.

    begin_from: the network whose weights it starts with.
    """
    augmentation, dataset, folder = augmentation_of(given), open_dataset(given.dataset), network_folder(given.name)
    if goes_on() and folder.is_dir() and (network := open_network(folder)).training == training:
        return train_here(given, network, dataset, augmentation)
    if runs_here(given) and not workers_here().is_chief:
        return train_here(given, planned(folder, dataset, training, augmentation, begin_from), dataset, augmentation)
    check_new(folder, dataset, training, given.overwrite, begin_from)
    if runs_here(given):
        network = begin(folder, dataset, training, augmentation, begin_from, given.overwrite)
        return train_here(given, network, dataset, augmentation)
    devices = devices_of(given)
    room = room_on(devices, Driver().read(), waits=not given.share) if devices else room_here()
    if devices and room:
        check_shared(training.batch, room.devices)
        check_room(dataset.patch, len(dataset.classes), training, room)
    print(f"annotat3d: {train_forecast(dataset, training, room)}", file=sys.stderr)
    return start_job(given, title, devices)


def train_here(
    given: argparse.Namespace, network: Network, dataset: "Dataset", augmentation: Augmentation | None
) -> int:
    """Train in this process, on the devices that were asked for, and say how it ended."""
    from annotat3d_tui.networks.training import train

    if given.devices and job_folder() is None:
        os.environ |= environment(devices_of(given))
    reading = Driver().read()
    room = room_on(seen_by(os.environ, reading), reading)
    show_trained(given, train(network, dataset, augmentation, listener(), room))
    return 0


def start_job(given: argparse.Namespace, title: str, devices: Sequence[str]) -> int:
    """Start this command as a job; with --follow show its log until it ends."""
    words = [word for word in given.words if word not in OF_STARTING]
    job = start(request_of([*words, HERE], title, devices=devices, share=given.share))
    if given.follow:
        return follow(job, given.json)
    from annotat3d_tui.jobs import text

    show(given.json, text.facts(job), [f"job {job.number}: {title}; annotat3d jobs follow {job.number} shows its log"])
    return 0


def listener() -> "Listener":
    """Who is told how a training goes: the folder of the job, or the terminal."""
    from annotat3d_tui.networks.training import Listener

    folder = job_folder()
    numbers = Reporter(folder).numbers if folder else lambda _: None
    return Listener(progress_line(), numbers, _said)


def _said(line: str) -> None:
    start_of_line = "\r\x1b[K" if sys.stderr.isatty() else ""
    print(f"{start_of_line}{line}", file=sys.stderr, flush=True)


def show_trained(given: argparse.Namespace, trained: "Trained") -> None:
    """How a training ended, which the chief of several processes tells."""
    if not workers_here().is_chief:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    facts: dict[str, Any] = {
        "network": str(trained.network.folder),
        "iterations": trained.iterations,
        "best_dice": trained.best_dice,
        "best_iteration": trained.best_iteration,
        "ended": trained.reason,
        "seconds": round(trained.seconds, 2),
        "waited": round(trained.waited, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_memory": usage.ru_maxrss * 1024,
    }
    best = "" if trained.best_dice is None else f", best Dice {trained.best_dice:.3f} at {trained.best_iteration}"
    early = "" if trained.reason == "done" else f", ended early: {trained.reason}"
    line = f"{trained.network.folder}: {trained.iterations} iterations in {duration_text(trained.seconds)}{best}{early}"
    show(given.json, facts, [line])
