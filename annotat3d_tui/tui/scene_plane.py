"""The clipping plane on the 3D screen, which is that of the slice view: moved, turned, flipped, locked."""

from dataclasses import replace

import numpy as np

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.oblique import Clipping, Oblique, Vector, X, Y, Z
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.tui.commands import parse_vector
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.scene_work import SceneWork, seen_from
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.oblique import numbers_text
from annotat3d_tui.tui.space import Asked
from annotat3d_tui.tui.widgets.space_picture import SpacePicture

STEPS = 100
"""So many steps go through the box."""


class ScenePlane(SceneWork):
    """Actions on the clipping plane."""

    @property
    def picture(self) -> SpacePicture:
        """The picture."""
        return self.query_one(SpacePicture)

    def asked(self, size: tuple[int, int], quality: str) -> Asked:
        """The picture that is wanted now; the screen knows how."""
        raise NotImplementedError

    def show(self) -> None:
        """Show what is to be seen now; the screen that shows it knows how."""

    @property
    def cut(self) -> Cut:
        """The plane; before it was ever looked at one through the middle, which lays open what one looks at."""
        return self.space.shown.cut or opening_cut(self.space.grid, self.picture.camera)

    def take_plane(self) -> None:
        """As the slice view has it now."""
        kept, before = self.segment.clipping, self.space.shown.cut
        if kept is not None:
            cut = Cut(kept.plane, before.flipped if before else False, kept.locked)
            self.space.shown = replace(self.space.shown, cut=cut)

    def _keep(self, cut: Cut) -> None:
        """Take another plane, here and in the slice view; it is seen that it is another one."""
        shown = self.space.shown
        cutting = shown.cutting or not shown.plane
        self.space.shown = replace(shown, cut=cut, cutting=cutting)
        kept = self.segment.clipping
        zoom = kept.zoom if kept else self.segment.view.viewport.scale
        self.segment.keep_clipping(Clipping(cut.plane, zoom, cut.locked))
        self.show()

    def action_along(self, steps: int) -> None:
        """Move it along its normal by a share of the way through the box."""
        cut, grid = self.cut, self.space.grid
        across = float(np.abs(np.array(grid.extent)) @ np.abs(np.array(cut.plane.normal)))
        self._keep(cut.moved(steps * max(across / STEPS / min(grid.voxel_size), 1.0), grid))

    def action_along_voxels(self, steps: int) -> None:
        """Move it by finest voxels."""
        self._keep(self.cut.moved(steps, self.space.grid))

    def action_turn_plane(self, columns: float, rows: float) -> None:
        """Turn it by degrees."""
        self._keep(self.cut.turned(columns, rows))

    def action_face(self) -> None:
        """Its next normal: along the look, then along z, y and x."""
        cut, look = self.cut, self.picture.camera.direction
        normals = [look, Z, Y, X]
        now = next((number for number, normal in enumerate(normals) if _same(cut.plane.normal, normal)), -1)
        if now < 0 or not _same(cut.plane.normal, normals[(now + 1) % len(normals)]):
            self._keep(cut.facing(normals[(now + 1) % len(normals)]))
        else:  # the look is along an axis, which is not to come twice
            self._keep(cut.facing(normals[(now + 2) % len(normals)]))

    def action_normal(self) -> None:
        """Ask for its normal, then for where it lies."""
        cut = self.cut
        help = "Three numbers: the normal x y z; or six, the position x y z after it."
        value = f"{numbers_text(cut.plane.normal)}   {numbers_text(cut.plane.position)}"
        ask = Ask("Normal x y z, position x y z", value, help=help, check=lambda text: typed_plane(text, cut.plane))

        def given(text: str) -> None:
            with errors_said(self):
                self._keep(replace(self.cut, plane=typed_plane(text, cut.plane)))

        self.app.push_screen(ask, if_given(given))

    def action_flip(self) -> None:
        """Keep the other side."""
        self._keep(self.cut.flip())

    def action_lock(self) -> None:
        """Hold it where it is, or free it."""
        self._keep(self.cut.lock())


def typed_plane(text: str, plane: Oblique) -> Oblique:
    """A plane with a normal x y z, and a position x y z where there are six numbers; raises InvalidParameter.

    >>> typed_plane("0 1 0  5 6 7", Oblique((0, 0, 0))).position
    (7.0, 6.0, 5.0)
    """
    words = text.replace(",", " ").split()
    if len(words) not in (3, 6):
        raise InvalidParameter(f"A plane must have 3 or 6 numbers, received {len(words)}: type the normal x y z.")
    if len(words) == 6:
        plane = replace(plane, position=parse_vector(" ".join(words[3:])))
    return plane.facing(parse_vector(" ".join(words[:3])))


def _same(one: Vector, other: Vector) -> bool:
    """Whether two directions of length 1 are those of the same planes."""
    return abs(float(np.dot(one, other))) > 1 - 1e-9


def opening_cut(grid: Grid, camera: Camera) -> Cut:
    """A plane through the middle along two axes, that cuts away the half which is nearer.

    >>> opening_cut(Grid((4, 4, 4)), Camera.looking(Grid((4, 4, 4)), "-y")).normal
    (0.0, -1.0, 0.0)
    """
    axis = seen_from(camera)
    return replace(Cut.through(grid, (Z, Y, X)[axis]), flipped=camera.direction[axis] < 0)
