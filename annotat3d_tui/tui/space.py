"""The open image in 3D: what draws it, what of it is shown, and from where; kept while other tabs are shown."""

import threading
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import Cancelled
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.renderer import Renderer
from annotat3d_tui.render.scene.scene import DARK, SHARP, SOLID, Overlay, Scene
from annotat3d_tui.render.slice import Window

Voxel = tuple[int, int, int]
SLICES: tuple[tuple[str, ...], ...] = ((), ("xy", "xz", "yz"), ("xy",), ("xz",), ("yz",))
"""Which planes can be shown together, one after the other."""


@dataclass(frozen=True)
class Looked:
    """How the slice view is looked at, which is shown in 3D, too."""

    cursor: Voxel
    window: Window
    colormap: str
    overlay: Overlay


@dataclass(frozen=True)
class Shown:
    """What is shown: what a Scene has but for what the slice view says.

    plane: the slice in the clipping plane is seen; cutting: it cuts volume, labels and meshes.
    """

    volume: bool = True
    threshold: float | None = None
    opacity: str = SOLID
    label: bool = False
    meshes: frozenset[int] = frozenset()
    mesh_opacity: float = 1.0
    slices: tuple[str, ...] = ()
    plane: bool = False
    cutting: bool = False
    cut: Cut | None = None
    markers: bool = False
    box: bool = True
    background: str = DARK

    def scene(self, looked: Looked) -> Scene:
        """What is to be drawn now."""
        at = dict(zip(("xy", "xz", "yz"), looked.cursor, strict=True))
        cut = self.cut
        return Scene(
            volume=self.volume,
            threshold=self.threshold,
            opacity=self.opacity,
            label=self.label,
            meshes=tuple(sorted(self.meshes)),
            mesh_opacity=self.mesh_opacity,
            slices=tuple((plane, at[plane]) for plane in self.slices),
            oblique=cut.plane if cut is not None and self.plane else None,
            markers=self.markers,
            box=self.box,
            cut=cut if self.cutting else None,
            overlay=looked.overlay,
            colormap=looked.colormap,
            window=looked.window,
            background=self.background,
        )

    def next_slices(self) -> "Shown":
        """None, all three, each alone, and again."""
        return replace(self, slices=SLICES[(SLICES.index(self.slices) + 1) % len(SLICES)])

    def with_mesh(self, label: int) -> "Shown":
        """With the mesh of a label, or without it where it is shown."""
        return replace(self, meshes=self.meshes ^ {label})


Take = Callable[[Renderer], object]
Given = Mapping[str, tuple[Hashable, Take]]
"""By name: a version, and what gives the renderer the volume of that version; in the order in which it needs them."""


@dataclass(frozen=True)
class Asked:
    """A picture that is wanted: of a size (width, height) in pixels, of a quality."""

    scene: Scene
    camera: Camera
    size: tuple[int, int]
    quality: str
    given: Given


class Space:
    """What draws one image in 3D, and how it is looked at; its methods that take long may be called in any thread.

    home: from where it is seen at first, or where a person wanted to be. wheel_slices: the wheel changes slices.
    reticle: the middle is marked.
    """

    def __init__(self, shape: tuple[int, int, int], voxel_size: tuple[float, float, float], unit: str) -> None:
        z, y, x = (size if np.isfinite(size) and size > 0 else 1.0 for size in voxel_size)
        self.grid = Grid(shape, (z, y, x), unit)
        self.renderer = Renderer(self.grid)
        self.shown = Shown()
        self.home: Camera | None = None
        self.camera: Camera | None = None
        self.had_label = False
        self.wheel_slices = False
        self.reticle = True
        self._taken: dict[str, Hashable] = {}
        self._taking = threading.Lock()
        self._drawing = ""
        self._begun = False

    def picture(self, asked: Asked) -> NDArray[np.uint8]:
        """The picture (height, width, 3) for the screen; raises what `Renderer.render` raises."""
        self._drawing = asked.quality
        try:
            return self._picture(asked)
        finally:
            self._drawing = ""

    def _picture(self, asked: Asked) -> NDArray[np.uint8]:
        with self._taking:
            for name, (version, take) in asked.given.items():
                if self._taken.get(name) != version:
                    take(self.renderer)
                    self._taken[name] = version
        return self.renderer.render(asked.scene, asked.camera, asked.size, asked.quality)

    def hurry(self) -> None:
        """Give up a sharp picture that is being drawn for the screen: another one is wanted."""
        if self._drawing == SHARP:
            self.renderer.interrupt()

    def patiently(self, asked: Asked, stopped: Callable[[], bool]) -> NDArray[np.uint8]:
        """A picture for a file, which is not given up for one of the screen; raises Cancelled when `stopped`."""
        while True:
            with suppress(Cancelled):
                if not stopped():
                    return self._picture(asked)
            if stopped():
                raise Cancelled("Stopped; nothing was written.")

    def take_label(self, there: bool) -> None:
        """Once there is a label volume, it is shown in the place of the volume."""
        if there and not self.had_label:
            self.shown = replace(self.shown, label=True, volume=False)
        self.had_label = there

    def has(self, name: str, version: Hashable) -> bool:
        """Whether the renderer has this version of a volume."""
        return self._taken.get(name) == version

    @property
    def known_threshold(self) -> float | None:
        """The grey value from which on the volume is seen; None before anything is known of the image."""
        if self.shown.threshold is not None:
            return self.shown.threshold
        return self.renderer.threshold if "image" in self._taken else None

    def begin(self) -> None:
        """Start what draws, which takes a second, while the screen is being made."""
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._start, name="start 3D", daemon=True).start()

    def _start(self) -> None:
        with suppress(Cancelled):
            self.renderer.start()

    def close(self) -> None:
        """End what draws; the program ends after it."""
        threading.Thread(target=self.renderer.close, name="close 3D").start()


def reduced(rgb: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """A picture (rows, columns, 3) so many times smaller: means of squares.

    >>> reduced(np.arange(12, dtype=np.uint8).reshape(2, 2, 3), 2).tolist()
    [[[4, 6, 6]]]
    """
    if times == 1:
        return rgb
    rows, columns, _ = rgb.shape
    squares = rgb.reshape(rows // times, times, columns // times, times, 3)
    return np.asarray(np.rint(squares.mean(axis=(1, 3))).astype(np.uint8))
