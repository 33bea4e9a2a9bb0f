"""The tabs: a screen of one lies over what is open, one at a time, whatever dialogs are open."""

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import Reading
from annotat3d_tui.tui.dataset_draft import DatasetDraft
from annotat3d_tui.tui.inference_draft import InferenceDraft
from annotat3d_tui.tui.job_watching import JobWatching
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.datasets import DatasetsScreen
from annotat3d_tui.tui.screens.gpus import GpusScreen
from annotat3d_tui.tui.screens.inference import InferenceScreen
from annotat3d_tui.tui.screens.jobs import JobsScreen
from annotat3d_tui.tui.screens.networks import NetworksScreen
from annotat3d_tui.tui.screens.scene import SceneScreen
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.screens.workspace import WorkspaceScreen
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.workspace import LearningFolders


class TabbedApp(JobWatching):
    """What the application knows of its tabs. read_gpus: what reads the GPUs, else the driver is asked."""

    graphics = Graphics()
    """How pictures are drawn."""

    def __init__(self, read_gpus: Callable[[], Reading] | None = None) -> None:
        super().__init__()
        self.picks = Picks()
        self._read_gpus = read_gpus
        self.folder = Path.cwd()
        """A workspace without an image, or where the program was started: it counts while no image is open."""

    @property
    def picked_devices(self) -> tuple[str, ...]:
        """The UUIDs of the GPUs that were picked for the next job; none: the CPU."""
        return self.picks.uuids

    @cached_property
    def _gpu_watch(self) -> GpuWatch:
        """One for all times, so that a driver that hangs is asked by one thread only."""
        return GpuWatch(self._read_gpus)

    @cached_property
    def draft(self) -> DatasetDraft:
        """The dataset that a person has begun; it is kept while other tabs are shown."""
        return DatasetDraft()

    @cached_property
    def inference(self) -> InferenceDraft:
        """The inference that a person has begun; it is kept while other tabs are shown."""
        return InferenceDraft()

    @cached_property
    def network_draft(self) -> NetworkDraft:
        """The network that a person has begun; it is kept while other tabs are shown."""
        return NetworkDraft()

    @property
    def opened(self) -> SegmentScreen | None:
        """The screen on what is open."""
        return next((screen for screen in self.screen_stack if isinstance(screen, SegmentScreen)), None)

    @property
    def workspace_folder(self) -> Path:
        """The folder of the open workspace, else a workspace without an image, or where the program was started."""
        return self.opened.session.workspace.folder if self.opened else self.folder

    @property
    def learning(self) -> LearningFolders:
        """Where networks and their datasets lie."""
        return LearningFolders(self.workspace_folder)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return "nothing is open: open an image, or the demo" if action == "scene" and self.opened is None else ""

    def action_scene(self) -> None:
        """What is open in 3D."""
        segment = self.opened
        if segment is not None:
            segment.view.lift()
            segment.space.begin()
            self.show_tab(SceneScreen, lambda: SceneScreen(segment, segment.space))

    def action_workspace(self) -> None:
        """What is kept, at a glance."""
        self.show_tab(WorkspaceScreen, lambda: WorkspaceScreen(lambda: self.workspace_folder))

    def action_datasets(self) -> None:
        """What networks can be trained on."""
        self.show_tab(DatasetsScreen, lambda: DatasetsScreen(lambda: self.learning.datasets, self.draft, self.graphics))

    def action_networks(self) -> None:
        """What was learned from datasets."""
        self.show_tab(
            NetworksScreen,
            lambda: NetworksScreen(
                lambda: self.learning, self.network_draft, self._gpu_watch, self.picks, lambda: self.draft.augmentation
            ),
        )

    def action_inference(self) -> None:
        """A network labels many images."""
        made = partial(InferenceScreen, self.inference, lambda: self.learning, self._gpu_watch, self.picks)
        self.show_tab(InferenceScreen, made)

    def action_jobs(self) -> None:
        """The jobs of the user."""
        self.show_tab(JobsScreen, JobsScreen)

    def action_gpus(self) -> None:
        """The GPUs of this machine."""
        self.show_tab(GpusScreen, lambda: GpusScreen(self._gpu_watch, self.picks))

    def action_segment(self) -> None:
        """Leave the other tabs."""
        while any(isinstance(screen, TabScreen) for screen in self.screen_stack):
            self.pop_screen()

    def show_tab(self, kind: type[TabScreen], made: Callable[[], TabScreen]) -> None:
        """Show a tab over what is open, in the place of another one; dialogs of tabs are closed."""
        if any(isinstance(screen, kind) for screen in self.screen_stack):
            while not isinstance(self.screen, kind):
                self.pop_screen()
            return
        self.action_segment()
        self.push_screen(made())
