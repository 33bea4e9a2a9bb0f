"""The drawing child: lost, hung, interrupted, ended; volumes of every kind; machines without graphics."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import Cancelled
from annotat3d_tui.processes import Process
from annotat3d_tui.render.oblique import Oblique
from annotat3d_tui.render.scene import levels
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.renderer import Renderer
from annotat3d_tui.render.scene.scene import BLACK, COARSE, POSTER, Scene
from tests.render.scene.drawing import renderer_of

SIZE = (96, 64)
SHAPE = (12, 16, 20)
ALL = Scene(volume=True, label=True, slices=(("xy", 3), ("xz", 4)), markers=True, cut=Cut(Oblique((5, 8, 10))))


def ball(shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    z, y, x = np.ogrid[tuple(slice(-1, 1, complex(0, length)) for length in shape)]
    return np.asarray(np.where(z**2 + y**2 + x**2 < 0.7, 200, 10), np.uint8)


def filled(renderer: Renderer) -> Camera:
    image = ball(renderer.grid.shape)
    renderer.set_image(image)
    renderer.set_label((image > 100).astype(np.uint8) * 2)
    renderer.set_markers(np.argwhere(image > 100)[:9], np.full(9, 3))
    return Camera.looking(renderer.grid, "iso", SIZE[0] / SIZE[1])


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_killed_child_is_started_again() -> None:
    with renderer_of(SHAPE) as renderer:
        camera = filled(renderer)
        before = renderer.render(ALL, camera, SIZE)
        first = renderer.pid
        assert first is not None
        assert not renderer.notes
        os.kill(first, signal.SIGKILL)
        assert np.array_equal(renderer.render(ALL, camera, SIZE), before)
        assert renderer.pid != first
        assert "started again" in renderer.notes[-1]
        os.kill(renderer.pid or 0, signal.SIGKILL)
        renderer.set_label(None)
        assert renderer.render(ALL, camera, SIZE).shape == before.shape


def test_a_hung_child_is_noticed_and_started_again() -> None:
    with renderer_of(SHAPE) as renderer:
        camera = filled(renderer)
        before = renderer.render(ALL, camera, SIZE)
        os.kill(renderer.pid or 0, signal.SIGSTOP)
        begun = time.monotonic()
        assert np.array_equal(renderer.render(ALL, camera, SIZE), before)
        assert time.monotonic() - begun < 60


def test_nothing_is_left_of_a_closed_one() -> None:
    shared, handles = set(os.listdir("/dev/shm")), descriptors()
    with renderer_of(SHAPE) as renderer:
        renderer.render(ALL, filled(renderer), SIZE)
        child = Process.of(renderer.pid or 0)
        assert child.runs_here
    assert not child.runs_here
    assert descriptors() <= handles
    assert set(os.listdir("/dev/shm")) <= shared
    renderer.close()


def test_a_picture_that_nobody_wants_any_more_is_given_up() -> None:
    with renderer_of((96, 96, 96)) as renderer:
        camera = filled(renderer)
        renderer.render(Scene(volume=True), camera, SIZE)
        done = threading.Event()

        def hurry() -> None:
            while not done.wait(0.05):
                renderer.interrupt()

        thread = threading.Thread(target=hurry)
        thread.start()
        try:
            with pytest.raises(Cancelled):
                renderer.render(Scene(volume=True, opacity="mist"), camera, (3000, 2000), POSTER)
        finally:
            done.set()
            thread.join()
        assert renderer.render(Scene(volume=True), camera, SIZE).any()


@pytest.mark.parametrize(
    "image",
    [
        np.full((5, 6, 7), np.nan, np.float32),
        np.where(ball((8, 9, 10)) > 100, np.inf, np.nan),
        ball((9, 10, 11)).astype(np.float64) * 1e300,
        ball((1, 30, 40)),
        ball((30, 1, 1)),
        np.zeros((1, 1, 1), np.uint8),
        np.full((4, 5, 6), 7, np.int16),
        ball((6, 7, 8)).astype(np.int32) - 100_000,
    ],
    ids=["nan", "infinite", "huge", "slice", "needle", "voxel", "even", "int32"],
)
def test_every_image_is_drawn(image: np.ndarray) -> None:
    with renderer_of(image.shape, (2.0, 1.0, 1.0)) as renderer:
        renderer.set_image(image)
        camera = Camera.looking(renderer.grid, "iso", 1.5)
        for opacity in ("solid", "maximum"):
            scene = Scene(volume=True, opacity=opacity, slices=(("xy", 0), ("yz", 99)), cut=Cut.through(renderer.grid))
            for quality in (COARSE, POSTER):
                assert renderer.render(scene, camera, SIZE, quality).shape == (64, 96, 3)


def test_an_empty_label_and_no_markers_show_nothing() -> None:
    with renderer_of(SHAPE) as renderer:
        camera = Camera.looking(renderer.grid)
        renderer.set_label(np.zeros(SHAPE, np.uint16))
        renderer.set_markers(np.empty((0, 3)), np.empty(0))
        scene = Scene(label=True, meshes=(4,), markers=True, box=False, background=BLACK)
        assert not renderer.render(scene, camera, SIZE).any()


def test_five_thousand_labels_are_shown() -> None:
    shape = (52, 52, 52)
    z, y, x = np.indices(shape) // 3
    label = (1 + z + 18 * y + 324 * x).astype(np.uint16)
    assert len(np.unique(label)) > 5000
    with renderer_of(shape) as renderer:
        renderer.set_label(label, hidden=())
        camera = Camera.looking(renderer.grid)
        scene = Scene(label=True, box=False, background=BLACK)
        picture = renderer.render(scene, camera, SIZE)
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 500
        every = Scene(meshes=tuple(range(1, 65536)), box=False, background=BLACK)
        assert np.array_equal(renderer.render(every, camera, SIZE), picture)


def test_what_is_too_large_is_drawn_coarse_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.full((40, 50, 60), 200, np.uint8)
    level, label = levels.image_level(image, 0.0, 20_000), levels.label_level(image, 20_000)
    assert max(level.times) == 2
    assert "1/2" in level.said
    assert level.memory.array.shape == (22, 27, 32)
    assert (levels.without_rim(level.memory.array) == 200).all()
    assert label.memory.array.shape == (20, 25, 30)
    assert not levels.image_level(image, 0.0).said


def test_a_budget_is_kept_and_said() -> None:
    image = np.full((96, 96, 96), 200, np.uint8)
    with Renderer(Grid(image.shape), budget=16 << 18) as renderer:
        renderer.set_image(image)
        renderer.set_label(image)
        assert len([note for note in renderer.notes if "1/2" in note]) == 2


def test_of_a_file_only_some_planes_are_read(tmp_path: Path) -> None:
    z = np.broadcast_to(np.arange(128, dtype=np.uint16)[:, None, None], (128, 256, 2200))
    np.save(tmp_path / "large.npy", z)
    mapped = np.load(tmp_path / "large.npy", mmap_mode="r")
    level = levels.image_level(mapped, 0.0, 1 << 20)
    step = level.times[0]
    assert step > 2
    inner = levels.without_rim(level.memory.array)
    assert np.array_equal(inner[:, 0, 0], np.arange(len(inner)) * step + step // 2)


def test_a_child_does_not_outlive_a_parent_that_is_killed() -> None:
    code = (
        "import time; from annotat3d_tui.render.scene.renderer import Renderer, Grid\n"
        "renderer = Renderer(Grid((4, 4, 4))); print(renderer.start() and renderer.pid, flush=True); time.sleep(60)"
    )
    with renderer_of((1, 1, 1)):
        pass
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = Process.of(int(parent.stdout.readline()))
    assert child.runs_here
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while child.runs_here:
        assert time.monotonic() < deadline
        os.sched_yield()


def test_a_reduced_volume_lies_where_the_whole_one_does() -> None:
    image = np.zeros((64, 64, 64), np.uint8)
    image[16:48, 8:24, 32:60] = 200
    pictures = []
    for most in (1 << 27, 1 << 12):
        with renderer_of(image.shape) as renderer:
            renderer.set_image(image, (0.0, 255.0))
            level = levels.image_level(image, 0.0, most)
            renderer._level = level
            renderer._keep("image", level.memory, scale=1.0, offset=0.0, size=renderer._size(level))
            scene = Scene(volume=True, threshold=100.0, box=False, background=BLACK)
            picture = renderer.render(scene, Camera.looking(renderer.grid, "z"), (128, 128)).max(axis=2) > 60
            pictures.append(np.argwhere(picture))
    for edge in (np.min, np.max):
        assert np.abs(edge(pictures[0], axis=0) - edge(pictures[1], axis=0)).max() <= 5


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_stays_flat_over_hundreds_of_frames() -> None:
    with renderer_of((40, 40, 40)) as renderer:
        camera = filled(renderer)

        def frames(count: int) -> None:
            nonlocal camera
            for number in range(count):
                camera = camera.orbited(7, 2)
                slices = (("xy", number % 40), ("xz", number % 7))
                scene = Scene(volume=number % 2 == 0, label=True, slices=slices, threshold=50.0 + number % 9)
                renderer.render(scene, camera, SIZE, COARSE)

        frames(60)
        child, here = resident(renderer.pid or 0), resident(os.getpid())
        frames(300)
        assert resident(renderer.pid or 0) - child < 24_000_000
        assert resident(os.getpid()) - here < 24_000_000


def test_memory_stays_flat_over_many_openings() -> None:
    image = ball((64, 64, 64))
    with renderer_of(image.shape) as renderer:
        camera = filled(renderer)
        sizes = []
        for _ in range(30):
            renderer.set_image(image.copy())
            renderer.set_label((image > 100).astype(np.uint8) * 2)
            renderer.render(Scene(volume=True, label=True), camera, SIZE)
            sizes.append(resident(renderer.pid or 0))
        handles = descriptors()
        renderer.set_image(image)
        assert descriptors() == handles
    assert max(sizes[10:]) - sizes[9] < 24_000_000


@pytest.mark.parametrize("changes", [{"DISPLAY": ":77.nonsense"}, {"HOME": None}, {"HOME": "/none", "DISPLAY": ""}])
def test_it_needs_no_display_and_no_home(changes: dict[str, str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in changes.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    with renderer_of(SHAPE) as renderer:
        assert renderer.render(ALL, filled(renderer), SIZE).any()


@pytest.mark.usefixtures("no_graphics")
def test_without_graphics_the_brightest_voxels_are_seen() -> None:
    with Renderer(Grid((20, 24, 28))) as renderer:
        image = np.zeros(renderer.grid.shape, np.uint8)
        image[4:8, 6:12, 14:26] = 200
        renderer.set_image(image, (0.0, 255.0))
        assert not renderer.start()
        assert "apt-get install libegl1 libgl1-mesa-dri" in renderer.problem
        assert renderer.notes == [renderer.problem]
        camera = Camera(renderer.grid.middle, (1.0, 0, 0), (0, -1.0, 0), 24.0)
        scene = Scene(volume=True, box=False, background=BLACK)
        picture = renderer.render(scene, camera, (280, 240)).max(axis=2)
        rows, columns = np.nonzero(picture > 100)
        assert np.abs(np.array([rows.min(), rows.max(), columns.min(), columns.max()]) - (60, 119, 140, 259)).max() <= 4
        behind = renderer.render(Scene(cut=Cut(Oblique((9.5, 0, 0))), box=False, background=BLACK), camera, (280, 240))
        assert not behind.any()
        seen = Camera.looking(renderer.grid, "iso", perspective=True)
        assert renderer.render(Scene(), seen, (280, 240)).any()
        assert renderer.pid is None
