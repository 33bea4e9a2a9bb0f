"""What the screen Inference begins: a job that labels images, here or on a cluster."""

import shlex
from collections.abc import Callable
from pathlib import Path

from textual import on, work

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.inference_draft import InferenceDraft, infer_words
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.inference_results import InferenceResults
from annotat3d_tui.tui.sending import Tried
from annotat3d_tui.tui.starting import started
from annotat3d_tui.volume.place import name_of
from annotat3d_tui.workspace import LearningFolders


class InferenceBeginning(InferenceResults):
    """A screen on which an inference is asked for, and its job is started."""

    draft: InferenceDraft
    """What is asked for."""
    folders: Callable[[], LearningFolders]
    """Gives where networks and results lie, now."""
    picks: Picks
    """The GPUs that do it."""

    @property
    def complaint(self) -> str:
        """What is wrong in the settings, a sentence; "" when nothing is."""
        raise NotImplementedError

    def say_problem(self, sentence: str) -> None:
        """Show why no job was started, until something is changed."""
        raise NotImplementedError

    def show_part(self, part: str) -> None:
        """Go to a part."""
        raise NotImplementedError

    @property
    def reason(self) -> str:
        """Why it cannot be begun as it is, a sentence; "" when it can."""
        return self.complaint or self.answer.reason or ("" if self.answer.whole else "looking at the files")

    @property
    def words(self) -> list[str]:
        """The command that does it."""
        assert self.answer.asked is not None
        return infer_words(self.answer.asked)

    def action_start(self) -> None:
        """Start the job on the devices that were picked."""
        self.start(self.words, self._title, tuple(self.picks.uuids))

    @property
    def _title(self) -> str:
        count, network = len(self.draft.images), self.answer.network
        what = name_of(self.draft.images[0]) if count == 1 else f"{count} images"
        return f"infer {network.name if network else ''} → {what}"

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def start(self, words: list[str], title: str, devices: tuple[str, ...]) -> None:
        """Start the job, which takes a moment."""
        try:
            make_parent(self.answer.output)
        except CannotWrite as error:
            self.post_message(Tried(None, str(error)))
        else:
            self.post_message(started(words, title, self.folders().folder, devices))

    def action_cluster(self) -> None:
        """Send it to a cluster: a task for each image, if that is wanted."""
        self.prepare_cluster(self.words)

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def prepare_cluster(self, words: list[str]) -> None:
        """Make what the output folder lies in, then ask what the job may take there."""
        make_parent(self.answer.output)
        folder, images = self.folders().folder, [str(image) for image in self.draft.images]
        self.app.call_from_thread(self.send_to_cluster, words, folder, images)

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        if event.job is None:
            self.say_problem(event.problem)
            return
        self.draft.job = event.job.number
        self.watching.looker.now()
        self.show_part("results")
        said = f"Job {event.job.number} labels the images, also when this screen is closed: {{app.jobs}} has its log."
        self.notify(with_keys(said, self.app), markup=False)

    def action_copy_command(self) -> None:
        """What does it, to the clipboard of the terminal (OSC 52)."""
        text = shlex.join(["annotat3d", *self.words])
        self.app.copy_to_clipboard(text)
        self.notify(f"{text} {COPIED}", markup=False)


def make_parent(folder: Path) -> None:
    """Make what an output folder lies in, where that is a folder of results; raises CannotWrite."""
    try:
        folder.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{folder.parent} cannot be made ({error.strerror}): choose another output folder.") from None
