"""Change Classifier Parameters: a form over everything that decides a label volume."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Select, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.parameters import Parameters
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.forms import Field, FieldFocused, Form, FormChanged, words
from annotat3d_tui.tui.screens.over import Over

KEYS = (("Tab", "next"), ("Space", "change"), ("Enter parameters.accept", "ok"), ("parameters.cancel", "cancel"))
LEAST = (60, 18)
"""Columns and rows that a form needs."""
CURRENT = "as it is now"
OWN = "own values"


class ParametersScreen(Over[Parameters | None]):
    """A form that starts from the parameters in use or from a preset; None when closed by Esc.

    cost: says at the foot what the parameters cost.
    """

    CSS_PATH = "parameters.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s", "accept", "Ok", id="parameters.accept", tooltip="Keep them; a wrong field is gone to instead."
        ),
        Binding("escape", "dismiss(None)", "Cancel", id="parameters.cancel", tooltip="They stay as they were."),
    ]

    def __init__(
        self,
        current: Parameters,
        presets: Mapping[str, Parameters] | None = None,
        title: str = "Classifier parameters",
        cost: Callable[[Parameters], str] | None = None,
    ) -> None:
        super().__init__()
        self._current = current
        self._presets = dict(presets or {})
        self._title, self._cost = title, cost

    def compose(self) -> ComposeResult:
        """Preset, form, help line, buttons."""
        with Vertical(id="parameters") as box:
            box.border_title = self._title
            box.border_subtitle = hints(self.app, *KEYS)
            if self._presets:
                yield from self._compose_preset()
            with VerticalScroll(id="fields", can_focus=False):
                yield Form(self._current)
            if self._cost is not None:
                yield Static(self._cost(self._current), id="cost", markup=False)
            yield Static("", id="said", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Ok", id="ok", variant="primary", compact=True)

    def _compose_preset(self) -> ComposeResult:
        with Horizontal(classes="row preset"):
            yield Static("Start from", classes="name")
            value = self._start_name(self._current)
            yield Select(self._starts(), value=value, allow_blank=False, compact=True, id="preset")
            yield Static("a preset fills the whole form", classes="range")

    def on_resize(self) -> None:
        """Say what size the terminal should have where values cannot be read."""
        small = self.size.width < LEAST[0] or self.size.height < LEAST[1]
        said = f"{self._title}: needs {LEAST[0]}×{LEAST[1]}" if small else self._title
        self.query_one("#parameters").border_title = said

    @on(FieldFocused)
    def _show_help(self, event: FieldFocused) -> None:
        self._say(event.field)

    @on(Select.Changed, "#preset")
    async def _start_again(self, event: Select.Changed) -> None:
        start = self._current if event.value == CURRENT else self._presets.get(str(event.value))
        if start is None or start == self._valid_value():
            return
        fields = self.query_one("#fields")
        async with fields.batch():
            await self._form.remove()
            await fields.mount(Form(start))
        self._say_cost(start)

    @on(FormChanged)
    def _name_start(self) -> None:
        """Say whether the form still equals a preset."""
        value = self._valid_value()
        self._say_cost(value)
        if not self._presets:
            return
        with self.prevent(Select.Changed):
            self.query_one("#preset", Select).value = OWN if value is None else self._start_name(value)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Ok or cancel."""
        if event.button.id == "ok":
            self.action_accept()
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def action_accept(self) -> None:
        """Close with the parameters; a wrong field is gone to instead."""
        try:
            value = self._form.value()
        except InvalidParameter:
            wrong = next(field for field in self.query(Field) if field.complaint())
            wrong.query("Input, Checkbox, Select").first().focus()
            self._say(wrong)
        else:
            self.dismiss(value)

    @property
    def _form(self) -> Form:
        return self.query_exactly_one("#fields > Form", Form)

    def _valid_value(self) -> Parameters | None:
        try:
            return self._form.value()
        except InvalidParameter:
            return None

    def _starts(self) -> list[tuple[str, str]]:
        names = [CURRENT, *self._presets, OWN]
        return [(name, name) for name in names]

    def _start_name(self, value: Parameters) -> str:
        for name, preset in self._presets.items():
            if preset == value:
                return name
        return CURRENT if value == self._current else OWN

    def _say_cost(self, value: Parameters | None) -> None:
        if self._cost is not None and value is not None:
            self.query_one("#cost", Static).update(self._cost(value))

    def _say(self, field: Field) -> None:
        complaint = field.complaint()
        said = self.query_one("#said", Static)
        said.update(complaint or help_line(field))
        said.set_class(bool(complaint), "-wrong")


def help_line(field: Field) -> str:
    """Name and help of a field, one line."""
    declared: Any = field.declared
    return f"{words(declared.name)}: {declared.help}"
