"""What is written into a picture of a scene: the names of the axes, the lengths along them, a scale bar, a legend."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.palette import ColourOf
from annotat3d_tui.render.picture import foot_height, text_scale, with_foot
from annotat3d_tui.render.scale_bar import length_words
from annotat3d_tui.render.scene.box import AXIS_COLOURS, tick_step
from annotat3d_tui.render.scene.camera import Camera
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.scene import LIGHT, WHITE, Scene

BEYOND = 1.05
"""Where the name of an axis stands, in lengths of it."""
ON_DARK, ON_LIGHT = (168, 176, 188), (80, 86, 94)
SHORT = 40
"""An axis that is shorter in the picture has no name."""


def with_words(
    picture: NDArray[np.uint8],
    scene: Scene,
    camera: Camera,
    grid: Grid,
    names: Mapping[int, str] | None = None,
    colours: ColourOf = colour_of,
    larger: int | None = None,
) -> NDArray[np.uint8]:
    """The picture (rows, columns, 3) with its words, and below it a legend of the labels in `names`.

    larger: how many times as large text is, as the size of the picture wants it by default.
    """
    height, width = picture.shape[:2]
    larger = larger or text_scale((width, height))
    if scene.box:
        picture = _named_axes(picture, scene, camera, grid, larger)
        picture = _tick_length(picture, scene, grid, larger)
    pixels_per_unit = 0.0 if camera.perspective else height / camera.height
    return with_foot(picture, pixels_per_unit, grid.unit, names or {}, colours, larger)


def room_for(names: Mapping[int, str], size: tuple[int, int]) -> tuple[int, int]:
    """The size (width, height) of a picture that has the given size once it has its legend.

    >>> room_for({2: "Grain"}, (800, 600)), room_for({}, (800, 600))
    ((800, 572), (800, 600))
    """
    width, height = size
    return width, max(height - foot_height(names, width, text_scale(size)), height // 2)


def _tick_length(picture: NDArray[np.uint8], scene: Scene, grid: Grid, larger: int) -> NDArray[np.uint8]:
    """How far it is from tick to tick, at the lower left."""
    from PIL import Image, ImageDraw, ImageFont

    drawn = Image.fromarray(picture)
    words = f"ticks {length_words(tick_step(grid), grid.unit)}".replace("µ", "u")  # Pillow's own font has no µ
    ImageDraw.Draw(drawn).text(
        (12 * larger, picture.shape[0] - 10 * larger),
        words,
        fill=ON_LIGHT if scene.background in (LIGHT, WHITE) else ON_DARK,
        font=ImageFont.load_default(size=13 * larger),
        anchor="lb",
    )
    return np.asarray(drawn)


def _named_axes(picture: NDArray[np.uint8], scene: Scene, camera: Camera, grid: Grid, larger: int) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw, ImageFont

    height, width = picture.shape[:2]
    drawn = Image.fromarray(picture)
    draw = ImageDraw.Draw(drawn)
    font = ImageFont.load_default(size=15 * larger)
    rim = (255, 255, 255) if scene.background in (LIGHT, WHITE) else (0, 0, 0)
    ends = np.diag(grid.extent)
    for axis, (name, colour) in enumerate(zip("zyx", AXIS_COLOURS, strict=True)):
        begin, end, beyond = camera.projected(np.array([[0, 0, 0], ends[axis], ends[axis] * BEYOND]), (width, height))
        if not np.isfinite([begin, end, beyond]).all() or np.linalg.norm((end - begin)[:2]) < SHORT * larger:
            continue
        way = (beyond - end)[:2]
        at = end[:2] + way / max(float(np.linalg.norm(way)), 1e-9) * 14 * larger
        at = np.clip(at, 8 * larger, np.array([width, height]) - 8 * larger)
        draw.text(
            (float(at[0]), float(at[1])),
            name,
            fill=colour,
            font=font,
            anchor="mm",
            stroke_width=larger,
            stroke_fill=rim,
        )
    return np.asarray(drawn)
