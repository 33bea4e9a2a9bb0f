"""GPUs (F8): who has them, which are free; picks them for jobs."""

import platform
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from annotat3d_tui.jobs.gpu_text import ORDERS, Column, Notes, cells, columns_of, head, rows_of, who_text
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import FREE_MEANS, Gpu, Reading, choices
from annotat3d_tui.tui.actions import acts_of, first_key, with_keys
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.gpu_details import GpuDetails
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

LOOK_SECONDS = 0.2
"""How often it is looked whether the driver has answered."""
MEANT_FROM = 20
"""Rows of a screen that has room to say what free means; the help says it, too."""
MUTED = "$foreground 60%"
ORDERED_BY = {"free": "how free they are", "index": "index", "memory": "memory in use", "use": "use"}
"""What the orders are called."""
KEYS = (
    ("gpus.pick", "pick", "pick", 0),
    ("gpus.freest", "the freest", "freest", 1),
    ("gpus.none", "none", "none", 4),
    ("list.choose", "details", "details", 2),
    ("gpus.sort", "sort", "sort", 3),
    ("gpus.back", "back", "back", 1),
    ("app.help", "help", "app.help", 1),
    ("app.palette", "palette", "app.command_palette", 5),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
HELP = f"""\
Every second the driver is asked what the GPUs do. {FREE_MEANS[0].upper()}{FREE_MEANS[1:]}. {{gpus.pick}} picks the \
GPU that is bright, or lets it go; {{gpus.freest}} picks the freest that is not picked yet, so pressed n times it \
picks the freest n; {{gpus.none}} picks none, and the CPU does the work. The next job that is started here gets those \
that are picked, and sees no other; it waits while somebody else has one. Of a GPU that is cut into instances (MIG), \
these are picked. – is what the driver does not tell."""


class GpusScreen(TabScreen):
    """The GPUs of this machine, read once a second: who has them, which are free; Space picks."""

    CSS_PATH = "gpus.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pick", "Pick", id="gpus.pick", tooltip="The next job gets it; again: not."),
        Binding("f", "freest", "Pick the freest", id="gpus.freest", tooltip="One more that is free, each time."),
        Binding("c", "none", "Pick none", id="gpus.none", tooltip="The CPU does the work."),
        Binding("s", "sort", "Sort", id="gpus.sort", tooltip="By how free they are, index, memory, use."),
        Binding("escape,q", "back", "Back", id="gpus.back", tooltip="To what is open."),
    ]

    def __init__(self, watch: GpuWatch, picks: Picks) -> None:
        super().__init__()
        self._watch, self._picks = watch, picks
        self._shown: Reading | None = None
        self._rows: list[Gpu] = []
        self._columns: list[Column] = []
        self._order = next(iter(ORDERS))

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, titles, the devices, what is picked, the keys."""
        yield TitleLine()
        yield TabLine("gpus")
        yield Static(id="head", markup=False)
        with Vertical(id="devices"):
            yield LongList(self._line)
            yield Static("asking the driver …", id="problem", markup=False)
        yield Static(id="bright", markup=False)
        yield Static(id="foot", markup=False)
        yield Static(id="picked", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to read."""
        self._watch.go_on()
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        self.query_one(TitleLine).opened = (Part(platform.node()),)
        self.query_one(LongList).focus()
        self.watch(self.query_one(LongList), "highlighted", self._tell_bright, init=False)
        self.set_interval(LOOK_SECONDS, self._look)
        self._look()

    def on_unmount(self) -> None:
        """Let go of the driver."""
        self._watch.rest()

    def on_resize(self) -> None:
        """The columns that there is room for."""
        self.call_after_refresh(self._show)

    def _look(self) -> None:
        """Show what was read, if anything was; say for how long there is no answer."""
        silent = self._watch.silent
        self.query_one(TabLine).note = f"no answer of the driver for {silent:.0f} s" if silent else ""
        if self._watch.latest is not self._shown:
            self._shown = self._watch.latest
            self._show()

    def _show(self) -> None:
        reading = self._shown
        if reading is None:
            return
        before = self._bright
        self._rows = rows_of(reading, self._order)
        self._follow(before)
        driver = f"NVIDIA driver {reading.driver}" if reading.driver else ""
        self.query_one(TitleLine).opened = (Part(platform.node()), Part(driver, MUTED, 1))
        self._tell("problem", reading.problem)
        self._draw()

    def _draw(self) -> None:
        """The table as it was read, what is picked as it is now."""
        rows = self.query_one(LongList)
        notes = Notes(self._watch.history, self._picks.uuids, self._picks.were_free)
        self._columns = columns_of(self._rows, rows.scrollable_content_region.width, notes)
        self._tell("head", head(self._columns) if self._rows else "")
        rows.refresh_changed()
        self._tell_bright()
        self._say()

    def _tell_bright(self) -> None:
        """Whole what may be cut off in the table."""
        gpu = self._bright
        self._tell("bright", f"GPU {gpu.index}, {gpu.name or 'whose name is not told'}: {who_text(gpu)}" if gpu else "")

    def _say(self) -> None:
        there = list(choices(self._gpus))
        free = sum(gpu.is_free for gpu in there)
        words = f"{free} of {len(there)} {FREE_MEANS if self.size.height >= MEANT_FROM else 'free'}"
        self._tell("foot", words if there else "")
        here = {gpu.uuid: gpu for gpu in there}
        picked = self._picks.uuids
        names = (f"GPU {here[uuid].index}" if uuid in here else f"{uuid}, which is not there" for uuid in picked)
        taken = [gpu.index for gpu in there if gpu in self._picks and not gpu.is_free and not gpu.lost]
        waits = f" It waits until {', '.join(taken)} can be had." if taken else ""
        none = "None picked: the CPU does the work of the next job."
        self._tell("picked", f"Picked for the next job: {', '.join(names)}.{waits}" if picked else none)

    @property
    def _gpus(self) -> tuple[Gpu, ...]:
        """The devices, without their instances."""
        return self._shown.gpus if self._shown is not None else ()

    def _tell(self, id: str, text: str) -> None:
        """Say something in a line that may say it already."""
        line = self.query_one(f"#{id}", Static)
        if str(line.content) != text:
            line.update(text)
            line.display = bool(text)

    @property
    def _bright(self) -> Gpu | None:
        """The device that is highlighted."""
        number = self.query_one(LongList).highlighted
        return self._rows[number] if number is not None and number < len(self._rows) else None

    def _follow(self, before: Gpu | None) -> None:
        """Keep the same device bright, wherever it stands now."""
        rows = self.query_one(LongList)
        rows.count = len(self._rows)
        here = (i for i, gpu in enumerate(self._rows) if before and gpu.index == before.index)
        rows.highlighted = next(here, rows.highlighted or 0)

    @on(LongList.Selected)
    def action_details(self) -> None:
        """All that is known of the device that is bright."""
        if (gpu := self._bright) is not None:
            self.app.push_screen(GpuDetails(self._watch, gpu))

    def action_pick(self) -> None:
        """Pick the device that is bright, or let it go."""
        gpu = self._bright
        if gpu is None:
            return
        if gpu in self._picks:
            self._picks.remove(gpu)
        elif gpu.is_cut:
            parts = ", ".join(one.index for one in gpu.instances) or "none is made yet"
            self._warn(f"GPU {gpu.index} is cut into instances (MIG), which are picked instead: {parts}.")
        elif gpu.lost:
            self._warn(f"GPU {gpu.index} cannot be picked: {gpu.lost}.")
        else:
            self._add(gpu)
        self._draw()

    def _add(self, gpu: Gpu) -> None:
        if self._picks.add(gpu):
            self._warn("CUDA shows a program one MIG instance, and that alone: what was picked before is let go.")

    def action_freest(self) -> None:
        """Pick the freest that is not picked yet."""
        gpu = self._picks.next_freest(self._gpus)
        if gpu is None:
            none = "No other whole GPU" if self._picks.uuids else "No GPU"
            self._warn(f"{none} is free: wait for one, or pick one that the job then waits for.")
            return
        self._add(gpu)
        self._follow(gpu)
        self._draw()

    def action_none(self) -> None:
        """Pick none."""
        self._picks.clear()
        self._draw()

    def action_sort(self) -> None:
        """The next order."""
        orders = list(ORDERS)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self.notify(f"Sorted by {ORDERED_BY[self._order]}", timeout=2, markup=False)
        self._show()

    def action_back(self) -> None:
        """Back to what is open."""
        self.app.pop_screen()

    def why_not(self, action: str, _: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action in ("pick", "freest", "sort", "details") and not self._rows:
            return "there is no GPU here: the CPU does the work"
        return "none is picked" if action == "none" and not self._picks.uuids else ""

    def help_pages(self) -> list[HelpPage]:
        """For the list, then for the screen."""
        nodes = (self.query_one(LongList), self, self.app)
        rows, own, everywhere = (tuple(acts_of(node, type(node).BINDINGS, self.app)) for node in nodes)
        return [
            HelpPage("GPUs", with_keys(HELP, self.app), own),
            HelpPage("The list", "", rows),
            HelpPage("Everywhere", "", everywhere),
        ]

    def _warn(self, text: str) -> None:
        self.notify(text, severity="warning", timeout=6, markup=False)

    def _line(self, number: int, width: int) -> Content:
        gpu = self._rows[number]
        parts = zip(cells(gpu, self._columns), self._columns, strict=True)
        line = Content(" ").join(Content.styled(text, self._style(gpu, column)) for text, column in parts)
        return line.truncate(width, ellipsis=True)

    def _style(self, gpu: Gpu, column: Column) -> str:
        if gpu.lost or gpu.is_cut:
            return MUTED
        if column.title == "who":
            taken = gpu in self._picks and gpu.uuid in self._picks.were_free and not gpu.is_free
            return "bold $text-warning" if taken else "$text-success" if gpu.is_free else ""
        is_mark = column is self._columns[0]
        if column.title or (is_mark and gpu not in self._picks):
            return ""
        return "bold $text-accent" if is_mark else "$text-accent"
