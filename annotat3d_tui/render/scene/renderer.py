"""The handle of 3D: gives volumes to the drawing child, asks it for pictures, starts it again when it is lost.

with Renderer(Grid(image.shape, voxel_size, unit)) as renderer:
    renderer.set_image(image)
    camera = Camera.looking(renderer.grid)
    rgb = renderer.render(Scene(volume=True), camera, (800, 600))
"""

import threading
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Cancelled, DrawingFailed, InvalidParameter, ShapeMismatch
from annotat3d_tui.labels.colours import HIGHEST_LABEL, colour_of
from annotat3d_tui.memory import default_budget
from annotat3d_tui.render.palette import ColourOf
from annotat3d_tui.render.percentiles import contrast_window, grey_sample
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.channel import Memory
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.levels import (
    COARSE_SIDE,
    Level,
    halved,
    image_level,
    label_level,
    voxels_within,
    without_rim,
)
from annotat3d_tui.render.scene.picking import picked
from annotat3d_tui.render.scene.pictures import Colouring, Flat, Inside, Voxels, oblique_flat, slice_flat
from annotat3d_tui.render.scene.process import Child, Lost
from annotat3d_tui.render.scene.scene import COARSE, QUALITIES, SHARP, SOLID, Scene
from annotat3d_tui.render.scene.transfer import parting_grey
from annotat3d_tui.render.scene.views import view_dict
from annotat3d_tui.render.slice import Window

BACKGROUND = 1
PACKAGES = "libegl1 libgl1-mesa-dri"
"""Of Debian; what they bring draws without a display and without a GPU."""
NO_GRAPHICS = f"3D needs a graphics library that works here ({{}}): apt-get install {PACKAGES}."
LARGEST_PICTURE = 16384
SECONDS = {COARSE: 30.0, SHARP: 120.0}
"""How long a picture may take; one for a file 30 minutes."""


@dataclass
class _Kept:
    """What the child was given: sent again when it has been started again."""

    facts: dict[str, Any]
    memory: Memory


class Renderer:
    """Pictures of one image, from any thread, one at a time. Nothing is started before it is needed.

    problem: why there are no graphics here, "" where there are, or nobody has looked yet; pictures are then
    projections of the brightest voxels, drawn without any library.
    """

    def __init__(self, grid: Grid, budget: int | None = None) -> None:
        """budget: bytes that drawing a volume may take; by default half of what a computation may."""
        self.grid, self._budget = grid, budget
        self.problem = ""
        self.window: Window = (0.0, 1.0)
        self.threshold = 0.0
        self._child: Child | None = None
        self._kept: dict[str, _Kept] = {}
        self._pictures: dict[str, tuple[Any, Flat | None]] = {}
        self._voxels: Voxels | None = None
        self._level: Level | None = None
        self._label: Level | None = None
        self._coarse: NDArray[Any] | None = None
        self._present: NDArray[np.intp] = np.empty(0, np.intp)
        self._colour_of: ColourOf = colour_of
        self._hidden: Container[int] = (BACKGROUND,)
        self._frame: Memory | None = None
        self._starts = 0
        self._starting: Child | None = None
        self._ended = False
        self._serial = 0
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def device(self) -> str:
        """What draws, such as `llvmpipe`; "" while nothing does."""
        return str(self._child.hello.get("graphics", "")) if self._child else ""

    @property
    def pid(self) -> int | None:
        """The process that draws, if there is one."""
        return self._child.pid if self._child else None

    @property
    def notes(self) -> list[str]:
        """What a person must know of the pictures, a sentence each."""
        notes = [self.problem] if self.problem else []
        for what, level in (("The image is", self._level), ("The label is", self._label)):
            if level is not None and level.said:
                notes.append(f"{what} {level.said}.")
        if self._starts > 1:
            notes.append("The process that draws was lost and has been started again.")
        return notes

    def start(self) -> bool:
        """Start the child, which takes a second or two; returns whether there are graphics, else `problem` says why."""
        with self._lock:
            if self._ended:
                raise Cancelled("3D was closed before this was drawn.")
            if self.problem or (self._child and self._child.alive):
                return not self.problem
            self._stop()
            try:
                child = Child("draw", self._begun)
            except (Lost, OSError) as error:
                if self._ended:
                    raise Cancelled("3D was closed before this was drawn.") from None
                self.problem = NO_GRAPHICS.format(error)
                return False
            self._child = child
            self._starts += 1
            for what in self._kept:
                self._send(what)
            self._send_frame()
            return True

    def _begun(self, child: Child) -> None:
        """A child is being started; it is ended at once where nobody wants it any more."""
        self._starting = child
        if self._ended:
            child.kill()

    def set_image(self, image: NDArray[Any], window: Window | None = None) -> None:
        """The image (Z, Y, X), of any type; the contrast where a scene has none."""
        self._check(image, "image")
        with self._lock:
            sample = grey_sample(image)
            self.window = window or contrast_window(sample)
            dark = min(self.window[0], float(sample.min(initial=self.window[0])))
            level = image_level(image, dark, self._most_voxels())
            self.threshold = parting_grey(np.clip(sample, *self.window))
            self._voxels = replace(self._voxels, image=image) if self._voxels else Voxels(image)
            self._level, self._coarse = level, None
            self._changed()
            self._keep("image", level.memory, scale=level.scale, offset=level.offset, size=self._size(level))

    def set_label(
        self, label: NDArray[Any] | None, colours: ColourOf = colour_of, hidden: Container[int] = (BACKGROUND,)
    ) -> None:
        """The label volume, or None; the colours of its ids, None for one that is hidden everywhere.

        hidden: ids that have no surface unless a scene asks for them: what is around everything.
        """
        with self._lock:
            if label is not None:
                self._check(label, "label")
            self._label = level = None if label is None else label_level(label, self._most_voxels())
            self._with(label=label)
            self._present = np.empty(0, np.intp)
            if level is None:
                self._drop("label")
            else:
                counts = np.zeros(HIGHEST_LABEL + 1, np.int64)
                for plane in level.memory.array:
                    counts += np.bincount(plane.ravel(), minlength=len(counts))
                self._present = np.flatnonzero(counts[1:]) + 1
                self._keep("label", level.memory, size=self._size(level))
            self.set_colours(colours, hidden)

    def set_colours(self, colours: ColourOf = colour_of, hidden: Container[int] = (BACKGROUND,)) -> None:
        """Other colours, or other hidden labels."""
        with self._lock:
            self._colour_of, self._hidden = colours, hidden
            marked = self._voxels.marks[1] if self._voxels and self._voxels.marks else np.empty(0, np.intp)
            memory = Memory((HIGHEST_LABEL + 1, 4), np.uint8)
            for label in {*self._present.tolist(), *np.unique(marked).tolist()} - {0}:
                colour = colours(label)
                memory.array[label] = (*(colour or (0, 0, 0)), 0 if colour is None else 255)
            self._keep("colours", memory)
            self._changed()

    def set_superpixels(self, superpixels: NDArray[Any] | None) -> None:
        """The superpixels, or None, whose borders slices show."""
        with self._lock:
            if superpixels is not None:
                self._check(superpixels, "superpixels")
            self._with(superpixels=superpixels)

    def set_markers(self, voxels: NDArray[Any], labels: NDArray[Any]) -> None:
        """The marked voxels (n, 3), z y x, and their labels (n,)."""
        with self._lock:
            self._with(marks=(np.asarray(voxels, np.int32).reshape(-1, 3), np.asarray(labels)))
            memory = Memory((len(voxels), 4), np.int32)
            if len(voxels):
                memory.array[:, :3], memory.array[:, 3] = voxels, labels
            self._keep("markers", memory, size=self.grid.voxel_size)
            self.set_colours(self._colour_of, self._hidden)

    def render(self, scene: Scene, camera: Camera, size: tuple[int, int], quality: str = SHARP) -> NDArray[np.uint8]:
        """The picture (height, width, 3) of a `size` (width, height).

        A child that is lost is started again once. Raises Cancelled when it was interrupted, DrawingFailed when the
        child is lost twice or cannot draw this, InvalidParameter for a size out of range.
        """
        if quality not in QUALITIES:
            raise InvalidParameter(f"quality must be one of {', '.join(QUALITIES)}, received {quality!r}: choose one.")
        if not (1 <= size[0] <= LARGEST_PICTURE and 1 <= size[1] <= LARGEST_PICTURE):
            raise InvalidParameter(
                f"A picture must be 1 to {LARGEST_PICTURE} pixels a side, received {size[0]}×{size[1]}: correct it."
            )
        with self._lock:
            if not self.start():
                return self._projected(scene, camera, size)
            try:
                return self._drawn(scene, camera, size, quality)
            except Lost:
                self._stop()
                if not self.start():
                    return self._projected(scene, camera, size)
            try:
                return self._drawn(scene, camera, size, quality)
            except Lost as error:
                self._stop()
                raise DrawingFailed(
                    f"The process that draws in 3D was lost twice ({error}): show less, or a smaller picture."
                ) from None

    def voxel_seen(
        self, scene: Scene, camera: Camera, place: tuple[float, float], size: tuple[int, int]
    ) -> tuple[int, int, int] | None:
        """The voxel (z, y, x) that is seen at a place (column, row) of a picture of a `size`, None for none."""
        voxels = self._voxels
        if voxels is None:
            return None
        threshold = self.threshold if scene.threshold is None else scene.threshold
        shown = frozenset(self.labels_of(scene))
        return picked(scene, camera, self.grid, place, size, voxels.image, threshold, voxels.label, shown)

    def interrupt(self) -> None:
        """Give up the picture that another thread is waiting for; nothing where there is none."""
        child = self._child
        if child is not None:
            child.interrupt()

    def close(self) -> None:
        """End the child, whatever another thread waits for; nothing is left of it."""
        self._ended = True
        for child in (self._child, self._starting):
            if child is not None:
                child.kill()
        with self._lock:
            self._stop()
            for kept in self._kept.values():
                kept.memory.close()
            self._kept.clear()
            self._pictures.clear()
            self._voxels = self._level = self._label = None
            if self._frame:
                self._frame.close()
                self._frame = None

    def labels_of(self, scene: Scene) -> list[int]:
        """The labels whose surfaces a scene shows, rising."""
        shown = set(scene.meshes) & set(self._present.tolist())
        if scene.label:
            shown |= {
                one for one in self._present.tolist() if one not in self._hidden and self._colour_of(one) is not None
            }
        return sorted(shown - {0})

    def _drawn(self, scene: Scene, camera: Camera, size: tuple[int, int], quality: str) -> NDArray[np.uint8]:
        assert self._child is not None
        shape = (size[1], size[0], 3)
        if self._frame is None or self._frame.shape[0] < shape[0] or self._frame.shape[1] < shape[1]:
            old = self._frame.shape if self._frame else (0, 0, 3)
            if self._frame:
                self._frame.close()
            self._frame = Memory((max(old[0], shape[0]), max(old[1], shape[1]), 3), np.uint8)
            self._send_frame()
        labels = self.labels_of(scene)
        asked = {
            "act": "draw",
            "scene": replace(scene, meshes=(), slices=(), oblique=None, label=bool(labels)).to_dict(),
            "camera": view_dict(camera),
            "grid": {"shape": self.grid.shape, "voxel_size": self.grid.voxel_size, "unit": self.grid.unit},
            "labels": labels,
            "pictures": self._lay(scene, labels, quality),
            "window": scene.window or self.window,
            "threshold": self.threshold if scene.threshold is None else scene.threshold,
            "size": size,
            "quality": quality,
        }
        answer = self._child.ask(asked, seconds=SECONDS.get(quality, 1800.0))
        if answer.get("interrupted"):
            raise Cancelled("Another picture was wanted before this one was drawn.")
        if "failed" in answer:
            raise DrawingFailed(f"This cannot be drawn ({answer['failed']}): show less, or a smaller picture.")
        return self._frame.array[: shape[0], : shape[1]].copy()

    def _lay(self, scene: Scene, labels: list[int], quality: str) -> list[str]:
        """Compose the slices that have changed and give them to the child; returns the names of those that are seen."""
        wanted: dict[str, Any] = {f"{plane} {index}": (plane, index) for plane, index in scene.slices}
        if scene.oblique is not None:
            wanted["oblique"] = (scene.oblique,)
        if scene.cut is not None and (opened := self._opened(scene, labels)):
            wanted["cut"] = (scene.cut.plane, replace(opened, smooth=quality != COARSE))
        if self._voxels is None:
            return []
        for name in [name for name in self._pictures if name not in wanted]:
            del self._pictures[name]
            self._drop(f"picture {name}")
        colouring = Colouring(scene.window or self.window, scene.colormap, scene.overlay, self._colour_of)
        seen = []
        for name, what in wanted.items():
            of = (colouring.window, colouring.colormap, colouring.overlay, self._serial)
            made = self._pictures[name][0] if name in self._pictures else None
            if made not in ((what, *of), (_smooth(what), *of)):
                flat = self._flat(name, what, colouring)
                self._pictures[name] = ((what, *of), flat)
                self._lay_down(f"picture {name}", flat)
            if self._pictures[name][1] is not None:
                seen.append(name)
        return seen

    def _flat(self, name: str, what: Any, colouring: Colouring) -> Flat | None:
        assert self._voxels is not None
        if name in ("oblique", "cut"):
            plane, *opened = what
            return oblique_flat(self._voxels, self.grid, plane, colouring, *opened)
        plane, index = what
        return slice_flat(self._voxels, self.grid, plane, index, colouring)

    def _opened(self, scene: Scene, labels: list[int]) -> Inside | None:
        """What the cut of a scene lays open, None for nothing that is solid."""
        solid = scene.volume and scene.opacity == SOLID and self._level is not None
        whole = frozenset(labels) if scene.mesh_opacity == 1 else frozenset()
        threshold = self.threshold if scene.threshold is None else scene.threshold
        return Inside(threshold if solid else None, whole) if solid or whole else None

    def _lay_down(self, name: str, flat: Flat | None) -> None:
        if flat is None:
            self._drop(name)
            return
        memory = Memory(flat.rgb.shape, np.uint8)
        memory.array[:] = flat.rgb
        self._keep(name, memory, corners=flat.corners.tolist(), places=flat.places.tolist())

    def _projected(self, scene: Scene, camera: Camera, size: tuple[int, int]) -> NDArray[np.uint8]:
        from annotat3d_tui.render.scene.projection import Numbers, projection

        if self._level is not None and self._coarse is None:
            self._coarse = halved(without_rim(self._level.memory.array), COARSE_SIDE)[0]
        numbers = None
        if self._coarse is not None and self._level is not None:
            numbers = Numbers(self._coarse, self._level.scale, self._level.offset)
        return projection(numbers, self.grid, scene, camera, size, scene.window or self.window)

    def _with(self, **changes: Any) -> None:
        if self._voxels is None:  # slices need an image; without one they are dark
            self._voxels = Voxels(np.broadcast_to(np.uint8(0), self.grid.shape))
        self._voxels = replace(self._voxels, **changes)
        self._changed()

    def _changed(self) -> None:
        self._serial += 1

    def _most_voxels(self) -> int:
        return voxels_within(default_budget() // 2 if self._budget is None else self._budget)

    def _size(self, level: Level) -> tuple[float, ...]:
        return tuple(size * times for size, times in zip(self.grid.voxel_size, level.times, strict=True))

    def _check(self, volume: NDArray[Any], what: str) -> None:
        if volume.shape != self.grid.shape:
            raise ShapeMismatch(
                f"The {what} must have the size {size_text(self.grid.shape)}, received {size_text(volume.shape)}: "
                "give one of this image."
            )

    def _keep(self, what: str, memory: Memory, **facts: Any) -> None:
        if what in self._kept:
            self._kept[what].memory.close()
        self._kept[what] = _Kept(facts, memory)
        self._send(what)

    def _drop(self, what: str) -> None:
        kept = self._kept.pop(what, None)
        if kept is None:
            return
        kept.memory.close()
        self._tell({"act": "keep", "what": what})

    def _send(self, what: str) -> None:
        kept = self._kept[what]
        self._tell({"act": "keep", "what": what, "facts": kept.facts} | kept.memory.facts, kept.memory.handle)

    def _send_frame(self) -> None:
        if self._frame:
            self._tell({"act": "frame"} | self._frame.facts, self._frame.handle)

    def _tell(self, message: dict[str, Any], handle: int | None = None) -> None:
        """Say something to the child if there is one; when it is lost, the next picture finds out."""
        if self._child is None:
            return
        try:
            answer = self._child.ask(message, handle)
        except Lost:
            self._stop()
            return
        if "failed" in answer:
            raise DrawingFailed(f"This cannot be drawn ({answer['failed']}): show less.")

    def _stop(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


def _smooth(what: Any) -> Any:
    """The same slice or cut, its borders smooth where they can be: what is seen as well while the camera moves."""
    return tuple(replace(one, smooth=True) if isinstance(one, Inside) else one for one in what)
