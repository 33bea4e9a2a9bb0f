"""Masks from files: read in a thread, mapped in a form, looked at on the slice, then taken as markers or as label."""

from functools import partial

import numpy as np
from textual import on, work

from annotat3d_tui.tui.correction_tools import background_of
from annotat3d_tui.tui.filing import as_label
from annotat3d_tui.tui.labelling import Labelling
from annotat3d_tui.tui.messages import Labelled, MaskFound, MaskPlaced
from annotat3d_tui.tui.overview import label_shares
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.mask import MaskForm, MaskLook, MaskPlan
from annotat3d_tui.tui.screens.paths import ChosenPath
from annotat3d_tui.tui.work import FILES


class Masking(Labelling):
    """Taking a mask; nothing is changed before the person has seen it."""

    def action_load_markers(self) -> None:
        """Take a mask as annotation, or as label."""
        self._ask("Load a mask", "", self.read_mask)

    @work(thread=True, group=FILES, exit_on_error=False)
    def read_mask(self, chosen: ChosenPath) -> None:
        """Read a mask and count its values."""
        from annotat3d_tui.labels.masks import check_fits, values_of
        from annotat3d_tui.volume.files import open_labels

        mask = open_labels(chosen.path).data
        check_fits(mask.shape, self.session.image.data.shape, chosen.path.name)
        self.post_message(MaskFound(mask, values_of(mask, chosen.path.name), chosen.path))

    @on(MaskFound)
    def _mask_found(self, event: MaskFound) -> None:
        form = MaskForm(event, self.session.annotation.shape, self.session.annotation.table)
        self.app.push_screen(form, if_given(partial(self._place, event)))

    def _place(self, found: MaskFound, plan: MaskPlan) -> None:
        self.begin_file("Mask")
        self.place_mask(found, plan)

    @work(thread=True, group=FILES, exit_on_error=False)
    def place_mask(self, found: MaskFound, plan: MaskPlan) -> None:
        """Which voxels of the image the mask marks, and a volume of them to look at."""
        from annotat3d_tui.labels.masks import marked_voxels, placed

        shape = self.session.image.data.shape
        where, labels = marked_voxels(found.data, found.data.shape, plan.mapping, found.path.name)
        where = placed(where, found.data.shape, shape, plan.offset)
        volume = np.zeros(shape, np.uint16)
        volume.reshape(-1)[where] = labels
        self.post_message(MaskPlaced(where, labels, volume, found.path, plan.as_label))

    @on(MaskPlaced)
    def _mask_placed(self, event: MaskPlaced) -> None:
        self.view.lift()
        before, cursor = (self.view.label_volume, self.view.show_label), self.view.cursor
        self.view.label_volume, self.view.show_label = event.volume, True
        z, y, x = np.unravel_index(event.where[len(event.where) // 2], event.volume.shape)
        self.view.cursor = int(z), int(y), int(x)
        count, kinds = len(event.where), len(np.unique(event.labels))
        look = MaskLook(f"{count} voxels of {kinds} labels", self.view, by=event.path.name)

        def answered(taken: bool | None) -> None:
            self.view.label_volume, self.view.show_label = before
            if taken:
                self._take(event)
            else:
                self.view.cursor = cursor

        self.app.push_screen(look, answered)

    def _take(self, mask: MaskPlaced) -> None:
        with errors_said(self):
            if mask.as_label:
                self.begin_file("Mask")
                self.keep_mask(mask)
                return
            edit = self.session.annotation.import_marks(mask.where, mask.labels, mask.path.name)
            self.notify(f"{edit.size} marked voxels added from {mask.path.name}", markup=False)
            self.annotation_changed()

    @work(thread=True, group=FILES, exit_on_error=False)
    def keep_mask(self, mask: MaskPlaced) -> None:
        """Keep a mask as label volume."""
        label = as_label(mask.volume, mask.path.name)
        with self.lease.used():
            self.session.keep_label(label, None)
        said, of_objects = f"label loaded from {mask.path.name}", background_of(label) == 0
        self.post_message(Labelled(label, said, shares=label_shares(label), of_objects=of_objects))
