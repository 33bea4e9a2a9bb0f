"""Long work in processes of its own, which outlive the terminal and the line: start it, find it again, stop it.

A job is a folder under ~/.local/share/annotat3d/jobs (or $ANNOTAT3D_JOBS). It may be found from every machine that sees
this folder. Two jobs of one machine do not run at the same time on the same GPU, nor on its processors, unless --share
is given: the later one waits. Without a word, `annotat3d jobs` lists them.

  annotat3d jobs run --follow -- segment scan.tif --markers marks.tif -o label.tif
  annotat3d jobs cancel 14
  annotat3d jobs curves 12 14 --of loss,dice --smooth 0.9
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable

from annotat3d_tui.cli.jobs_curves import add_curves_arguments, show_curves
from annotat3d_tui.cli.jobs_run import add_run_arguments, run_job
from annotat3d_tui.cli.output import add_output_flags, progress_text, show
from annotat3d_tui.errors import Annotat3DError, MissingFile
from annotat3d_tui.jobs import text
from annotat3d_tui.jobs.everywhere import again, cancel
from annotat3d_tui.jobs.job import Job, all_jobs, job_of
from annotat3d_tui.jobs.keeping import DAYS, KEPT, clear, remove
from annotat3d_tui.jobs.log import PIECE, Tail
from annotat3d_tui.jobs.slurm_state import slurm_id

SHOWN = 20
"""Ended jobs in a list."""
NONE = "There are no jobs: annotat3d jobs run starts one."
POLL = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words and their flags."""
    parser.set_defaults(act=_list, all=False, json=False)
    words = parser.add_subparsers(metavar="WORD", title="words")

    def word(
        name: str, act: Callable[[argparse.Namespace], int], help: str, writes: bool = False
    ) -> argparse.ArgumentParser:
        one = words.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        one.set_defaults(act=act)
        add_output_flags(one, writes=writes)
        return one

    word("list", _list, "the jobs, the newest first").add_argument(
        "--all", action="store_true", help=f"also those that ended before the latest {SHOWN}"
    )
    _takes_one(word("show", _show, "all about a job"))
    _takes_one(word("follow", _follow, "the log of a job as it grows, until it ends; Ctrl+C leaves the job running"))
    _takes_some(word("cancel", _cancel, "stop jobs: politely, after ten seconds firmly; nothing of them is left"), "+")
    _takes_one(word("resubmit", _resubmit, "ask for the same as a job, anew"))
    clearing = word("clear", _clear, "remove the folders of ended jobs, never what they have made elsewhere")
    _takes_some(clearing, "*")
    clearing.add_argument("--older-than", type=float, default=DAYS, metavar="DAYS", help=f"without ID ({DAYS:.0f})")
    clearing.add_argument("--keep", type=int, default=KEPT, metavar="N", help=f"the latest stay, without ID ({KEPT})")
    add_curves_arguments(
        word("curves", show_curves, "what jobs and networks have measured, in one plot or as CSV", True)
    )
    running = word("run", _run, "run a command of annotat3d as a job")
    add_run_arguments(running)


def run(given: argparse.Namespace) -> int:
    """Do what the word says."""
    code: int = given.act(given)
    return code


def _takes_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, nargs="?", metavar="ID", help="the number of the job (the newest)")


def _takes_some(parser: argparse.ArgumentParser, how_many: str) -> None:
    parser.add_argument("ids", type=int, nargs=how_many, metavar="ID", help="numbers of jobs")


def _job(number: int | None) -> Job:
    """The job of a number, or the newest; raises MissingFile when there is none."""
    if number is not None:
        return job_of(number)
    if newest := all_jobs()[:1]:
        return newest[0]
    raise MissingFile(NONE)


def _list(given: argparse.Namespace) -> int:
    found = all_jobs()
    states = {job.number: job.status() for job in found}
    ended = [job.number for job in found if states[job.number].has_ended]
    old = set() if given.all else set(ended[SHOWN:])
    shown = [job for job in found if job.number not in old]
    rows = [("", "id", "what", "where", "state", "done", "left", "started")]
    for job in shown:
        status, progress = states[job.number], job.progress()
        left = text.duration_text(progress.seconds_left) if progress and not status.has_ended else ""
        done = status.reason if status.has_ended and status.state != "done" else text.share_text(progress)
        rows.append(
            (
                text.SIGNS[status.state], str(job.number), job.request.title, text.where_text(job, status),
                status.state, done or status.reason, left, text.when_text(status.started),
            )
        )  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 3)]
    lines = [_row(row, widths) for row in rows] if shown else [NONE]
    if old:
        lines.append(f"{len(old)} older ones: annotat3d jobs list --all")
    show(given.json, {"jobs": [text.facts(job) for job in shown]}, lines)
    return 0


def _row(row: tuple[str, ...], widths: list[int]) -> str:
    """The columns of one width, then what is of any width; on a terminal cut at its edge."""
    head = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
    line = "  ".join([head, *(cell for cell in row[len(widths) :] if cell)]).rstrip()
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else len(line)
    return line if len(line) <= room else line[: room - 1] + "…"


def _show(given: argparse.Namespace) -> int:
    job = _job(given.id)
    show(given.json, text.facts(job), text.lines(job))
    return 0


def _follow(given: argparse.Namespace) -> int:
    return follow(_job(given.id), given.json)


def follow(job: Job, as_json: bool = False) -> int:
    """Show a job's log until it ends; 0 when it is done, 1 when it has ended in another way."""
    log = Tail(job.log)
    out = sys.stderr if as_json else sys.stdout
    bar = sys.stderr.isatty()
    try:
        while True:
            status = job.status()
            while piece := log.read(PIECE):
                out.write(("\r\x1b[K" if bar else "") + piece.decode(errors="replace"))
                out.flush()
            if status.has_ended:
                break
            if bar:
                _draw(job, status.reason or status.state)
            time.sleep(POLL)
    except KeyboardInterrupt:
        print(
            f"\nJob {job.number} goes on: annotat3d jobs follow {job.number}, or cancel {job.number}", file=sys.stderr
        )
        return 130
    said = f"Job {job.number} is {status.state}" + (f": {status.reason}" if status.reason else "")
    print(("\r\x1b[K" if bar else "") + said, file=sys.stderr)
    if as_json:
        show(True, text.facts(job), [])
    return 0 if status.state == "done" else 1


def _draw(job: Job, state: str) -> None:
    progress = job.progress()
    line = state
    if progress:
        line = progress_text(progress.share, progress.stage, progress.seconds_left)
    print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def _cancel(given: argparse.Namespace) -> int:
    jobs = [job_of(number) for number in given.ids]
    lines, failed = [], False
    for job in jobs:
        before = job.status()
        try:
            status = cancel(job)
        except Annotat3DError as error:
            print(f"annotat3d: {error}", file=sys.stderr)
            failed = True
            continue
        if before.has_ended and before.state != "lost":
            lines.append(f"job {job.number} has ended before: {status.state}")
        elif status.has_ended:
            lines.append(f"job {job.number} is {status.state}" + (f": {status.reason}" if status.reason else ""))
        else:
            lines.append(f"job {job.number} runs on {status.host}, which will stop it within seconds")
    show(given.json, {"jobs": [text.facts(job) for job in jobs]}, lines)
    return 1 if failed else 0


def _resubmit(given: argparse.Namespace) -> int:
    job = again(_job(given.id))
    show(given.json, text.facts(job), [f"job {job.number}: {job.request.title}"])
    return 0


def _clear(given: argparse.Namespace) -> int:
    if given.ids:
        for job in [job_of(number) for number in given.ids]:
            remove(job)
        numbers = given.ids
    else:
        numbers = clear(days=given.older_than, kept=given.keep)
    said = ", ".join(map(str, numbers))
    show(given.json, {"removed": numbers}, [f"removed: {said}" if numbers else "no ended job is that old"])
    return 0


def _run(given: argparse.Namespace) -> int:
    job = run_job(given)
    if id := slurm_id(job):
        print(f"Slurm has it as {id}", file=sys.stderr)
    if not given.follow:
        hint = f"annotat3d jobs follow {job.number} shows it, annotat3d jobs cancel {job.number} stops it"
        show(given.json, text.facts(job), [f"job {job.number}: {job.request.title}", hint])
        return 0
    print(f"job {job.number}: {job.request.title}", file=sys.stderr)
    return follow(job, given.json)
