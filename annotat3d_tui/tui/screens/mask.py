"""A mask comes in: what its values become, where it lies, and a look at it on the slice before it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Select, Static

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.masks import Offset, check_place, mapping_of
from annotat3d_tui.labels.table import LabelTable
from annotat3d_tui.tui.actions import hints
from annotat3d_tui.tui.commands import parse_voxel
from annotat3d_tui.tui.messages import MaskFound
from annotat3d_tui.tui.screens.on_slice import OnSlice
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.look_line import LookLine

if TYPE_CHECKING:
    from annotat3d_tui.tui.widgets.slice_view import SliceView

MARKERS, LABEL = "markers", "label volume"


@dataclass(frozen=True)
class MaskPlan:
    """How a mask is taken.

    mapping: from each of its values to a label's id, 0 leaving it out; offset: (z, y, x) of its first voxel in the
    image; as_label: as the label volume instead of markers.
    """

    mapping: Mapping[int, int]
    offset: Offset
    as_label: bool


class MaskForm(Over[MaskPlan | None]):
    """Asks how a mask is to be taken; None when closed by Esc."""

    CSS_PATH = "mask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="mask.cancel", tooltip="Nothing is taken.")
    ]

    def __init__(self, found: MaskFound, shape: tuple[int, int, int], table: LabelTable) -> None:
        super().__init__()
        self._found, self._shape, self._table = found, shape, table
        self._values = list(found.values)
        self._mapping = dict(found.proposed)

    def compose(self) -> ComposeResult:
        """What becomes of each value, and where the mask lies."""
        of = f"{self._found.path.name} of {size_text(self._found.data.shape)}"
        with Vertical(id="mask") as box:
            box.border_title = f"Mask {of}"
            box.border_subtitle = hints(self.app, ("Enter", "look at it on the slice"), ("mask.cancel", "cancel"))
            with Horizontal(classes="row"):
                yield Static("Take it as", classes="name")
                kinds = [(kind, kind) for kind in (MARKERS, LABEL)]
                yield Select(kinds, value=MARKERS, allow_blank=False, compact=True)
            with Horizontal(classes="row"):
                yield Static("Labels", classes="name")
                yield Input(placeholder="255=Grain, 7=0 (0 leaves out)", compact=True, id="mapping")
            with Horizontal(classes="row", id="placing"):
                yield Static("Place x y z", classes="name")
                yield Input("0 0 0", compact=True, id="place")
            yield LongList(self._line)
            yield Static("", id="said", markup=False)

    def on_mount(self) -> None:
        """Begin with the mapping; the place is asked for only where the mask is smaller than the image."""
        self.query_one("#placing").display = self._found.data.shape != self._shape
        self.query_one(LongList).count = len(self._values)
        self.query_one("#mapping", Input).focus()
        self._try()

    @on(Input.Changed)
    def _try(self) -> MaskPlan | None:
        """What is asked for; None, and why it cannot be, where it is wrong."""
        said = self.query_one("#said", Static)
        try:
            text = self.query_one("#mapping", Input).value
            typed = mapping_of(text, {label.name: label.id for label in self._table})
            self._mapping = {**self._found.proposed, **typed}
            offset = parse_voxel(self.query_one("#place", Input).value, self._shape)
            check_place(self._found.data.shape, self._shape, offset, self._found.path.name)
        except Annotat3DError as error:
            said.update(str(error))
            said.set_class(True, "-wrong")
            return None
        finally:
            self.query_one(LongList).refresh()
        taken = sum(count for value, count in self._found.values.items() if self._mapping[value])
        said.update(f"{taken} voxels are taken." if taken else "No voxel is taken: give a value a label.")
        said.set_class(not taken, "-wrong")
        used = {value: self._mapping[value] for value in self._values}
        return MaskPlan(used, offset, self.query_one(Select).value == LABEL) if taken else None

    @on(Input.Submitted)
    @on(LongList.Selected)
    def _entered(self) -> None:
        if plan := self._try():
            self.dismiss(plan)

    def _line(self, number: int, width: int) -> Content:
        value = self._values[number]
        label = self._mapping[value]
        known = self._table.get(label)
        name = "left out" if not label else f"{label} {known.name if known else '(a new label)'}"
        text = f"{value:>12} {self._found.values[value]:>12} voxels → {name}"
        return Content.styled(text, "" if label else "$foreground 50%").truncate(width, ellipsis=True)


class MaskLook(OnSlice[bool]):
    """A line at the foot while the mask is seen on the slice, whose keys still move it; True when it is taken.

    said: how much it is; by: what made it, which is shortened first.
    """

    CSS_PATH = "mask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "dismiss(True)", "Take it", id="mask.take", tooltip="Into the marks, or as label volume."),
        Binding("escape", "dismiss(False)", "Give it up", id="mask.give_up", tooltip="Nothing is taken."),
    ]

    def __init__(self, said: str, view: "SliceView", by: str = "") -> None:
        super().__init__(view)
        self._said, self._by = said, by

    def compose(self) -> ComposeResult:
        """The line."""
        yield LookLine(self._by, self._said, hints(self.app, *ANSWERS), hints(self.app, *LOOKS_AROUND), id="look")


ANSWERS = (("mask.take", "take it"), ("mask.give_up", "give it up"))
LOOKS_AROUND = (("slice.previous slice.next", "slice"), ("slice.plane", "plane"))
