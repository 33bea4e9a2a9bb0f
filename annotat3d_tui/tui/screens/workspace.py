"""The workspace at a glance (F9): image, marks, label, datasets, networks, results and jobs, and how each is."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from annotat3d_tui.errors import MissingFile
from annotat3d_tui.inventory.items import Item, bytes_of, items_of, learning_items
from annotat3d_tui.inventory.own_jobs import own_jobs
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.networks.outcome import Outcome, outcomes_in
from annotat3d_tui.tui.actions import first_key, own_acts, with_keys
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.job_watching import JobWatching
from annotat3d_tui.tui.label_opening import LabelOpening, in_the_way
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.help import HelpPage, HelpScreen
from annotat3d_tui.tui.screens.job import JobScreen
from annotat3d_tui.tui.screens.results import ResultsScreen
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.screens.welcome import Welcome
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine
from annotat3d_tui.tui.workspace_text import JOBS, Row, row_line, rows_of

KEYS = (
    ("list.choose", "go there", "go", 1),
    ("workspace.check", "check", "check", 2),
    ("workspace.other", "open, new, recent", "other", 2),
    ("workspace.copy", "copy path", "copy_path", 4),
    ("workspace.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 5),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
HELP = """\
Everything that is kept of an image lies in a workspace, a folder that is made beside it: marks, superpixels, label, \
datasets, networks, results. {list.choose} goes to the screen of what is bright; labels of a result are listed, and \
open on their images. Jobs are those that read or write here, whoever has started them; those that run come first. \
{workspace.check} opens everything and compares it, as annotat3d workspace check does in a shell. {workspace.other} \
opens another workspace or image, a recent one, or makes a new one. Where none is open, datasets, networks and results \
are those of the folder in which the program was started. The cache has the image as it can be mapped, where it had to \
be converted, and what was measured of it: what was used longest ago goes first, and all of it may be removed."""
GOES_TO = {
    "Segmentation": "segment",
    "Datasets": "datasets",
    "Networks": "networks",
    "Results": "inference",
    JOBS: "jobs",
}
"""Section; the action of the application that shows it."""
TAB = "workspace"


class Looked(Message):
    """What lies in the workspace; size: bytes of all its files."""

    def __init__(self, items: list[Item], size: int) -> None:
        super().__init__()
        self.items, self.size = items, size


class Checked(Message):
    """What is wrong in the workspace, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__()
        self.problems = problems


class Results(Message):
    """What lies in a folder of results."""

    def __init__(self, folder: Path, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.folder, self.outcomes = folder, outcomes


class WorkspaceScreen(LabelOpening, TabScreen):
    """The workspace at a glance. folder: gives where it lies, now."""

    CSS_PATH = "workspace.tcss"
    AUTO_FOCUS = "LongList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "check", "Check", id="workspace.check", tooltip="Open everything, and say what is wrong."),
        Binding("o", "other", "Open, new, recent…", id="workspace.other", tooltip="Another workspace, or image."),
        Binding("y", "copy_path", "Copy path", id="workspace.copy", tooltip="Of what is bright, to the clipboard."),
        Binding("escape,q", "back", "Back", id="workspace.back", tooltip="To where it was called."),
    ]

    def __init__(self, folder: Callable[[], Path]) -> None:
        super().__init__()
        self._folder = folder
        self._items: list[Item] | None = None
        self._bytes = 0
        self._rows: list[Row] = []
        self._jobs: list[Seen] = []
        self._here = socket.gethostname()

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, the list, the bright thing in whole words, the keys."""
        yield TitleLine()
        yield TabLine(TAB)
        yield LongList(self._line)
        yield Static("", id="about", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to look."""
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        self._show()

    def on_screen_resume(self) -> None:
        """What lies there may be another thing by now."""
        self.look()

    @property
    def watching(self) -> JobWatching:
        """The application, which knows the jobs."""
        assert isinstance(self.app, JobWatching)
        return self.app

    @property
    def chosen(self) -> Row | None:
        """What is bright."""
        number = self.query_one(LongList).highlighted
        return self._rows[number] if number is not None and number < len(self._rows) else None

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def look(self) -> None:
        """Read names and headers."""
        from annotat3d_tui.workspace import MANIFEST, LearningFolders

        folder = self._folder()
        is_workspace = (folder / MANIFEST).is_file()
        try:
            items = items_of(folder) if is_workspace else list(learning_items(LearningFolders(folder)))
        except MissingFile as error:  # the image has gone
            lost = Item("image", folder.name, folder, problem=str(error))
            items = [lost, *learning_items(LearningFolders(folder))]
        size = bytes_of(folder) if is_workspace else sum(item.bytes for item in items)
        if not get_current_worker().is_cancelled:
            self.post_message(Looked(items, size))

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        self._items, self._bytes = event.items, event.size
        self._show()

    def show_jobs(self) -> None:
        """The jobs are others: what they have made may be there."""
        ended = {seen.number for seen in self._jobs if seen.status.has_ended}
        self._show()
        if ended != {seen.number for seen in self._jobs if seen.status.has_ended}:
            self.look()

    def _show(self) -> None:
        listed, before = self.query_one(LongList), self.chosen
        items = self._items or []
        image = next((item.path for item in items if item.kind == "image"), None)
        self._jobs = own_jobs(self.watching.jobs, self._folder(), image)
        self._rows = rows_of(items, self._jobs)
        listed.count = len(self._rows)
        keys = [row.key for row in self._rows]
        first = 1 if len(keys) > 1 and not self._rows[1].is_heading else 0
        listed.highlighted = keys.index(before.key) if before and before.key in keys else listed.highlighted or first
        listed.refresh_changed()
        folder = self._folder()
        size = "looking…" if self._items is None else bytes_text(self._bytes)
        parts = (Part("Workspace", "bold"), Part(folder.name, "", 1), Part(size, MUTED, 2), Part(str(folder), MUTED, 3))
        self.query_one(TitleLine).opened = parts
        wrong = sum(bool(item.problem) for item in items)
        self.query_one(TabLine).note = f"{wrong} wrong" if wrong else ""
        self._tell()

    @on(LongList.Moved)
    def _tell(self) -> None:
        row, said = self.chosen, ""
        if row and row.item:
            said = "\n".join(text for text in (row.item.problem, str(row.item.path)) if text)
        elif row and row.seen:
            said = "\n".join(text for text in (row.seen.status.reason, row.seen.job.request.command_line) if text)
        self.query_one("#about", Static).update(plain(said) if said.count("\n") == 0 else said)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action == "other":
            return in_the_way(self.app)
        if action == "copy_path" and (self.chosen is None or self.chosen.is_heading):
            return "nothing is bright that has a path"
        if action == "check" and not (self._folder() / "workspace.json").is_file():
            return with_keys("no workspace is open here: {workspace.other} opens or makes one", self.app)
        return ""

    @on(LongList.Selected)
    async def action_go(self) -> None:
        """To the screen of what is bright."""
        if (row := self.chosen) is None:
            return
        if row.seen:
            self.app.push_screen(JobScreen(row.seen))
        elif row.item and row.item.kind == "result":
            self.find_results(row.item.path)
        elif (action := GOES_TO.get(row.section)) and hasattr(self.app, f"action_{action}"):
            await self.app.run_action(action, self.app)

    @work(thread=True, exclusive=True, group="results", exit_on_error=False)
    def find_results(self, folder: Path) -> None:
        """Read what became of the images of a folder of results."""
        self.post_message(Results(folder, outcomes_in(folder)))

    @on(Results)
    def _choose_result(self, event: Results) -> None:
        if not event.outcomes:
            self.notify(f"{event.folder} does not tell of which images its volumes are.", markup=False)
        else:
            self.app.push_screen(ResultsScreen(event.folder.name, event.outcomes), if_given(self._open_result))

    def _open_result(self, one: Outcome) -> None:
        self.open_label(Path(one.image), Path(one.label))

    def action_check(self) -> None:
        """Look at everything, which takes a moment."""
        self.notify("Checking…", timeout=2, markup=False)
        self.check()

    @work(thread=True, exclusive=True, group="check", exit_on_error=False)
    def check(self) -> None:
        """Open everything and compare it."""
        from annotat3d_tui.inventory.checking import problems_of

        self.post_message(Checked([problem.sentence for problem in problems_of(self._folder())]))

    @on(Checked)
    def _checked(self, event: Checked) -> None:
        if event.problems:
            text = "\n\n".join(f"✗ {sentence}" for sentence in event.problems)
            self.app.push_screen(HelpScreen([HelpPage("", text)], title=f"{len(event.problems)} wrong"))
        else:
            self.notify(f"{self._folder().name} is whole.", markup=False)
        self.look()

    def action_other(self) -> None:
        """The welcome: another workspace or image, a recent one, a new one."""
        from annotat3d_tui.tui.screens.segment import SegmentScreen

        opened = next((screen for screen in self.app.screen_stack if isinstance(screen, SegmentScreen)), None)
        own = None if opened is None or opened.session.read_only else opened.session.workspace
        self.app.push_screen(Welcome(own))

    def action_copy_path(self) -> None:
        """Where it lies, to the clipboard of the terminal (OSC 52)."""
        if (row := self.chosen) and not row.is_heading:
            path = row.item.path if row.item else row.seen.job.folder if row.seen else None
            self.app.copy_to_clipboard(str(path))
            self.notify(f"{path} {COPIED}", markup=False)

    def help_pages(self) -> list[HelpPage]:
        """What a workspace is, and the keys."""
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        text = with_keys(HELP, self.app)
        return [HelpPage("Workspace", text, tuple(self.acts())), HelpPage("In the list", "", focused)]

    def _line(self, number: int, width: int) -> Content:
        return row_line(self._rows[number], width, self._here)
