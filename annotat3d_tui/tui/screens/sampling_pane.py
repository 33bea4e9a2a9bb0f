"""The part Sampling of a new dataset: images, their labels and weights, row by row, and how samples are drawn."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.pair import IMAGE, LABEL, WEIGHT
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.tui.dataset_draft import DatasetDraft
from annotat3d_tui.tui.forms import Form, FormChanged
from annotat3d_tui.tui.pair_checking import NO_MAP, Answer, Asked
from annotat3d_tui.tui.widgets.volume_list import UNCHECKED, Check, VolumeList, VolumeRows

WIDE, TALL = 116, 36
"""Columns and rows from which on lists and form stand beside each other, and all of them are seen whole."""
LISTS = {IMAGE: "Data", LABEL: "Label", WEIGHT: "Weight"}
NOTES = {IMAGE: "grey images", LABEL: "in the same order", WEIGHT: "none: every voxel counts 1"}


class WeightRows(VolumeRows):
    """The rows of weight maps, which may say that an image has none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "add_none", "No map", id="weights.none", tooltip="A row for an image whose voxels all count 1.")
    ]

    def action_add_none(self) -> None:
        """A row that stands for no map."""
        self.volumes.insert([NO_MAP])


class SamplingPane(Container):
    """The lists and the form; each change is told by `Changed`. check: of a row of one of the lists."""

    class Changed(Message):
        """A file or a value is another."""

    def __init__(self, draft: DatasetDraft, start: Callable[[], Path], *, id: str) -> None:
        super().__init__(id=id)
        self._draft, self._start = draft, start
        self._answer: Answer | None = None

    def compose(self) -> ComposeResult:
        """Three lists, and the form."""
        with Container(id="lists"):
            for what, name in LISTS.items():
                rows = WeightRows if what == WEIGHT else VolumeRows
                check = partial(self._check, what)
                yield VolumeList(name, check, start=self._start, note=NOTES[what], rows=rows, id=f"list-{what}")
        with VerticalScroll(id="recipe", can_focus=False):
            yield Static("Sampling", classes="heading-of-form")
            yield Form(self._draft.recipe)

    def on_mount(self) -> None:
        """As it was left."""
        for what, paths in self._paths_of_draft.items():
            self.list_of(what).set_paths(paths)

    @property
    def _paths_of_draft(self) -> dict[str, tuple[Path, ...]]:
        return {IMAGE: self._draft.data, LABEL: self._draft.label, WEIGHT: self._draft.weight}

    def list_of(self, what: str) -> VolumeList:
        """The list of images, labels or weights."""
        return self.query_one(f"#list-{what}", VolumeList)

    @property
    def recipe(self) -> Recipe | None:
        """What the form says; None while something in it is wrong."""
        try:
            value = self.query_one("#recipe > Form", Form).value()
        except InvalidParameter:
            return None
        assert isinstance(value, Recipe)
        return value

    @property
    def complaint(self) -> str:
        """What is wrong in the form, a sentence; "" when nothing is."""
        try:
            self.query_one("#recipe > Form", Form).value()
        except InvalidParameter as error:
            return str(error)
        return ""

    @property
    def asked(self) -> Asked | None:
        """The lists and the form as they are; None while something in the form is wrong."""
        recipe = self.recipe
        data, label, weight = (self.list_of(what).paths for what in LISTS)
        return None if recipe is None else Asked(data, label, weight, recipe, self._draft.raw)

    def show(self, answer: Answer) -> None:
        """Write beside each row what was found."""
        self._answer = answer
        for what in LISTS:
            self.list_of(what).refresh_checks()

    def _check(self, what: str, number: int) -> Check:
        answer = self._answer
        rows = self._paths_of_draft[what]
        if answer is None or number >= len(rows):
            return UNCHECKED
        return answer.check(what, number)

    def sentence(self) -> str:
        """The whole problem of the row in focus; "" where there is none."""
        rows = self.screen.focused
        if self._answer is None or not isinstance(rows, VolumeRows) or rows.highlighted is None:
            return ""
        checked = self._answer.checked
        return checked[rows.highlighted].problem if rows.highlighted < len(checked) else ""

    @on(VolumeList.Changed)
    @on(FormChanged)
    def _changed(self, event: Message) -> None:
        event.stop()
        draft = self._draft
        draft.data, draft.label, draft.weight = (self.list_of(what).paths for what in LISTS)
        if (recipe := self.recipe) is not None:
            draft.recipe = recipe
        self.post_message(self.Changed())

    def on_descendant_focus(self) -> None:
        """Give the most room to what is in focus."""
        self.set_class(isinstance(self.screen.focused, VolumeRows), "-lists")

    def on_resize(self, event: events.Resize) -> None:
        """Beside each other where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self.set_class(self.screen.size.height >= TALL, "-tall")
