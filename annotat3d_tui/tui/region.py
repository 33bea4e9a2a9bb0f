"""The region of work: a box outside of which no tool and no preview changes a voxel."""

import re
from functools import partial

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.boxes import Box, Boxes, grown
from annotat3d_tui.labels.planes import Shape, axes_of
from annotat3d_tui.tui.measuring import Measuring
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.segment_text import region_text

AROUND = 10
"""Voxels around the chosen label."""
HELP = "x, y, z each from a first voxel to the one after the last, such as 10:60 20:80 0:40; : is all of a side."


class Regions(Measuring):
    """A screen on which work can be kept to a region of the image."""

    _corner: tuple[int, int, int] | None = None

    def action_region(self) -> None:
        """Choose where work is done."""
        self.view.lift()
        corner = self._corner
        opposite = "" if corner is None else f", opposite to {' '.join(map(str, reversed(corner)))}"
        no_label = "" if self.session.label is not None else "there is no label volume yet"
        none = "" if self.view.work_region is not None else "there is none"
        items = [
            Item("c", "region_corner", f"A corner at the cursor{opposite}"),
            Item("v", "region_seen", "What is seen of this slice, through all slices"),
            Item("l", "region_label", f"The chosen label and {AROUND} voxels around it", no_label),
            Item("t", "region_typed", "Type it…"),
            Item("o", "region_off", "No region: the whole image", none),
        ]
        self.app.push_screen(Menu("Region of work", items), self.do_from_menu)

    def action_region_corner(self) -> None:
        """Set the first corner, or the opposite one; two corners in one slice make a region through all slices."""
        corner, cursor = self._corner, self.view.cursor
        if corner is None:
            self._corner = cursor
            self.notify("The first corner is set. Go to the opposite one, and set it in the same way.", timeout=5)
            return
        sides = [slice(min(ends), max(ends) + 1) for ends in zip(corner, cursor, strict=True)]
        self._take_region(self._through(sides))

    def action_region_seen(self) -> None:
        """What the view shows, zoomed and panned as it is, in all slices."""
        view, viewport = self.view, self.view.viewport
        rows, columns = viewport.screen
        first, last = viewport.nearest_voxel(0, 0), viewport.nearest_voxel(columns - 1, rows - 1)
        axes, sides = axes_of(view.plane), [slice(0, side) for side in view.scene.shape]
        for axis, ends in zip((axes.column, axes.row), zip(first, last, strict=True), strict=True):
            sides[axis] = slice(min(ends), max(ends) + 1)
        self._take_region((sides[0], sides[1], sides[2]))

    def action_region_label(self) -> None:
        """The box around the chosen label, and some voxels more."""
        label = self.session.label
        assert label is not None
        with errors_said(self):
            self._take_region(grown(Boxes.of(label)[self.view.brush.label], AROUND, label.shape))

    def action_region_typed(self) -> None:
        """Ask for it."""
        shape = self.view.scene.shape
        now = self.view.work_region or tuple(slice(0, side) for side in shape)
        text = " ".join(f"{side.start}:{side.stop}" for side in reversed(now))
        ask = Ask("Region of work", text, help=HELP, check=partial(parse_region, shape=shape))

        def given(text: str) -> None:
            self._take_region(parse_region(text, shape))

        self.app.push_screen(ask, if_given(given))

    def action_region_off(self) -> None:
        """Work on the whole image again."""
        self._corner = self.view.work_region = None

    def _through(self, sides: list[slice]) -> Box:
        """A box as thick as the image where it would be of one slice of the plane that is shown."""
        axis = axes_of(self.view.plane).slice
        if sides[axis].stop - sides[axis].start == 1:
            sides[axis] = slice(0, self.view.scene.shape[axis])
        return sides[0], sides[1], sides[2]

    def _take_region(self, box: Box) -> None:
        self._corner, self.view.work_region = None, box
        self.notify(f"Tools and previews change nothing outside {region_text(box)}.", timeout=5, markup=False)


def parse_region(text: str, shape: Shape) -> Box:
    """The box of `x0:x1 y0:y1 z0:z1` in a volume (Z, Y, X); raises InvalidParameter.

    >>> parse_region("10:60 :, 5:", (40, 50, 60))
    (slice(5, 40, None), slice(0, 50, None), slice(10, 60, None))
    """
    words = re.split(r"[\s,;]+", text.strip())
    if len(words) != 3 or not all(re.fullmatch(r"\d*:\d*", word) for word in words):
        raise InvalidParameter(f"A region must be x0:x1 y0:y1 z0:z1, received {text!r}: give three parts with a colon.")
    sides = []
    for name, word, length in zip("zyx", reversed(words), shape, strict=True):
        first, _, last = word.partition(":")
        side = slice(int(first or 0), int(last or length))
        if not side.start < side.stop <= length:
            raise InvalidParameter(
                f"{name} of a region must go from a voxel to a later one, 0:{length} at most, received {word}: "
                "correct it."
            )
        sides.append(side)
    return sides[0], sides[1], sides[2]
