"""The table of objects, under the slice: put in order by any column, looked through, written as CSV."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.object_table import COLUMNS, ObjectTable
from annotat3d_tui.labels.objects import Object
from annotat3d_tui.tui.actions import Act, acts_of, hints, own_acts, with_keys
from annotat3d_tui.tui.objects_text import NUMBERS, head_line, object_line, shown_columns, summary, told
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.on_slice import OnSlice
from annotat3d_tui.tui.widgets.long_list import LongList

if TYPE_CHECKING:
    from annotat3d_tui.tui.widgets.slice_view import SliceView

KEYS = (
    ("list.choose", "go"),
    ("objects.previous objects.next", "order"),
    ("objects.reverse", "reverse"),
    ("objects.find", "filter"),
    ("objects.pieces", "pieces"),
    ("objects.save", "CSV"),
    ("objects.close", "back"),
)
HELP = """\
The slice follows the bright row. {list.choose} stays there and chooses the label; {objects.close} goes back to where \
the cursor was. {objects.previous} and {objects.next} choose the column by which the table is in order. \
{objects.find}: type pieces of names and conditions, such as voxels<100 or sphericity>0.8 z0=0; all must hold. \
x, y, z: the centroid; x0 … z1: the box, from its first voxel to the one after its last. {objects.save} writes what \
is shown, in the order in which it is shown. The keys of the slice that only look at it work here, too."""
LOOKS = ("slice", "plane", "zoom", "fit", "centre", "show")
BENEATH = 2
"""Lines of the screen behind that the table may cover."""
LEAST_ROWS = 9


@dataclass(frozen=True)
class Left:
    """How the table is left: with an object that was chosen, or to measure `pieces` or labels instead."""

    chosen: Object | None = None
    pieces: bool | None = None


@dataclass
class TableLook:
    """How the table was looked at last, which it is found again with; by: number of a column."""

    by: int = 0
    falling: bool = False
    words: str = ""


class ObjectFilter(Input):
    """What the objects shown must hold; Esc shows all of them again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.show_all", "All objects", id="objects.all", tooltip="Show the whole table again."),
        Binding("up", "screen.by(-1)", "Up", show=False, id="objects.up", tooltip="The object above."),
        Binding("down", "screen.by(1)", "Down", show=False, id="objects.down", tooltip="The object beneath."),
    ]


class ObjectsScreen(OnSlice[Left]):
    """Objects of the label volume beneath the slice, which goes to the bright one.

    label_of: a label of the table of labels by its id, if it is there. save: asks for a file and writes objects.
    make_room: told how many lines of the screen behind are covered, 0 when it is closed.
    """

    CSS_PATH = "objects.tcss"
    AUTO_FOCUS = "LongList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "column(-1)", "Column before", id="objects.previous", tooltip="In the order of its numbers."),
        Binding("right", "column(1)", "Next column", id="objects.next", tooltip="In the order of its numbers."),
        Binding("r", "reverse", "Reverse", id="objects.reverse", tooltip="The largest first, or the smallest."),
        Binding("slash", "find", "Filter", id="objects.find", tooltip="By names and by conditions: voxels<100."),
        Binding("p", "pieces", "Labels or pieces", id="objects.pieces", tooltip="Each connected piece by itself."),
        Binding("ctrl+s", "save", "Save as CSV…", id="objects.save", tooltip="What is shown, as it is shown."),
        Binding("escape,q", "close", "Back", id="objects.close", tooltip="To where the cursor was."),
    ]

    def __init__(
        self,
        table: ObjectTable,
        view: "SliceView",
        look: TableLook,
        *,
        pieces: bool,
        label_of: Callable[[int], Label | None],
        save: Callable[[list[Object]], None],
        make_room: Callable[[int], None],
    ) -> None:
        super().__init__(view, LOOKS)
        self._table, self._look, self._pieces = table, look, pieces
        self._label_of, self._save, self._make_room = label_of, save, make_room
        self._before = view.cursor
        self._rows = np.arange(len(table), dtype=np.int64)
        self._columns = range(NUMBERS, NUMBERS + 1)
        self._names = {
            id: label.name for id in {one.label for one in table.objects} if (label := label_of(id)) is not None
        }
        self._follows = False

    def compose(self) -> ComposeResult:
        """The filter, the names of the columns, the rows, the bright one in words, the keys."""
        with Vertical(id="objects") as box:
            box.border_title = "Objects"
            yield ObjectFilter(self._look.words, placeholder="a name, voxels<100, sphericity>0.8 z0=0", compact=True)
            yield Static("", id="head")
            yield LongList(self._line)
            yield Static("", id="told", markup=False)

    def on_mount(self) -> None:
        """Begin at the object under the cursor, if there is one; the cursor stays until another row is bright."""
        self.query_one(ObjectFilter).display = bool(self._look.words)
        self._fit()
        self._show(self._here())
        self.call_after_refresh(setattr, self, "_follows", True)

    def on_unmount(self) -> None:
        """Give the room back."""
        self._make_room(0)

    def on_resize(self, event: events.Resize) -> None:
        """Half of the screen, and as many columns as there is room for."""
        self._fit()
        self.call_after_refresh(self._draw)

    def _fit(self) -> None:
        height = max(self.app.size.height // 2, LEAST_ROWS)
        box = self.query_one("#objects")
        box.styles.height = height
        box.border_subtitle = hints(self.app, *KEYS)
        self._make_room(height - BENEATH)

    def _here(self) -> Object | None:
        volume, cursor = self._view.label_volume, self._view.cursor
        label = 0 if volume is None else int(volume[cursor])
        return next((one for one in self._table.objects if one.label == label and _holds(one, cursor)), None)

    @property
    def chosen(self) -> Object | None:
        """The object in the bright row."""
        number = self.query_one(LongList).highlighted
        return self._table.objects[self._rows[number]] if number is not None and number < len(self._rows) else None

    def _show(self, bright: Object | None) -> None:
        """Rows that hold what was typed, in order; `bright` is the bright one where it is among them."""
        look, said = self._look, self.query_one("#told", Static)
        by = COLUMNS[look.by].name
        try:
            self._rows = self._table.rows(look.words, self._names, by=by, falling=look.falling)
        except Annotat3DError as error:
            said.update(str(error))
            said.add_class("-wrong")
            return
        said.remove_class("-wrong")
        listed = self.query_one(LongList)
        listed.count = len(self._rows)
        place = next((i for i, row in enumerate(self._rows) if self._table.objects[row] is bright), 0)
        listed.highlighted = place if len(self._rows) else None
        self.query_one("#objects").border_title = f"Objects · {summary(self._table, len(self._rows), self._pieces)}"
        self._draw()
        self._tell()

    def _draw(self) -> None:
        """The head and the rows, in the columns that have room."""
        listed, head = self.query_one(LongList), self.query_one("#head", Static)
        width = max(listed.size.width - 1, 1)
        self._columns = shown_columns(width, self._look.by, self._columns.start)
        by = COLUMNS[self._look.by]
        columns = [COLUMNS[number] for number in self._columns]
        head.update(head_line(columns, by, self._look.falling, self._table.unit, width, self._pieces))
        listed.refresh()

    def _line(self, number: int, width: int) -> Content:
        one = self._table.objects[self._rows[number]]
        columns = [COLUMNS[column] for column in self._columns]
        return object_line(one, self._label_of(one.label), columns, width)

    @on(LongList.Moved)
    def _moved(self) -> None:
        self._tell()
        if self._follows and (one := self.chosen) is not None:
            self._view.cursor = middle(one)

    def _tell(self) -> None:
        said, one = self.query_one("#told", Static), self.chosen
        if not said.has_class("-wrong"):
            said.update(told(one) if one is not None else "No object is like this.")

    @on(LongList.Selected)
    def _selected(self) -> None:
        if (one := self.chosen) is not None:
            self._view.cursor = middle(one)
            self.dismiss(Left(chosen=one))

    def action_column(self, by: int) -> None:
        """Put the rows in the order of the next column that there is, or of the one before."""
        known = [i for i, column in enumerate(COLUMNS) if column.name != "piece" or self._pieces]
        known = [i for i in known if not np.isnan(self._table.values[COLUMNS[i].name]).all()]
        self._look.by = known[(known.index(self._look.by) + by) % len(known)] if self._look.by in known else 0
        self._show(self.chosen)

    def action_reverse(self) -> None:
        """The other way round, from its beginning."""
        self._look.falling = not self._look.falling
        self._show(None)

    def action_find(self) -> None:
        """Let the person type what the objects shown must hold."""
        line = self.query_one(ObjectFilter)
        line.display = True
        line.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._look.words:
            self._look.words = event.value
            self._show(self.chosen)

    @on(Input.Submitted)
    def _found(self) -> None:
        self.query_one(LongList).focus()

    def action_show_all(self) -> None:
        """All objects."""
        line = self.query_one(ObjectFilter)
        line.value = self._look.words = ""
        line.display = False
        self._show(self.chosen)
        self.query_one(LongList).focus()

    def action_by(self, rows: int) -> None:
        """Another row."""
        self.query_one(LongList).action_by(rows)

    def action_pieces(self) -> None:
        """Measure pieces instead of labels, or labels instead of pieces."""
        self.dismiss(Left(pieces=not self._pieces))

    def action_save(self) -> None:
        """Ask for a file, and write what is shown."""
        self._save([self._table.objects[row] for row in self._rows.tolist()])

    def action_close(self) -> None:
        """All objects when some are left out, else back to where the cursor was."""
        if self.query_one(ObjectFilter).display:
            self.action_show_all()
        else:
            self._view.cursor = self._before
            self.dismiss(Left())

    def acts(self) -> list[Act]:
        """The actions of the table and those of everywhere."""
        return [*own_acts(self), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What the numbers are, and the keys."""
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        text = with_keys(HELP, self.app)
        return [HelpPage("Objects", text, tuple(self.acts())), HelpPage("In the list", "", focused)]


def middle(one: Object) -> tuple[int, int, int]:
    """The voxel (z, y, x) of its centroid."""
    z, y, x = one.centroid
    return round(z), round(y), round(x)


def _holds(one: Object, voxel: tuple[int, int, int]) -> bool:
    z, y, x = voxel
    z0, y0, x0, z1, y1, x1 = one.box
    return z0 <= z < z1 and y0 <= y < y1 and x0 <= x < x1
