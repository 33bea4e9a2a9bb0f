"""Volumes whose pictures are known, and how pictures are compared; for the tests of what is drawn in space."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.renderer import Renderer

SIDES = {"z": "F", "-z": "R", "y": "L", "-y": "P", "x": "J", "-x": "G"}
"""The letter that is seen from each side; none looks the same mirrored or turned."""

BODY, LETTER = 120, 250


@contextmanager
def renderer_of(shape: tuple[int, int, int], size: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Iterator[Renderer]:
    """A renderer with graphics; where there are none the test is skipped, but not where they must be there."""
    with Renderer(Grid(shape, size, "µm")) as renderer:
        if not renderer.start():
            assert "ANNOTAT3D_CI" not in os.environ, renderer.problem
            pytest.skip(renderer.problem)
        yield renderer


def letter(name: str, rows: int, columns: int) -> np.ndarray:
    """A letter that fills a picture (rows, columns)."""
    font = ImageFont.load_default(size=64)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(name))
    drawn = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(drawn).text((-left, -top), name, fill=255, font=font)
    return np.asarray(drawn.resize((columns, rows), Image.Resampling.BILINEAR)) > 127


def in_picture(side: str, face: np.ndarray) -> np.ndarray:
    """A face (rows, columns) with rising axes as a look sees it: y, -z and -x see it from behind."""
    return face[:, ::-1] if side in ("-z", "y", "-x") else face


def phantom(shape: tuple[int, int, int], sides: tuple[str, ...] = tuple(SIDES)) -> np.ndarray:
    """A block with a letter on each of its six sides, or on some."""
    volume = np.full(shape, BODY, np.uint8)
    faces = {
        "z": (volume[:3], 0), "-z": (volume[-3:], 0), "y": (volume[:, :3], 1), "-y": (volume[:, -3:], 1),
        "x": (volume[:, :, :3], 2), "-x": (volume[:, :, -3:], 2),
    }  # fmt: skip
    for side in sides:
        part, axis = faces[side]
        face = np.moveaxis(part, axis, 0)
        margin = 4
        rows, columns = face.shape[1] - 2 * margin, face.shape[2] - 2 * margin
        mask = in_picture(side, letter(SIDES[side], rows, columns))
        face[:, margin:-margin, margin:-margin][:, mask] = LETTER
    return volume


def straight(grid: Grid, preset: str, pixels: float, margin: int = 4) -> tuple[Camera, tuple[int, int]]:
    """A camera without perspective at so many pixels a length, and the size of the picture with a margin."""
    camera = Camera.looking(grid, preset)
    places = grid.corners - np.array(grid.middle)
    width, height = (
        round(float(np.ptp(places @ np.array(way))) * pixels) + 2 * margin for way in (camera.right, camera.up)
    )
    return Camera(grid.middle, camera.direction, camera.up, height / pixels), (width, height)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The correlation of two pictures."""
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])
