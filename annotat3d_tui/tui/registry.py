"""Every binding of the program by its id: which a keymap may change, and which keys are heard together."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode

from annotat3d_tui.tui.actions import declared_by
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.job_acting import JobActing
from annotat3d_tui.tui.plotting import Plotting
from annotat3d_tui.tui.screens.augment import AugmentScreen
from annotat3d_tui.tui.screens.augmentation_pane import AugmentationPane
from annotat3d_tui.tui.screens.colour_maps import ColourMaps
from annotat3d_tui.tui.screens.compare import CompareScreen
from annotat3d_tui.tui.screens.dataset_info import DatasetInfo
from annotat3d_tui.tui.screens.datasets import DatasetsScreen
from annotat3d_tui.tui.screens.details import Details
from annotat3d_tui.tui.screens.dialogs import Ask, Confirm
from annotat3d_tui.tui.screens.gpu_details import GpuDetails
from annotat3d_tui.tui.screens.gpus import GpusScreen
from annotat3d_tui.tui.screens.help import HelpScreen
from annotat3d_tui.tui.screens.history import History
from annotat3d_tui.tui.screens.image_path import AskImage
from annotat3d_tui.tui.screens.inference import InferenceScreen
from annotat3d_tui.tui.screens.job import JobScreen
from annotat3d_tui.tui.screens.jobs import JobFilter, JobsScreen
from annotat3d_tui.tui.screens.making_datasets import MakingDatasets
from annotat3d_tui.tui.screens.mask import MaskForm, MaskLook
from annotat3d_tui.tui.screens.menu import Menu
from annotat3d_tui.tui.screens.network_manager import NetworkManager
from annotat3d_tui.tui.screens.networks import NetworksScreen
from annotat3d_tui.tui.screens.new_dataset import NewDataset
from annotat3d_tui.tui.screens.new_job import CommandOfJob, NewJob
from annotat3d_tui.tui.screens.objects import ObjectFilter, ObjectsScreen
from annotat3d_tui.tui.screens.oblique import ObliqueScreen
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.past import PastMessages
from annotat3d_tui.tui.screens.paths import AskPath, PathInput
from annotat3d_tui.tui.screens.results import ResultsScreen
from annotat3d_tui.tui.screens.sampling_pane import WeightRows
from annotat3d_tui.tui.screens.scene import SceneScreen, SurfaceList
from annotat3d_tui.tui.screens.script import ScriptScreen
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.volumes import AskVolumes
from annotat3d_tui.tui.screens.welcome import Welcome
from annotat3d_tui.tui.screens.workspace import WorkspaceScreen
from annotat3d_tui.tui.widgets.command_line import CommandInput
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.gpu_table import GpuTable
from annotat3d_tui.tui.widgets.labels_panel import LabelFilter, LabelList
from annotat3d_tui.tui.widgets.log_view import LogView
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.tui.widgets.space_picture import SpacePicture
from annotat3d_tui.tui.widgets.training_view import TrainingView
from annotat3d_tui.tui.widgets.volume_list import VolumeRows

Kind = type[DOMNode]

SCREENS: dict[Kind, tuple[Kind, ...]] = {
    SegmentScreen: (SliceView, LabelList, LabelFilter, ContrastPanel, CommandInput),
    SceneScreen: (SpacePicture, SurfaceList, LabelFilter),
    Welcome: (),
    GpusScreen: (LongList, GpuTable),
    DatasetsScreen: (LongList,),
    DatasetInfo: (),
    NewDataset: (LongList, VolumeRows, WeightRows, AugmentationPane, MakingDatasets),
    AugmentScreen: (AugmentationPane, MakingDatasets),
    GpuDetails: (),
    NetworksScreen: (LongList,),
    InferenceScreen: (LongList, VolumeRows, GpuTable),
    WorkspaceScreen: (LongList,),
    ResultsScreen: (LongList,),
    NetworkManager: (LongList, GpuTable, LogView, TrainingView),
    JobsScreen: (LongList, JobFilter, JobActing),
    JobScreen: (LogView, Plotting, JobActing),
    CompareScreen: (LongList, Plotting),
    NewJob: (CommandOfJob,),
    ScriptScreen: (),
    AskPath: (PathInput,),
    AskVolumes: (PathInput,),
    AskImage: (PathInput,),
    History: (LongList,),
    MaskForm: (LongList,),
    MaskLook: (),
    ParametersScreen: (),
    Menu: (),
    ColourMaps: (),
    ObjectsScreen: (LongList, ObjectFilter),
    ObliqueScreen: (),
    Details: (),
    PastMessages: (),
    Confirm: (),
    Ask: (),
    HelpScreen: (),
}
"""Each screen, and the widgets on it (and the kinds of screen it is of) that have keys of their own."""


class Clash(NamedTuple):
    """A key of two bindings that are heard together: `near` does it, `far` is never reached."""

    key: str
    near: str
    far: str


def kinds() -> list[Kind]:
    """Every class with bindings: the application, each screen and its widgets."""
    return list(
        dict.fromkeys([Annotat3DApp, *(kind for screen, widgets in SCREENS.items() for kind in (screen, *widgets))])
    )


@cache
def bindings() -> Mapping[str, Binding]:
    """Every binding by its id, in the order of screens and widgets."""
    return {binding.id: binding for kind in kinds() for binding in declared_by(kind) if binding.id}


def keys_of(binding: Binding, keymap: Mapping[str, str]) -> list[str]:
    """The keys of a binding under a keymap from ids to keys with commas; none where these are ""."""
    return [key.strip() for key in keymap.get(binding.id or "", binding.key).split(",") if key.strip()]


def clashes(keymap: Mapping[str, str]) -> list[Clash]:
    """The keys that two bindings share which are heard together, under a keymap from ids to keys with commas.

    A key goes to the application where it has priority there, else to the widget in focus, to the screen, to the
    application. Some clashes are meant: Esc closes what is nearest.
    """
    found = (clash for chain in _chains() for clash in _clashes_of(chain, keymap))
    return list(dict.fromkeys(found))


def _chains() -> Iterator[list[Binding]]:
    """The bindings that are heard while a widget is in focus, the nearest first."""
    everywhere = declared_by(Annotat3DApp)
    first = [binding for binding in everywhere if binding.priority]
    last = [binding for binding in everywhere if not binding.priority]
    for screen, widgets in SCREENS.items():
        for kind in widgets or (None,):
            yield [*first, *(declared_by(kind) if kind else ()), *declared_by(screen), *last]


def _clashes_of(chain: list[Binding], keymap: Mapping[str, str]) -> Iterator[Clash]:
    nearest: dict[str, str] = {}
    for binding in chain:
        for key in keys_of(binding, keymap):
            near = nearest.setdefault(key, binding.id or "")
            if near != binding.id:
                yield Clash(key, near, binding.id or "")
