"""Marks by grey value: a range is asked for, what it marks is looked at on the slice, then it is taken or given up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from textual import on, work

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.areas import Threshold
from annotat3d_tui.labels.drawing import Ground, history_words, voxels_of
from annotat3d_tui.parameters import Parameters, parameter
from annotat3d_tui.tui.messages import GreyFound
from annotat3d_tui.tui.region import Regions
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.mask import MaskLook
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.work import COMPUTE, Report


@dataclass(frozen=True)
class ByGrey(Parameters):
    """Which grey values are marked, and where."""

    kind = "threshold"
    low: float = parameter(0.0, "lowest grey value that is marked")
    high: float = parameter(0.0, "highest grey value that is marked")
    where: str = parameter("slice", "this slice alone, or all", choices=("slice", "volume"))

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low <= self.high:
            raise InvalidParameter(
                f"low of threshold must be at most high, received {self.low:g} and {self.high:g}: exchange them."
            )


class Thresholding(Regions):
    """A screen on which voxels can be marked by their grey values."""

    def action_threshold(self) -> None:
        """Ask for grey values; at first those that the contrast shows neither black nor white."""
        self.view.lift()
        low, high = self.view.window_now
        form = ParametersScreen(ByGrey(float(low), float(high)), title=f"Mark {self.label.name} by grey value")
        self.app.push_screen(form, if_given(self._look_for))

    def _look_for(self, asked: Parameters) -> None:
        assert isinstance(asked, ByGrey)
        view = self.view
        label = 0 if view.brush.erase else view.brush.label
        solid = asked.where == "volume"
        stroke = Threshold(label, view.plane, view.index, (), 0, asked.low, asked.high, solid)
        self.find_grey(self.begin("Threshold"), stroke)

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def find_grey(self, report: Report, stroke: Threshold) -> None:
        """Which voxels have the grey values, and a volume of them to look at."""
        with self.lease.used():
            report(0.0, "look for voxels")
            image = self.session.image.data
            where = voxels_of(stroke, Ground(self.session.annotation.shape, image))
            volume = np.zeros(image.shape, np.uint16)
            volume.reshape(-1)[where] = stroke.label or self.view.brush.label
            self.post_message(GreyFound(stroke, where, volume))

    @on(GreyFound)
    def _grey_found(self, event: GreyFound) -> None:
        view = self.view
        before = (view.label_volume, view.show_label)
        view.label_volume, view.show_label = event.volume, True
        words = history_words(event.stroke)
        look = MaskLook(count_text(len(event.where), "voxel"), view, by=words)

        def answered(taken: bool | None) -> None:
            view.label_volume, view.show_label = before
            if taken:
                self._mark_grey(event.where, event.stroke.label, words)

        self.app.push_screen(look, answered)

    def _mark_grey(self, where: NDArray[np.int64], label: int, words: str) -> None:
        with errors_said(self):
            self.session.annotation.edit(where, label, words)
            self.annotation_changed()
