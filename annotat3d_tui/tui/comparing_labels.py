"""Another label volume beside the one that is shown: how well they agree, and where they differ, over the slice."""

from textual import on, work

from annotat3d_tui.labels.difference import WORDS
from annotat3d_tui.tui.messages import ComparedRead
from annotat3d_tui.tui.screens.paths import ChosenPath
from annotat3d_tui.tui.showing import Showing
from annotat3d_tui.tui.widgets.slice_picture import DIFFERENCE
from annotat3d_tui.tui.work import FILES

OTHER = "Of the same size; it is only compared with the label that is shown: which voxels are " + ", ".join(
    [*WORDS.values()]
)


class ComparingLabels(Showing):
    """A screen on which the label volume can be compared with another one."""

    def action_difference(self) -> None:
        """Show where the label differs from the other one, or the label again; where there is none, ask for one."""
        if self.view.compared is None:
            self.action_open_compared()
        else:
            self.view.action_heat(DIFFERENCE)

    def action_open_compared(self) -> None:
        """Choose a label volume to compare with."""
        self._ask("Compare with another label", "", self.compare_with, help=f"{OTHER}.")

    def action_close_compared(self) -> None:
        """Show the label itself, and forget the other."""
        self.view.compared = None
        if self.view.heat == DIFFERENCE:
            self.view.heat = ""

    @work(thread=True, group=FILES, exit_on_error=False)
    def compare_with(self, chosen: ChosenPath) -> None:
        """Read a label volume and tell how well the label that is shown agrees with it."""
        from annotat3d_tui.labels.comparison import compare_volumes
        from annotat3d_tui.tui.filing import as_label

        other, label = as_label(self._read(chosen.path), chosen.path.name), self.view.label_volume
        assert label is not None
        found = compare_volumes(label, other, zero_counts=True, surfaces=False)
        said = f"Beside {chosen.path.name}: {' · '.join(found.summary())}."
        self.post_message(ComparedRead(other, said))

    @on(ComparedRead)
    def _compared_read(self, event: ComparedRead) -> None:
        self.view.compared = event.other
        self.view.heat = DIFFERENCE
        self.notify(event.said, markup=False, timeout=10)
