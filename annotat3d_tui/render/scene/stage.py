"""The window in which the drawing child draws, and all that stands in it. Only the child imports this."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkObject, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkPlane, vtkPlaneCollection
from vtkmodules.vtkRenderingCore import vtkActor, vtkLightKit, vtkRenderer, vtkRenderWindow

from annotat3d_tui.render.scene.box import box_lines
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.flats import lines_actor, picture_actor
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.scene import BACKGROUND_COLOURS, COARSE, LIGHT, POSTER, SHARP, SOLID, WHITE, Scene
from annotat3d_tui.render.scene.solid import Solid
from annotat3d_tui.render.scene.surfaces import (
    MOST_COARSE,
    MOST_VOXELS,
    Faces,
    actor_of,
    marker_faces,
    surfaces_of,
)
from annotat3d_tui.render.scene.transfer import transfer_of
from annotat3d_tui.render.scene.views import view_of

assert vtkmodules.vtkRenderingOpenGL2  # which must be loaded for windows to be made
BOX_ON_DARK, BOX_ON_LIGHT = (128, 138, 152), (120, 126, 134)
FINER, MOST_FINE = 2, 5_000_000
"""A poster is drawn so many times as wide and high, and made smaller, up to so many pixels."""
SAMPLES = 4
DRAWN_FROM = {"label": ("label fine", "label coarse"), "colours": ("label fine", "label coarse", "markers")}
"""What is no longer right when an array changes."""
FEW_FACES = 120_000
"""So few are drawn while the camera moves as when it is still."""
FEW_PIXELS = 200
"""A still picture on the screen of so few along the longest edge of the box shows no more than a coarse surface has."""


class Stage:
    """A window without a screen; `interrupted` says whether a picture is no longer wanted while it is drawn."""

    def __init__(self, interrupted: Callable[[], bool]) -> None:
        vtkObject.GlobalWarningDisplayOff()
        self._window, self._renderer = vtkRenderWindow(), vtkRenderer()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(16, 16)
        self._window.AddRenderer(self._renderer)
        self._renderer.SetGradientBackground(True)
        self._lights = vtkLightKit()
        self._lights.SetKeyLightIntensity(0.95)
        self._lights.SetKeyToFillRatio(2.6)
        self._lights.SetKeyToHeadRatio(3.2)
        self._lights.AddLightsToRenderer(self._renderer)
        self._window.Render()
        self._interrupted, self._stopped = interrupted, False
        self._window.AddObserver("AbortCheckEvent", self._check)
        self.graphics = _device(self._window.ReportCapabilities())
        self._software = any(word in self.graphics.lower() for word in ("llvmpipe", "softpipe", "swrast"))
        self._kept: dict[str, tuple[NDArray[Any] | None, dict[str, Any]]] = {}
        self._solid: Solid | None = None
        self._actors: dict[str, tuple[Any, list[vtkActor]]] = {}

    def keep(self, what: str, array: NDArray[Any] | None, facts: dict[str, Any]) -> None:
        """Take an array: image, label, colours, markers, or the picture of a slice; None drops it."""
        self._kept[what] = (array, facts)
        if array is None:
            del self._kept[what]
        if what == "image":
            self._solid = None if array is None else Solid(
                array, facts["size"], facts["scale"], facts["offset"], self._software
            )  # fmt: skip
        for name in DRAWN_FROM.get(what, (what,)):
            self._actors.pop(name, None)

    def draw(self, asked: dict[str, Any], frame: NDArray[np.uint8]) -> dict[str, Any]:
        """Draw what is asked into the frame (rows, columns, 3); says whether it was interrupted."""
        scene, camera, grid = Scene.from_dict(asked["scene"]), view_of(asked["camera"]), _grid(asked["grid"])
        quality, (width, height) = asked["quality"], asked["size"]
        finer = FINER if quality == POSTER and width * height <= MOST_FINE else 1
        self._window.SetMultiSamples(0 if quality == COARSE or finer > 1 else SAMPLES)
        self._window.SetSize(width * finer, height * finer)
        self._background(scene)
        self._fill(scene, grid, asked, finer)
        self._shade(scene, grid, quality)
        self._look(camera, grid, scene)
        self._stopped = False
        self._window.Render()
        if self._stopped:
            return {"interrupted": True}
        self._read(frame[:height, :width], finer)
        return {}

    def _check(self, window: Any, _: str) -> None:
        if self._interrupted():
            self._stopped = True
            window.SetAbortRender(1)

    def _background(self, scene: Scene) -> None:
        bottom, top = BACKGROUND_COLOURS[scene.background]
        self._renderer.SetBackground(*(value / 255 for value in bottom))
        self._renderer.SetBackground2(*(value / 255 for value in top))

    def _fill(self, scene: Scene, grid: Grid, asked: dict[str, Any], finer: int) -> None:
        renderer, quality = self._renderer, asked["quality"]
        renderer.RemoveAllViewProps()
        planes = _planes(scene, grid)
        pixels = asked["size"][1] * finer * max(grid.extent) / float(asked["camera"]["height"])
        if scene.volume and self._solid is not None:
            rays = 1.0 if scene.opacity == SOLID else float(finer)  # what has no edges gains nothing from more
            volume = self._solid.volume(quality, pixels, rays)
            transfer = transfer_of(scene, (asked["window"][0], asked["window"][1]), asked["threshold"])
            self._solid.look(volume, transfer, grid.diagonal, planes)
            renderer.AddVolume(volume)
        actors = []
        if asked["labels"] and "label" in self._kept:
            actors += self._surfaces(asked["labels"], quality, pixels, scene.mesh_opacity)
        if scene.markers and "markers" in self._kept:
            actors += self._cached("markers", None, self._markers)
        for actor in actors:
            actor.GetMapper().SetClippingPlanes(planes)
        for key in asked["pictures"]:
            array, facts = self._kept[f"picture {key}"]
            assert array is not None
            actors += self._cached(f"picture {key}", None, partial(_laid, array, facts))
        if scene.box:
            colour = BOX_ON_LIGHT if scene.background in (LIGHT, WHITE) else BOX_ON_DARK
            box = self._cached("box", (grid, colour), lambda: [lines_actor(*box_lines(grid, colour))])
            box[0].GetProperty().SetLineWidth(max(asked["size"][1] * finer / 500, 1.0))
            actors += box
        for actor in actors:
            renderer.AddActor(actor)

    def _cached(self, name: str, key: Any, make: Callable[[], list[vtkActor]]) -> list[vtkActor]:
        if name not in self._actors or self._actors[name][0] != key:
            self._actors[name] = (key, make())
        return self._actors[name][1]

    def _surfaces(self, labels: list[int], quality: str, pixels: float, opacity: float) -> list[vtkActor]:
        key, moves = tuple(labels), quality == COARSE
        if moves or (quality == SHARP and pixels <= FEW_PIXELS):
            fine = self._actors.get("label fine")
            made = fine is not None and fine[0] == key and (not moves or _faces(fine[1]) < FEW_FACES)
            name, most = ("label fine", MOST_VOXELS) if made else ("label coarse", MOST_COARSE)
        else:
            name, most = "label fine", MOST_VOXELS
        actors = self._cached(name, key, lambda: self._new_surfaces(labels, most))
        for actor in actors:
            actor.GetProperty().SetOpacity(opacity)
        return actors

    def _new_surfaces(self, labels: list[int], most_voxels: int) -> list[vtkActor]:
        ids, facts = self._kept["label"]
        assert ids is not None
        shown = np.zeros(int(np.iinfo(ids.dtype).max) + 1, np.bool_)
        shown[[label for label in labels if label < len(shown)]] = True
        outer, inner = surfaces_of(ids, shown, facts["size"], most_voxels)
        parts = ((outer, False), (inner, True))
        return [actor_of(faces, self._colours(), culled=culled) for faces, culled in parts if len(faces.faces)]

    def _markers(self) -> list[vtkActor]:
        array, facts = self._kept["markers"]
        assert array is not None
        faces: Faces = marker_faces(array[:, :3], array[:, 3].astype(np.int64), facts["size"])
        return [actor_of(faces, self._colours(), culled=False, flat=True)] if len(faces.faces) else []

    def _colours(self) -> NDArray[np.uint8]:
        colours = self._kept["colours"][0]
        assert colours is not None
        return colours

    def _shade(self, scene: Scene, grid: Grid, quality: str) -> None:
        meshes = scene.label or bool(scene.meshes)
        shadows = quality == POSTER and meshes and scene.mesh_opacity >= 1
        self._renderer.SetUseSSAO(shadows)
        if shadows:  # which leave no way from one colour of the background to the other
            bottom, top = BACKGROUND_COLOURS[scene.background]
            self._renderer.SetBackground(*((a + b) / 510 for a, b in zip(bottom, top, strict=True)))
            self._renderer.SetSSAORadius(0.06 * grid.diagonal)
            self._renderer.SetSSAOBias(0.002 * grid.diagonal)
            self._renderer.SetSSAOKernelSize(96)
            self._renderer.SetSSAOBlur(True)
        translucent = meshes and scene.mesh_opacity < 1
        self._renderer.SetUseDepthPeeling(translucent and quality != COARSE)
        self._renderer.SetMaximumNumberOfPeels(8)
        self._window.SetAlphaBitPlanes(translucent)

    def _look(self, camera: Camera, grid: Grid, scene: Scene) -> None:
        seen = self._renderer.GetActiveCamera()
        focus = np.array(camera.focus)
        distance = camera.distance
        if not camera.perspective:  # the eye is anywhere before all that is there
            distance = max(distance, 2 * grid.diagonal + float(np.linalg.norm(focus - np.array(grid.middle))))
        seen.SetParallelProjection(not camera.perspective)
        seen.SetFocalPoint(*focus[::-1])
        seen.SetPosition(*(focus - distance * np.array(camera.direction))[::-1])
        seen.SetViewUp(*camera.up[::-1])
        seen.SetViewAngle(camera.angle)
        seen.SetParallelScale(camera.height / 2)
        around = 0.03 * grid.diagonal
        low, high = [-around] * 3, [length + around for length in grid.extent]
        self._renderer.ResetCameraClippingRange(
            *(bound for pair in zip(low, high[::-1], strict=True) for bound in pair)
        )

    def _read(self, frame: NDArray[np.uint8], finer: int) -> None:
        height, width = frame.shape[0] * finer, frame.shape[1] * finer
        pixels = vtkUnsignedCharArray()
        self._window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        rgb = vtk_to_numpy(pixels).reshape(height, width, 3)[::-1]
        if finer == 1:
            frame[:] = rgb
            return
        for row in range(frame.shape[0]):
            rows = rgb[row * finer : (row + 1) * finer].astype(np.uint16)
            total = rows.reshape(finer, frame.shape[1], finer, 3).sum(axis=(0, 2))
            frame[row] = (total + finer * finer // 2) // (finer * finer)


def _laid(picture: NDArray[np.uint8], facts: dict[str, Any]) -> list[vtkActor]:
    return [picture_actor(picture, facts["corners"], facts["places"])]


def _planes(scene: Scene, grid: Grid) -> vtkPlaneCollection:
    planes = vtkPlaneCollection()
    if scene.cut is not None:
        plane = vtkPlane()
        plane.SetOrigin(*grid.place_of(scene.cut.plane.position)[::-1])
        plane.SetNormal(*scene.cut.normal[::-1])
        planes.AddItem(plane)
    return planes


def _grid(content: dict[str, Any]) -> Grid:
    (z, y, x), (down, row, column) = content["shape"], content["voxel_size"]
    return Grid((z, y, x), (down, row, column), content["unit"])


def _faces(actors: list[vtkActor]) -> int:
    return sum(actor.GetMapper().GetInput().GetNumberOfCells() for actor in actors)


def _device(capabilities: str) -> str:
    """The name of what draws, as the library gives it."""
    name = "OpenGL renderer string:"
    lines = [line.partition(name)[2].strip() for line in capabilities.splitlines() if name in line]
    return lines[0] if lines and lines[0] else os.environ.get("VTK_DEFAULT_OPENGL_WINDOW", "")
