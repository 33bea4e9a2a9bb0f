"""The list of labels: colour, id, letter, name, share of voxels, marks."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option


@dataclass(frozen=True)
class LabelRow:
    """One label as the list shows it.

    colour: as Textual reads it; share: of the voxels (0…1), None when there is no label volume;
    marks: strokes.
    """

    id: int
    letter: str
    name: str
    colour: str
    visible: bool = True
    share: float | None = None
    marks: int = 0


class LabelList(OptionList):
    """The rows; the highlighted one is the label that the brush paints."""

    alone = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "screen.rename_label", "Rename", id="labels.rename"),
        Binding("escape", "screen.to_slice", "Back to the slice", show=False, id="labels.back"),
    ]

    def on_click(self, event: events.Click) -> None:
        """Remember whether Ctrl was held: then only that label is to be shown."""
        self.alone = event.ctrl


class LabelsPanel(Vertical):
    """Heading and rows; choosing a row posts `Chosen`."""

    rows: reactive[tuple[LabelRow, ...]] = reactive(())
    chosen: reactive[int] = reactive(0)

    class Chosen(Message):
        """A label was chosen in the list; `alone`: and only it is to be shown."""

        def __init__(self, label: int, alone: bool) -> None:
            super().__init__()
            self.label, self.alone = label, alone

    def compose(self) -> ComposeResult:
        """The heading and the list."""
        yield Static(classes="heading", markup=False)
        yield LabelList(compact=True)

    def watch_rows(self) -> None:
        """Write the rows anew; the highlight stays where it is."""
        self._write()

    def watch_chosen(self) -> None:
        """Highlight the chosen label."""
        self._highlight()

    def on_resize(self) -> None:
        """Fit the rows to the width."""
        self._write()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell which label was chosen."""
        event.stop()
        listed = self.query_one(LabelList)
        self.post_message(self.Chosen(int(str(event.option_id)), listed.alone))
        listed.alone = False

    def _write(self) -> None:
        width = self.content_size.width - 1  # a column for the scrollbar
        if not self.is_mounted or width < 1:
            return
        self.query_one(".heading", Static).update(heading("Labels", "voxels  marks", width))
        listed = self.query_one(LabelList)
        listed.styles.height = len(self.rows)
        lines = [row_line(row, width) for row in self.rows]
        if listed.option_count != len(lines):
            listed.clear_options()
            listed.add_options([Option(line, id=str(row.id)) for row, line in zip(self.rows, lines, strict=True)])
        elif [option.id for option in listed.options] == [str(row.id) for row in self.rows]:
            for row, line in zip(self.rows, lines, strict=True):
                listed.replace_option_prompt(str(row.id), line)
        else:
            listed.set_options([Option(line, id=str(row.id)) for row, line in zip(self.rows, lines, strict=True)])
        self._highlight()

    def _highlight(self) -> None:
        if not self.is_mounted:
            return
        ids = [row.id for row in self.rows]
        with self.prevent(OptionList.OptionHighlighted):
            listed = self.query_one(LabelList)
            listed.highlighted = ids.index(self.chosen) if self.chosen in ids else None


def heading(left: str, right: str, width: int) -> Content:
    """A heading of the panel; the right part is left out where it does not fit."""
    gap = width - len(left) - len(right)
    return Content.assemble((left, "bold"), " " * max(gap, 0), (right if gap > 0 else "", "$foreground 60%"))


def row_line(row: LabelRow, width: int) -> Content:
    """`▌2 B Grain   30.1 %    5`, the name as long as the width allows."""
    wide = width >= 30
    share = "" if row.share is None else (f"{row.share:.1%}".replace("%", " %") if wide else f"{row.share:.0%}")
    numbers = share.rjust(8 if wide else 4) + count_text(row.marks).rjust(7 if wide else 4)
    start = f"{row.id} {row.letter} " if wide else f"{row.id}{row.letter} "
    room = max(width - 1 - len(start) - len(numbers), 1)
    name = Content(row.name).truncate(room, ellipsis=True, pad=True)
    style = "" if row.visible else "$foreground 60% strike"
    return Content.assemble(
        ("▌" if row.visible else "┆", row.colour), start, name.stylize(style) if style else name, numbers
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
