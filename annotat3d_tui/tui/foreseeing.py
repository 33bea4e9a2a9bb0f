"""What a flood would take, looked for beside the screen while the cursor rests."""

from textual import on, work

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.areas import Flood
from annotat3d_tui.labels.drawing import Ground, voxels_of
from annotat3d_tui.tui.copying import Copying
from annotat3d_tui.tui.messages import FloodSeen
from annotat3d_tui.tui.widgets.foreseen import Foreseen
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.tui.work import FORESEE


class Foreseeing(Copying):
    """A screen that shows a flood before it is drawn; one is looked for at a time, then the newest that was asked."""

    _looked_for: Flood | None = None
    _next: Flood | None = None

    @on(SliceView.FloodAhead)
    def _flood_ahead(self, event: SliceView.FloodAhead) -> None:
        self._next = event.stroke
        self._look_ahead()

    def _look_ahead(self) -> None:
        if self._looked_for is None and self._next is not None:
            self._looked_for, self._next = self._next, None
            self._foresee(self._looked_for)

    @work(thread=True, group=FORESEE, exit_on_error=False)
    def _foresee(self, stroke: Flood) -> None:
        with self.lease.used():
            try:
                where = voxels_of(stroke, Ground(self.session.annotation.shape, self.session.image.data))
            except Annotat3DError:  # the flood itself says why, when it is asked for
                where = None
            self.post_message(FloodSeen(stroke, where))

    @on(FloodSeen)
    def _flood_seen(self, event: FloodSeen) -> None:
        self._looked_for = None
        self.view.foresee(Foreseen.of(event.stroke, event.where, self.session.annotation.shape))
        self._look_ahead()
