"""`annotat3d jobs run`: a command line becomes a request, and is refused at once where it would be refused later."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.errors import InvalidFile, InvalidParameter, MissingFile
from annotat3d_tui.jobs import slurm
from annotat3d_tui.jobs.folder import SCRIPT
from annotat3d_tui.jobs.gpu_driver import Driver
from annotat3d_tui.jobs.gpus import resolve, taken
from annotat3d_tui.jobs.job import Job, Request
from annotat3d_tui.jobs.local import request_of, start
from annotat3d_tui.jobs.slurm_options import SlurmOptions, script_for_another
from annotat3d_tui.workflow.command import flag_of

NOT_JOBS = ("open", "jobs", "gpus", "doctor", "keys", "workspace")
"""What is of a moment, or wants a person."""
OF_IMAGES = ("classify", "infer")
"""What does the same for many images."""


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--title", default="", metavar="T", help="what the job is called; else command and first file")
    parser.add_argument(
        "--devices", nargs="+", default=[], metavar="D",
        help="GPUs by index, UUID or its beginning, freest:N, or cpu (cpu); the job sees no other",
    )  # fmt: skip
    parser.add_argument("--share", action="store_true", help="do not wait for other jobs of this machine")
    parser.add_argument("--follow", action="store_true", help="show its log until it ends")
    cluster = parser.add_argument_group("on a cluster (Slurm)")
    cluster.add_argument("--slurm", action="store_true", help="send it to Slurm; the other flags here go with it")
    names = [declared.name for declared in SlurmOptions.parameters()]
    add_parameter_flags(cluster, {"": SlurmOptions()}, tuple(name for name in names if name != "array"))
    cluster.add_argument(
        "--array", action="store_const", const="yes", help="a task for each image of classify or infer"
    )
    cluster.add_argument("--show-script", action="store_true", help="print the batch script and send nothing")
    cluster.add_argument(
        "--script", metavar="F", help="send this script, such as --show-script printed and you changed"
    )
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, metavar="-- COMMAND …", help="a command of annotat3d with its arguments"
    )


def run_job(given: argparse.Namespace) -> Job:
    """Start what was asked for; raises InvalidParameter, CannotWrite, and exits with 2 on a usage error."""
    words = given.command[1:] if given.command[:1] == ["--"] else given.command
    parsed = check_command(words)
    if given.slurm or given.show_script:
        return _on_cluster(given, request_of(words, given.title), parsed)
    if extra := _flags_of_cluster(given):
        raise InvalidParameter(f"{extra} goes with --slurm: add it, or leave {extra} out.")
    return start(request_of(words, given.title, devices=devices_of(given), share=given.share))


def _on_cluster(given: argparse.Namespace, request: Request, parsed: argparse.Namespace) -> Job:
    """Send it to Slurm, or print the script; raises SlurmError, CannotWrite."""
    if given.devices or given.share:
        raise InvalidParameter("--devices and --share are for this machine: ask Slurm for --gpus N instead.")
    tasks = []
    if given.array:
        if request.command[0] not in OF_IMAGES:
            raise InvalidParameter(
                f"--array must be of {' or '.join(OF_IMAGES)}, received {request.command[0]}: leave --array out."
            )
        tasks = slurm.tasks_of(request, parsed.images)
    job = slurm.prepare(request, with_flags(SlurmOptions(), given), tasks)
    try:
        if given.show_script:
            print((job.folder / SCRIPT).read_text(), end="")
            raise SystemExit(0)
        if given.script:
            (job.folder / SCRIPT).write_text(_script(given.script, job))
        slurm.send(job)
    except BaseException:
        slurm.discard(job)
        raise
    return job


def _script(path: str, job: Job) -> str:
    """A script that was printed for another job, for this one; raises MissingFile, InvalidFile."""
    try:
        script = Path(path).read_text()
    except (OSError, UnicodeDecodeError):
        raise MissingFile(f"{path} must be a script that --show-script printed: give its path.") from None
    if not any(line.startswith("exec ") for line in script.splitlines()):
        raise InvalidFile(f"{path} must end with the exec line that --show-script printed: put it back.")
    return script_for_another(script, (job.folder / SCRIPT).read_text())


def _flags_of_cluster(given: argparse.Namespace) -> str:
    """A flag that was given and means something to Slurm alone; "" when none was."""
    names = [*(declared.name for declared in SlurmOptions.parameters()), "script"]
    return next((flag_of(name) for name in names if getattr(given, name)), "")


def devices_of(given: argparse.Namespace) -> tuple[str, ...]:
    """The UUIDs that were asked for; who has them is said, and is waited for."""
    if not given.devices:
        return ()
    reading = Driver().read()
    uuids = resolve(given.devices, reading)
    if (why := taken(uuids, reading)) and not given.share:
        print(f"annotat3d: {why}: the job waits (--share starts it all the same)", file=sys.stderr)
    return uuids


def check_command(words: list[str]) -> argparse.Namespace:
    """Refuse a command that cannot be a job, and exit with 2 on arguments that it does not take; returns them."""
    check_word(words, "put it behind --, as in annotat3d jobs run -- segment …")
    return parser_of(words[0], argparse.ArgumentParser).parse_args(words[1:])


def check_word(words: Sequence[str], advice: str) -> None:
    """Raises InvalidParameter unless the first word is a command that can be a job."""
    if not words or words[0] not in job_words():
        received = words[0] if words else "nothing"
        raise InvalidParameter(f"A job must be one of {', '.join(job_words())}, received {received}: {advice}")


def job_words() -> list[str]:
    """The commands that can be jobs."""
    from annotat3d_tui.cli.main import COMMANDS

    return [word for word in COMMANDS if word not in NOT_JOBS]


def parser_of(word: str, kind: type[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """The parser of a command."""
    from annotat3d_tui.cli.main import COMMANDS

    parser = kind(prog=f"annotat3d {word}")
    importlib.import_module(f"annotat3d_tui.cli.{COMMANDS[word].module}").add_arguments(parser)
    return parser
