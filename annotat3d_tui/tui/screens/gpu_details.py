"""All that is known of a GPU: its names, its numbers, every process on it."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from annotat3d_tui.jobs.gpu_text import UNKNOWN, bar_text, sparkline, who_text
from annotat3d_tui.jobs.gpu_watch import EVERY, GpuWatch
from annotat3d_tui.jobs.gpus import FREE_MEANS, GIB, Gpu, GpuProcess, Reading
from annotat3d_tui.tui.actions import hints

MUTED = "$foreground 60%"
BAR, SPARK = 30, 50
"""Cells."""


class GpuDetails(ModalScreen[None]):
    """A GPU as it is now: UUID, driver, place, memory, use, temperature, power, every process with its whole words."""

    CSS_PATH = "gpu_details.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close", id="gpu.close", tooltip="Back to the table."),
        Binding("y", "copy", "Copy UUID", id="gpu.copy", tooltip="To the clipboard of the terminal, also over SSH."),
        Binding("down,j", "scroll(1)", "Down", show=False, id="gpu.down", tooltip="One line."),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="gpu.up", tooltip="One line."),
    ]

    def __init__(self, watch: GpuWatch, gpu: Gpu) -> None:
        super().__init__()
        self._watch, self._gpu = watch, gpu
        self._said = Content("")

    def compose(self) -> ComposeResult:
        """Facts, then processes."""
        with VerticalScroll(id="details") as box:
            box.border_title = f"GPU {self._gpu.index}"
            keys = (("gpu.up gpu.down", "scroll"), ("gpu.copy", "copy UUID"), ("gpu.close", "close"))
            box.border_subtitle = hints(self.app, *keys)
            yield Static(id="text")

    def on_mount(self) -> None:
        """Let the arrows scroll at once."""
        self.query_one("#details").focus()
        self._look()
        self.set_interval(EVERY, self._look)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#details").scroll_relative(y=lines, animate=False)

    def action_copy(self) -> None:
        """The UUID to the clipboard."""
        self.app.copy_to_clipboard(self._gpu.uuid)
        self.notify(f"{self._gpu.uuid} copied, where the terminal allows it", timeout=3, markup=False)

    def _look(self) -> None:
        reading = self._watch.latest or Reading()
        there = [one for gpu in reading.gpus for one in (gpu, *gpu.instances)]
        self._gpu = next((one for one in there if one.index == self._gpu.index), self._gpu)
        use = self._watch.history.get(self._gpu.uuid, ())
        text = Content("\n").join(details(self._gpu, reading.driver, use))
        if not text.is_same(self._said):
            self._said = text
            self.query_one("#text", Static).update(text)


def details(gpu: Gpu, driver: str, use: Sequence[int | None]) -> Iterator[Content]:
    """Line by line; use: percents of the last readings, the latest last."""
    yield _fact("name", gpu.name)
    yield _fact("UUID", gpu.uuid)
    yield _fact("PCI", gpu.bus)
    yield _fact("driver", driver)
    yield _fact("state", who_text(gpu) if gpu.lost or gpu.is_cut or gpu.is_free else "not free")
    yield Content.styled(f"{'':<14}{FREE_MEANS}", MUTED)
    yield Content("")
    yield _fact("memory", _memory(gpu))
    yield _fact("use", "" if gpu.busy is None else f"{gpu.busy} %")
    yield _fact(f"last {SPARK} s", sparkline(use, SPARK).strip())
    yield _fact("temperature", "" if gpu.temperature is None else f"{gpu.temperature} °C")
    limit = "" if gpu.limit is None else f" of {gpu.limit:.0f} W"
    yield _fact("power", "" if gpu.power is None else f"{gpu.power:.0f} W{limit}")
    if gpu.instances:
        yield _fact("instances", ", ".join(f"{one.index} {one.uuid}" for one in gpu.instances))
    yield Content("")
    yield Content.styled("Compute processes", "bold $text-accent")
    yield from _processes(gpu)


def _processes(gpu: Gpu) -> Iterator[Content]:
    if gpu.processes is None:
        yield Content("The driver does not tell them.")
    elif not gpu.processes:
        yield Content("none")
    for process in gpu.processes or ():
        yield Content.assemble((_head(process), "bold"), f"  {process.line or process.command}")


def _head(process: GpuProcess) -> str:
    memory = UNKNOWN if process.memory is None else f"{process.memory / GIB:.1f} GiB"
    who = process.user or "not visible here: of a container, or of somebody whose processes are hidden"
    return f"{process.pid}  {memory}  {who}"


def _memory(gpu: Gpu) -> str:
    if gpu.share is None or gpu.used is None or gpu.total is None:
        return ""
    return f"{gpu.used / GIB:.1f} of {gpu.total / GIB:.1f} GiB, {gpu.share:.0%}  {bar_text(gpu.share, BAR)}".replace(
        "%", " %"
    )


def _fact(name: str, text: str) -> Content:
    return Content.assemble((f"{name:<14}", MUTED), text or UNKNOWN)
