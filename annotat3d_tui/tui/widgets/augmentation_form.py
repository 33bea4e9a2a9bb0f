"""The changes of samples, each with a box and how far it goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Checkbox, Input, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.parameters import Parameter
from annotat3d_tui.tui.forms import Box

DECLARED: dict[str, Parameter] = {one.name: one for one in Augmentation.parameters()}


@dataclass(frozen=True)
class Line:
    """A line of the form: a box for a change, "" in a line that goes on; the name of what is in a range, its fields."""

    change: str
    title: str
    name: str = ""
    fields: tuple[str, ...] = ()


LINES = (
    Line("vertical_flip", "Vertical flip"),
    Line("horizontal_flip", "Horizontal flip"),
    Line("depth_flip", "Depth flip (3D)"),
    Line("rotation", "Turns by 90°"),
    Line("contrast", "Contrast", "gamma", ("gamma_min", "gamma_max")),
    Line("blur", "Gaussian blur", "sigma", ("blur_sigma_min", "blur_sigma_max")),
    Line("elastic", "Elastic", "alpha", ("alpha_min", "alpha_max")),
    Line("", "", "sigma", ("elastic_sigma_min", "elastic_sigma_max")),
    Line("brightness", "Brightness", "up to", ("brightness_most",)),
    Line("noise", "Noise", "level", ("noise_level_min", "noise_level_max")),
    Line("", "Chance of each", "share", ("chance",)),
)


class AugmentationChanged(Message):
    """A change was turned on or off, or goes farther or less far."""


class LineFocused(Message):
    """A line came into focus: `change` is what it is about, "" where it is about all of them."""

    def __init__(self, change: str, help: str) -> None:
        super().__init__()
        self.change, self.help = change, help


class NumberInput(Input):
    """A line for a number, in which letters are keys of the screen."""

    CHARACTERS: ClassVar[str] = "0123456789.eE+-"

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is typed here."""
        return character is not None and character in self.CHARACTERS

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable and (event.character or "") not in self.CHARACTERS:
            return
        await super()._on_key(event)


class ChangeLine(Horizontal):
    """One line: the box, the name of the range, from and to."""

    def __init__(self, line: Line, change: str, values: Augmentation) -> None:
        super().__init__(classes="change")
        self.line, self.change, self._first = line, change, values

    def compose(self) -> ComposeResult:
        """The parts of the line, each in its column."""
        line = self.line
        if line.change:
            yield Box(line.title, getattr(self._first, line.change), compact=True)
        else:
            yield Static(line.title, classes="title", markup=False)
        if line.fields:
            yield Static(line.name, classes="of", markup=False)
        for number, field in enumerate(line.fields):
            if number:
                yield Static("to", classes="to", markup=False)
            yield NumberInput(f"{getattr(self._first, field):g}", name=field, compact=True)

    def values(self) -> Iterator[tuple[str, Any]]:
        """Name and value of each field as they stand; raises InvalidParameter and marks the line when one is wrong."""
        if self.line.change:
            yield self.line.change, self.query_one(Checkbox).value
        for line in self.query(NumberInput):
            declared = DECLARED[str(line.name)]
            value = declared.parse(line.value)
            declared.check(value, "augmentation")
            yield declared.name, value

    def on_descendant_focus(self) -> None:
        """Tell what is in focus."""
        focused = self.screen.focused
        name = str(focused.name) if isinstance(focused, NumberInput) else self.line.change
        declared = DECLARED.get(name)
        range = "" if declared is None or declared.value_type is bool else f"; {declared.range}"
        self.post_message(LineFocused(self.change, f"{declared.help}{range}" if declared else ""))


class AugmentationForm(Vertical):
    """A line for each change; a value that is wrong is marked where it stands."""

    def __init__(self, first: Augmentation, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._first = first

    def compose(self) -> ComposeResult:
        """The lines."""
        change = ""
        for line in LINES:
            change = line.change or (change if not line.title else "")
            yield ChangeLine(line, change, self._first)

    def value(self) -> Augmentation:
        """The changes as they stand; raises InvalidParameter for the first line that is wrong, when all are marked."""
        values, wrong = dict[str, Any](), []
        for line in self.query(ChangeLine):
            try:
                found = dict(line.values())
                line.set_class(False, "-wrong")
                values |= found
            except InvalidParameter as error:
                line.set_class(True, "-wrong")
                wrong.append(error)
        if wrong:
            raise wrong[0]
        try:
            return Augmentation(**values)
        except InvalidParameter:
            self._mark_ranges(values)
            raise

    def _mark_ranges(self, values: dict[str, Any]) -> None:
        """Mark the ranges that are upside down."""
        for line in self.query(ChangeLine):
            ends = [values[field] for field in line.line.fields]
            line.set_class(len(ends) == 2 and ends[0] > ends[1], "-wrong")

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        self.post_message(AugmentationChanged())
