"""How a job on a cluster is: what its supervisor has said in the folder, and what Slurm says where it has not."""

import time
from collections import Counter
from dataclasses import replace

from annotat3d_tui.jobs import slurm_commands as commands
from annotat3d_tui.jobs.asking import Answer
from annotat3d_tui.jobs.folder import CANCEL, SLURM, STATUS, read_json
from annotat3d_tui.jobs.job import BEAT, TASK, Job, Status, age_of, looked_up
from annotat3d_tui.jobs.slurm_commands import QueueRow

FRESH, FRESH_FAILURE, FRESH_ACCOUNT = 5.0, 10.0, 60.0
"""Seconds for which an answer of the queue, that there was none, and one of the accounting are taken as they were."""
SETTLING = 15.0
"""Seconds until what a supervisor has written is seen by every machine, and a new job by its queue."""
WAITING = ("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD")
RUNNING = ("RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT", "RESIZING")
_ENDS = {
    "OUT_OF_MEMORY": "out of memory: Slurm ended it; ask for more memory",
    "TIMEOUT": "its time limit was reached; ask for more time",
    "DEADLINE": "its deadline was reached",
    "NODE_FAIL": "its node has failed",
    "BOOT_FAIL": "its node did not start",
    "PREEMPTED": "Slurm gave its place to another job",
}
_REASONS = (
    ("Resources", "for room on the nodes: CPUs, memory or GPUs"),
    ("Priority", "for jobs that come before it"),
    ("None", "for Slurm to look at it"),
    ("BeginTime", "for a while, as Slurm queues jobs again"),
    ("JobArrayTaskLimit", "for other tasks of its array"),
    ("Dependency", "for another job"),
    ("ReqNodeNotAvail", "for nodes that are down, drained or reserved"),
    ("NodeDown", "for nodes that are down"),
    ("PartitionDown", "for its partition, which is down"),
    ("PartitionInactive", "for its partition, which takes no jobs"),
    ("PartitionTimeLimit", "in vain: it asks for more time than its partition gives"),
    ("PartitionNodeLimit", "in vain: it asks for more nodes than its partition gives"),
    ("JobHeldUser", "to be released: it is held by you (scontrol release)"),
    ("JobHeldAdmin", "to be released by the administrator"),
    ("Licenses", "for a licence"),
    ("Reservation", "for its reservation"),
    ("QOS", "for a limit of its quality of service"),
    ("Assoc", "for a limit of your account"),
    ("launch failed", "to be released: it could not be started on its node"),
)


def slurm_id(job: Job) -> str:
    """The id that Slurm has given, 88213 or 88213_4; "" before it was sent."""
    id = str((read_json(job.whole / SLURM) or {}).get("id", ""))
    return f"{id}_{job.folder.name}" if id and job.request.kind == TASK else id


def slurm_status(job: Job) -> Status:
    """How a job, an array or a task is now."""
    id = slurm_id(job)
    if not id:
        return Status("queued", "it has not been sent to Slurm")
    return _of_array(job, id) if job.is_array else _of_one(job, id)


def _of_one(job: Job, id: str) -> Status:
    said = job.said()
    if said and said.has_ended:
        return said
    if said and said.state == "running" and _beats(job):
        return said  # and Slurm is left in peace
    rows, problem = _QUEUE.now()
    if problem:
        return looked_up(said, job.folder) if said and said.state == "running" else Status("queued", problem)
    row = rows.get(id)
    if row is None:
        return _forgotten(job, id, said)
    if row.state in WAITING:
        before = f"{said.reason}; " if said and said.state == "queued" and said.reason else ""
        return replace(said or Status("queued"), state="queued", reason=before + waiting_text(row))
    if row.state in RUNNING:
        tells = said and (said.state == "running" or row.state == "COMPLETING")
        return said if said and tells else Status("running", "its supervisor starts", row.node)
    return _ended(job, row, said)


def _of_array(job: Job, id: str) -> Status:
    """The tasks counted: as far as they are, how many failed and which."""
    tasks = job.tasks()
    states = [(task, _of_one(task, f"{id}_{task.folder.name}")) for task in tasks]
    counts = Counter(status.state for _, status in states)
    done = f"{counts['done']} of {len(tasks)} done"
    bad = [task.request.title for task, status in states if status.state in ("failed", "lost")]
    reason = done + (f", {len(bad)} failed: {', '.join(bad)}" if bad else "")
    started = min((status.started for _, status in states if status.started), default=None)
    hosts = sorted({status.host for _, status in states if status.host and not status.has_ended})
    whole = Status("running", reason, ", ".join(hosts), started=started)
    if counts["queued"] == len(tasks):
        return replace(whole, state="queued", reason=states[0][1].reason)
    if counts["running"] or counts["queued"]:
        waits = next((status.reason for _, status in states if status.state == "queued"), "")
        return replace(whole, reason=reason if counts["running"] or not waits else f"{reason}; {waits}")
    ended = max((status.ended for _, status in states if status.ended), default=None)
    state = "failed" if bad else "cancelled" if counts["cancelled"] else "done"
    if counts["cancelled"]:
        reason += f", {counts['cancelled']} cancelled"
    return replace(whole, state=state, reason="" if state == "done" else reason, ended=ended)  # type: ignore[arg-type]


def _beats(job: Job) -> bool:
    """Whether its supervisor has just given a sign of life, by our own clock, which is asked first."""
    try:
        return abs(time.time() - (job.folder / STATUS).stat().st_mtime) < 2 * BEAT
    except OSError:
        return False


def _who_asked(job: Job) -> str:
    """By whom it was cancelled through its folder; "" when nobody has asked."""
    asked = read_json(job.folder / CANCEL) or read_json(job.whole / CANCEL)
    return f"cancelled by {asked['by']}" if asked and "by" in asked else ""


def waiting_text(row: QueueRow) -> str:
    """Why Slurm lets it wait, with Slurm's own word, and when it may begin.

    >>> waiting_text(QueueRow("7", "PENDING", "Priority", None, ""))
    'waits for jobs that come before it (Priority)'
    """
    meaning = next((text for word, text in _REASONS if row.reason.startswith(word)), "")
    start = time.strftime("; may begin %d %b %H:%M", time.localtime(row.start)) if row.start else ""
    return f"waits {meaning} ({row.reason}){start}" if meaning else f"waits ({row.reason}){start}"


def _ended(job: Job, row: QueueRow, said: Status | None) -> Status:
    """Slurm says that it has ended, and its supervisor has not said how."""
    if said and said.state == "running" and age_of(job.folder / STATUS) < SETTLING:
        return said
    status = replace(said or Status("queued"), host=(said.host if said else "") or row.node)
    if row.state.startswith("CANCELLED"):
        return replace(status, state="cancelled", reason=_who_asked(job) or "cancelled in Slurm")
    if row.state == "COMPLETED":
        return replace(status, state="lost", reason="Slurm says that it has ended, and its supervisor does not say how")
    reason = _ENDS.get(row.state, f"Slurm says {row.state} ({row.reason}); slurm.txt in its folder may tell why")
    return replace(status, state="failed", reason=reason)


def _forgotten(job: Job, id: str, said: Status | None) -> Status:
    if age_of(job.whole / SLURM) < SETTLING:
        return said or Status("queued", "just sent to Slurm")
    if state := _accounted(id):
        return _ended(job, QueueRow(id, state, "", None, ""), said)
    if said and age_of(job.folder / STATUS) < 2 * BEAT:
        return said
    if by := _who_asked(job):
        return replace(said or Status("cancelled"), state="cancelled", reason=by)
    return replace(
        said or Status("lost"), state="lost", reason=f"Slurm knows no job {id} any more, and it has not ended"
    )


_QUEUE: Answer[dict[str, QueueRow]] = Answer(commands.queue, {}, FRESH, FRESH_FAILURE, "Slurm has not answered yet")
_ACCOUNTS: dict[str, Answer[str]] = {}


def ask_anew() -> None:
    """The queue has just been changed by us."""
    _QUEUE.forget()


def _accounted(id: str) -> str:
    """The state that the accounting has of a job, which is not asked for each second."""
    answer = _ACCOUNTS.setdefault(id, Answer(lambda: commands.accounted(id), "", FRESH_ACCOUNT, FRESH_ACCOUNT))
    return answer.now()[0]
