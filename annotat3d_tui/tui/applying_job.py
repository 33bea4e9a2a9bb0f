"""Apply as a job: the marks and the command line of Apply, in a process that outlives this screen."""

import shlex
from collections.abc import Callable
from pathlib import Path

from textual import on, work

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.foreseeing import Foreseeing
from annotat3d_tui.tui.messages import Submitted
from annotat3d_tui.tui.work import FILES


class ApplyingJob(Foreseeing):
    """A screen that starts as a job what Apply does; when it is done, the screen of the jobs shows its label here."""

    def action_apply_job(self) -> None:
        """Apply the marks as they are now, in a job."""
        from annotat3d_tui.labels.annotation_file import Marks

        self.view.lift()
        self.begin_file("Apply as a job")
        self.submit_apply(Marks.of(self.session.annotation).to_bytes)

    @work(thread=True, group=FILES, exit_on_error=False)
    def submit_apply(self, marks: Callable[[], bytes]) -> None:
        """Write the marks into the workspace, and start the job that learns from them."""
        from annotat3d_tui.jobs.local import request_of, start

        workspace = self.session.workspace
        with self.lease.used():
            markers = written_anew(workspace.jobs, ".annotation.npz", marks())
            output = workspace.jobs / f"{markers.name.split('.')[0]}_label.tif"
            words = shlex.split(self.segment_text(markers, output))[1:]
            job = start(request_of(words, f"apply {workspace.image.stem}", workspace.folder.parent))
        self.post_message(Submitted(job.number))

    @on(Submitted)
    def _submitted(self, event: Submitted) -> None:
        said = f"Job {event.number} applies these marks: {{app.jobs}} shows it, also when this screen is closed."
        self.notify(with_keys(said, self.app), markup=False)


def written_anew(folder: Path, suffix: str, content: bytes) -> Path:
    """A new file whose name is the next number; raises CannotWrite."""
    try:
        folder.mkdir(exist_ok=True)
        number = 1 + max((int(name) for name in _stems(folder) if name.isdecimal()), default=0)
        path = folder / f"{number}{suffix}"
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise CannotWrite(
            f"{folder} must be a folder that can be written, for the marks of a job ({error.strerror}): "
            "free space there, or open the image in another workspace."
        ) from None
    return path


def _stems(folder: Path) -> set[str]:
    return {path.name.partition(".")[0].partition("_")[0] for path in folder.iterdir()}
