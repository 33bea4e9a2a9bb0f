"""The parameters form: made from declarations, wrong values marked where they stand, presets fill it."""

from dataclasses import dataclass
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Checkbox, Input, Select, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.parameters import Parameters, group, parameter
from annotat3d_tui.tui.forms import BoxesField, ChoiceField, Field, Form, GroupField, LineField
from annotat3d_tui.tui.screens.parameters import OWN, ParametersScreen
from annotat3d_tui.workflow import presets


@dataclass(frozen=True)
class Round(Parameters):
    kind = "round"
    radius: int = parameter(3, "half its width", unit="voxels", minimum=1, maximum=9)


@dataclass(frozen=True)
class Square(Parameters):
    kind = "square"
    radius: int = parameter(4, "half its side", unit="voxels", minimum=1, maximum=9)
    tilt: float = parameter(0.5, "in turns", minimum=0.0, maximum=1.0)


@dataclass(frozen=True)
class Everything(Parameters):
    kind = "everything"
    shape: Round | Square = group(Round(), "how it looks", (Round, Square))
    filters: tuple[str, ...] = parameter(("a",), "what is measured", choices=("a", "b", "c"))
    radii: tuple[int, ...] = parameter((1, 2), "scales", unit="voxels", minimum=1, maximum=32)
    mode: str = parameter("fast", "how", choices=("fast", "slow"))
    smooth: bool = parameter(False, "whether to smooth")
    name: str = parameter("it", "its name")


PRESETS: dict[str, Parameters] = {
    "first": Everything(),
    "second": Everything(shape=Square(7, 0.25), filters=("b", "c")),
}


class Showing(App[None]):
    def __init__(self, current: Parameters, presets: dict[str, Parameters]) -> None:
        super().__init__()
        self.form = ParametersScreen(current, presets)
        self.answers: list[Any] = []

    def on_mount(self) -> None:
        self.push_screen(self.form, self.answers.append)

    def field(self, name: str) -> Field | GroupField:
        return next(f for f in [*self.form.query(Field), *self.form.query(GroupField)] if f.declared.name == name)

    def side(self, name: str) -> str:
        return str(self.field(name).query(".range").first(Static).content)


async def test_each_kind_of_parameter_has_its_field_with_its_range_at_its_side() -> None:
    app = Showing(Everything(), PRESETS)
    async with app.run_test(size=(80, 24)):
        kinds = {name: type(app.field(name)) for name in ("shape", "filters", "radii", "mode", "smooth", "name")}
        assert kinds == {
            "shape": GroupField,
            "filters": BoxesField,
            "radii": LineField,
            "mode": ChoiceField,
            "smooth": ChoiceField,
            "name": LineField,
        }
        assert app.side("radius") == "from 1 to 9 voxels"
        assert app.side("radii") == "separated by commas, from 1 to 32 voxels"


async def test_a_form_gives_back_what_it_was_filled_with() -> None:
    sets = [*PRESETS.values(), Everything(mode="slow", smooth=True, radii=(4,))]
    app = Showing(sets[0], PRESETS)
    async with app.run_test(size=(80, 24)) as pilot:
        for values in sets[1:]:
            await pilot.press("ctrl+s")
            app.push_screen(ParametersScreen(values, PRESETS), app.answers.append)
            await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
    assert app.answers == sets


async def test_a_wrong_value_is_marked_where_it_stands_and_keeps_the_form_open() -> None:
    app = Showing(Everything(), PRESETS)
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.field("radius").query_one(Input)
        line.value = "12"
        await pilot.pause()
        assert app.side("radius") == "✗ must be from 1 to 9 voxels"
        app.form.query_one("#preset", Select).focus()
        await pilot.press("ctrl+s")
        await pilot.pause()
        said = str(app.form.query_one("#said", Static).content)
        assert said.startswith("radius of Round must be from 1 to 9 voxels, received 12")
        assert app.answers == []
        assert app.focused is line
        line.value = "x"
        with pytest.raises(InvalidParameter):
            app.form.query_exactly_one("#fields > Form", Form).value()
        line.value = "8"
        await pilot.pause()
        assert app.side("radius") == "from 1 to 9 voxels"
        await pilot.press("ctrl+s")
        await pilot.pause()
    assert app.answers == [Everything(shape=Round(8))]


async def test_enter_in_a_line_accepts_and_in_a_list_opens_it() -> None:
    app = Showing(Everything(), PRESETS)
    async with app.run_test(size=(80, 24)) as pilot:
        mode = app.field("mode").query_one(Select)
        mode.focus()
        await pilot.press("enter")
        assert mode.expanded
        await pilot.press("down", "enter")
        assert app.answers == []
        line = app.field("name").query_one(Input)
        line.value = "that"
        app.field("radius").query_one(Input).value = "99"
        line.focus()
        await pilot.press("enter")
        assert app.answers == []
        assert app.focused is app.field("radius").query_one(Input), "a wrong field is gone to"
        app.field("radius").query_one(Input).value = "5"
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [Everything(shape=Round(5), mode="slow", name="that")]


async def test_no_box_at_all_is_refused() -> None:
    app = Showing(Everything(), PRESETS)
    async with app.run_test(size=(80, 24)) as pilot:
        app.field("filters").query(Checkbox).first().value = False
        await pilot.pause()
        assert app.field("filters").has_class("-wrong")


async def test_another_kind_brings_its_fields_and_keeps_the_values_of_the_same_name() -> None:
    app = Showing(Everything(shape=Round(8)), PRESETS)
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.query_one(".kind", Select).value = "square"
        await pilot.pause()
        await pilot.press("ctrl+s")
        await pilot.pause()
    assert app.answers == [Everything(shape=Square(8, 0.5))]


async def test_a_preset_fills_the_form_and_a_change_makes_it_ones_own() -> None:
    app = Showing(Everything(), PRESETS)
    async with app.run_test(size=(80, 24)) as pilot:
        preset = app.form.query_one("#preset", Select)
        assert preset.value == "first"
        preset.value = "second"
        await pilot.pause()
        await pilot.pause()
        app.field("name").query_one(Input).value = "mine"
        await pilot.pause()
        assert preset.value == OWN
        await pilot.press("ctrl+s")
        await pilot.pause()
    assert app.answers == [Everything(shape=Square(7, 0.25), filters=("b", "c"), name="mine")]


async def test_esc_changes_nothing_and_the_form_needs_no_sideways_scrolling_at_80_columns() -> None:
    app = Showing(Everything(), {})
    async with app.run_test(size=(80, 24)) as pilot:
        fields = app.form.query_one("#fields")
        assert fields.max_scroll_x == 0
        assert all(widget.region.right <= 80 for widget in app.form.query("*"))
        await pilot.press("escape")
        await pilot.pause()
    assert app.answers == [None]


@pytest.mark.parametrize("preset", presets.PRESETS.values(), ids=tuple(presets.PRESETS))
async def test_a_form_that_nobody_changed_is_the_preset(preset: Parameters) -> None:
    class Formed(App[None]):
        def compose(self) -> ComposeResult:
            yield Form(preset)

    app = Formed()
    async with app.run_test(size=(100, 60)):
        assert app.query_one(Form).value() == preset
