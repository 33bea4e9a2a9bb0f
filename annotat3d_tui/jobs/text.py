"""A job in words: where it runs, how far it is, when it began; the same in a shell and on the screen."""

import time
from typing import TYPE_CHECKING, Any

from annotat3d_tui.blocks import count_text
from annotat3d_tui.jobs.job import Job, Progress, Status
from annotat3d_tui.jobs.slurm_state import slurm_id
from annotat3d_tui.memory import bytes_text

if TYPE_CHECKING:
    from annotat3d_tui.networks.forecast import Forecast

SIGNS = {"queued": "·", "running": "▶", "done": "✓", "failed": "✗", "cancelled": "■", "lost": "?"}
"""Beside the word, for who sees no colours."""
_DAY = 86400.0


def where_text(job: Job, status: Status) -> str:
    """Host and devices: `gpu-03 · GPU 1,2`, `node7 · CPU`; of a cluster its id: `Slurm 88213 · node7 · GPU 0`."""
    if job.request.kind != "here":
        return " · ".join(word for word in (f"Slurm {slurm_id(job)}", status.host, status.gpus) if word.strip())
    host = status.host or job.request.host
    devices = status.devices or job.request.devices
    what = "CPU" if not devices else "1 GPU" if len(devices) == 1 else f"{len(devices)} GPUs"
    return f"{host} · {status.gpus or what}"


def share_text(progress: Progress | None) -> str:
    """The share done.

    >>> share_text(Progress(0.714)), share_text(None)
    ('71 %', '')
    """
    return "" if progress is None else f"{100 * progress.share:.0f} %"


def duration_text(seconds: float | None) -> str:
    """Hours, minutes and seconds.

    >>> duration_text(1440.2), duration_text(11400), duration_text(None)
    ('24:00', '3:10:00', '')
    """
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def measured_text(name: str, value: float) -> str:
    """A number as its curve has it: a share in per cent, memory in bytes.

    >>> measured_text("share", 0.5), measured_text("memory", 2e9), measured_text("loss", 0.21345)
    ('50 %', '2.0 GB', '0.213')
    """
    if name == "share":
        return f"{100 * value:.0f} %"
    return bytes_text(value) if "memory" in name else f"{value:.3g}"


def place_text(over: str, place: float) -> str:
    """A place on the axis of a curve over `iteration` or `seconds`.

    >>> place_text("iteration", 1240.0), place_text("seconds", 75.0)
    ('1240', '1:15')
    """
    return f"{place:.0f}" if over == "iteration" else duration_text(place)


def cost_text(expected: "Forecast") -> str:
    """What a dataset takes, such as `52 MB and 0:03 for 300 samples`."""
    time = duration_text(max(expected.seconds, 1))
    memory = f", {bytes_text(expected.memory)} of memory" if expected.memory else ""
    return f"{bytes_text(expected.bytes)} and {time} for {count_text(expected.samples, 'sample')}{memory}"


def when_text(then: float | None, now: float | None = None) -> str:
    """The time of today, or the day; "" when it has not been."""
    if then is None:
        return ""
    today = (now or time.time()) - then < _DAY / 2
    return time.strftime("%H:%M" if today else "%d %b", time.localtime(then))


def facts(job: Job) -> dict[str, Any]:
    """A job as JSON has it."""
    status, progress = job.status(), job.progress()
    return {
        "id": job.number,
        "title": job.request.title,
        "command": ["annotat3d", *job.request.command],
        "folder": job.request.folder,
        "user": job.request.user,
        "submitted": job.request.submitted,
        "state": status.state,
        "reason": status.reason,
        "cancelling": job.is_being_cancelled and not status.has_ended,
        "host": status.host,
        "pid": status.pid,
        "attempt": status.attempt,
        "devices": list(status.devices or job.request.devices),
        "started": status.started,
        "ended": status.ended,
        "seconds": status.seconds,
        "exit_code": status.exit_code,
        "signal": status.signal,
        "share": progress.share if progress else None,
        "stage": progress.stage if progress else "",
        "seconds_left": progress.seconds_left if progress else None,
        "job_folder": str(job.folder),
        "result": job.result(),
    }


def lines(job: Job) -> list[str]:
    """All about a job, for people."""
    status, progress = job.status(), job.progress()
    metrics = job.metrics()
    peak = max((line.get("memory", 0.0) for line in metrics), default=0.0)
    rows = [
        ("job", f"{job.number}  {job.request.title}"),
        ("state", f"{SIGNS[status.state]} {status.state}" + (f": {status.reason}" if status.reason else "")),
        ("where", where_text(job, status) + (f", process {status.pid}" if status.pid else "")),
        ("command", job.request.command_line),
        ("in", job.request.folder),
        ("asked", f"{job.request.submitted} by {job.request.user} on {job.request.host}"),
    ]
    if status.attempt > 1:
        rows.append(("attempt", str(status.attempt)))
    if status.seconds:
        rows.append(("took" if status.has_ended else "runs for", duration_text(status.seconds)))
    if progress and not status.has_ended:
        left = f", {duration_text(progress.seconds_left)} left" if progress.seconds_left is not None else ""
        rows.append(("progress", f"{share_text(progress)} {progress.stage}{left}"))
    if peak:
        rows.append(("memory", f"{bytes_text(peak)} at most"))
    rows += [("output", str(path)) for path in job.outputs]
    return [f"{name:<10}{text}" for name, text in [*rows, ("log", str(job.log))]]
