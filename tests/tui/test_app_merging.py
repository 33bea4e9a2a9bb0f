"""Labels are merged by a list, typed as a command or asked for, looked at first and undone in one step."""

from pathlib import Path

import numpy as np
import pytest
from textual.widgets import Input

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.tui.commands import Merge, parse_command
from annotat3d_tui.tui.screens.dialogs import Ask
from annotat3d_tui.tui.screens.mask import MaskLook
from annotat3d_tui.tui.widgets.command_line import CommandInput
from tests.tui.acting import command, opened, seen, toasts, until
from tests.tui.test_app_correct import load, objects


@pytest.mark.parametrize("text", ["merge", "merge 29", "merge 29,29", "merge 29,a", "merge 0,3", "merge 3,70000"])
def test_what_is_no_list_of_labels_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match=r"two labels or more|from 1 to 65535"):
        parse_command(text, (4, 5, 6), [])


@pytest.mark.parametrize("text", ["merge 29,31", "merge 29 31", " merge 29, 31, 29"])
def test_a_list_of_labels_is_read(text: str) -> None:
    assert parse_command(text, (4, 5, 6), []) == Merge((29, 31))


async def test_labels_of_a_command_become_the_first_after_a_look(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        await command(pilot, "merge 2,54")
        line = screen.query_one(CommandInput)
        assert line.value == "merge 2,54", "there is no label volume yet"
        await objects(pilot, screen, files, around=0)
        label = np.array(screen.session.label)
        for answer in ("escape", "enter"):
            await pilot.press("colon", *"merge 2,54", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
            await until(pilot, lambda: "merge 54 into 2: 9 voxels of 2 labels" in seen(pilot))
            assert np.array_equal(screen.session.label, label)
            await pilot.press(answer)
            await until(pilot, lambda: pilot.app.screen is screen and screen.running is None)
            await pilot.press("escape")
        await until(pilot, lambda: screen.session.corrections is not None and screen.running is None)
        assert np.array_equal(screen.session.label, np.where(label == 54, 2, label))
        await pilot.press("u")
        assert np.array_equal(screen.session.label, label)
        await command(pilot, "merge 2,9")
        await until(pilot, lambda: any("label 9" in said for said in toasts(pilot)))
        assert np.array_equal(screen.session.label, label)


async def test_the_menu_asks_for_the_list(files: Path) -> None:
    async with opened(files, (80, 24)) as (pilot, screen):
        label = await load(pilot, screen, files, edit=False)
        await pilot.press("F", "l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        pilot.app.screen.query_one(Input).value = "1"
        await pilot.press("enter")
        await until(pilot, lambda: "two labels or more" in seen(pilot))
        pilot.app.screen.query_one(Input).value = "1, 2"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MaskLook))
        await pilot.press("enter")
        await until(pilot, lambda: screen.session.corrections is not None and screen.running is None)
        assert np.array_equal(screen.session.label, np.ones_like(label))


async def test_a_refused_command_is_replaced_by_the_next_one(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        line = screen.query_one(CommandInput)
        for behind in (("escape", "colon"), ("colon",)):
            await pilot.press("colon", *"nonsense", "enter")
            await until(pilot, lambda: line.value == "nonsense")
            await pilot.press(*behind, *"goto 3 4 5")
            assert line.value == "goto 3 4 5"
            await pilot.press("enter")
            await until(pilot, lambda: screen.view.cursor == (5, 4, 3))
            await pilot.press("escape")
        await pilot.press("colon", *"goto 3 4", "enter")
        await until(pilot, lambda: line.value == "goto 3 4")
        await pilot.press(*" 6", "enter")
        await until(pilot, lambda: screen.view.cursor == (6, 4, 3))
