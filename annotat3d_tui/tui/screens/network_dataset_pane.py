"""The part Dataset: what the network is to learn from, with its statistics."""

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Select, Static

from annotat3d_tui.blocks import size_text
from annotat3d_tui.networks.dataset_listing import ListedDataset
from annotat3d_tui.tui.job_text import plain
from annotat3d_tui.tui.network_draft import NetworkDraft
from annotat3d_tui.tui.telling import tell

NONE = "none yet"


class DatasetPane(Vertical):
    """The datasets of the folder to choose from, and what is in the one that is chosen."""

    class Changed(Message):
        """Another dataset is chosen."""

    def __init__(self, draft: NetworkDraft, *, id: str) -> None:
        super().__init__(id=id)
        self._draft = draft
        self._datasets: Sequence[ListedDataset] = ()
        self._offered = self._choices()

    def compose(self) -> ComposeResult:
        """The choice, then the statistics."""
        with Horizontal(classes="row"):
            yield Static("Dataset", classes="name")
            yield Select(self._offered, value=self._value, allow_blank=False, compact=True, id="chosen-dataset")
            yield Static("", classes="range", id="where-dataset", markup=False)
        with VerticalScroll(id="statistics"):
            yield Static("", id="what-dataset")

    @property
    def _value(self) -> str:
        return str(self._draft.dataset or "")

    def show_datasets(self, datasets: Sequence[ListedDataset]) -> None:
        """The datasets that can be chosen are known; the latest of them is, where none was."""
        self._datasets = datasets
        right = [one for one in datasets if not one.problem]
        begun = self._draft.dataset is None and bool(right)
        if begun:
            self._draft.dataset = max(right, key=lambda one: one.changed).path
        choices, choice = self._choices(), self.query_one("#chosen-dataset", Select)
        with self.prevent(Select.Changed):
            if choices != self._offered:
                self._offered = choices
                choice.set_options(choices)
            choice.value = self._value
        if begun:
            self.post_message(self.Changed())

    def load(self, path: Path) -> None:
        """Choose a dataset, wherever it lies."""
        if path not in [one.path for one in self._datasets]:
            self._draft.elsewhere = (*(one for one in self._draft.elsewhere if one != path), path)
        self._draft.dataset = path
        self.show_datasets(self._datasets)
        self.post_message(self.Changed())

    def say(self, said: Content | str, where: str = "") -> None:
        """What is in the chosen one, or what hinders."""
        tell(self.query_one("#what-dataset", Static), said)
        tell(self.query_one("#where-dataset", Static), where)

    def _choices(self) -> list[tuple[str, str]]:
        listed = {str(one.path): self._title(one) for one in self._datasets if not one.problem}
        others = [path for path in (*self._draft.elsewhere, self._draft.dataset) if path is not None]
        listed |= {str(path): plain(path.name) for path in others if str(path) not in listed}
        return [
            *([(NONE, "")] if self._draft.dataset is None else []),
            *((name, path) for path, name in listed.items()),
        ]

    @staticmethod
    def _title(one: ListedDataset) -> str:
        return plain(f"{one.name}  {one.images}×{one.samples} of {size_text(one.patch)}")

    @on(Select.Changed, "#chosen-dataset")
    def _chosen(self, event: Select.Changed) -> None:
        event.stop()
        chosen = Path(str(event.value)) if event.value else None
        if chosen != self._draft.dataset:
            self._draft.dataset = chosen
            self.post_message(self.Changed())
