"""A place of a picture is the voxel that is seen there."""

from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.render.oblique import Oblique
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.picking import picked
from annotat3d_tui.render.scene.scene import Scene

GRID = Grid((10, 20, 30), (2.0, 1.0, 0.5))
SIZE = (300, 200)


def place_of(camera: Camera, voxel: tuple[float, float, float]) -> tuple[float, float]:
    column, row, _ = camera.projected(np.array([GRID.place_of(voxel)]), SIZE)[0]
    return column, row


@pytest.mark.parametrize("perspective", [False, True])
@pytest.mark.parametrize("preset", ["z", "iso", "-x"])
def test_a_voxel_of_a_slice_is_found(preset: str, perspective: bool) -> None:
    camera = Camera.looking(GRID, preset, 1.5, perspective)
    for plane, index, voxel in (("xy", 4, (4, 7, 21)), ("xz", 9, (3, 9, 5)), ("yz", 20, (6, 2, 20))):
        axis = {"xy": 0, "xz": 1, "yz": 2}[plane]
        if abs(camera.direction[axis]) < 0.1:
            continue
        scene = Scene(slices=((plane, index),))
        assert picked(scene, camera, GRID, place_of(camera, voxel), SIZE) == voxel
    assert picked(Scene(slices=(("xy", 4),)), camera, GRID, (0, 0), SIZE) is None
    assert picked(Scene(), camera, GRID, (150, 100), SIZE) is None


def test_the_nearest_is_found() -> None:
    camera = Camera.looking(GRID, "z", 1.5)
    image = np.zeros(GRID.shape, np.uint8)
    image[6, 10, 14:17] = 200
    label = (image > 0).astype(np.uint8) * 3
    scene = Scene(volume=True, slices=(("xy", 8),))
    place = place_of(camera, (0, 10, 15))
    assert picked(scene, camera, GRID, place, SIZE, image, 100.0) == (6, 10, 15)
    assert picked(replace(scene, opacity="maximum"), camera, GRID, place, SIZE, image, 100.0) == (6, 10, 15)
    assert picked(scene, camera, GRID, place, SIZE, image, 250.0) == (8, 10, 15)
    assert picked(Scene(label=True), camera, GRID, place, SIZE, None, 0.0, label, frozenset({3})) == (6, 10, 15)
    assert picked(Scene(label=True), camera, GRID, place, SIZE, None, 0.0, label, frozenset({2})) is None
    cut = replace(scene, cut=Cut(Oblique((7.0, 0, 0))))
    assert picked(cut, camera, GRID, place, SIZE, image, 100.0) == (8, 10, 15)


def test_a_voxel_of_an_oblique_slice_is_found() -> None:
    camera = Camera.looking(GRID, "iso", 1.5)
    oblique = Oblique((5, 10, 15)).facing((1.0, 0.3, -0.2))
    assert picked(Scene(oblique=oblique), camera, GRID, place_of(camera, (5, 10, 15)), SIZE) == (5, 10, 15)
