"""The GPUs of this machine as they are each second, in a table in which Space picks them for jobs."""

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from annotat3d_tui.jobs.gpu_text import ORDERS, Column, Notes, cells, columns_of, head, rows_of
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import Gpu, Reading, choices
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.gpu_details import GpuDetails
from annotat3d_tui.tui.widgets.long_list import LongList

LOOK_SECONDS = 0.2
"""How often it is looked whether the driver has answered."""
MUTED = "$foreground 60%"
ORDERED_BY = {"free": "how free they are", "index": "index", "memory": "memory in use", "use": "use"}
"""What the orders are called."""
NONE_PICKED = "None picked: the CPU does the work of the next job."


class GpuTable(Vertical):
    """Titles and devices, or why there is none; posts `Changed` when they, or what is picked, are others."""

    DEFAULT_CSS = """
    GpuTable { height: 1fr; }
    GpuTable > #head { height: 1; padding: 0 1; color: $text-muted; text-style: bold; }
    GpuTable > LongList { height: auto; max-height: 1fr; padding: 0 1; }
    GpuTable > #problem { height: auto; padding: 0 1; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pick", "Pick", id="gpus.pick", tooltip="The next job gets it; again: not."),
        Binding("f", "freest", "Pick the freest", id="gpus.freest", tooltip="One more that is free, each time."),
        Binding("c", "none", "Pick none", id="gpus.none", tooltip="The CPU does the work."),
        Binding("s", "sort", "Sort", id="gpus.sort", tooltip="By how free they are, index, memory, use."),
    ]

    class Changed(Message):
        """The devices, the one that is bright, or what is picked."""

    def __init__(self, watch: GpuWatch, picks: Picks) -> None:
        super().__init__()
        self._watch, self._picks = watch, picks
        self._rows: list[Gpu] = []
        self._columns: list[Column] = []
        self._order = next(iter(ORDERS))
        self.reading: Reading | None = None

    def compose(self) -> ComposeResult:
        """Titles, the devices, why there is none."""
        yield Static(id="head", markup=False)
        yield LongList(self._line)
        yield Static("asking the driver …", id="problem", markup=False)

    def on_mount(self) -> None:
        """Begin to read."""
        self._watch.go_on()
        self.watch(self.query_one(LongList), "highlighted", self._moved, init=False)
        self.set_interval(LOOK_SECONDS, self._look)
        self._look()

    def on_unmount(self) -> None:
        """Let go of the driver, unless somebody else reads it."""
        self._watch.rest()

    def on_resize(self) -> None:
        """The columns that there is room for."""
        self.call_after_refresh(self._show)

    @property
    def gpus(self) -> tuple[Gpu, ...]:
        """The devices, without their instances."""
        return self.reading.gpus if self.reading is not None else ()

    @property
    def bright(self) -> Gpu | None:
        """The device that is highlighted."""
        number = self.query_one(LongList).highlighted
        return self._rows[number] if number is not None and number < len(self._rows) else None

    @property
    def silent(self) -> float:
        """Seconds for which the driver has not answered, when these are many."""
        return self._watch.silent

    def picked_text(self) -> str:
        """What the next job gets, and for what it waits."""
        here = {gpu.uuid: gpu for gpu in choices(self.gpus)}
        picked = self._picks.uuids
        names = (f"GPU {here[uuid].index}" if uuid in here else f"{uuid}, which is not there" for uuid in picked)
        taken = [gpu.index for gpu in here.values() if gpu in self._picks and not gpu.is_free and not gpu.lost]
        waits = f" It waits until {', '.join(taken)} can be had." if taken else ""
        return f"Picked for the next job: {', '.join(names)}.{waits}" if picked else NONE_PICKED

    def _look(self) -> None:
        """Show what was read, if anything was."""
        if self._watch.latest is not self.reading:
            self.reading = self._watch.latest
            self._show()

    def _show(self) -> None:
        reading = self.reading
        if reading is None:
            return
        before = self.bright
        self._rows = rows_of(reading, self._order)
        self._follow(before)
        self._tell("problem", reading.problem)
        self._draw()

    def _draw(self) -> None:
        """The table as it was read, what is picked as it is now."""
        rows = self.query_one(LongList)
        notes = Notes(self._watch.history, self._picks.uuids, self._picks.were_free)
        self._columns = columns_of(self._rows, rows.scrollable_content_region.width, notes)
        self._tell("head", head(self._columns) if self._rows else "")
        rows.refresh_changed()
        self._moved()

    def _moved(self) -> None:
        self.post_message(self.Changed())

    def _tell(self, id: str, text: str) -> None:
        """Say something in a line that may say it already."""
        line = self.query_one(f"#{id}", Static)
        if str(line.content) != text:
            line.update(text)
            line.display = bool(text)

    def _follow(self, before: Gpu | None) -> None:
        """Keep the same device bright, wherever it stands now."""
        rows = self.query_one(LongList)
        rows.count = len(self._rows)
        here = (i for i, gpu in enumerate(self._rows) if before and gpu.index == before.index)
        rows.highlighted = next(here, rows.highlighted or 0)

    @on(LongList.Selected)
    def action_details(self, event: LongList.Selected | None = None) -> None:
        """All that is known of the device that is bright."""
        if event is not None:
            event.stop()
        if (gpu := self.bright) is not None:
            self.app.push_screen(GpuDetails(self._watch, gpu))

    def action_pick(self) -> None:
        """Pick the device that is bright, or let it go."""
        gpu = self.bright
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
        gpu = self._picks.next_freest(self.gpus)
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

    def why_not(self, action: str, _: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action in ("pick", "freest", "sort", "details") and not self._rows:
            return "there is no GPU here: the CPU does the work"
        return "none is picked" if action == "none" and not self._picks.uuids else ""

    def _warn(self, text: str) -> None:
        self.notify(text, severity="warning", timeout=6, markup=False)

    def _line(self, number: int, width: int) -> Content:
        gpu = self._rows[number]
        parts = Content(" ").join(self._cells(gpu))
        return parts.truncate(width, ellipsis=True)

    def _cells(self, gpu: Gpu) -> Iterator[Content]:
        for text, column in zip(cells(gpu, self._columns), self._columns, strict=True):
            yield Content.styled(text, self._style(gpu, column))

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
