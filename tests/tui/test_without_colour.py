"""Nothing is said by colour alone: labels, forms and lines say the same where there is no colour at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.widgets import Input

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.histogram import Histogram
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.key_line import Key
from annotat3d_tui.tui.widgets.labels_panel import LabelRow, LabelsPanel, row_line
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.position_line import Position, PositionLine
from annotat3d_tui.workflow.evidence import VoxelEvidence
from tests.tui.acting import command, opened, seen, until

ROW = LabelRow(2, "B", "Grain", "#e69f00", share=0.3, marks=4)
STATES = [
    replace(ROW, visible=visible, locked=locked, chosen=chosen)
    for visible in (False, True)
    for locked in (False, True)
    for chosen in (False, True)
]


@pytest.fixture(autouse=True)
def no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize("width", [21, 38])
def test_every_state_of_a_label_is_a_line_of_its_own(width: int) -> None:
    lines = [row_line(row, width).plain for row in STATES]
    assert len(set(lines)) == len(STATES)
    assert all("Grain" in line and "2" in line and "B" in line for line in lines)


def labels_of(screen: object) -> list[str]:
    """The lines of the label list as they are read."""
    listed = screen.query_one(LabelsPanel).query_one(LongList)  # type: ignore[attr-defined]
    return [listed.render_line(number).text.rstrip() for number in range(listed.count)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list_says_what_is_chosen_hidden_and_locked(files: Path, size: tuple[int, int]) -> None:
    async with opened(files, size) as (pilot, screen):
        assert pilot.app.no_color
        assert [line[0] for line in labels_of(screen)] == ["◆", "▌"]
        await pilot.press("2", "v", "K")
        await pilot.pause()
        lines = labels_of(screen)
        assert [line[0] for line in lines] == ["▌", "◇"]
        assert "#" in lines[1]
        await pilot.press("1")
        await pilot.pause()
        assert [line[0] for line in labels_of(screen)] == ["◆", "┆"]


@pytest.mark.parametrize(("size", "on", "off"), [((80, 24), "✓s", "×s"), ((120, 40), "✓s superpix", "×s superpix")])
async def test_what_is_shown_has_a_tick(files: Path, size: tuple[int, int], on: str, off: str) -> None:
    async with opened(files, size) as (pilot, _):
        assert off in seen(pilot)
        assert on not in seen(pilot)
        await pilot.press("s")
        await pilot.pause()
        assert on in seen(pilot)


async def test_the_position_says_what_is_marked_and_how_sure_it_is(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        await command(pilot, "brush 2 r=0 xy z=7 4,4")
        await command(pilot, "goto 4 4 7")
        assert "mark B" in seen(pilot)
        chances = np.stack([np.full(screen.view.scene.shape, chance, np.float32) for chance in (0.25, 0.75)])
        screen.session.evidence = screen.view.evidence = VoxelEvidence(np.array([1, 2], np.uint16), chances)
        await pilot.press("right", "semicolon")
        await pilot.pause()
        assert "uncertain 0.50" in seen(pilot)
        assert "mark B" not in seen(pilot)
        await pilot.press("apostrophe")
        await pilot.pause()
        assert "A 0.25" in seen(pilot)


def test_the_bar_of_slices_says_where_one_is() -> None:
    at = Position("xy", "z", 0, 4, (0, 0, 0), "1")
    bars = [PositionLine._bar(8, replace(at, index=index), (0, 3, 0, 6)).plain for index in range(4)]
    assert bars == ["▕│▄ █▏", "▕ ┃ █▏", "▕ ▄│█▏", "▕ ▄ ┃▏"]


async def test_the_window_of_the_contrast_stands_in_brackets(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        panel = screen.query_one(ContrastPanel)
        await until(pilot, lambda: panel.histogram is not None)
        histogram = panel.histogram
        assert isinstance(histogram, Histogram)
        span = histogram.high - histogram.low
        screen.view.window = (histogram.low + 0.25 * span, histogram.low + 0.75 * span)
        await pilot.pause()
        bars = panel._bars(20).plain
        assert (bars.index("["), bars.index("]")) == (5, 14)


def test_a_key_that_can_do_nothing_has_a_cross() -> None:
    assert [Key("A", "apply", off=off).content().plain for off in (False, True)] == ["A apply", "A×apply"]


async def test_messages_say_how_bad_they_are(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        screen.notify("careful", severity="warning")
        await until(pilot, lambda: "! Warning" in seen(pilot))
        say_error(pilot.app, InvalidParameter("It must not be so."))
        await until(pilot, lambda: "✗ Not done" in seen(pilot))


async def test_a_wrong_value_of_the_form_is_said_beside_it(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, _):
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        field = next(one for one in pilot.app.screen.query(Input) if one.value == "3")
        before = seen(pilot).count("✗ must be")
        field.value = "0"
        await until(pilot, lambda: seen(pilot).count("✗ must be") == before + 1)
        field.value = "3"
        await until(pilot, lambda: seen(pilot).count("✗ must be") == before)


async def test_labels_have_patterns_on_the_slice_and_their_signs_in_the_list(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        view = screen.view
        view.show_markers = False
        volume = np.ones(view.scene.shape, np.uint8)
        volume[:, :, volume.shape[2] // 2 :] = 2
        view.label_volume = volume
        await pilot.pause()
        lines = labels_of(screen)
        assert "A█" in lines[0]
        assert "B▤" in lines[1]
        await pilot.press("B")
        await pilot.pause()
        assert "▤" not in labels_of(screen)[1]
