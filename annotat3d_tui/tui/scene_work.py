"""What takes long on the 3D screen: each in a thread, which tells the screen by a message when it is done."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.message import Message
from textual.worker import Worker, WorkerState

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import Annotat3DError, Cancelled
from annotat3d_tui.render.scene.meshes import Surfacing
from annotat3d_tui.tui.messages import Centre, Progressed, Saved
from annotat3d_tui.tui.overview import centroid
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.paths import ChosenPath
from annotat3d_tui.tui.screens.tab import TabScreen
from annotat3d_tui.tui.space import Asked, Space, Voxel
from annotat3d_tui.tui.widgets.title_line import Running

if TYPE_CHECKING:
    from annotat3d_tui.render.scene.camera import Camera
    from annotat3d_tui.tui.screens.segment import SegmentScreen

FRAMES, SECONDS = 72, 6.0
"""Of a film: pictures once round, and how long it takes."""
WRITE, LOOK = "write", "look"
"""Groups of workers: files, one at a time; what is found in volumes."""


class Picked(Message):
    """The voxel (z, y, x) that was pointed at; None where nothing is."""

    def __init__(self, voxel: Voxel | None) -> None:
        super().__init__()
        self.voxel = voxel


@dataclass(frozen=True, eq=False)
class Meshed:
    """What a mesh is made of: labels of a label volume (Z, Y, X), how, and their names."""

    label: NDArray[Any]
    ids: tuple[int, ...]
    surfacing: Surfacing
    names: dict[int, str]


class ViewRead(Message):
    """A camera was read from a file."""

    def __init__(self, camera: "Camera", path: Path) -> None:
        super().__init__()
        self.camera, self.path = camera, path


class SceneWork(TabScreen):
    """A screen in 3D that writes pictures and finds places. segment: the screen it lies over."""

    def __init__(self, segment: "SegmentScreen", space: Space) -> None:
        super().__init__()
        self.segment, self.space = segment, space
        self.writing: Running | None = None
        self._stopped = Event()

    def begin(self, name: str) -> None:
        """A file is going to be written; `stop` stops it."""
        self._stopped = Event()
        self.writing = Running(name, began=time.monotonic())

    def stop(self) -> bool:
        """Stop what is being written; False when nothing is."""
        if self.writing is None:
            return False
        self._stopped.set()
        return True

    def on_unmount(self) -> None:
        """Write no more."""
        self.stop()

    @work(thread=True, exclusive=True, group=LOOK, exit_on_error=False)
    def pick(self, asked: Asked, place: tuple[float, float]) -> None:
        """Find what is seen at a place of a picture."""
        self.post_message(Picked(self.space.renderer.voxel_seen(asked.scene, asked.camera, place, asked.size)))

    @work(thread=True, exclusive=True, group=LOOK, exit_on_error=False)
    def find_centre(self, label: NDArray[Any], id: int) -> None:
        """The middle of a label in the label volume."""
        self.post_message(Centre(centroid(label, id)))

    @work(thread=True, group=WRITE, exit_on_error=False)
    def write_picture(self, asked: Asked, chosen: ChosenPath, stopped: Event) -> None:
        """Draw a picture for a file."""
        from annotat3d_tui.render.picture import save_png
        from annotat3d_tui.render.scene.words import with_words

        rgb = self.space.patiently(asked, stopped.is_set)
        if stopped.is_set():
            raise Cancelled("Stopped; nothing was written.")
        save_png(chosen.path, with_words(rgb, asked.scene, asked.camera, self.space.grid), chosen.overwrite)
        height, width, _ = rgb.shape
        self.post_message(Saved(f"Picture of {width}×{height}", chosen.path))

    @work(thread=True, group=WRITE, exit_on_error=False)
    def write_film(self, asked: Asked, chosen: ChosenPath, stopped: Event) -> None:
        """Draw once round what is seen, into a file."""
        from annotat3d_tui.render.film import save_film
        from annotat3d_tui.render.scene.camera import turns

        report = self.progress_of("Film", stopped)

        def frames() -> Iterator[NDArray[np.uint8]]:
            for number, camera in enumerate(turns(asked.camera, FRAMES)):
                report(number / FRAMES)
                yield self.space.patiently(replace(asked, camera=camera), stopped.is_set)

        save_film(chosen.path, frames(), SECONDS / FRAMES, chosen.overwrite)
        self.post_message(Saved(f"Film of {FRAMES} pictures", chosen.path))

    @work(thread=True, group=WRITE, exit_on_error=False)
    def write_mesh(self, meshed: Meshed, chosen: ChosenPath, stopped: Event) -> None:
        """Make closed meshes of labels and write them into one file."""
        from annotat3d_tui.render.scene.making import label_meshes
        from annotat3d_tui.render.scene.meshes import save_meshes

        grid, report = self.space.grid, self.progress_of("Mesh", stopped)
        meshes = label_meshes(meshed.label, grid, meshed.ids, meshed.surfacing, lambda share, _: report(share))
        save_meshes(chosen.path, meshes, grid.unit, meshed.names, chosen.overwrite)
        faces = sum(len(mesh.faces) for mesh in meshes)
        self.post_message(Saved(f"Mesh of {count_text(len(meshes), 'label')}, {faces} faces,", chosen.path))

    @work(thread=True, group=WRITE, exit_on_error=False)
    def write_view(self, camera: "Camera", chosen: ChosenPath) -> None:
        """Keep a view in a file."""
        from annotat3d_tui.render.scene.views import save_view

        save_view(chosen.path, camera, chosen.overwrite)
        self.post_message(Saved("View", chosen.path))

    @work(thread=True, group=WRITE, exit_on_error=False)
    def read_view(self, path: Path) -> None:
        """A view that was kept."""
        from annotat3d_tui.render.scene.views import open_view

        self.post_message(ViewRead(open_view(path), path))

    def progress_of(self, name: str, stopped: Event) -> Callable[[float], None]:
        """What tells how far it is, and raises Cancelled once it was stopped."""
        began = time.monotonic()

        def report(share: float) -> None:
            if stopped.is_set():
                raise Cancelled("Stopped; nothing was written.")
            self.post_message(Progressed(Running(name, share, began=began)))

        return report

    def on_progressed(self, message: Progressed) -> None:
        """Show how far it is, unless it has ended meanwhile."""
        if self.writing is not None:
            self.writing = message.running

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        worker = event.worker
        if worker.is_finished and worker.group == WRITE:
            self.writing = None
        if event.state == WorkerState.ERROR and worker.error is not None:
            if not isinstance(worker.error, Annotat3DError):
                raise worker.error
            say_error(self.app, worker.error)


def seen_from(camera: "Camera") -> int:
    """The axis (0 z, 1 y, 2 x) along which it is looked most.

    >>> from annotat3d_tui.render.scene.grid import Grid
    >>> from annotat3d_tui.render.scene.camera import Camera
    >>> [seen_from(Camera.looking(Grid((4, 4, 4)), preset)) for preset in ("-z", "y", "x")]
    [0, 1, 2]
    """
    return int(np.argmax(np.abs(camera.direction)))
