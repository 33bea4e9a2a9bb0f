"""The part Log: the training of the network as it goes on, or as it went."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from annotat3d_tui.jobs.watching import Seen
from annotat3d_tui.networks.listing import Listed
from annotat3d_tui.tui.widgets.training_view import TrainingView

NONE = "No job has trained this network so far: its log and its curves are here as soon as one does."


class LogPane(Vertical):
    """The latest job that trains a network, else its history."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._shown: tuple[Path, int] | None = None

    def compose(self) -> ComposeResult:
        """What is said while there is nothing."""
        yield Static(NONE, id="no-log", markup=False)

    def show_network(self, folder: Path, listed: Listed | None, seen: Seen | None) -> None:
        """The network of the name that is typed, if there is one, and its job."""
        begun = seen is not None or (listed is not None and listed.state is not None)
        wanted = (folder, seen.number if seen else 0) if begun else None
        iterations = listed.network.training.iterations if listed and listed.network else 0
        if wanted == self._shown:
            for view in self.query(TrainingView):
                view.show_seen(seen, iterations)
            return
        self._shown = wanted
        self.query(TrainingView).remove()
        self.query_one("#no-log").display = wanted is None
        if wanted is not None:
            self.mount(TrainingView(folder, seen, iterations))
