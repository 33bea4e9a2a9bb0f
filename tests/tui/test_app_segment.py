"""The segmentation screen on a small image: mark, generate, apply, undo, save; real files, real computing."""

import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from textual.widgets import Input, OptionList

from annotat3d_tui.parameters import Parameters
from annotat3d_tui.session import Session
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.messages import Progressed
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.settings import DARK
from annotat3d_tui.tui.themes import LIGHT
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.facts_panel import FactsPanel
from annotat3d_tui.tui.widgets.labels_panel import LabelsPanel
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.volume.files import open_labels
from annotat3d_tui.workflow.presets import PRESETS
from tests.tui.acting import STROKES, command, endless, mark, opened, seen, toasts, until

QUICK = PRESETS["manual"]


async def test_the_whole_job_from_marks_to_a_saved_label(files: Path, phases: tuple[np.ndarray, ...]) -> None:
    async with opened(files) as (pilot, screen):
        session = screen.session
        session.keep_parameters(QUICK)
        await mark(pilot)
        assert session.annotation.history() == list(STROKES)
        await pilot.press("S")
        await until(pilot, lambda: session.superpixels is not None and screen.running is None)
        assert screen.view.superpixels is session.superpixels
        await pilot.press("A")
        await until(pilot, lambda: session.label is not None and screen.running is None)
        assert screen.view.label_volume is session.label
        assert session.label is not None
        assert np.mean(session.label == phases[1]) > 0.9
        await until(pilot, lambda: "accuracy" in seen(pilot).lower())
        rows = screen.query_one(LabelsPanel).rows
        await until(pilot, lambda: screen.query_one(LabelsPanel).rows[0].share is not None)
        rows = screen.query_one(LabelsPanel).rows
        assert rows[0].share == pytest.approx(np.mean(session.label == 1))
        assert [row.marks for row in rows] == [1, 1]
        await pilot.press("u")
        assert session.annotation.history() == [STROKES[0]]
        await until(pilot, lambda: "marks changed since" in seen(pilot))
        await pilot.press("ctrl+y", "ctrl+s")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = str(files / "saved.tif")
        await pilot.press("enter")
        await until(pilot, lambda: any("Label saved" in toast for toast in toasts(pilot)))
        assert np.array_equal(open_labels(files / "saved.tif").data, session.label)
        label = session.label
    again = open_session(folder=session.workspace.folder)
    assert again.label is not None
    assert np.array_equal(again.label, label)
    assert again.annotation.history() == list(STROKES)
    again.close()


async def test_a_preview_says_its_own_scores_and_parameters_that_changed_are_said(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: "label of all slices" in seen(pilot) and screen.running is None)
        assert "preview" not in facts(screen)
        await command(pilot, "brush 2 r=1 xy z=9 20,3")
        screen.view.cursor = (7, 0, 0)
        await pilot.press("P")
        await until(pilot, lambda: "preview of z 5 to 9" in seen(pilot) and screen.running is None)
        assert "preview" in facts(screen)
        kept, shown = screen.session.label, screen.view.label_volume
        assert kept is not None
        assert shown is not None
        assert np.array_equal(np.delete(shown, slice(5, 10), 0), np.delete(kept, slice(5, 10), 0))
        screen._keep_parameters(replace(QUICK, classifier=replace(QUICK.classifier, trees=33)))
        await until(pilot, lambda: "parameters changed since" in seen(pilot))
        assert "marks" not in screen.query_one(TabLine).note
        assert "200" in facts(screen)
        await pilot.press("u")
        await until(pilot, lambda: "marks and parameters changed since" in seen(pilot))


def facts(screen: SegmentScreen) -> str:
    return " ".join(str(piece) for fact in screen.query_one("#results", FactsPanel).facts for piece, _ in fact.pieces)


async def test_a_preview_labels_only_the_slices_around_and_is_not_kept(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        screen.view.cursor = (7, 0, 0)
        await pilot.press("P")
        await until(pilot, lambda: screen.view.label_volume is not None and screen.running is None)
        shown = screen.view.label_volume
        assert shown is not None
        assert [z for z, plane in enumerate(shown) if plane.any()] == [5, 6, 7, 8, 9]
        assert screen.session.label is None
        assert "preview of z 5 to 9" in seen(pilot)


async def test_esc_stops_a_computation_and_nothing_is_changed(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotat3d_tui.workflow.superpixels.make_superpixels", endless)
    async with opened(files) as (pilot, screen):
        await pilot.press("S")
        await until(pilot, lambda: screen.running is not None and screen.running.stage == "flood")
        await until(pilot, lambda: "▶ Superpixels 41 %" in seen(pilot))
        await pilot.press("A", "right")
        assert "Superpixels is running: Esc stops it" in toasts(pilot)
        begun = monotonic()
        await pilot.press("escape")
        await until(pilot, lambda: screen.running is None)
        assert monotonic() - begun < 2
        assert "Superpixels was cancelled; nothing was changed." in toasts(pilot)
        assert screen.session.superpixels is None
        await pilot.press("escape")
        await pilot.pause()
        assert toasts(pilot) == []


async def test_quitting_asks_only_while_something_runs(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotat3d_tui.workflow.superpixels.make_superpixels", endless)
    async with opened(files) as (pilot, screen):
        await pilot.press("S")
        await until(pilot, lambda: screen.running is not None)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert "would be lost" in seen(pilot)
        await pilot.press("n")
        assert pilot.app.is_running
        await pilot.press("escape")
        await until(pilot, lambda: screen.running is None)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert pilot.app.return_code == 0


async def test_a_burst_of_progress_collapses_to_the_newest(files: Path) -> None:
    from annotat3d_tui.tui.widgets.title_line import Running

    early, late = Progressed(Running("Apply", 0.1)), Progressed(Running("Apply", 0.2))
    assert early.can_replace(late)


async def test_an_error_of_the_engine_is_a_toast_that_stays(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(files) as (pilot, screen):
        monkeypatch.setattr("annotat3d_tui.tui.computing.default_budget", lambda: 1000)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: any("Apply needs about" in toast for toast in toasts(pilot)))
        (error,) = [one for one in pilot.app._notifications if one.severity == "error"]
        assert error.timeout > 3600
        assert "--memory" not in error.message
        await until(pilot, lambda: screen.running is None)
        await pilot.press("S")
        await until(pilot, lambda: any("Superpixels needs about" in toast for toast in toasts(pilot)))
        assert screen.session.superpixels is None
        assert screen.session.label is None


async def test_an_error_that_is_not_ours_crashes_loudly(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("annotat3d_tui.workflow.superpixels.make_superpixels", broken)

    async def crash() -> None:
        async with opened(files) as (pilot, _):
            await pilot.press("S")
            await until(pilot, lambda: pilot.app._exception is not None)

    with pytest.raises(ZeroDivisionError):
        await crash()


async def test_what_cannot_be_done_says_why(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("A")
        await pilot.press("u")
        await pilot.press("ctrl+s")
        assert toasts(pilot) == [
            "mark at least two labels first",
            "there is nothing to undo",
            "there is no label volume yet: ⇧A makes it, f L loads one",
        ]
        assert screen.running is None


async def test_goto_refuses_a_place_outside_where_it_is_typed(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("g")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "1 2"
        await pilot.press("enter")
        await pilot.pause()
        assert "three whole numbers x y z" in seen(pilot)
        pilot.app.screen.query_one(Input).value = "5 6 7"
        await pilot.press("enter")
        await pilot.pause()
        assert screen.view.cursor == (7, 6, 5)


async def test_contrast_moves_by_arrows_and_is_reset(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        panel = screen.query_one(ContrastPanel)
        await until(pilot, lambda: panel.histogram is not None)
        low, high = panel.window
        await pilot.press("w", "shift+right", "down")
        await pilot.pause()
        assert panel.window[0] > low
        assert panel.window[1] < high
        assert screen.view.window == panel.window
        await pilot.press("r")
        await pilot.pause()
        assert (screen.view.window, panel.window) == (None, (low, high))
        await pilot.press("escape")
        assert isinstance(screen.focused, SliceView)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_essentials_are_seen_at_every_size(files: Path, size: tuple[int, int]) -> None:
    async with opened(files, size) as (pilot, screen):
        await mark(pilot)
        screen.view.cursor = (6, 4, 3)
        await until(pilot, lambda: screen.query_one(ContrastPanel).histogram is not None)
        await until(pilot, lambda: "XY z 6/13" in seen(pilot))
        text = seen(pilot)
        for word in ("image.tif", "30×26×14", "uint16", " GB", "half-blocks", "F2 Segment", "XY z 6/13", "x 3 y 4 z 6",
                     "Labels", "Backgr", "Label 1", "Brush", "Show", "Contrast", "Superpixels", "Classifier",
                     "Space", "⇧S", "⇧P", "⇧A", "F1"):  # fmt: skip
            assert word in text, f"{word!r} is not on the screen:\n{text}"
        assert screen.query_one("#panel").max_scroll_y == 0
        assert screen.view.size.width >= 50


async def test_below_70_columns_the_panel_lies_over_the_slice_when_asked_for(files: Path) -> None:
    async with opened(files, (60, 24)) as (pilot, screen):
        assert "Labels" not in seen(pilot)
        width = screen.view.size.width
        await pilot.press("backslash")
        await until(pilot, lambda: "Labels" in seen(pilot))
        assert screen.view.size.width == width
        await pilot.press("escape")
        await until(pilot, lambda: "Labels" not in seen(pilot))
    async with opened(files, (120, 40)) as (pilot, screen):
        await pilot.press("backslash")
        await until(pilot, lambda: "Labels" not in seen(pilot))


async def test_the_palette_lists_every_action_with_its_key_and_why_not(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count > 0)
        options = [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]
        titles = "\n".join(options)
        bound = [binding for binding in (*screen.BINDINGS, *SliceView.BINDINGS) if getattr(binding, "description", "")]
        for binding in bound:
            if not binding.action.startswith("choose("):
                assert binding.description in titles
        assert any("⇧A" in line and "Apply" in line and "mark at least two labels" in line for line in options)
        assert any("Choose Background" in line for line in options)
        assert len(options) == len(set(options))
        await pilot.press(*"goto", "enter")
        await until(pilot, lambda: "Go to x y z" in seen(pilot))


async def test_help_is_for_the_widget_in_focus_then_for_the_screen(files: Path) -> None:
    async with opened(files, (80, 24)) as (pilot, screen):
        await pilot.press("w", "f1")
        await until(pilot, lambda: "The grey values shown from black to white" in seen(pilot))
        await pilot.press("escape", "escape", "f1")
        await until(pilot, lambda: "The slice" in seen(pilot))
        await pilot.press("escape")
        assert pilot.app.screen is screen


async def test_the_position_is_copied_as_it_is_typed(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        screen.view.cursor = (3, 4, 5)
        await pilot.press("y", "y")
        await pilot.pause()
        assert pilot.app.clipboard == "5 4 3"
        assert toasts(pilot)[-1].startswith("5 4 3 copied")


async def test_a_keymap_changes_the_key_and_what_is_said_of_it(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        pilot.app.set_keymap({"segment.goto": "ctrl+g"})
        assert next(act.keys for act in screen.acts() if act.action == "goto") == "^G"
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Go to x y z" in seen(pilot))


async def test_parameters_are_kept_and_superpixels_of_other_ones_given_up(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("S")
        await until(pilot, lambda: screen.view.superpixels is not None and screen.running is None)
        await pilot.press("C")
        await pilot.pause()
        preset = pilot.app.screen.query_one("#preset")
        preset.value = "manual"  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
        kept: Parameters = screen.session.parameters
        assert kept == PRESETS["manual"]
        assert (screen.session.superpixels, screen.view.superpixels) == (None, None)
    again = open_session(folder=screen.session.workspace.folder)
    assert again.parameters == PRESETS["manual"]
    assert again.superpixels is None
    again.close()


async def test_messages_of_opening_are_said(files: Path) -> None:
    session: Session = open_session(image=files / "image.tif")
    session.messages.append("The journal was torn: the last act was left out.")
    app = Annotat3DApp(session, lambda *_: Warmup((sys.executable, "-c", "")))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert toasts(pilot) == ["The journal was torn: the last act was left out."]


async def test_themes_change_the_frame_and_never_the_voxels(
    files: Path, phases: tuple[np.ndarray, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(files) as (pilot, screen):
        await mark(pilot)
        monkeypatch.setattr(SliceView, "color_system", "truecolor")
        screen.view.label_volume = phases[1]
        screen.view.cursor = (6, 0, 0)
        pictures, frames = [], []
        for theme in (DARK, LIGHT, DARK):
            pilot.app.theme = theme
            await pilot.pause()
            picture = screen.view.pixels(screen.view.palette())
            column, row = screen.view.viewport.cell_of(screen.view.point)
            picture[max(row - 12, 0) : row + 13, max(column - 12, 0) : column + 13] = (
                0  # the cursor is seen on any background
            )
            pictures.append(picture)
            frames.append(screen.query_one(LabelsPanel).background_colors[1])
        assert frames[0] != frames[1]
        assert frames[0] == frames[2]
        assert len(np.unique(pictures[0])) > 10
        assert np.array_equal(pictures[0], pictures[1])


async def test_only_a_change_of_marks_makes_a_label_old(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: "label of all slices" in seen(pilot) and screen.running is None)
        await pilot.press("1", "v", "v")
        await pilot.pause()
        assert "marks changed since" not in seen(pilot)
        await pilot.press("ctrl+e")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: "marks changed since" in seen(pilot))


async def test_a_label_is_found_by_its_middle(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        label = np.ones(screen.session.image.data.shape, np.uint8)
        label[2:5, 10:15, 20:29] = 2
        screen.session.keep_label(label, None)
        await pilot.press("2", "m")
        await until(pilot, lambda: screen.view.cursor == (3, 12, 24))


async def test_a_click_on_a_key_does_what_it_says(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.click("KeyLine", offset=(3, 0))
        await until(pilot, lambda: screen.view.pen_down)
        await pilot.click("KeyLine", offset=(seen(pilot).splitlines()[-1].index("F1"), 0))
        await until(pilot, lambda: "The slice" in seen(pilot))
