"""A new dataset: the parts Sampling and Augmentation, checks at every row, what it takes; a job makes it."""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Input, Static

from annotat3d_tui.blocks import count_text
from annotat3d_tui.jobs.text import cost_text
from annotat3d_tui.networks.forecast import forecast
from annotat3d_tui.networks.previewing import PairSpecimens
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.dataset_command import SUFFIX, augment_words, changed_name, create_words, with_suffix
from annotat3d_tui.tui.dataset_draft import DatasetDraft
from annotat3d_tui.tui.forms import Box, FieldFocused
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.latest import Latest
from annotat3d_tui.tui.new_dataset_text import (
    HELP,
    HELP_CHANGES,
    KEYS,
    KEYS_OF_CHANGES,
    KEYS_OF_FIELDS,
    KEYS_OF_LISTS,
    WRITE,
)
from annotat3d_tui.tui.open_image import OpenImage, open_session_of, taken, why_not_open
from annotat3d_tui.tui.pair_checking import Answer, Asked, check_in_steps
from annotat3d_tui.tui.raw_form import RawForm, form_for, lacks_properties
from annotat3d_tui.tui.screens.augmentation_pane import AugmentationPane
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.making_datasets import MakingDatasets
from annotat3d_tui.tui.screens.parameters import ParametersScreen, help_line
from annotat3d_tui.tui.screens.sampling_pane import SamplingPane
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.tui.widgets.augmentation_form import LineFocused
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.parts_line import PartsLine
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine
from annotat3d_tui.tui.widgets.volume_list import VolumeRows
from annotat3d_tui.tui.work import Report

if TYPE_CHECKING:
    from annotat3d_tui.session import Session

PARTS = {"sampling": "Sampling", "augmentation": "Augmentation"}
USUAL_NAME = "dataset"
REST = 0.15
"""Seconds after the last change in which nothing is checked yet."""


class Looked(Latest):
    """What was found in the pairs so far."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Reading(Latest):
    """How far the check of all voxels is."""

    def __init__(self, share: float, stage: str) -> None:
        super().__init__()
        self.share, self.stage = share, stage


class TakenOpen(Message):
    """The files of what is open."""

    def __init__(self, files: OpenImage) -> None:
        super().__init__()
        self.files = files


class NewDataset(MakingDatasets):
    """Asks what a dataset is made of, and starts the job that makes it; its number, or None when closed by Esc.

    folder: gives where datasets lie.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["forms.tcss", "new_dataset.tcss"]
    AUTO_FOCUS = "VolumeRows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+n",
            "part",
            "Other part",
            id="new_dataset.part",
            priority=True,
            tooltip="Sampling, then Augmentation, then Sampling.",
        ),
        Binding(
            "ctrl+o",
            "take_open",
            "Add what is open",
            id="new_dataset.take",
            priority=True,
            tooltip="The image of the workspace, and its label volume as it is now.",
        ),
        Binding(
            "ctrl+r",
            "raw",
            "RAW files…",
            id="new_dataset.raw",
            priority=True,
            tooltip="Size and type of files whose names do not say them.",
        ),
    ]

    def __init__(self, draft: DatasetDraft, folder: Callable[[], Path], graphics: Graphics | None = None) -> None:
        super().__init__()
        self._draft, self._folder, self._graphics = draft, folder, graphics or Graphics()
        self._answer: Answer | None = None
        self._report: Report | None = None
        self._due: Timer | None = None
        self._doing = self._problem = self._said_of_focus = ""

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, the parts, what is to be said, the keys."""
        yield TitleLine()
        yield TabLine("datasets")
        yield PartsLine(PARTS, "sampling")
        with Horizontal(id="name-line"):
            yield Static("Name", classes="name")
            yield Input(self._draft.name, placeholder=USUAL_NAME, compact=True, id="name")
            yield Static("", id="folder", markup=False)
        with ContentSwitcher(initial="sampling"):
            yield SamplingPane(self._draft, self._start_folder, id="sampling")
            yield AugmentationPane(self._draft.augmentation, self._graphics, id="augmentation")
        yield Box(WRITE, self._draft.write_changed, compact=True, id="writes")
        yield Static("", id="said", markup=False)
        yield Static("", id="state", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Look at what is there already."""
        self.query_one(TitleLine).opened = (Part("New dataset", "bold"), Part(str(self._folder()), MUTED, 1))
        self.query_one("#writes").display = False
        self.query_one("#folder", Static).update(f"{SUFFIX} in {self._folder()}")
        self._show_keys()
        self._soon()

    def on_unmount(self) -> None:
        """Check no more."""
        self._stop()

    def _start_folder(self) -> Path:
        """Where the first file is looked for."""
        files = (*self._draft.data, *self._draft.label)
        return files[-1].parent if files else Path.cwd()

    @property
    def _sampling(self) -> SamplingPane:
        return self.query_one(SamplingPane)

    @property
    def _augmentation(self) -> AugmentationPane:
        return self.query_one(AugmentationPane)

    @on(SamplingPane.Changed)
    def _soon(self) -> None:
        """Check when the person rests."""
        self._stop()
        self._problem = ""
        self._due = self.set_timer(REST, self._check)
        self._show_state()

    def _stop(self) -> None:
        if self._report is not None:
            self._report.cancel()
        if self._due is not None:
            self._due.stop()

    def _check(self) -> None:
        asked = self._sampling.asked
        if asked is not None:
            self._report = Report(self, "Check", shown=False)
            self.check(asked, self._report)

    @work(thread=True, exclusive=True, group="check", exit_on_error=False)
    def check(self, asked: Asked, report: Report) -> None:
        """Look at the pairs."""

        def progress(share: float, stage: str) -> None:
            report(share, stage)
            self.post_message(Reading(share, stage))

        check_in_steps(asked, self._draft.known, lambda answer: self.post_message(Looked(answer)), progress)

    @on(Reading)
    def _reading(self, event: Reading) -> None:
        self._doing = f"{event.stage} {100 * event.share:.0f} %" if event.stage else ""
        self._show_state()

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        before, self._answer = self._answer, event.answer
        if event.answer.whole:
            self._doing = ""
        self._sampling.show(event.answer)
        self._show_state()
        if before is None or before.asked != event.answer.asked or not before.checked:
            self._show_samples()

    def _show_samples(self) -> None:
        """Let the pictures be of the first pair that is right."""
        answer = self._answer
        fit = next((one for one in answer.checked if not one.problem), None) if answer else None
        if answer is None or fit is None:
            self._augmentation.show_samples_of(None, "The pictures show an image with its label: add them first.")
        else:
            recipe = answer.asked.recipe
            self._augmentation.show_samples_of(PairSpecimens(fit.pair, recipe.patch_zyx, recipe.seed))

    @on(AugmentationPane.Changed)
    def _other_changes(self) -> None:
        if (value := self._augmentation.augmentation) is not None:
            self._draft.augmentation = value
        self._show_state()

    @on(Box.Changed, "#writes")
    def _writes(self, event: Box.Changed) -> None:
        self._draft.write_changed = event.value

    @on(Input.Changed, "#name")
    def _named(self, event: Input.Changed) -> None:
        self._draft.name = event.value.strip()
        self._problem = ""
        self._show_state()

    @property
    def target(self) -> Path:
        """The file that is to be written."""
        return with_suffix(self._draft.name or USUAL_NAME, self._folder() / USUAL_NAME)

    @property
    def reason(self) -> str:
        """Why the dataset cannot be made as it is, a sentence; "" when it can."""
        asked = self._sampling.asked
        if asked is None:
            return self._sampling.complaint
        if asked.lacking:
            return asked.lacking
        if self._augmentation.complaint:
            return self._augmentation.complaint
        return self._answer.verdict if self._answer is not None and self._answer.asked == asked else ""

    def say_problem(self, sentence: str) -> None:
        """Show why no job was started, until something is changed."""
        self._problem = sentence
        self._show_state()

    def _show_state(self) -> None:
        """What is wrong, or what there is and what it takes; how far the check is."""
        if not self.is_mounted:
            return
        reason = self._problem or self.reason
        empty = not self._draft.data and not self._draft.label
        state = self.query_one("#state", Static)
        if reason:
            state.update(Content.styled(plain(reason), MUTED if empty else "$text-error"))
        else:
            state.update(self._all_well())
        self.query_one(PartsLine).note = Content.styled(plain(self._doing), MUTED)
        self._say()

    def _all_well(self) -> Content:
        answer = self._answer
        if answer is None or not answer.checked or answer.asked != self._sampling.asked:
            return Content.styled("looking at the files…", MUTED)
        parts = [f"✓ {count_text(len(answer.checked), 'pair')}"]
        if (classes := answer.classes) is not None:
            ignored = " (0 is ignored)" if classes.unlabelled is not None else ""
            parts.append(f"{len(classes.ids)} classes{ignored}")
        parts.append(f"about {cost_text(forecast(answer.checked, answer.asked.recipe))}")
        return Content.styled(" · ".join(parts), "$text-accent")

    def on_descendant_focus(self) -> None:
        """Say what is in focus, and the keys of it."""
        self._said_of_focus = ""
        self._say()
        self._show_keys()

    @on(FieldFocused)
    def _field(self, event: FieldFocused) -> None:
        self._said_of_focus = help_line(event.field)
        self._say()

    @on(LineFocused)
    def _line(self, event: LineFocused) -> None:
        if self.query_one(PartsLine).chosen == "augmentation":
            self._said_of_focus = event.help
            self._say()

    @on(LongList.Moved)
    def _moved(self) -> None:
        self._say()

    def _say(self) -> None:
        """The whole problem of the bright row, else what the field in focus is for."""
        sentence = self._sampling.sentence()
        said = self.query_one("#said", Static)
        said.update(plain(sentence) or self._said_of_focus)
        said.set_class(bool(sentence), "-wrong")

    def _show_keys(self) -> None:
        if not self.query(KeyLine):  # left meanwhile
            return
        focused = self.focused
        keys = [Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS]
        more = KEYS_OF_LISTS if isinstance(focused, VolumeRows) else KEYS_OF_FIELDS
        node = focused if more else self._augmentation
        if self.query_one(PartsLine).chosen == "augmentation":
            more = KEYS_OF_CHANGES
        keys[1:1] = [Key(first_key(id, self.app), word, action, spare, node=node) for id, word, action, spare in more]
        self.query_one(KeyLine).keys = tuple(key for key in keys if key.key)

    @on(PartsLine.Chosen)
    def _chosen(self, event: PartsLine.Chosen) -> None:
        self._show_part(event.part)

    def action_part(self) -> None:
        """The other part."""
        self._show_part(self.query_one(PartsLine).after(1))

    def _show_part(self, part: str) -> None:
        self.query_one(PartsLine).chosen = part
        self.query_one(ContentSwitcher).current = part
        self.query_one("#writes").display = part == "augmentation"
        first = "VolumeRows" if part == "sampling" else "ChangeLine Box"
        self.query(first).first().focus()
        self.call_after_refresh(self._show_keys)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action == "take_open":
            return with_keys(why_not_open(self.app), self.app)
        if action == "raw" and self._raw_file is None:
            return "the names of all files say their size and type"
        return super().why_not(action, parameters)

    @property
    def _raw_file(self) -> Path | None:
        return next((path for path in (*self._draft.data, *self._draft.label) if lacks_properties(path)), None)

    def action_raw(self) -> None:
        """Ask what the names of RAW files do not say; it is taken for all of them."""
        if (path := self._raw_file) is not None:
            form = ParametersScreen(form_for(path), title=f"RAW files such as {path.name}")
            self.app.push_screen(form, if_given(self._take_raw))

    def _take_raw(self, form: object) -> None:
        assert isinstance(form, RawForm)
        self._draft.raw = form.properties()
        self._soon()

    def action_take_open(self) -> None:
        """Add the image that is open and its label."""
        if (session := open_session_of(self.app)) is not None:
            self.take_open(session)

    @work(thread=True, exclusive=True, group="take", exit_on_error=False)
    def take_open(self, session: "Session") -> None:
        """Find its files; a corrected label is written."""
        self.post_message(TakenOpen(taken(session, self._folder())))

    @on(TakenOpen)
    def _add_open(self, event: TakenOpen) -> None:
        files = event.files
        if files.raw is not None and self._draft.raw is None:
            self._draft.raw = files.raw
        self._draft.names |= files.names
        for what, path in (("image", files.image), ("label", files.label)):
            volumes = self._sampling.list_of(what)
            volumes.set_paths([*volumes.paths, path], len(volumes.paths))

    @property
    def commands(self) -> list[list[str]]:
        """The words of the commands that make what is asked for."""
        asked, answer = self._sampling.asked, self._answer
        assert asked is not None
        classes = answer.classes if answer and answer.asked == asked else None
        named = {id: name for id, name in self._draft.names.items() if classes and id in classes.ids and name.strip()}
        made = [create_words(asked, self.target, named)]
        if self.query_one("#writes", Box).value:
            changes = self._augmentation.augmentation or self._draft.augmentation
            made.append(augment_words(self.target, changed_name(self.target), changes))
        return made

    def acts(self) -> list[Act]:
        """The actions of this screen, of its pictures, and those of everywhere."""
        return [*own_acts(self), *own_acts(self._augmentation), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What goes into a dataset, what changes do, and the keys."""
        focused = tuple(own_acts(self.focused)) if self.focused is not None else ()
        pages = [
            HelpPage("Sampling", with_keys(HELP, self.app), focused),
            HelpPage("Augmentation", with_keys(HELP_CHANGES, self.app), tuple(own_acts(self._augmentation))),
            HelpPage("Everywhere here", "", (*own_acts(self), *acts_of(self.app, self.app.BINDINGS, self.app))),
        ]
        return pages if self.query_one(PartsLine).chosen == "sampling" else [pages[1], pages[0], pages[2]]
