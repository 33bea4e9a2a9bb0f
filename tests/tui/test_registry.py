"""Every binding of every screen and widget: named, explained, done, listed; and which keys are shared on purpose."""

import importlib
import inspect
import pkgutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual import actions
from textual.dom import DOMNode
from textual.screen import Screen

import annotat3d_tui.tui
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import Gpu, Reading
from annotat3d_tui.jobs.local import make_folder, request_of
from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.object_table import ObjectTable
from annotat3d_tui.labels.objects import measure
from annotat3d_tui.labels.past import Past
from annotat3d_tui.labels.table import LabelTable
from annotat3d_tui.render.colormaps import GRAYS
from annotat3d_tui.render.oblique import Clipping, Oblique
from annotat3d_tui.render.palette import TRUECOLOR
from annotat3d_tui.tui.actions import Act, acts_here, declared_by, own_acts
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.dataset_draft import DatasetDraft
from annotat3d_tui.tui.job_commands import NoCommands
from annotat3d_tui.tui.messages import MaskFound, Origin
from annotat3d_tui.tui.registry import SCREENS, bindings, clashes, kinds
from annotat3d_tui.tui.screens.augment import AugmentScreen
from annotat3d_tui.tui.screens.colour_maps import ColourMaps
from annotat3d_tui.tui.screens.compare import CompareScreen
from annotat3d_tui.tui.screens.dataset_info import DatasetInfo
from annotat3d_tui.tui.screens.datasets import DatasetsScreen
from annotat3d_tui.tui.screens.details import Details
from annotat3d_tui.tui.screens.dialogs import Ask, Confirm
from annotat3d_tui.tui.screens.gpu_details import GpuDetails
from annotat3d_tui.tui.screens.gpus import GpusScreen
from annotat3d_tui.tui.screens.help import HelpPage, HelpScreen, keys_page
from annotat3d_tui.tui.screens.history import History
from annotat3d_tui.tui.screens.image_path import AskImage
from annotat3d_tui.tui.screens.inference import InferenceScreen
from annotat3d_tui.tui.screens.job import JobScreen
from annotat3d_tui.tui.screens.jobs import JobsScreen
from annotat3d_tui.tui.screens.mask import MaskForm, MaskLook
from annotat3d_tui.tui.screens.menu import Menu
from annotat3d_tui.tui.screens.network_manager import NetworkManager
from annotat3d_tui.tui.screens.networks import NetworksScreen
from annotat3d_tui.tui.screens.new_dataset import NewDataset
from annotat3d_tui.tui.screens.new_job import NewJob
from annotat3d_tui.tui.screens.objects import ObjectsScreen, TableLook
from annotat3d_tui.tui.screens.oblique import ObliqueScreen
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.past import PastMessages
from annotat3d_tui.tui.screens.paths import AskPath
from annotat3d_tui.tui.screens.results import ResultsScreen
from annotat3d_tui.tui.screens.scene import SceneScreen
from annotat3d_tui.tui.screens.script import ScriptScreen
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.volumes import AskVolumes
from annotat3d_tui.tui.screens.welcome import MOST_RECENT, Welcome
from annotat3d_tui.tui.screens.workspace import WorkspaceScreen
from annotat3d_tui.tui.widgets.command_line import CommandInput
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.run import Run
from tests.networks.samples import dataset
from tests.tui.acting import opened, seen, until

SHARED_ON_PURPOSE = {
    ("labels.back", "segment.cancel"): "Esc leaves the list",
    ("filter.leave", "segment.cancel"): "Esc leaves the filter",
    ("contrast.back", "segment.cancel"): "Esc leaves the contrast",
    ("command.leave", "segment.cancel"): "Esc leaves the command line",
    ("contrast.back", "segment.contrast"): "the key that went to the contrast goes back",
    ("scene.to_picture", "scene.cancel"): "Esc leaves the list",
    ("filter.leave", "scene.cancel"): "Esc leaves the filter",
    ("labels.rename", "app.segment"): "the list is on the tab to which the key would go",
    ("jobs.all", "jobs.back"): "Esc leaves the filter",
    ("objects.all", "objects.close"): "Esc leaves the filter",
    ("app.help", "help.close"): "F1 closes what it opened",
}


def declaring() -> set[type[DOMNode]]:
    """The classes of the package that declare bindings."""
    modules = [
        importlib.import_module(m.name) for m in pkgutil.walk_packages(annotat3d_tui.tui.__path__, "annotat3d_tui.tui.")
    ]
    found = {kind for module in modules for kind in vars(module).values() if inspect.isclass(kind)}
    return {
        kind
        for kind in found
        if issubclass(kind, DOMNode) and "BINDINGS" in vars(kind) and kind.__module__.startswith("annotat3d_tui.")
    }


def owner_of(action: str, kind: type[DOMNode]) -> list[type[DOMNode]]:
    """The classes that may do an action that a class declares."""
    target, _, _ = actions.parse(action)
    if target == "app":
        return [Annotat3DApp]
    if target == "screen":
        return [screen for screen, widgets in SCREENS.items() if kind in widgets]
    return [kind]


def test_the_registry_knows_every_class_with_bindings() -> None:
    assert declaring() <= set(kinds())


def test_every_binding_has_an_id_of_its_own_a_title_and_a_help() -> None:
    declared = [binding for kind in declaring() for binding in vars(kind)["BINDINGS"]]
    lacking = [f"{one.key} {one.action}" for one in declared if not (one.id and one.description and one.tooltip)]
    assert lacking == []
    assert [id for id, count in Counter(one.id for one in declared).items() if count > 1] == []
    assert set(bindings()) == {one.id for one in declared}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_action_can_be_done_by_who_declares_it(kind: type[DOMNode]) -> None:
    for binding in declared_by(kind):
        _, name, _ = actions.parse(binding.action)
        for owner in owner_of(binding.action, kind):
            assert hasattr(owner, f"action_{name}"), f"{binding.id}: {owner.__name__} cannot {name}"


def test_no_two_bindings_that_are_heard_together_share_a_key() -> None:
    assert {(clash.near, clash.far) for clash in clashes({})} == set(SHARED_ON_PURPOSE)


def test_a_key_taken_twice_is_found_wherever_it_is_heard() -> None:
    pairs = {(clash.key, clash.near, clash.far) for clash in clashes({"segment.goto": "t", "app.theme": "enter"})}
    assert ("t", "slice.plane", "segment.goto") in pairs
    assert ("enter", "slice.line", "app.theme") in pairs
    assert ("enter", "list.choose", "app.theme") in pairs


def actions_of(acts: list[Act] | tuple[Act, ...]) -> set[tuple[DOMNode, str]]:
    return {(act.node, act.action) for act in acts}


def unlisted(screen: Screen[None], pages: list[HelpPage]) -> list[str]:
    """Actions of the widget in focus, the screen and the application that the palette or the help lacks."""
    nodes = [node for node in (screen.focused, screen, screen.app) if node is not None]
    wanted = {(node, binding.action) for node in nodes for binding in declared_by(type(node))}
    in_help = {one for page in pages for one in actions_of(page.acts)}
    return sorted(action for _, action in (wanted - actions_of(acts_here(screen))) | (wanted - in_help))


@pytest.mark.parametrize("widget", SCREENS[SegmentScreen], ids=lambda kind: kind.__name__)
async def test_palette_and_help_list_every_action_whatever_is_in_focus(files: Path, widget: type[SliceView]) -> None:
    async with opened(files) as (pilot, screen):
        for _ in range(7):
            screen.session.annotation.add_label()
        screen.annotation_changed()
        screen.action_find_label()
        screen.query_exactly_one(widget).focus()
        await pilot.pause()
        assert isinstance(screen.focused, widget)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_the_welcome_list_every_action() -> None:
    async with Annotat3DApp().run_test() as pilot:
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, Welcome)
        recent = [f"recent({number})" for number in range(1, MOST_RECENT + 1)]
        assert unlisted(screen, screen.help_pages()) == recent, "there is no recent workspace"


@pytest.mark.parametrize("widget", SCREENS[SceneScreen], ids=lambda kind: kind.__name__)
async def test_palette_and_help_of_3d_list_every_action(files: Path, widget: type[SliceView]) -> None:
    async with opened(files) as (pilot, _):
        await pilot.press("f3")
        screen = pilot.app.screen
        assert isinstance(screen, SceneScreen)
        screen.action_find_label()
        screen.query_exactly_one(widget).focus()
        await pilot.pause()
        assert isinstance(screen.focused, widget)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_the_gpus_list_every_action() -> None:
    async with Annotat3DApp(read_gpus=Reading).run_test() as pilot:
        await pilot.press("f8")
        screen = pilot.app.screen
        assert isinstance(screen, GpusScreen)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_the_datasets_list_every_action() -> None:
    async with Annotat3DApp().run_test() as pilot:
        await pilot.press("f4")
        screen = pilot.app.screen
        assert isinstance(screen, DatasetsScreen)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_the_networks_list_every_action() -> None:
    async with Annotat3DApp().run_test() as pilot:
        await pilot.press("f5")
        screen = pilot.app.screen
        assert isinstance(screen, NetworksScreen)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_a_new_dataset_and_of_changes_list_every_action(tmp_path: Path) -> None:
    made = dataset(tmp_path / "d.h5")
    async with Annotat3DApp().run_test() as pilot:
        draft = DatasetDraft()
        for screen in (NewDataset(draft, lambda: tmp_path), AugmentScreen(made.path, draft)):
            pilot.app.push_screen(screen)
            await until(pilot, lambda screen=screen: screen.focused is not None)
            assert unlisted(screen, screen.help_pages()) == []  # type: ignore[arg-type]


async def test_palette_and_help_of_the_inference_list_every_action() -> None:
    async with Annotat3DApp().run_test() as pilot:
        await pilot.press("f6")
        screen = pilot.app.screen
        assert isinstance(screen, InferenceScreen)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_the_workspace_list_every_action() -> None:
    async with Annotat3DApp().run_test() as pilot:
        await pilot.press("f9")
        screen = pilot.app.screen
        assert isinstance(screen, WorkspaceScreen)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_the_network_manager_list_every_action() -> None:
    async with Annotat3DApp(read_gpus=Reading).run_test() as pilot:
        await pilot.press("f5", "n")
        screen = pilot.app.screen
        assert isinstance(screen, NetworkManager)
        await until(pilot, lambda: screen.focused is not None)
        assert unlisted(screen, screen.help_pages()) == []


async def test_palette_and_help_of_the_jobs_and_of_one_list_every_action(tmp_path: Path) -> None:
    job = make_folder(request_of(["warmup"], folder=tmp_path))
    async with Annotat3DApp().run_test() as pilot:
        await pilot.press("f7")
        await until(pilot, lambda: "warmup" in seen(pilot))
        for kind in (JobsScreen, JobScreen):
            screen = pilot.app.screen
            assert isinstance(screen, kind)
            assert unlisted(screen, screen.help_pages()) == []
            await pilot.press("enter")
            await pilot.pause()
        await pilot.press("f7", "space", "p")
        screen = pilot.app.screen
        assert isinstance(screen, CompareScreen)
        assert unlisted(screen, screen.help_pages()) == []
    assert job.number == 1


def history() -> History:
    return History(Past(Annotation.open((2, 3, 4))[0]), lambda: None)


def mask_form() -> MaskForm:
    mask = np.ones((2, 3, 4), np.uint8)
    return MaskForm(MaskFound(mask, {1: 24}, Path("mask.tif")), mask.shape, LabelTable.of([]))


def mask_look() -> MaskLook:
    return MaskLook("24 voxels", SliceView(np.zeros((2, 3, 4), np.uint8), Annotation.open((2, 3, 4))[0]))


def parameters_screen() -> ParametersScreen:
    return ParametersScreen(PRESETS["manual"], PRESETS)


def details() -> Details:
    run = Run(PRESETS["manual"], PRESETS["manual"], "key", 3, 0, (), (), 1.0)
    return Details(Origin(0, run, preview=False), {}, testing=False)


def objects() -> ObjectsScreen:
    view = SliceView(np.zeros((2, 3, 4), np.uint8), Annotation.open((2, 3, 4))[0])
    table = ObjectTable.of(measure(np.ones((2, 3, 4), np.uint8)))
    nothing: Any = lambda *_: None  # noqa: E731
    return ObjectsScreen(table, view, TableLook(), pieces=False, label_of=nothing, save=nothing, make_room=nothing)


def oblique() -> ObliqueScreen:
    view = SliceView(np.zeros((2, 3, 4), np.uint8), Annotation.open((2, 3, 4))[0])
    return ObliqueScreen(view, Clipping(Oblique((1, 1, 2)), 1.0))


def colour_maps() -> ColourMaps:
    return ColourMaps(GRAYS, TRUECOLOR, lambda _: None)


def gpu_details() -> GpuDetails:
    return GpuDetails(GpuWatch(Reading), Gpu("0", "GPU-a", "A100"))


def dataset_info() -> DatasetInfo:
    return DatasetInfo(Path("beads.h5"))


def new_job() -> NewJob:
    return NewJob(NoCommands())


LATE = (
    history,
    mask_form,
    mask_look,
    parameters_screen,
    details,
    objects,
    oblique,
    colour_maps,
    gpu_details,
    dataset_info,
    new_job,
)
"""Dialogs that are made when the test runs."""


@pytest.mark.parametrize(
    "dialog",
    [
        Confirm("Quit?"),
        ScriptScreen("#!/bin/bash", "Batch script"),
        Ask("Name"),
        AskPath("Open"),
        AskVolumes("Add"),
        AskImage("Open an image"),
        Menu("Files", []),
        ResultsScreen("Job 1", []),
        HelpScreen([]),
        PastMessages(()),
        *LATE,
    ],
    ids=lambda d: d.__name__ if callable(d) else type(d).__name__,
)
async def test_palette_and_help_of_a_dialog_list_every_action(dialog: Any) -> None:
    async with Annotat3DApp().run_test() as pilot:
        dialog = dialog() if callable(dialog) else dialog
        pilot.app.push_screen(dialog)
        await pilot.pause()
        assert own_acts(dialog), "no key is declared"
        assert unlisted(dialog, [keys_page(dialog)]) == []


async def test_the_palette_of_a_widget_does_its_action(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("colon")
        line = screen.query_one(CommandInput)
        line.remember("goto 1 2 3")
        await pilot.press("ctrl+p")
        await pilot.press(*"earlier command")
        await until(pilot, lambda: "Earlier command" in seen(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: line.value == "goto 1 2 3")
