"""A form for any set of parameters, made from its declarations: each field with its range at its side."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, ItemGrid, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Select, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.parameters import Parameter, Parameters
from annotat3d_tui.tui.telling import tell


class FormChanged(Message):
    """A value of a form was changed by the person."""


def words(name: str) -> str:
    """The name of a parameter or a kind as people read it.

    >>> words("training_on")
    'Training on'
    >>> words("gpus")
    'GPUs'
    """
    text = name.replace("_", " ").replace("gpu", "GPU").replace("cpu", "CPU")
    return text[:1].upper() + text[1:]


class Field(Vertical):
    """One parameter: its name, a widget for its value, its range or what is wrong at the side."""

    def __init__(self, declared: Parameter, value: Any, owner: str) -> None:
        super().__init__()
        self.declared, self._first, self._owner = declared, value, owner

    def value(self) -> Any:
        """The value as it stands; raises InvalidParameter and marks the field when it is wrong."""
        try:
            value = self._read()
            self.declared.check(value, words(self._owner))
        except InvalidParameter:
            self._mark(wrong=True)
            raise
        self._mark(wrong=False)
        return value

    def on_descendant_focus(self) -> None:
        """Let the form show the help of this field."""
        self.post_message(FieldFocused(self))

    def complaint(self) -> str:
        """What is wrong with the value, a sentence; "" when nothing is."""
        try:
            self.value()
        except InvalidParameter as error:
            return str(error)
        return ""

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(Select.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        self.complaint()
        if self.has_pseudo_class("focus-within"):
            self.post_message(FieldFocused(self))
        self.post_message(FormChanged())

    def _read(self) -> Any:
        raise NotImplementedError

    def _mark(self, *, wrong: bool) -> None:
        side = self.query_one(".range", Static)
        side.set_class(wrong, "-wrong")
        tell(side, f"✗ must be {self.declared.range}" if wrong else self._side_text())
        self.set_class(wrong, "-wrong")

    def _side_text(self) -> str:
        return self.declared.range


class FieldFocused(Message):
    """A field came into focus or was changed: its help is due."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field


class RowField(Field):
    """A parameter in one row."""

    DEFAULT_CSS = "RowField { layout: horizontal; }"

    def __init__(self, declared: Parameter, value: Any, owner: str) -> None:
        super().__init__(declared, value, owner)
        self.add_class("row")


class LineField(RowField):
    """A number, a word, or several separated by commas."""

    def compose(self) -> ComposeResult:
        """Name, line, range."""
        yield Static(words(self.declared.name), classes="name")
        yield Input(_text(self._first), compact=True)
        yield Static(self._side_text(), classes="range", markup=False)

    def _read(self) -> Any:
        return self.declared.parse(self.query_one(Input).value)

    def _side_text(self) -> str:
        if self.declared.value_type is str and not self.declared.choices and not self.declared.many:
            return self.declared.help  # any word will do, and says nothing
        several = "separated by commas, " if self.declared.many else ""
        return several + self.declared.range


class ChoiceField(RowField):
    """One of several values."""

    def compose(self) -> ComposeResult:
        """Name, select, help."""
        choices = self.declared.choices if self.declared.value_type is not bool else (True, False)
        options = [(_text(choice), choice) for choice in choices]
        yield Static(words(self.declared.name), classes="name")
        yield Select(options, value=self._first, allow_blank=False, compact=True)
        yield Static(self._side_text(), classes="range", markup=False)

    def _read(self) -> Any:
        return self.query_one(Select).value

    def _side_text(self) -> str:
        return ""


class Box(Checkbox):
    """A box with a tick, or with nothing: told apart without colours, too."""

    @property
    def _button(self) -> Content:
        self.BUTTON_INNER = "✓" if self.value else " "
        return super()._button


class BoxesField(Field):
    """Any of several values, a box for each."""

    def compose(self) -> ComposeResult:
        """Name and range, then the boxes in columns."""
        with Horizontal(classes="row"):
            yield Static(words(self.declared.name), classes="name")
            yield Static(self._side_text(), classes="range alone", markup=False)
        with ItemGrid(min_column_width=23, classes="boxes"):
            for choice in self.declared.choices:
                yield Box(_text(choice), choice in self._first, name=str(choice), compact=True)

    def _read(self) -> Any:
        boxes = {box.name: box.value for box in self.query(Checkbox)}
        others = (choice for choice in self.declared.choices if choice not in self._first)
        return tuple(choice for choice in (*self._first, *others) if boxes[str(choice)])

    def _side_text(self) -> str:
        return "at least one"


class GroupField(Vertical):
    """A parameter that is itself a set of parameters, of one of several kinds."""

    def __init__(self, declared: Parameter, value: Parameters) -> None:
        super().__init__()
        self.declared, self._first = declared, value

    def compose(self) -> ComposeResult:
        """The heading with the kind, then the fields of that kind."""
        kinds = [(words(one.kind), one.kind) for one in self.declared.alternatives]
        with Horizontal(classes="row heading"):
            yield Static(words(self.declared.name), classes="name")
            if len(kinds) > 1:
                yield Select(kinds, value=self._first.kind, allow_blank=False, compact=True, classes="kind")
            yield Static(self.declared.help, classes="range" if len(kinds) > 1 else "range alone", markup=False)
        yield Form(self._first)

    @property
    def form(self) -> "Form":
        """The fields of the kind that is chosen."""
        return self.query_exactly_one("GroupField > Form", Form)

    def value(self) -> Parameters:
        """The set as it stands; raises InvalidParameter."""
        return self.form.value()

    @on(Select.Changed, ".kind")
    async def _change_kind(self, event: Select.Changed) -> None:
        event.stop()
        chosen = next(one for one in self.declared.alternatives if one.kind == event.value)
        if not isinstance(self.form.first, chosen):
            await self._show_kind(chosen)

    async def _show_kind(self, chosen: type[Parameters]) -> None:
        """Exchange the fields; values that both kinds have are kept."""
        kept = self.form.valid_values()
        names = {declared.name for declared in chosen.parameters()}
        async with self.batch():
            await self.form.remove()
            await self.mount(Form(chosen(**{name: value for name, value in kept.items() if name in names})))
        self.post_message(FormChanged())


class Form(Vertical):
    """The fields of a set of parameters, in the order of their declaration; those of `left_out` stay as they are."""

    def __init__(self, first: Parameters, left_out: Collection[str] = ()) -> None:
        super().__init__()
        self.first, self._left_out = first, left_out

    def compose(self) -> ComposeResult:
        """One field for each parameter."""
        for declared in self.first.parameters():
            if declared.name not in self._left_out:
                yield make_field(declared, getattr(self.first, declared.name), self.first.kind)

    def value(self) -> Parameters:
        """The set as it stands; raises InvalidParameter for the first wrong field, when all are marked."""
        values, wrong = {}, []
        for field in self._fields():
            try:
                values[field.declared.name] = field.value()
            except InvalidParameter as error:
                wrong.append(error)
        if wrong:
            raise wrong[0]
        return replace(self.first, **values)

    def valid_values(self) -> dict[str, Any]:
        """The values of the fields that are right."""
        values = {}
        for field in self._fields():
            with suppress(InvalidParameter):
                values[field.declared.name] = field.value()
        return values

    def _fields(self) -> Iterator[Field | GroupField]:
        return (child for child in self.children if isinstance(child, Field | GroupField))


def make_field(declared: Parameter, value: Any, owner: str) -> Field | GroupField:
    """The field that suits a declaration."""
    if declared.alternatives:
        return GroupField(declared, value)
    if declared.choices and declared.many:
        return BoxesField(declared, value, owner)
    if declared.choices or declared.value_type is bool:
        return ChoiceField(declared, value, owner)
    return LineField(declared, value, owner)


def _text(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, tuple):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
