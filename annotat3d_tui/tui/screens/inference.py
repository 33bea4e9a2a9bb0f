"""Inference (F6): a network labels many images. As the dialog of the manual, with what it takes at the foot."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Button, ContentSwitcher, Input, Static
from textual.worker import get_current_worker

from annotat3d_tui.jobs.gpu_room import room_on
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import Reading
from annotat3d_tui.networks.fitting import Room
from annotat3d_tui.networks.listing import Listed, networks_in
from annotat3d_tui.networks.network import Network, open_network
from annotat3d_tui.tui.actions import first_key, own_acts, with_keys
from annotat3d_tui.tui.forms import FieldFocused
from annotat3d_tui.tui.inference_checking import Answer, check_in_steps
from annotat3d_tui.tui.inference_draft import InferenceDraft, InferenceForm
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.latest import Latest
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.raw_form import RawForm, form_for, lacks_properties
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.inference_beginning import InferenceBeginning
from annotat3d_tui.tui.screens.inference_help import BOUND, HELP, HELP_RESULTS, HELP_SETTINGS, KEYS
from annotat3d_tui.tui.screens.inference_panes import (
    ImagesPane,
    NetworkChosen,
    PaneChanged,
    ResultsPane,
    SettingsPane,
)
from annotat3d_tui.tui.screens.parameters import ParametersScreen, help_line
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.widgets.gpu_table import GpuTable
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.parts_line import PartsLine
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine
from annotat3d_tui.workspace import LearningFolders

PARTS = {"setup": "Inference", "settings": "Settings", "results": "Results"}
FIRST = {"setup": "VolumeRows", "settings": "Form Input", "results": "#results LongList"}
"""What is in focus in each part at first."""
REST = 0.15
"""Seconds after the last change in which nothing is looked at yet."""


class Found(Message):
    """The networks of the workspace."""

    def __init__(self, networks: list[Listed]) -> None:
        super().__init__()
        self.networks = networks


class Opened(Message):
    """A network that was chosen."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network


class Looked(Latest):
    """What is known of network and images."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class InferenceScreen(InferenceBeginning):
    """Asks for network, images, folder and settings, starts the job, and shows what becomes of each image.

    folders: gives where networks and results lie, now.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["forms.tcss", "inference.tcss"]
    AUTO_FOCUS = "VolumeRows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *BOUND,
        Binding("escape", "back", "Back", id="inference.back", tooltip="To where it was called; what was begun stays."),
    ]

    def __init__(
        self, draft: InferenceDraft, folders: Callable[[], LearningFolders], watch: GpuWatch, picks: Picks
    ) -> None:
        super().__init__()
        self.draft, self.folders, self._watch, self.picks = draft, folders, watch, picks
        self._networks: list[Listed] = []
        self.answer = Answer()
        self._due: Timer | None = None
        self._problem = self._said_of_field = ""
        self._room: Room | None = None

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, the parts, what is to be said, what it takes, the keys."""
        yield TitleLine()
        yield TabLine("inference")
        yield PartsLine(PARTS, "setup")
        with ContentSwitcher(initial="setup"):
            yield ImagesPane(self.draft, self._start_folder, id="setup")
            yield SettingsPane(self.draft, self._watch, self.picks, id="settings")
            yield ResultsPane(id="results")
        yield Static("", id="said", markup=False)
        yield Static("", id="state", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(TitleLine).opened = (Part("Inference", "bold"), Part(str(self.folders().folder), MUTED, 2))
        self._show_keys()
        self._soon()

    def on_screen_resume(self) -> None:
        """There may be other networks by now."""
        self.find_networks()

    def _start_folder(self) -> Path:
        """Where the first image is looked for."""
        return self.draft.images[-1].parent if self.draft.images else Path.cwd()

    # what is known

    @work(thread=True, exclusive=True, group="networks", exit_on_error=False)
    def find_networks(self) -> None:
        """List the networks of the workspace."""
        self.post_message(Found(networks_in(self.folders().networks)))

    @on(Found)
    def _found(self, event: Found) -> None:
        self._networks = [one for one in event.networks if one.network]
        if self.draft.network is None and len(self._networks) == 1:
            self.open_network(self._networks[0].folder)
        self._panes[0].show_networks(self._networks, self.draft.network)

    @on(NetworkChosen)
    def _choose(self, event: NetworkChosen) -> None:
        if event.folder != self.draft.network:
            self.open_network(event.folder)

    @work(thread=True, exclusive=True, group="network", exit_on_error=False)
    def open_network(self, folder: Path) -> None:
        """Read what a network says of itself."""
        self.post_message(Opened(open_network(folder)))

    @on(Opened)
    async def _opened(self, event: Opened) -> None:
        usual = InferenceForm.of(event.network)
        self.draft.network = event.network.folder
        await self._panes[1].begin(replace(self.draft.form, patch=usual.patch, border=usual.border))
        self._panes[0].show_networks(self._networks, self.draft.network)
        self._soon()

    @on(PaneChanged)
    def _soon(self) -> None:
        """Look at it when the person rests."""
        self._problem = ""
        if self._due is not None:
            self._due.stop()
        self._due = self.set_timer(REST, self._look)
        self._show_state()

    def _look(self) -> None:
        if not self.complaint:
            self.look_at(replace(self.draft), self._room)

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def look_at(self, draft: InferenceDraft, room: Room | None) -> None:
        """Open the network, read the headers of the images."""
        worker = get_current_worker()

        def tell(answer: Answer) -> None:
            if not worker.is_cancelled:
                self.post_message(Looked(answer))

        check_in_steps(draft, self.folders().results, room, tell)

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        output = self.answer.output
        self.answer = event.answer
        self._panes[0].show(event.answer)
        self._show_state()
        if output != event.answer.output:
            self.look_at_results()

    @on(GpuTable.Changed)
    def _devices(self) -> None:
        reading = self.query_one(GpuTable).reading or Reading()
        room = room_on(self.picks.uuids, reading, waits=True)
        if room != self._room:
            self._room = room
            self._soon()

    # what is asked for

    @on(Button.Pressed, "#other-network")
    def action_other_network(self) -> None:
        """Ask for a network of another folder, or an exported file."""
        start = self.draft.network.parent if self.draft.network else self.folders().networks
        help = "A folder NAME.network, or the file of an exported one."
        ask = AskPath("Network", f"{start}/", purpose="folder", help=help, check=open_network)
        self.app.push_screen(ask, if_given(self._other_network))

    def _other_network(self, chosen: ChosenPath) -> None:
        self.open_network(chosen.path)

    @on(Button.Pressed, "#browse")
    def action_browse(self) -> None:
        """Ask for the output folder."""
        start = self.draft.output or f"{self.answer.output if self.answer.network else self.folders().results}"
        ask = AskPath("Output folder", f"{start}/", purpose="folder", help="For a label volume of each image.")
        self.app.push_screen(ask, if_given(self._take_output))

    def _take_output(self, chosen: ChosenPath) -> None:
        self.query_one("#output", Input).value = str(chosen.path)

    @property
    def _raw_file(self) -> Path | None:
        return next((path for path in self.draft.images if lacks_properties(path)), None)

    def action_raw(self) -> None:
        """Ask what the names of RAW files do not say; it is taken for all of them."""
        if (path := self._raw_file) is not None:
            form = ParametersScreen(form_for(path), title=f"RAW files such as {path.name}")
            self.app.push_screen(form, if_given(self._take_raw))

    def _take_raw(self, form: object) -> None:
        assert isinstance(form, RawForm)
        self.draft.raw = form.properties()
        self._soon()

    # what is shown

    @property
    def _panes(self) -> tuple[ImagesPane, SettingsPane]:
        return self.query_one(ImagesPane), self.query_one(SettingsPane)

    @property
    def complaint(self) -> str:
        """What is wrong in the settings, a sentence; "" when nothing is."""
        return self._panes[1].complaint

    def say_problem(self, sentence: str) -> None:
        """Show why no job was started, until something is changed."""
        self._problem = sentence
        self._show_state()

    @property
    def part(self) -> str:
        """The part that is shown."""
        return self.query_one(PartsLine).chosen

    @on(PartsLine.Chosen)
    def _chosen(self, event: PartsLine.Chosen) -> None:
        self.show_part(event.part)

    def action_part(self) -> None:
        """The next part."""
        self.show_part(self.query_one(PartsLine).after(1))

    def show_part(self, part: str) -> None:
        """Go to a part."""
        self.query_one(PartsLine).chosen = part
        self.query_one(ContentSwitcher).current = part
        if part == "results":
            self.look_at_results()
        self._said_of_field = ""
        self.call_after_refresh(self.query(FIRST[part]).first().focus)
        self.call_after_refresh(self.say)
        self.call_after_refresh(self._show_keys)

    def on_descendant_focus(self) -> None:
        """Say what is in focus, and its keys."""
        self._said_of_field = ""
        self.say()
        self._show_keys()

    @on(FieldFocused)
    def _field(self, event: FieldFocused) -> None:
        self._said_of_field = help_line(event.field)
        self.say()

    @on(LongList.Moved)
    def say(self) -> None:
        """The whole problem of the bright row, else what the field in focus is for."""
        sentence = self._panes[0].sentence() if self.part == "setup" else ""
        row = self.results.chosen if self.part == "results" else None
        outcome = row.outcome if row else None
        sentence = sentence or (outcome.error if outcome else "")
        said = self.query_one("#said", Static)
        said.update(plain(sentence or (outcome.label if outcome else self._said_of_field)))
        said.set_class(bool(sentence), "-wrong")

    def _show_state(self) -> None:
        """What is wrong, or what will be done and what it takes."""
        if not self.is_mounted:
            return
        reason = self._problem or self.complaint or self.answer.reason
        begun = self.draft.network is not None and self.draft.images
        style = "$text-error" if reason and begun else MUTED if reason else "$text-accent"
        self.query_one("#state", Static).update(Content.styled(plain(reason or self.answer.text), style))

    def _show_keys(self) -> None:
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS[self.part])
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action in ("start", "cluster", "copy_command"):
            return self.reason
        if action == "raw" and self._raw_file is None:
            return "the names of all images say their size and type"
        return self.why_not_results(action)

    def help_pages(self) -> list[HelpPage]:
        """The part that is shown first, then the others, then the keys."""
        texts = {"setup": HELP, "settings": HELP_SETTINGS, "results": HELP_RESULTS}
        pages = {part: HelpPage(PARTS[part], with_keys(text, self.app)) for part, text in texts.items()}
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        first = replace(pages.pop(self.part), acts=focused)
        return [first, *pages.values(), HelpPage("Everywhere here", "", tuple(self.acts()))]
