"""What is said of keys follows the keymap: the feet of dialogs, the welcome, the last line, sentences; or no key."""

import os
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Button

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.past import Past
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.keymaps import Keymap
from annotat3d_tui.tui.registry import bindings
from annotat3d_tui.tui.screens.dialogs import Ask, Confirm
from annotat3d_tui.tui.screens.help import HelpScreen
from annotat3d_tui.tui.screens.history import History
from annotat3d_tui.tui.screens.menu import Menu
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.past import PastMessages
from annotat3d_tui.tui.screens.paths import AskPath
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.workflow.presets import PRESETS
from tests.tui.acting import command, opened, seen, toasts, until


def history() -> History:
    return History(Past(Annotation.open((2, 3, 4))[0]), lambda: None)


@pytest.mark.parametrize(
    ("make", "id"),
    [
        (lambda: Ask("Name"), "ask.cancel"),
        (lambda: AskPath("Open", f"{os.sep}"), "path.cancel"),
        (lambda: Menu("Files", []), "menu.close"),
        (lambda: HelpScreen([]), "help.close"),
        (history, "history.close"),
        (lambda: ParametersScreen(PRESETS["manual"]), "parameters.cancel"),
        (lambda: PastMessages(()), "past.close"),
    ],
)
async def test_the_foot_of_a_dialog_has_the_key_of_the_keymap_or_none(make: Any, id: str) -> None:
    word = bindings()[id].description.split()[0].lower()
    for keys, shown in (("f12", True), ("", False)):
        app = Annotat3DApp(keymap=Keymap({id: keys}, "own"))
        async with app.run_test(size=(120, 40)) as pilot:
            screen: Screen[Any] = make()
            app.push_screen(screen)
            await pilot.pause()
            foot = " ".join(str(widget.border_subtitle or "") for widget in screen.query("*"))
            assert (f"F12 {word}" in foot) == shown, foot
            assert (word in foot) == shown, foot
            await pilot.press("f12")
            await pilot.pause()
            assert (app.screen is not screen) == shown


async def test_the_letters_of_buttons_follow() -> None:
    app = Annotat3DApp(keymap=Keymap({"confirm.yes": "j", "confirm.no": ""}, "own"))
    async with app.run_test() as pilot:
        app.push_screen(Confirm("Quit?"))
        await pilot.pause()
        assert [str(button.label) for button in app.screen.query(Button)] == ["No", "Yes (j)"]


async def test_the_welcome_follows() -> None:
    keys = {"welcome.demo": "f9", "welcome.image": "", "app.help": "f12"}
    async with Annotat3DApp(keymap=Keymap(keys, "own")).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = seen(pilot).splitlines()
        assert any("F9 Demo" in line for line in lines)
        assert any("    Open an image…" in line for line in lines)
        assert "F9 demo" in lines[-1]
        assert "F12 help" in lines[-1]
        assert "image" not in lines[-1]


async def test_the_last_line_follows_in_the_contrast_and_on_a_polygon(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        pilot.app.set_keymap(
            {"contrast.percent": "", "contrast.back": "f11", "slice.line": "f9", "segment.cancel": "f10"}
        )
        await pilot.press("w")
        assert isinstance(screen.focused, ContrastPanel)
        await pilot.pause()
        last = seen(pilot).splitlines()[-1]
        assert "F11 back" in last
        assert "percent" not in last
        await pilot.press("f11", "b", "b", "b", "b", "space")
        await pilot.pause()
        last = seen(pilot).splitlines()[-1]
        assert "F9 fill" in last
        assert "F10 drop" in last
        await pilot.press("f10")
        assert screen.view.corners is None


async def test_an_action_without_a_key_is_still_in_the_palette_and_sentences_say_so(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        pilot.app.set_keymap({"segment.goto": "", "segment.apply": "", "slice.pen": ""})
        await pilot.press("g", "A", "space", "e")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert not screen.view.pen_down
        assert toasts(pilot) == []
        assert screen.why_not("save_label", ()) == "there is no label volume yet: ^P Apply makes it, f L loads one"
        assert "apply" not in seen(pilot).splitlines()[-1]
        await pilot.press("ctrl+p", *"go to x")
        await until(pilot, lambda: "Go to x y z…" in seen(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))


async def test_sentences_of_the_command_line_follow(files: Path) -> None:
    async with opened(files) as (pilot, _):
        pilot.app.set_keymap({"app.help": "f11"})
        await pilot.press("colon", *"nonsense", "enter")
        await until(pilot, lambda: "F11 lists the actions" in " ".join(seen(pilot).split()))


async def test_no_sentence_of_a_binding_names_a_key(files: Path) -> None:
    """Their keys may be others."""
    words = ("Enter", "Esc", "Ctrl", "Space", " F1", "Tab")
    assert [one.id for one in bindings().values() if any(word in one.tooltip for word in words)] == []
    async with opened(files) as (pilot, screen):
        acts = {act.action for act in screen.acts()}
        reasons = [screen.why_not(action, (5,)) for action in acts if "(" not in action]
        assert not any("{" in with_keys(reason, pilot.app) for reason in reasons)
        await command(pilot, "goto 1 1 1")
