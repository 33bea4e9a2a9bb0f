"""Keys and the mouse are done in the order in which they came, however close they are."""

from pathlib import Path

from textual import events, on
from textual.app import App, ComposeResult
from textual.widgets import Button, Input

from annotat3d_tui.tui.turns import InTurn
from tests.tui.acting import opened, until


def mouse(kind: type[events.MouseEvent], x: int, y: int) -> events.MouseEvent:
    return kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)


async def test_a_label_chosen_just_before_a_press_is_the_one_that_is_drawn(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        history = screen.session.annotation.history
        middle = int(screen.view.region.center[0]), int(screen.view.region.center[1])
        for key, label in (("2", 2), ("1", 1), ("2", 2)):
            before = len(history())
            pilot.app.post_message(events.Key(key, key))
            for kind in (events.MouseDown, events.MouseUp):
                pilot.app.post_message(mouse(kind, *middle))
            await until(pilot, lambda before=before: len(history()) > before)
            assert history()[-1].startswith(f"brush {label} ")


class Form(InTurn):
    """Two fields and a button that opens a third, which goes away with the key `z`."""

    class Passing(Input):
        async def on_key(self, event: events.Key) -> None:
            if event.key == "z":
                self.remove()

    def compose(self) -> ComposeResult:
        yield Input(id="first", select_on_focus=False)
        yield Input(id="second", select_on_focus=False)
        yield Button("Open")

    @on(Button.Pressed)
    async def _open(self) -> None:
        await self.mount(self.Passing(id="passing"))
        self.query_one("#passing").focus()


def give(app: App[int], *keys: str) -> None:
    """All in one burst, as a terminal that was slow hands them over."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_a_burst_of_keys_lands_in_the_fields_in_which_it_was_typed() -> None:
    async with Form().run_test() as pilot:
        first, second = (pilot.app.query_one(f"#{name}", Input) for name in ("first", "second"))
        first.focus()
        give(pilot.app, "a", "b", "backspace", "c", "tab", "d", "home", "e", "shift+tab", "f", "tab", "end", "g")
        await until(pilot, lambda: second.value.endswith("g"))
        assert (first.value, second.value) == ("acf", "edg")


async def test_pasted_text_waits_for_the_keys_before_it() -> None:
    async with Form().run_test() as pilot:
        first, second = (pilot.app.query_one(f"#{name}", Input) for name in ("first", "second"))
        first.focus()
        give(pilot.app, "a", "tab", "b")
        pilot.app.post_message(events.Paste("pasted"))
        give(pilot.app, "left", "c", "end", "d")
        await until(pilot, lambda: second.value.endswith("dd"))
        assert (first.value, second.value) == ("a", "bpastecdd")


async def test_what_is_typed_behind_a_button_goes_to_what_it_opens() -> None:
    async with Form().run_test() as pilot:
        pilot.app.query_one(Button).focus()
        give(pilot.app, "enter", "a", "b")
        await until(pilot, lambda: bool(pilot.app.query("#passing")) and pilot.app.focused is not None)
        passing = pilot.app.query_one("#passing", Input)
        await until(pilot, lambda: passing.value == "ab")


async def test_keys_go_on_when_a_widget_goes_away_with_the_key() -> None:
    async with Form().run_test() as pilot:
        first = pilot.app.query_one("#first", Input)
        pilot.app.query_one(Button).focus()
        give(pilot.app, "enter", "a", "z")
        await until(pilot, lambda: not pilot.app.query("#passing"))
        first.focus()
        give(pilot.app, "y")
        await until(pilot, lambda: first.value.endswith("y"))
