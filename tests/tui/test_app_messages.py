"""Messages that were said: all are kept with their time, found by typing, read in full and copied."""

from pathlib import Path

import pytest
from textual.widgets import Input, Static
from textual.widgets._toast import Toast

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.dialogs import Ask
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.past import PastMessages
from tests.tui.acting import opened, seen, toasts, until

LONG = "recon.raw holds 536870912 bytes; 1024×1024×512 16-bit needs 1073741824. " * 3 + "It fits 8-bit."


async def test_a_message_that_has_gone_is_read_in_full_and_copied(files: Path) -> None:
    async with opened(files, (80, 24)) as (pilot, screen):
        say_error(pilot.app, InvalidParameter(LONG))
        screen.notify("later", severity="warning")
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert toasts(pilot) == [], "what is listed does not lie over the list"
        shown = seen(pilot)
        assert "✗ Not done: recon.raw" in shown
        assert "! later" in shown
        await pilot.press("up", "enter")
        await pilot.pause()
        assert "It fits 8-bit." in seen(pilot)
        assert pilot.app.clipboard == LONG
        await pilot.press("escape")
        assert pilot.app.screen is screen


async def test_typing_leaves_the_messages_that_hold_it() -> None:
    app = Annotat3DApp()
    async with app.run_test() as pilot:
        for number in range(40):
            app.notify(f"stroke {number} drawn")
        app.notify("[b]not markup[/b] at 1 2 3", severity="error", markup=False)
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert "[b]not markup[/b] at 1 2 3" in seen(pilot)
        await pilot.press(*"STROKE 7")
        await until(pilot, lambda: "stroke 7 drawn" in str(app.screen.query_one("#whole", Static).content))
        app.screen.query_one(Input).value = "error"
        await until(pilot, lambda: "not markup" in str(app.screen.query_one("#whole", Static).content))
        app.screen.query_one(Input).value = "nothing like it"
        await until(pilot, lambda: "no message holds this" in seen(pilot))
        await pilot.press("enter", "up", "pagedown")
        assert app.clipboard == ""


async def test_before_anything_was_said_the_list_says_so_and_opens_once() -> None:
    app = Annotat3DApp()
    async with app.run_test() as pilot:
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: "nothing was said" in seen(pilot))
        app.action_messages()
        await pilot.pause()
        assert sum(isinstance(screen, PastMessages) for screen in app.screen_stack) == 1


async def test_what_is_said_again_is_shown_once_and_kept_twice() -> None:
    app = Annotat3DApp()
    async with app.run_test(notifications=True) as pilot:
        for text in ("read-only", "drawn", "read-only"):
            app.notify(text, severity="warning")
            await pilot.pause()
        rack = app.screen
        await until(
            pilot, lambda: [toast._notification.message for toast in rack.query(Toast)] == ["drawn", "read-only"]
        )
        assert seen(pilot).count("read-only") == 1
        assert [said.text for said in app.said] == ["read-only", "drawn", "read-only"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_message_never_hides_the_keys_of_a_dialog_and_a_key_in_it_dismisses_it(
    files: Path, size: tuple[int, int]
) -> None:
    async with opened(files, size) as (pilot, screen):
        say_error(pilot.app, InvalidParameter(LONG))
        await until(pilot, lambda: "It fits 8-bit." in seen(pilot))
        pilot.app.push_screen(ParametersScreen(screen.session.parameters))
        await until(pilot, lambda: isinstance(pilot.app.screen, ParametersScreen))
        await until(pilot, lambda: "Tab next · Space change · Enter ^S ok · Esc cancel" in seen(pilot))
        assert "✗ Not done" in seen(pilot)
        assert seen(pilot).count("It fits 8-bit.") == 1, "it does not lie behind the dialog as well"
        screen.notify("passes by", timeout=60)
        await until(pilot, lambda: "passes by" in toasts(pilot))
        await pilot.press("tab")
        await until(pilot, lambda: "Not done" not in seen(pilot))
        assert toasts(pilot) == ["passes by"]
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen and "passes by" in seen(pilot))
        assert "Not done" not in seen(pilot)


async def test_a_message_lasts_where_keys_are_pressed_outside_of_dialogs(files: Path) -> None:
    async with opened(files) as (pilot, _):
        say_error(pilot.app, InvalidParameter(LONG))
        await pilot.press("right", "t")
        await until(pilot, lambda: "It fits 8-bit." in seen(pilot))
        await pilot.press("escape")
        assert toasts(pilot) == []


async def test_what_a_key_in_a_dialog_makes_go_wrong_is_seen(files: Path) -> None:
    async with opened(files) as (pilot, _):
        refused = InvalidParameter("It must be even, received 3: give another one.")
        ask = Ask("Number", "3")
        pilot.app.push_screen(ask, lambda _: say_error(pilot.app, refused))
        await until(pilot, lambda: pilot.app.screen is ask)
        await pilot.press("enter")
        await until(pilot, lambda: "It must be even" in seen(pilot))
