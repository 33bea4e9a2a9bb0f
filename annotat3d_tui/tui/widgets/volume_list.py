"""A list of volumes: files that are added by path, pattern, folder or by pasting, each with a check at its side."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from annotat3d_tui.blocks import count_text
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.job_text import plain
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.paths import ChosenPath
from annotat3d_tui.tui.screens.volumes import AskVolumes
from annotat3d_tui.tui.volume_paths import Found, volumes_of, words_pasted
from annotat3d_tui.tui.widgets.lines import two_sided
from annotat3d_tui.tui.widgets.long_list import LongList

EMPTY = "{volumes.add} adds files; paths can be pasted, too"
MUTED, WRONG, GOOD = "$foreground 60%", "$text-error", "$text-success"


@dataclass(frozen=True)
class Check:
    """What was found of a volume: its size and type, or what is wrong; `good` is None while that is not known yet."""

    text: str = ""
    good: bool | None = None

    @property
    def content(self) -> Content:
        """As it stands in the row."""
        sign, style = {True: ("✓ ", GOOD), False: ("✗ ", WRONG), None: ("", MUTED)}[self.good]
        return Content.assemble((sign + self.text, style))


CheckOf = Callable[[int], Check]
"""Of the row with a number from 0; called whenever it is drawn, so it only looks up."""
UNCHECKED = Check()


def unchecked(number: int) -> Check:
    """Of a list whose volumes nobody looks at."""
    return UNCHECKED


class Resolved(Message):
    """The files that words stand for, to be put in before the row `at`."""

    def __init__(self, found: Found, at: int) -> None:
        super().__init__()
        self.found, self.at = found, at


class VolumeRows(LongList):
    """The rows of a list of volumes, and its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "a,insert", "add", "Add files…", id="volumes.add", tooltip="A file, a pattern such as *.tif, or a folder."
        ),
        Binding("delete,d", "remove", "Take out", id="volumes.remove", tooltip="Of the list; the file stays."),
        Binding(
            "alt+up,shift+up", "shift(-1)", "Move up", id="volumes.up", tooltip="The row, in the order of the list."
        ),
        Binding(
            "alt+down,shift+down",
            "shift(1)",
            "Move down",
            id="volumes.down",
            tooltip="The row, in the order of the list.",
        ),
        Binding("D", "clear", "Take all out…", id="volumes.clear", tooltip="Empties the list; asks first."),
    ]

    def __init__(self, volumes: "VolumeList") -> None:
        super().__init__(volumes.line)
        self.volumes = volumes

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action in ("remove", "clear", "shift") and not self.count:
            return "the list is empty"
        if action == "shift":
            end = 0 if parameters == (-1,) else self.count - 1
            return "the row is at the end of the list already" if self.highlighted in (None, end) else ""
        return ""

    def render_line(self, y: int) -> Strip:
        """The line that is seen at row y; of an empty list how files are added."""
        if self.count or y:
            return super().render_line(y)
        width = self.scrollable_content_region.width
        style = self.get_visual_style("long-list--line")
        said = Content.styled(with_keys(EMPTY, self.app), MUTED).truncate(width, ellipsis=True)
        return (Visual.to_strips(self, said, width, 1, style, pad=True) or [Strip.blank(width)])[0]

    def on_paste(self, event: events.Paste) -> None:
        """Put in what was pasted, beneath the row that is bright."""
        event.stop()
        self.volumes.add(words_pasted(event.text))

    def action_add(self) -> None:
        """Ask for files."""
        self.volumes.ask()

    def action_remove(self) -> None:
        """Take the bright row out."""
        if self.highlighted is not None:
            self.volumes.take_out(self.highlighted)

    def action_shift(self, by: int) -> None:
        """Exchange the bright row with the one above or beneath it."""
        if self.highlighted is not None:
            self.volumes.shift(self.highlighted, by)

    def action_clear(self) -> None:
        """Take all rows out, after a question."""
        self.volumes.ask_to_clear()


class VolumeList(Vertical):
    """A heading and the rows; each change of them posts `Changed`, Enter on one of them `LongList.Selected`.

    what: what the files are, such as `Data`. check: what is known of each row; `refresh_checks` draws it anew. start:
    gives the folder in which the first file is looked for. rows: their kind, which may have keys of its own.
    """

    DEFAULT_CSS = """
    VolumeList { height: 1fr; }
    VolumeList > VolumeHeading { height: 1; }
    VolumeList > VolumeRows { height: 1fr; scrollbar-gutter: stable; }
    """

    class Changed(Message):
        """The files are others, or in another order."""

        def __init__(self, volumes: "VolumeList") -> None:
            super().__init__()
            self.volumes = volumes

        @property
        def control(self) -> "VolumeList":
            """The list, by which handlers choose."""
            return self.volumes

    def __init__(
        self,
        what: str,
        check: CheckOf = unchecked,
        *,
        start: Callable[[], Path] = Path.cwd,
        note: str = "",
        rows: type[VolumeRows] = VolumeRows,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._rows_made = rows
        self.what, self._check, self._start, self._note = what, check, start, note
        self._paths: list[Path] = []

    def compose(self) -> ComposeResult:
        """The heading and the rows."""
        yield VolumeHeading(self)
        yield self._rows_made(self)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in their order."""
        return tuple(self._paths)

    @property
    def rows(self) -> VolumeRows:
        """The rows, which take the focus."""
        return self.query_one(VolumeRows)

    @property
    def note(self) -> str:
        """What is said at the right of the heading."""
        return self._note

    @note.setter
    def note(self, text: str) -> None:
        self._note = text
        self.query_one(VolumeHeading).refresh()

    def set_paths(self, paths: Sequence[Path], highlighted: int | None = None) -> None:
        """Other files in the place of those that are there; posts `Changed` where they differ."""
        changed, self._paths = list(paths) != self._paths, list(paths)
        rows = self.rows
        rows.count = len(self._paths)
        if self._paths:
            rows.highlighted = (rows.highlighted or 0) if highlighted is None else highlighted
        rows.refresh()
        self.query_one(VolumeHeading).refresh()
        if changed:
            self.post_message(self.Changed(self))

    def refresh_checks(self) -> None:
        """Draw the rows of which something else is known now."""
        self.rows.refresh_changed()
        self.query_one(VolumeHeading).refresh()

    def add(self, words: Iterable[str]) -> None:
        """Put in the files that words stand for, beneath the bright row; they are looked for in a thread."""
        self._resolve(list(words), self._beneath)

    @work(thread=True, group="resolve", exit_on_error=False)
    def _resolve(self, words: list[str], at: int) -> None:
        self.post_message(Resolved(volumes_of(words), at))

    @on(Resolved)
    def _put_in(self, event: Resolved) -> None:
        event.stop()
        self._insert(event.found.paths, event.at)
        if event.found.problem:
            self.notify(event.found.problem, severity="error", markup=False)

    def insert(self, paths: Sequence[Path]) -> None:
        """Put in files beneath the bright row, whatever they are."""
        self._insert(paths, self._beneath)

    @property
    def _beneath(self) -> int:
        at = self.rows.highlighted
        return len(self._paths) if at is None else at + 1

    def _insert(self, paths: Sequence[Path], at: int) -> None:
        at = min(at, len(self._paths))
        if paths:
            self.set_paths([*self._paths[:at], *paths, *self._paths[at:]], at + len(paths) - 1)

    def take_out(self, number: int) -> None:
        """Take a row out."""
        self.set_paths([*self._paths[:number], *self._paths[number + 1 :]])

    def shift(self, number: int, by: int) -> None:
        """Exchange a row with one above (-1) or beneath it (1)."""
        other = number + by
        if 0 <= other < len(self._paths):
            paths = self._paths.copy()
            paths[number], paths[other] = paths[other], paths[number]
            self.set_paths(paths, other)

    def ask(self) -> None:
        """Ask for files, first where the bright one lies."""
        at = self.rows.highlighted
        folder = self._start() if at is None else self._paths[at].parent
        ask = AskVolumes(f"Add to {self.what}", f"{folder}/")
        self.app.push_screen(ask, if_given(self._add_chosen))

    def _add_chosen(self, chosen: ChosenPath) -> None:
        if chosen.is_one:
            self.insert([chosen.path])
        else:
            self.add([str(chosen.path)])

    def ask_to_clear(self) -> None:
        """Ask whether all rows are to be taken out."""
        question = f"Take all {count_text(len(self._paths), 'file')} out of {self.what}? The files stay."
        self.app.push_screen(Confirm(question, yes="Take out"), if_given(lambda _: self.set_paths([])))

    def line(self, number: int, width: int) -> Content:
        """A row: its number, the file, and at the right what is known of it."""
        check = self._check(number).content
        digits = len(str(len(self._paths)))
        path = self._paths[number]
        least = min(cell_len(path.name) + 1, width // 2)
        name = shortened(path, max(width - check.cell_length - digits - 2, least))
        left = Content.assemble((f"{number + 1:>{digits}} ", MUTED), name)
        free = max(width - left.cell_length - 1, 0)
        return two_sided(left, check.truncate(free, ellipsis=True) if check.cell_length > free else check, width)


class VolumeHeading(Widget):
    """What the files are, how many, and the note."""

    ALLOW_SELECT = False

    def __init__(self, volumes: VolumeList) -> None:
        super().__init__()
        self._volumes = volumes

    def render(self) -> Content:
        """The line."""
        count = count_text(len(self._volumes.paths), "file")
        left = Content.assemble((self._volumes.what, "bold $text-accent"), (f"  {count}", MUTED))
        return two_sided(left, Content.styled(self._volumes.note, MUTED), self.content_size.width)

    def on_click(self) -> None:
        """Go to the rows."""
        self._volumes.rows.focus()


def shortened(path: Path, width: int) -> str:
    """A path in so many cells: as much of its folders as there is room for, the name whole where that fits.

    >>> shortened(Path("/data/scans/a.tif"), 12), shortened(Path("/data/scans/a.tif"), 40)
    ('…scans/a.tif', '/data/scans/a.tif')
    """
    text = plain(str(path))
    if cell_len(text) <= width:
        return text
    start = len(text)
    while start and cell_len(text[start - 1 :]) < width:
        start -= 1
    return "…" + text[start:]
