"""The part Settings: devices, how the network is trained, how samples are changed meanwhile."""

from asyncio import Lock
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs.gpu_watch import GpuWatch
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.tui.forms import Box, Field, Form, FormChanged
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.picks import Picks
from annotat3d_tui.tui.telling import tell
from annotat3d_tui.tui.widgets.augmentation_form import AugmentationChanged, AugmentationForm
from annotat3d_tui.tui.widgets.gpu_table import GpuTable

LEFT_OUT = ("architecture",)
"""Of the parameters of a training, what the part Network asks for."""


class SettingsPane(VerticalScroll, can_focus=False):
    """The devices of F8, the form of the training, the changes of samples; each change is told by `Changed`.

    The fields are made after all else, or when they are to be seen; until then the draft says what is in them.
    """

    class Changed(Message):
        """A value, or what is picked, is another."""

    def __init__(self, draft: NetworkDraft, watch: GpuWatch, picks: Picks, *, id: str) -> None:
        super().__init__(id=id)
        self._draft, self._watch, self._picks = draft, watch, picks
        self._unfolding, self.is_unfolded = Lock(), False

    def compose(self) -> ComposeResult:
        """The devices."""
        yield Static("Devices", classes="part-title")
        yield GpuTable(self._watch, self._picks)
        yield Static("", id="picked", markup=False)

    async def unfold(self) -> None:
        """Make the fields, once; where that has begun already, wait for its end."""
        async with self._unfolding:
            if not self.is_unfolded:
                await self._unfold()

    async def _unfold(self) -> None:
        changes = AugmentationForm(self._draft.augmentation)
        changes.display = self._draft.changes
        fields = (
            Static("Training", classes="part-title"),
            Form(self._draft.training, LEFT_OUT),
            Static("Augmentation", classes="part-title"),
            Box("change samples at random while it learns", self._draft.changes, compact=True, id="changes"),
            changes,
        )
        for field in fields:  # one by one: keys are heard in between, while it is not seen yet
            await self.mount(field)
        self.is_unfolded = changes.is_attached  # not so where the screen is left meanwhile

    @property
    def table(self) -> GpuTable:
        """The devices."""
        return self.query_one(GpuTable)

    def training(self, architecture: str) -> Training:
        """What the form says; raises InvalidParameter for the first wrong field, when all are marked."""
        value = self.query_one(Form).value() if self.is_unfolded else self._draft.training
        assert isinstance(value, Training)
        return replace(value, architecture=architecture)

    def augmentation(self) -> Augmentation:
        """What the changes say; raises InvalidParameter where they are used and wrong."""
        try:
            return self.query_one(AugmentationForm).value() if self.is_unfolded else self._draft.augmentation
        except InvalidParameter:
            if self._draft.changes:
                raise
            return self._draft.augmentation

    def set_batch(self, batch: int) -> None:
        """Another number in the field of the batch."""
        self._draft.training = replace(self._draft.training, batch=batch)
        for field in self.query(Field):
            if field.declared.name == "batch":
                field.query_one(Input).value = str(batch)
        self.post_message(self.Changed())

    @on(GpuTable.Changed)
    def _devices(self, event: GpuTable.Changed) -> None:
        event.stop()
        tell(self.query_one("#picked", Static), self.table.picked_text())
        self.post_message(self.Changed())

    @on(Box.Changed, "#changes")
    def _with_changes(self, event: Box.Changed) -> None:
        event.stop()
        self._draft.changes = event.value
        self.query_one(AugmentationForm).display = event.value
        self.post_message(self.Changed())

    @on(FormChanged)
    @on(AugmentationChanged)
    def _changed(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed())
