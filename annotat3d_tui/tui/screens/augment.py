"""The samples of a dataset before and after changes, and a job that writes them changed to another dataset."""

from pathlib import Path, PurePath
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from annotat3d_tui.networks.previewing import DatasetSpecimens
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.dataset_command import augment_words, changed_name, with_suffix
from annotat3d_tui.tui.dataset_draft import DatasetDraft
from annotat3d_tui.tui.job_text import MUTED, plain
from annotat3d_tui.tui.new_dataset_text import HELP_AUGMENT, HELP_CHANGES, KEYS_OF_AUGMENT, KEYS_OF_CHANGES
from annotat3d_tui.tui.screens.augmentation_pane import AugmentationPane
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.making_datasets import MakingDatasets
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.tui.widgets.augmentation_form import LineFocused, NumberInput
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

MOST_SEED = 2**31 - 1


class AugmentScreen(MakingDatasets):
    """Shows what changes make of the samples of a dataset, and writes them; the number of the job, or None."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["forms.tcss", "new_dataset.tcss"]
    AUTO_FOCUS = "ChangeLine Box"

    OF_CHANGES: ClassVar[frozenset[str]] = frozenset(id for id, *_ in KEYS_OF_CHANGES)

    def __init__(self, path: Path, draft: DatasetDraft, graphics: Graphics | None = None) -> None:
        super().__init__()
        self._path, self._draft, self._graphics = path, draft, graphics or Graphics()
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, what it will be called, form and pictures, what is wrong, the keys."""
        yield TitleLine()
        yield TabLine("datasets")
        with Horizontal(id="name-line"):
            yield Static("Write", classes="name")
            yield Input(changed_name(self._path).name, compact=True, id="name")
            yield Static(" seed ", id="of-seed")
            yield NumberInput("0", compact=True, id="seed")
            yield Static("", id="folder", markup=False)
        yield AugmentationPane(self._draft.augmentation, self._graphics)
        yield Static("", id="said", markup=False)
        yield Static("", id="state", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the first sample."""
        self.query_one(TitleLine).opened = (Part("Augmentation of", MUTED, 2), Part(plain(self._path.name), "bold"))
        self.query_one("#folder", Static).update(f"in {self._path.parent}")
        keys = (
            Key(first_key(id, self.app), word, action, spare, node=self._pane if id in self.OF_CHANGES else None)
            for id, word, action, spare in KEYS_OF_AUGMENT
        )
        self.query_one(KeyLine).keys = tuple(key for key in keys if key.key)
        self._pane.show_samples_of(DatasetSpecimens(self._path))
        self._show_state()

    @property
    def _pane(self) -> AugmentationPane:
        return self.query_one(AugmentationPane)

    @property
    def _seed(self) -> int | None:
        text = self.query_one("#seed", Input).value
        return int(text) if text.isdecimal() and int(text) <= MOST_SEED else None

    @property
    def target(self) -> Path:
        """The file that is to be written."""
        return with_suffix(self.query_one("#name", Input).value.strip() or changed_name(self._path).name, self._path)

    @property
    def reason(self) -> str:
        """Why it cannot be written as it is, a sentence; "" when it can."""
        if self._seed is None:
            return f"The seed must be a whole number up to {MOST_SEED}: correct it."
        if self.target == self._path:
            return f"{self.target.name} is the dataset itself: give another name."
        return self._pane.complaint

    @property
    def commands(self) -> list[list[str]]:
        """The words of the command."""
        changes = self._pane.augmentation or self._draft.augmentation
        return [augment_words(self._path, self.target, changes, self._seed or 0)]

    def say_problem(self, sentence: str) -> None:
        """Show why no job was started, until something is changed."""
        self._problem = sentence
        self._show_state()

    @on(AugmentationPane.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        if (value := self._pane.augmentation) is not None:
            self._draft.augmentation = value
        self._problem = ""
        self._show_state()

    def _show_state(self) -> None:
        reason = self._problem or self.reason
        well = Content.styled(f"writes {plain(self.target.name)}", MUTED)
        self.query_one("#state", Static).update(Content.styled(plain(reason), "$text-error") if reason else well)

    @on(LineFocused)
    def _say(self, event: LineFocused) -> None:
        self.query_one("#said", Static).update(event.help)

    def acts(self) -> list[Act]:
        """The actions of this screen, of its pictures, and those of everywhere."""
        return [*own_acts(self), *own_acts(self._pane), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What changes do, and the keys."""
        return [
            HelpPage("Augmentation", with_keys(HELP_CHANGES, self.app), tuple(own_acts(self._pane))),
            HelpPage("Another dataset", with_keys(HELP_AUGMENT, self.app), tuple(self.acts())),
        ]
