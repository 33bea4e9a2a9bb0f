"""The list of labels: colour, id, letter, name, share of voxels, marks; found by typing a part of a name or an id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.tui.widgets.long_list import LongList

SIGNS = {(False, True): "▌", (False, False): "┆", (True, True): "◆", (True, False): "◇"}
"""Before a label: whether the brush paints it, and whether it is seen."""


@dataclass(frozen=True)
class LabelRow:
    """One label as the list shows it.

    colour: as Textual reads it; pattern: its sign, a blank where labels have none; share: of the voxels (0…1), None
    when there is no label volume; marks: strokes.
    """

    id: int
    letter: str
    name: str
    colour: str
    visible: bool = True
    share: float | None = None
    marks: int = 0
    locked: bool = False
    chosen: bool = False
    pattern: str = " "


class LabelRows(Protocol):
    """Rows by number, made when they are asked for, since there may be 65535; ids and names of all at once."""

    @property
    def ids(self) -> Sequence[int]:
        """Ids of all, in the order of the list."""

    @property
    def names(self) -> Sequence[str]:
        """Folded names of all, to be searched."""

    def place_of(self, label: int) -> int | None:
        """Where a label stands in the list, from 0; None where it does not."""

    def __getitem__(self, number: int) -> LabelRow:
        """The row with a number from 0."""


class LabelList(LongList):
    """The rows; the highlighted one is the label that the brush paints."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f2", "screen.rename_label", "Rename", id="labels.rename", tooltip="Give the chosen label another name."
        ),
        Binding(
            "escape",
            "screen.to_slice",
            "Back to the slice",
            show=False,
            id="labels.back",
            tooltip="The chosen label stays.",
        ),
    ]


class LabelFilter(Input):
    """A part of a name, or an id; the arrows move in the list beneath."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next", show=False, id="filter.next", tooltip="The label after."),
        Binding("up", "move(-1)", "Previous", show=False, id="filter.previous", tooltip="The label before."),
        Binding("escape", "leave", "All labels", show=False, id="filter.leave", tooltip="Show the whole list again."),
    ]

    class Left(Message):
        """Esc was pressed."""

    class Moved(Message):
        """An arrow was pressed."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_move(self, by: int) -> None:
        """Tell the list."""
        self.post_message(self.Moved(by))

    def action_leave(self) -> None:
        """Tell the panel."""
        self.post_message(self.Left())


class LabelsPanel(Vertical):
    """Heading, filter and rows; choosing a row posts `Chosen`."""

    rows: reactive[LabelRows | None] = reactive(None, repaint=False)
    chosen: reactive[int] = reactive(0, repaint=False)
    _heading: Content | None = None
    _shown: Sequence[int] = ()
    """Numbers of the rows that the filter leaves."""

    class Chosen(Message):
        """A label was chosen in the list; `alone`: and only it is to be shown."""

        def __init__(self, label: int, alone: bool) -> None:
            super().__init__()
            self.label, self.alone = label, alone

    class Left(Message):
        """The filter was left."""

    def __init__(self, kind: type[LongList] = LabelList) -> None:
        super().__init__()
        self._kind = kind

    def compose(self) -> ComposeResult:
        """The heading, the filter and the list."""
        yield Static(classes="heading", markup=False)
        yield LabelFilter(placeholder="name or id", compact=True)
        yield self._kind(self._line)

    def on_mount(self) -> None:
        """The filter is seen while it is in use."""
        self.query_one(LabelFilter).display = False

    def find(self) -> None:
        """Let the person type what label is wanted."""
        line = self.query_one(LabelFilter)
        line.display = True
        self.fit()
        line.focus()

    def watch_rows(self) -> None:
        """Write the rows anew; the highlight stays where it is."""
        self._write()

    def watch_chosen(self) -> None:
        """Highlight the chosen label."""
        self._highlight()
        if self.is_mounted:
            self.query_one(LongList).refresh_changed()

    def on_resize(self) -> None:
        """Fit the heading to the width."""
        self._write()

    @on(LongList.Selected)
    def _selected(self, event: LongList.Selected) -> None:
        event.stop()
        self._choose(event.number, event.alone)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._write()
        if event.value and len(self._shown):
            self.query_one(LongList).highlighted = 0

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        highlighted = self.query_one(LongList).highlighted
        if highlighted is not None and len(self._shown):
            self._choose(highlighted, alone=False)

    @on(LabelFilter.Moved)
    def _moved(self, event: LabelFilter.Moved) -> None:
        self.query_one(LongList).action_by(event.by)

    @on(LabelFilter.Left)
    def _left(self) -> None:
        self._show_all()
        self.post_message(self.Left())

    def _choose(self, number: int, alone: bool) -> None:
        assert self.rows is not None
        label = self.rows.ids[self._shown[number]]
        self._show_all()
        self.post_message(self.Chosen(label, alone))

    def _show_all(self) -> None:
        line = self.query_one(LabelFilter)
        line.display = False
        with self.prevent(Input.Changed):
            line.value = ""
        self._write()

    def _write(self) -> None:
        width = self.content_size.width - 1  # a column for the scrollbar
        if not self.is_mounted or width < 1 or self.rows is None:
            return
        text, total = self.query_one(LabelFilter).value.strip(), len(self.rows.ids)
        self._shown = matching(text, self.rows.ids, self.rows.names) if text else range(total)
        found = f"{len(self._shown)} of {total}" if text else "voxels  marks"
        above = heading("Labels", found, width)
        if self._heading is None or not self._heading.is_same(above):
            self._heading = above
            self.query_one(".heading", Static).update(above)
        listed = self.query_one(LongList)
        listed.count = len(self._shown)
        self.fit()
        self._highlight()
        listed.refresh_changed()

    def fit(self) -> None:
        """Take no more than half of the panel, heading and filter included."""
        room = self.parent.size.height // 2 if isinstance(self.parent, Widget) else 0
        others = 2 if self.query_one(LabelFilter).display else 1
        self.query_one(LongList).styles.max_height = max(room - others, 3)

    def _line(self, number: int, width: int) -> Content:
        assert self.rows is not None
        return row_line(self.rows[self._shown[number]], width)

    def _highlight(self) -> None:
        if not self.is_mounted or self.rows is None or self.query_one(LabelFilter).value:
            return
        self.query_one(LongList).highlighted = self.rows.place_of(self.chosen)


def matching(text: str, ids: Sequence[int], names: Sequence[str]) -> list[int]:
    """Numbers of the labels whose name holds a text, in any case, or whose id begins with it; that id itself first.

    names: folded, as `str.casefold` does.

    >>> matching("1", [1, 2, 10], ["background", "label 1", "pore"])
    [0, 1, 2]
    >>> matching("PORE", [1, 2, 10], ["background", "label 1", "pore"])
    [2]
    """
    wanted = text.casefold()
    begun = _beginning_with(wanted)
    if not begun:
        return [i for i, name in enumerate(names) if wanted in name]
    found = [i for i, (id, name) in enumerate(zip(ids, names, strict=True)) if id in begun or wanted in name]
    if int(wanted) in ids:
        itself = ids.index(int(wanted))
        found.remove(itself)
        found.insert(0, itself)
    return found


def _beginning_with(wanted: str) -> frozenset[int]:
    """The ids that a text begins, of all that a label may have.

    >>> sorted(_beginning_with("6553"))
    [6553, 65530, 65531, 65532, 65533, 65534, 65535]
    """
    if not (wanted.isascii() and wanted.isdecimal()) or wanted[0] == "0" or len(wanted) > 5:
        return frozenset()
    longer = (range(int(wanted) * 10**more, (int(wanted) + 1) * 10**more) for more in range(len(str(HIGHEST_LABEL))))
    return frozenset(id for ids in longer if ids[0] <= HIGHEST_LABEL for id in ids if id <= HIGHEST_LABEL)


def heading(left: str, right: str, width: int) -> Content:
    """A heading of the panel; the right part is left out where it does not fit."""
    gap = width - len(left) - len(right)
    return Content.assemble((left, "bold"), " " * max(gap, 0), (right if gap > 0 else "", "$foreground 60%"))


def row_line(row: LabelRow, width: int) -> Content:
    """`▌2 B Grain   30.1 %    5`, the name as long as the width allows; `#Grain` where it is locked.

    The first sign is `◆` where the brush paints it, `┆` where it is hidden, `◇` where it is both.

    >>> row_line(LabelRow(2, "B", "Grain", "red", locked=True, chosen=True), 22).plain
    '◆2B #Grain           0'
    """
    wide = width >= 30
    share = "" if row.share is None else share_text(row.share, wide)
    numbers = share.rjust(8 if wide else 5) + count_text(row.marks).rjust(7 if wide else 4)
    start = f"{row.id} {row.letter}{row.pattern}" if wide else f"{row.id}{row.letter}{row.pattern}"
    room = max(width - 1 - len(start) - len(numbers), 1)
    name = Content("#" * row.locked + row.name).truncate(room, ellipsis=True, pad=True)
    style = "" if row.visible else "$foreground 60% strike"
    return Content.assemble(
        (SIGNS[row.chosen, row.visible], row.colour), start, name.stylize(style) if style else name, numbers
    )


def count_text(count: int) -> str:
    """A count in at most four cells.

    >>> count_text(950), count_text(12345), count_text(2_500_000)
    ('950', '12k', '2.5M')
    """
    if count < 10_000:
        return str(count)
    if count < 1_000_000:
        return f"{count // 1000}k"
    return f"{count / 1e6:.1f}M"


def share_text(share: float, wide: bool) -> str:
    """A share of the voxels: what is there is never 0 %, and what is not all never 100 %.

    >>> [share_text(share, False) for share in (0.0, 0.001, 0.38, 0.999, 1.0)]
    ['0%', '<1%', '38%', '>99%', '100%']
    >>> share_text(0.3846, True), share_text(0.0001, True)
    ('38.5 %', '<0.1 %')
    """
    least, unit = (0.001, " %") if wide else (0.01, "%")
    digits = 1 if wide else 0
    if 0 < share < least:
        return f"<{100 * least:g}{unit}"
    if 1 - least < share < 1:
        return f">{100 - 100 * least:g}{unit}"
    return f"{100 * share:.{digits}f}{unit}"
