"""Pictures for files: a slice with its labels, a legend and a scale bar, saved as PNG. Pillow is loaded when needed."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.colormaps import GRAYS
from annotat3d_tui.render.palette import SMOOTH, ColourOf, Palette
from annotat3d_tui.render.percentiles import contrast_window, grey_sample
from annotat3d_tui.render.planes import index_of, plane_size, plane_view
from annotat3d_tui.render.scale_bar import round_length
from annotat3d_tui.render.slice import Layers, Window, compose, grey_levels, highest, sampled
from annotat3d_tui.render.viewport import Viewport
from annotat3d_tui.volume.writing import written_aside

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

FOOT = (22, 24, 28)
TEXT = (226, 228, 232)
LINE = 28
SWATCH = 14
GAP = 12


def save_png(path: Path | str, rgb: NDArray[np.uint8], overwrite: bool = False) -> Path:
    """Write a picture (rows, columns, 3) as PNG, aside and renamed; raises OutputExists or CannotWrite."""
    from PIL import Image

    with written_aside(path, overwrite) as aside:
        Image.fromarray(rgb).save(aside, format="PNG", optimize=True)
    return Path(path)


def slice_picture(
    image: NDArray[Any],
    label: NDArray[Any] | None = None,
    *,
    superpixels: NDArray[Any] | None = None,
    marks: NDArray[Any] | None = None,
    plane: str = "xy",
    index: int | None = None,
    size: tuple[int, int] = (768, 768),
    window: Window | None = None,
    opacity: float = 0.45,
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0),
    unit: str = "voxel",
    names: Mapping[int, str] | None = None,
    bar: bool = True,
    colormap: str = GRAYS,
    colours: ColourOf = colour_of,
) -> NDArray[np.uint8]:
    """A slice of an image (Z, Y, X) as a picture (rows, columns, 3) of at most `size` (width, height) and its foot.

    label, superpixels, marks: volumes of the image's shape. index: the slice, the middle one by default.
    names: label id -> name, for the legend in the foot. bar: a scale bar in the picture. colours: of labels.
    """
    at = index if index is not None else index_of(image.shape, plane) // 2
    flat = plane_view(image, plane, at)
    down, across = plane_size(voxel_size, plane)
    spacing = (down / min(voxel_size), across / min(voxel_size))
    viewport = Viewport((flat.shape[0], flat.shape[1]), (size[0], size[1] // 2), spacing=spacing)
    layers = Layers(
        grey_levels(flat, viewport, window or contrast_window(grey_sample(image)), SMOOTH.levels),
        label=None if label is None else sampled(plane_view(label, plane, at), viewport),
        superpixels=None if superpixels is None else sampled(plane_view(superpixels, plane, at), viewport),
        marks=None if marks is None else highest(plane_view(marks, plane, at), viewport)[0],
    )
    palette = Palette(levels=SMOOTH.levels, colormap=colormap)
    rgb = compose(layers, colours, palette=palette, opacity=opacity)
    pixels_per_unit = viewport.across.pixels / (viewport.across.voxels * across)
    return with_foot(rgb, pixels_per_unit if bar else 0.0, unit, names or {}, colours)


def text_scale(size: tuple[int, int]) -> int:
    """How many times as large text is in a picture of a size (width, height), so that it can be read when it is large.

    >>> text_scale((800, 600)), text_scale((3840, 2160))
    (1, 3)
    """
    return max(min(size) // 700, 1)


def foot_height(names: Mapping[int, str], width: int, larger: int = 1) -> int:
    """How many pixels high the legend below a picture is."""
    return _legend(names, width, larger)[1] * LINE * larger


def _legend(names: Mapping[int, str], width: int, larger: int) -> tuple[dict[int, tuple[int, int]], int]:
    from PIL import ImageFont

    font = ImageFont.load_default(size=14 * larger)
    return _legend_places(names, width // larger, lambda text: round(font.getlength(text) / larger))


def with_foot(
    rgb: NDArray[np.uint8],
    pixels_per_unit: float,
    unit: str,
    names: Mapping[int, str],
    colours: ColourOf = colour_of,
    larger: int = 1,
) -> NDArray[np.uint8]:
    """A picture (rows, columns, 3) with a scale bar in it, unless a unit has no pixels, and below it a legend."""
    from PIL import Image, ImageDraw, ImageFont

    rows, columns = rgb.shape[:2]
    font = ImageFont.load_default(size=14 * larger)
    places, lines = _legend(names, columns, larger)
    picture: Image.Image = Image.new("RGB", (columns, rows + lines * LINE * larger), FOOT)
    picture.paste(Image.fromarray(rgb))
    draw = ImageDraw.Draw(picture)
    side = SWATCH * larger
    for label, (left, line) in places.items():
        left, top = left * larger, rows + (line * LINE + (LINE - SWATCH) // 2) * larger
        draw.rectangle((left, top, left + side - 1, top + side - 1), fill=colours(label) or FOOT)
        draw.text((left + side + 6 * larger, top + side // 2), names[label], fill=TEXT, font=font, anchor="lm")
    if pixels_per_unit:
        _draw_bar(draw, (columns, rows), pixels_per_unit, unit, font, larger)
    return np.asarray(picture)


def _legend_places(names: Mapping[int, str], width: int, length_of: Any) -> tuple[dict[int, tuple[int, int]], int]:
    """Where each label stands, (left, line), and how many lines there are."""
    places: dict[int, tuple[int, int]] = {}
    left, line = GAP, 0
    for label, name in names.items():
        taken = SWATCH + 6 + length_of(name) + 2 * GAP
        if left > GAP and left + taken - GAP > width:
            left, line = GAP, line + 1
        places[label] = (left, line)
        left += taken
    return places, line + 1 if places else 0


def _draw_bar(
    draw: "ImageDraw", size: tuple[int, int], pixels_per_unit: float, unit: str, font: Any, larger: int
) -> None:
    """A white bar with a black rim and its length, at the lower right."""
    columns, rows = size
    length = round_length(columns / 4 / pixels_per_unit)
    right, bottom = columns - GAP * larger, rows - GAP * larger
    left = right - max(round(length * pixels_per_unit), 1)
    draw.rectangle((left - 1, bottom - 5 * larger, right + 1, bottom + 1), fill=(0, 0, 0))
    draw.rectangle((left, bottom - 5 * larger + 1, right, bottom), fill=(255, 255, 255))
    unit = unit.replace("µ", "u")  # Pillow's own font has no µ
    words = f"{length:g} {unit}{'s' if unit == 'voxel' and length != 1 else ''}"
    draw.text(
        ((left + right) // 2, bottom - 8 * larger),
        words,
        fill=(255, 255, 255),
        font=font,
        anchor="mb",
        stroke_width=2 * larger,
        stroke_fill=(0, 0, 0),
    )
