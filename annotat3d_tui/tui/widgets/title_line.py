"""Line 1: what is open, and at the right what runs, the memory it takes and how pictures are drawn."""

import time
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from annotat3d_tui.memory import default_budget, used_memory
from annotat3d_tui.tui.widgets.lines import Part, fitting, joined, two_sided

GIGABYTE = 1e9


@dataclass(frozen=True)
class Running:
    """What is under way: its name, the share done (0…1), the stage, when it began (monotonic seconds).

    Reading and writing files tells no progress and cannot be stopped.
    """

    name: str
    fraction: float = 0.0
    stage: str = ""
    began: float = 0.0
    is_file: bool = False

    @property
    def in_the_way(self) -> str:
        """Why something else cannot be done meanwhile; `{segment.cancel}` stands for the key."""
        return (
            f"{self.name} is not done yet: wait for it"
            if self.is_file
            else f"{self.name} is running: {{segment.cancel}} stops it"
        )

    @property
    def waits(self) -> bool:
        """Whether it waits for something, which its stage says."""
        return self.fraction == 0 and bool(self.stage)

    def text(self, now: float) -> str:
        """`▶ Apply 43 % 0:12`; the time is what is left, when that can be told.

        >>> Running("Apply", 0.5, "train", began=0.0).text(now=12.0), Running("Apply", 0.0, "compiling").text(now=1.0)
        ('▶ Apply 50 % 0:12', '▶ Apply')
        """
        if self.is_file or self.waits:
            return f"▶ {self.name}"
        elapsed = now - self.began
        said = f"▶ {self.name} {self.fraction:.0%}".replace("%", " %")
        if self.fraction < 0.02 or elapsed < 1:
            return said
        left = round(elapsed * (1 - self.fraction) / self.fraction)
        return f"{said} {left // 60}:{left % 60:02d}"


@runtime_checkable
class CountsJobs(Protocol):
    """An application that knows how many jobs run."""

    jobs_running: int


class TitleLine(Widget):
    """Workspace · image · size · type · voxel size, and at the right what runs, running jobs, memory used, graphics."""

    DEFAULT_CSS = "TitleLine { height: 1; }"

    opened: reactive[tuple[Part, ...]] = reactive(())
    running: reactive[Running | None] = reactive(None)
    graphics: reactive[str] = reactive("")
    jobs: reactive[int] = reactive(0)

    def on_mount(self) -> None:
        """Look at the memory and the clock twice a second."""
        self.set_interval(0.5, self._tick)
        self.jobs = self.app.jobs_running if isinstance(self.app, CountsJobs) else 0
        self._budget = default_budget()
        self._memory = memory_text(self._budget)

    def _tick(self) -> None:
        memory = memory_text(self._budget)
        if memory != self._memory or self.running is not None:
            self._memory = memory
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """The workspace at a glance, for who clicks on what is open."""
        if event.x < self.content_size.width // 2:
            self.run_worker(self.app.run_action("workspace", self.app))

    def render(self) -> Content:
        """The line."""
        width = self.content_size.width
        right = [Part(self._memory, "$foreground 60%", 1), Part(self.graphics, "$foreground 60%", 3)]
        if self.jobs:
            right.insert(0, Part(jobs_text(self.jobs), "bold $text-accent", 0 if self.running is None else 2))
        if self.running is not None:
            stage = Part(self.running.stage, "$foreground 60%", 0 if self.running.waits else 2)
            right = [Part(self.running.text(time.monotonic()), "bold $text-accent"), stage, *right]
        told = joined(fitting(right, width // 2))
        room = width - told.cell_length - 2
        return two_sided(joined(fitting(self.opened, room)), told, width)


def jobs_text(running: int) -> str:
    """How many jobs run, such as `▶ 2 jobs`."""
    return f"▶ {running} job" + ("s" if running != 1 else "")


def memory_text(budget: int) -> str:
    """Memory of this process, and what it may take, such as `1.2/8.0 GB`."""
    return f"{used_memory() / GIGABYTE:.1f}/{budget / GIGABYTE:.1f} GB"
