"""Inference (F6): a network labels many images. As the dialog of the manual, with what it takes at the foot."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Button, ContentSwitcher, Input, Static
from textual.worker import get_current_worker

from annotat3d_tui.errors import Annotat3DError, CannotWrite
from annotat3d_tui.jobs.gpu_room import room_on
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.jobs.gpus import Reading
from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.fitting import Room
from annotat3d_tui.networks.listing import Listed, networks_in
from annotat3d_tui.networks.network import Network, open_network
from annotat3d_tui.networks.outcome import outcomes_in
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.copying import COPIED
from annotat3d_tui.tui.forms import FieldFocused
from annotat3d_tui.tui.inference_checking import Answer, check_in_steps
from annotat3d_tui.tui.inference_draft import InferenceDraft, InferenceForm, infer_words
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.label_opening import LabelOpening, in_the_way
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.raw_form import RawForm, form_for, lacks_properties
from annotat3d_tui.tui.results import Row, rows_of
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.help import HelpPage
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
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.sending import Tried
from annotat3d_tui.tui.starting import Starting
from annotat3d_tui.tui.widgets.gpu_table import GpuTable
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.parts_line import PartsLine
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine
from annotat3d_tui.volume.place import name_of
from annotat3d_tui.workspace import LearningFolders

PARTS = {"setup": "Inference", "settings": "Settings", "results": "Results"}
FIRST = {"setup": "VolumeRows", "settings": "Form Input", "results": "#results LongList"}
"""What is in focus in each part at first."""
REST = 0.15
"""Seconds after the last change in which nothing is looked at yet."""
EVERY = 0.8
"""Seconds between two looks at what a job has made."""


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


class Looked(Message):
    """What is known of network and images."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer

    def can_replace(self, message: Message) -> bool:
        """An older one is of no use."""
        return isinstance(message, Looked)


class Made(Message):
    """What became of the images so far."""

    def __init__(self, job: int | None, rows: list[Row]) -> None:
        super().__init__()
        self.job, self.rows = job, rows


class InferenceScreen(Starting, LabelOpening, TabScreen):
    """Asks for network, images, folder and settings, starts the job, and shows what becomes of each image.

    folders: gives where networks and results lie, now.
    """

    CSS_PATH = "inference.tcss"
    AUTO_FOCUS = "VolumeRows"
    BINDINGS: ClassVar[list[BindingType]] = [
        *BOUND,
        Binding("escape", "back", "Back", id="inference.back", tooltip="To where it was called; what was begun stays."),
    ]

    def __init__(
        self, draft: InferenceDraft, folders: Callable[[], LearningFolders], watch: GpuWatch, picks: Picks
    ) -> None:
        super().__init__()
        self._draft, self._folders, self._watch, self._picks = draft, folders, watch, picks
        self._networks: list[Listed] = []
        self._answer = Answer()
        self._due: Timer | None = None
        self._problem = self._said_of_field = ""
        self._room: Room | None = None
        self._looked_at = 0.0

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, the parts, what is to be said, what it takes, the keys."""
        yield TitleLine()
        yield TabLine("inference")
        yield PartsLine(PARTS, "setup")
        with ContentSwitcher(initial="setup"):
            yield ImagesPane(self._draft, self._start_folder, id="setup")
            yield SettingsPane(self._draft, self._watch, self._picks, id="settings")
            yield ResultsPane(id="results")
        yield Static("", id="said", markup=False)
        yield Static("", id="state", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(TitleLine).opened = (Part("Inference", "bold"), Part(str(self._folders().folder), MUTED, 2))
        self._show_keys()
        self._soon()

    def on_screen_resume(self) -> None:
        """There may be other networks by now."""
        self.find_networks()

    def _start_folder(self) -> Path:
        """Where the first image is looked for."""
        return self._draft.images[-1].parent if self._draft.images else Path.cwd()

    # what is known

    @work(thread=True, exclusive=True, group="networks", exit_on_error=False)
    def find_networks(self) -> None:
        """List the networks of the workspace."""
        self.post_message(Found(networks_in(self._folders().networks)))

    @on(Found)
    def _found(self, event: Found) -> None:
        self._networks = [one for one in event.networks if one.network]
        if self._draft.network is None and len(self._networks) == 1:
            self.open_network(self._networks[0].folder)
        self._panes[0].show_networks(self._networks, self._draft.network)

    @on(NetworkChosen)
    def _choose(self, event: NetworkChosen) -> None:
        if event.folder != self._draft.network:
            self.open_network(event.folder)

    @work(thread=True, exclusive=True, group="network", exit_on_error=False)
    def open_network(self, folder: Path) -> None:
        """Read what a network says of itself."""
        self.post_message(Opened(open_network(folder)))

    @on(Opened)
    async def _opened(self, event: Opened) -> None:
        usual = InferenceForm.of(event.network)
        self._draft.network = event.network.folder
        await self._panes[1].begin(replace(self._draft.form, patch=usual.patch, border=usual.border))
        self._panes[0].show_networks(self._networks, self._draft.network)
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
        if not self._panes[1].complaint:
            self.look_at(replace(self._draft), self._room)

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def look_at(self, draft: InferenceDraft, room: Room | None) -> None:
        """Open the network, read the headers of the images."""
        worker = get_current_worker()

        def tell(answer: Answer) -> None:
            if not worker.is_cancelled:
                self.post_message(Looked(answer))

        check_in_steps(draft, self._folders().results, room, tell)

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        output = self._answer.output
        self._answer = event.answer
        self._panes[0].show(event.answer)
        self._show_state()
        if output != event.answer.output:
            self._look_at_results()

    @on(GpuTable.Changed)
    def _devices(self) -> None:
        reading = self.query_one(GpuTable).reading or Reading()
        room = room_on(self._picks.uuids, reading, waits=True)
        if room != self._room:
            self._room = room
            self._soon()

    # results

    @property
    def seen(self) -> Seen | None:
        """The newest job that writes into the output folder."""
        output = self._answer.output
        for seen in self.watching.jobs:
            if seen.job.request.command[:1] == ("infer",) and seen.job.outputs[:1] == (output,):
                return seen
        return None

    def show_jobs(self) -> None:
        """The jobs are others: there may be more results."""
        if time.monotonic() - self._looked_at > EVERY or (self.seen and self.seen.status.has_ended):
            self._look_at_results()

    def _look_at_results(self) -> None:
        self._looked_at = time.monotonic()
        self.find_results(self.seen, self._answer.output)

    @work(thread=True, exclusive=True, group="results", exit_on_error=False)
    def find_results(self, seen: Seen | None, output: Path) -> None:
        """Read what became of the images of a job, or of those in a folder."""
        if seen is None:
            rows = [Row(one.image, one) for one in outcomes_in(output)]
        else:
            rows = rows_of(seen.job, self.watching.commands, seen.status.started, seen.status.has_ended)
        self.post_message(Made(seen.number if seen else None, rows))

    @on(Made)
    def _made(self, event: Made) -> None:
        seen = self.seen
        if event.job == (seen.number if seen else None):
            nothing = "There is nothing in the output folder yet: {inference.start} begins."
            self._panes[2].show(seen, event.rows, with_keys(nothing, self.app))
        self._say()

    @on(LongList.Selected)
    async def _selected(self) -> None:
        if self.part == "results":
            await self.app.run_action("open_result", self)

    def action_open_result(self) -> None:
        """The label of the bright image, on it."""
        row = self._panes[2].chosen
        if row is not None and row.outcome is not None:
            self.open_label(Path(row.outcome.image), Path(row.outcome.label))

    def action_again(self) -> None:
        """The same as the last job asked for, as a new one; it goes on where labels that are there are skipped."""
        if (seen := self.seen) is not None:
            self.run_again(seen)

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def run_again(self, seen: Seen) -> None:
        """Start the same as a new job."""
        from annotat3d_tui.jobs.everywhere import again

        self.post_message(Tried(again(seen.job)))

    def action_cancel_job(self) -> None:
        """Ask, then stop the job."""
        if (seen := self.seen) is not None:
            question = f"Cancel job {seen.number} ({seen.job.request.title})? What it has written stays."
            ask = Confirm(question, yes="Cancel it", no="Leave it")
            self.app.push_screen(ask, if_given(lambda _: self.cancel_job(seen)))

    @work(thread=True, group="act", exit_on_error=False)
    def cancel_job(self, seen: Seen) -> None:
        """Stop a job, which takes ten seconds when it does not want to."""
        from annotat3d_tui.jobs.cancelling import ask_to_stop
        from annotat3d_tui.jobs.everywhere import cancel

        ask_to_stop(seen.job)
        self.watching.looker.now()
        cancel(seen.job)
        self.watching.looker.now()

    # what is begun

    @property
    def reason(self) -> str:
        """Why it cannot be begun as it is, a sentence; "" when it can."""
        return self._panes[1].complaint or self._answer.reason or ("" if self._answer.whole else "looking at the files")

    @property
    def words(self) -> list[str]:
        """The command that does it."""
        assert self._answer.asked is not None
        return infer_words(self._answer.asked)

    def action_start(self) -> None:
        """Start the job on the devices that were picked."""
        self.start(self.words, self._title, tuple(self._picks.uuids))

    @property
    def _title(self) -> str:
        count, network = len(self._draft.images), self._answer.network
        what = name_of(self._draft.images[0]) if count == 1 else f"{count} images"
        return f"infer {network.name if network else ''} → {what}"

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def start(self, words: list[str], title: str, devices: tuple[str, ...]) -> None:
        """Start the job, which takes a moment."""
        from annotat3d_tui.jobs.local import request_of, start

        try:
            make_parent(self._answer.output)
            job = start(request_of(words, title, self._folders().folder, devices))
        except Annotat3DError as error:
            self.post_message(Tried(None, str(error)))
        else:
            self.post_message(Tried(job))

    def action_cluster(self) -> None:
        """Send it to a cluster: a task for each image, if that is wanted."""
        self.prepare_cluster(self.words)

    @work(thread=True, exclusive=True, group="start", exit_on_error=False)
    def prepare_cluster(self, words: list[str]) -> None:
        """Make what the output folder lies in, then ask what the job may take there."""
        make_parent(self._answer.output)
        folder, images = self._folders().folder, [str(image) for image in self._draft.images]
        self.app.call_from_thread(self.send_to_cluster, words, folder, images)

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        if event.job is None:
            self._problem = event.problem
            self._show_state()
            return
        self._draft.job = event.job.number
        self.watching.looker.now()
        self._show_part("results")
        said = f"Job {event.job.number} labels the images, also when this screen is closed: {{app.jobs}} has its log."
        self.notify(with_keys(said, self.app), markup=False)

    def action_copy_command(self) -> None:
        """What does it, to the clipboard of the terminal (OSC 52)."""
        import shlex

        text = shlex.join(["annotat3d", *self.words])
        self.app.copy_to_clipboard(text)
        self.notify(f"{text} {COPIED}", markup=False)

    # what is asked for

    @on(Button.Pressed, "#other-network")
    def action_other_network(self) -> None:
        """Ask for a network of another folder, or an exported file."""
        start = self._draft.network.parent if self._draft.network else self._folders().networks
        help = "A folder NAME.network, or the file of an exported one."
        ask = AskPath("Network", f"{start}/", purpose="folder", help=help, check=open_network)
        self.app.push_screen(ask, if_given(self._other_network))

    def _other_network(self, chosen: ChosenPath) -> None:
        self.open_network(chosen.path)

    @on(Button.Pressed, "#browse")
    def action_browse(self) -> None:
        """Ask for the output folder."""
        start = self._draft.output or f"{self._answer.output if self._answer.network else self._folders().results}"
        ask = AskPath("Output folder", f"{start}/", purpose="folder", help="For a label volume of each image.")
        self.app.push_screen(ask, if_given(self._take_output))

    def _take_output(self, chosen: ChosenPath) -> None:
        self.query_one("#output", Input).value = str(chosen.path)

    @property
    def _raw_file(self) -> Path | None:
        return next((path for path in self._draft.images if lacks_properties(path)), None)

    def action_raw(self) -> None:
        """Ask what the names of RAW files do not say; it is taken for all of them."""
        if (path := self._raw_file) is not None:
            form = ParametersScreen(form_for(path), title=f"RAW files such as {path.name}")
            self.app.push_screen(form, if_given(self._take_raw))

    def _take_raw(self, form: object) -> None:
        assert isinstance(form, RawForm)
        self._draft.raw = form.properties()
        self._soon()

    # what is shown

    @property
    def _panes(self) -> tuple[ImagesPane, SettingsPane, ResultsPane]:
        return self.query_one(ImagesPane), self.query_one(SettingsPane), self.query_one(ResultsPane)

    @property
    def part(self) -> str:
        """The part that is shown."""
        return self.query_one(PartsLine).chosen

    @on(PartsLine.Chosen)
    def _chosen(self, event: PartsLine.Chosen) -> None:
        self._show_part(event.part)

    def action_part(self) -> None:
        """The next part."""
        self._show_part(self.query_one(PartsLine).after(1))

    def _show_part(self, part: str) -> None:
        self.query_one(PartsLine).chosen = part
        self.query_one(ContentSwitcher).current = part
        if part == "results":
            self._look_at_results()
        self._said_of_field = ""
        self.call_after_refresh(self.query(FIRST[part]).first().focus)
        self.call_after_refresh(self._say)
        self.call_after_refresh(self._show_keys)

    def on_descendant_focus(self) -> None:
        """Say what is in focus, and its keys."""
        self._said_of_field = ""
        self._say()
        self._show_keys()

    @on(FieldFocused)
    def _field(self, event: FieldFocused) -> None:
        self._said_of_field = help_line(event.field)
        self._say()

    @on(LongList.Moved)
    def _say(self) -> None:
        """The whole problem of the bright row, else what the field in focus is for."""
        sentence = self._panes[0].sentence() if self.part == "setup" else ""
        row = self._panes[2].chosen if self.part == "results" else None
        outcome = row.outcome if row else None
        sentence = sentence or (outcome.error if outcome else "")
        said = self.query_one("#said", Static)
        said.update(plain(sentence or (outcome.label if outcome else self._said_of_field)))
        said.set_class(bool(sentence), "-wrong")

    def _show_state(self) -> None:
        """What is wrong, or what will be done and what it takes."""
        if not self.is_mounted:
            return
        reason = self._problem or self._panes[1].complaint or self._answer.reason
        begun = self._draft.network is not None and self._draft.images
        style = "$text-error" if reason and begun else MUTED if reason else "$text-accent"
        self.query_one("#state", Static).update(Content.styled(plain(reason or self._answer.text), style))

    def _show_keys(self) -> None:
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS[self.part])
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action in ("start", "cluster", "copy_command"):
            return self.reason
        if action == "raw" and self._raw_file is None:
            return "the names of all images say their size and type"
        if action == "cancel_job" and (self.seen is None or self.seen.status.has_ended):
            return "no inference is running into this folder"
        if action == "again" and (self.seen is None or not self.seen.status.has_ended):
            return "no inference into this folder has ended"
        if action == "open_result":
            return self._why_not_open()
        return ""

    def _why_not_open(self) -> str:
        row = self._panes[2].chosen
        if self.part != "results" or row is None:
            return with_keys("choose an image in the part Results first: {inference.part} goes there", self.app)
        if row.outcome is None:
            return f"{name_of(row.image)} has no label yet"
        return row.outcome.error or in_the_way(self.app)

    def action_back(self) -> None:
        """To where it was called."""
        self.dismiss()

    def acts(self) -> list[Act]:
        """The actions of this screen and those of everywhere."""
        return [*own_acts(self), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """The part that is shown first, then the others, then the keys."""
        texts = {"setup": HELP, "settings": HELP_SETTINGS, "results": HELP_RESULTS}
        pages = {part: HelpPage(PARTS[part], with_keys(text, self.app)) for part, text in texts.items()}
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        first = replace(pages.pop(self.part), acts=focused)
        return [first, *pages.values(), HelpPage("Everywhere here", "", tuple(self.acts()))]


def make_parent(folder: Path) -> None:
    """Make what an output folder lies in, where that is a folder of results; raises CannotWrite."""
    try:
        folder.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{folder.parent} cannot be made ({error.strerror}): choose another output folder.") from None
