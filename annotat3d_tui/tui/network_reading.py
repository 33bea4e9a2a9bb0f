"""What is read of networks and datasets while a network is asked for: in threads, told by messages."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.message import Message

from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.networks.dataset_listing import ListedDataset, dataset_files, listed_dataset
from annotat3d_tui.networks.listing import Listed, networks_in
from annotat3d_tui.tui.job_text import plain
from annotat3d_tui.tui.network_files import NetworkFiles
from annotat3d_tui.tui.network_text import trainings
from annotat3d_tui.tui.screens.dataset_info import survey_lines
from annotat3d_tui.tui.work import Report
from annotat3d_tui.workspace import LearningFolders

if TYPE_CHECKING:
    from annotat3d_tui.networks.dataset import Dataset


class Looked(Message):
    """The networks and the datasets of the folders."""

    def __init__(self, networks: list[Listed], datasets: list[ListedDataset]) -> None:
        super().__init__()
        self.networks, self.datasets = networks, datasets


class Opened(Message):
    """What a dataset file says of itself, or why it cannot be used."""

    def __init__(self, path: Path, dataset: "Dataset | None", problem: str = "") -> None:
        super().__init__()
        self.path, self.dataset, self.problem = path, dataset, problem


class Surveyed(Message):
    """What the samples of a dataset hold, or how far they are read."""

    def __init__(self, path: Path, said: Content) -> None:
        super().__init__()
        self.path, self.said = path, said


class NetworkReading(NetworkFiles):
    """A screen that reads the folders of networks and datasets, and one dataset."""

    folders: Callable[[], LearningFolders]
    """Gives where they lie, now."""

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def look(self) -> None:
        """List networks and datasets."""
        folders = self.folders()
        running = {path for path, seen in trainings(self.watching.jobs).items() if not seen.status.has_ended}
        datasets = [listed_dataset(path) for path in dataset_files(folders.datasets)]
        self.post_message(Looked(networks_in(folders.networks, running), datasets))

    @work(thread=True, exclusive=True, group="dataset", exit_on_error=False)
    def open_dataset(self, path: Path, report: Report) -> None:
        """Read what it says of itself; of another program's all samples."""
        from annotat3d_tui.networks.dataset import open_dataset

        try:
            self.post_message(Opened(path, open_dataset(path, self._told(path, report))))
        except Cancelled:
            return
        except Annotat3DError as error:
            self.post_message(Opened(path, None, str(error)))

    @work(thread=True, exclusive=True, group="dataset", exit_on_error=False)
    def survey(self, path: Path, report: Report) -> None:
        """Read every sample."""
        from annotat3d_tui.networks.dataset import survey_dataset

        try:
            self.post_message(Surveyed(path, survey_lines(*survey_dataset(path, self._told(path, report)))))
        except Cancelled:
            return
        except Annotat3DError as error:
            self.post_message(Surveyed(path, Content.styled(plain(str(error)), "$text-error")))

    def _told(self, path: Path, report: Report) -> Callable[[float, str], None]:
        """Progress that is shown in the place of the statistics."""

        def progress(share: float, stage: str) -> None:
            report(share, stage)
            self.post_message(Surveyed(path, Content(f"reading its samples {100 * share:.0f} %")))

        return progress
