"""The part Augmentation: which changes are made, and what each of them makes of a sample."""

from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from annotat3d_tui.errors import Annotat3DError, InvalidParameter
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.previewing import CHANGES, Specimens, alone
from annotat3d_tui.render.percentiles import contrast_window, grey_sample
from annotat3d_tui.tui.latest import Latest
from annotat3d_tui.tui.terminal.graphics import NUMBER
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.tui.widgets.augmentation_form import AugmentationChanged, AugmentationForm, LineFocused
from annotat3d_tui.tui.widgets.sample_pictures import Comparison, SamplePictures

PICTURE = NUMBER + 8
"""Of the pictures in kitty: another number than those of slices have."""
BESIDE = 74
"""Columns from which on the pictures stand beside the form."""
ALL = "all that are on"


class Compared(Latest):
    """A sample before and after, or why it cannot be shown."""

    def __init__(self, comparison: Comparison | None, caption: str) -> None:
        super().__init__()
        self.comparison, self.caption = comparison, caption


class AugmentationPane(Container):
    """The form and the pictures; each change of the form is told by `Changed`.

    specimens: what the pictures are of; None while there is nothing. extra: what stands beneath the form.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "sample(1)", "Next sample", id="augmentation.next", tooltip="The pictures show another one."),
        Binding("p", "sample(-1)", "Previous sample", id="augmentation.previous", tooltip="The pictures show it."),
        Binding(
            "r", "again", "Other random numbers", id="augmentation.again", tooltip="Of the changes that are shown."
        ),
        Binding(
            "v", "alone", "One change or all", id="augmentation.alone", tooltip="The one in focus, or all that are on."
        ),
    ]

    class Changed(Message):
        """The changes are others."""

    def __init__(self, first: Augmentation, graphics: Graphics, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._first, self._graphics = first, graphics
        self._specimens: Specimens | None = None
        self._why_none = "there is no sample yet"
        self._shown = self._first
        self._change, self._alone = CHANGES[0], True
        self._number, self._seed = 0, 0

    def compose(self) -> ComposeResult:
        """Form and pictures."""
        with VerticalScroll(id="changes", can_focus=False):
            yield AugmentationForm(self._first)
        with Vertical(id="pictures"):
            yield Static("", id="shows", markup=False)
            yield SamplePictures()
            yield Static("", id="stands", markup=False)

    def on_mount(self) -> None:
        """Every pixel of the terminal, where it has graphics."""
        self.query_one(SamplePictures).sharpen(self._graphics, PICTURE)

    @property
    def augmentation(self) -> Augmentation | None:
        """What the form says; None while something in it is wrong."""
        try:
            return self.query_one(AugmentationForm).value()
        except InvalidParameter:
            return None

    @property
    def complaint(self) -> str:
        """What is wrong in the form, a sentence; "" when nothing is."""
        try:
            self.query_one(AugmentationForm).value()
        except InvalidParameter as error:
            return str(error)
        return ""

    def show_samples_of(self, specimens: Specimens | None, why_none: str = "") -> None:
        """Show samples of something else; why_none: why there are none, a sentence."""
        self._specimens, self._why_none = specimens, why_none
        self._number = 0
        self._compare()

    @on(AugmentationChanged)
    def _changed(self, event: AugmentationChanged) -> None:
        event.stop()
        if (value := self.augmentation) is not None:
            self._shown = value
            self._compare()
        self.post_message(self.Changed())

    @on(LineFocused)
    def _focused(self, event: LineFocused) -> None:
        if event.change and event.change != self._change:
            self._change = event.change
            if self._alone:
                self._compare()

    def _compare(self) -> None:
        """Have the pictures made."""
        if self._specimens is None:
            self.post_message(Compared(None, self._why_none))
            return
        changes = (self._change,) if self._alone else tuple(name for name in CHANGES if getattr(self._shown, name))
        words = self._change.replace("_", " ") if self._alone else ALL
        self.query_one("#shows", Static).update(f"{words} · being made…")
        self.compare(self._specimens, self._number, alone(self._shown, changes), self._seed, words)

    @work(thread=True, exclusive=True, group="compare", exit_on_error=False)
    def compare(self, specimens: Specimens, number: int, augmentation: Augmentation, seed: int, words: str) -> None:
        """Read a sample and change it."""
        try:
            before = specimens.of(number)
            if get_current_worker().is_cancelled:
                return
            after = specimens.changed(number, augmentation, seed)
        except Annotat3DError as error:
            self.post_message(Compared(None, str(error)))
            return
        window = contrast_window(grey_sample(before.image))
        caption = f"{words} · {before.where} of {specimens.name}"
        self.post_message(Compared(Comparison(before, after, window), caption))

    @on(Compared)
    def _compared(self, event: Compared) -> None:
        event.stop()
        pictures = self.query_one(SamplePictures)
        pictures.comparison = event.comparison
        self.query_one("#shows", Static).update(event.caption)
        self.call_after_refresh(self._say_how_they_stand)

    def _say_how_they_stand(self) -> None:
        for line in self.query("#stands").results(Static):  # none when the screen was left meanwhile
            line.update(self.query_one(SamplePictures).caption)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        if action in ("sample", "again", "alone") and self._specimens is None:
            return self._why_none
        return "it is the first sample" if (action, parameters) == ("sample", (-1,)) and not self._number else ""

    def action_sample(self, step: int) -> None:
        """Another sample."""
        self._number = max(self._number + step, 0)
        self._compare()

    def action_again(self) -> None:
        """Other random numbers."""
        self._seed += 1
        self._compare()

    def action_alone(self) -> None:
        """The change in focus alone, or all that are on."""
        self._alone = not self._alone
        self._compare()

    def on_resize(self, event: events.Resize) -> None:
        """Beside each other where there is room."""
        self.set_class(event.size.width >= BESIDE, "-wide")
        self.call_after_refresh(self._say_how_they_stand)
