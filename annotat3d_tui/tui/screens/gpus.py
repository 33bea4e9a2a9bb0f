"""GPUs (F8): who has them, which are free; picks them for jobs."""

import platform
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from annotat3d_tui.jobs.gpu_text import who_text
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import FREE_MEANS, choices
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.widgets.gpu_table import LOOK_SECONDS, MUTED, GpuTable
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

MEANT_FROM = 20
"""Rows of a screen that has room to say what free means; the help says it, too."""
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
    AUTO_FOCUS = "LongList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", id="gpus.back", tooltip="To what is open."),
    ]

    def __init__(self, watch: GpuWatch, picks: Picks) -> None:
        super().__init__()
        self._watch, self._picks = watch, picks

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, titles, the devices, what is picked, the keys."""
        yield TitleLine()
        yield TabLine("gpus")
        yield GpuTable(self._watch, self._picks)
        yield Static(id="bright", markup=False)
        yield Static(id="foot", markup=False)
        yield Static(id="picked", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Say the keys; look whether the driver is silent."""
        own = ("pick", "freest", "none", "details", "sort")
        keyed = (
            Key(first_key(id, self.app), word, action, spare, node=self._table if action in own else None)
            for id, word, action, spare in KEYS
        )
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        self.query_one(TitleLine).opened = (Part(platform.node()),)
        self.set_interval(LOOK_SECONDS, self._look)
        self._look()
        self._say()

    @property
    def _table(self) -> GpuTable:
        return self.query_one(GpuTable)

    def _look(self) -> None:
        """Say for how long there is no answer."""
        silent = self._table.silent
        self.query_one(TabLine).note = f"no answer of the driver for {silent:.0f} s" if silent else ""

    @on(GpuTable.Changed)
    def _say(self) -> None:
        """Whole what may be cut off in the table, how many are free, and what is picked."""
        table = self._table
        driver = f"NVIDIA driver {table.reading.driver}" if table.reading and table.reading.driver else ""
        self.query_one(TitleLine).opened = (Part(platform.node()), Part(driver, MUTED, 1))
        gpu = table.bright
        self._tell("bright", f"GPU {gpu.index}, {gpu.name or 'whose name is not told'}: {who_text(gpu)}" if gpu else "")
        there = list(choices(table.gpus))
        free = sum(gpu.is_free for gpu in there)
        words = f"{free} of {len(there)} {FREE_MEANS if self.size.height >= MEANT_FROM else 'free'}"
        self._tell("foot", words if there else "")
        self._tell("picked", table.picked_text())

    def _tell(self, id: str, text: str) -> None:
        """Say something in a line that may say it already."""
        line = self.query_one(f"#{id}", Static)
        if str(line.content) != text:
            line.update(text)
            line.display = bool(text)

    def action_back(self) -> None:
        """Back to what is open."""
        self.app.pop_screen()

    def acts(self) -> list[Act]:
        """The actions of the table, of this screen and of everywhere."""
        return [*own_acts(self._table), *own_acts(self), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """For the list, then for the screen."""
        own = (*own_acts(self._table), *own_acts(self))
        rows, everywhere = (
            tuple(acts_of(node, type(node).BINDINGS, self.app)) for node in (self.query_one(LongList), self.app)
        )
        return [
            HelpPage("GPUs", with_keys(HELP, self.app), own),
            HelpPage("The list", "", rows),
            HelpPage("Everywhere", "", everywhere),
        ]
