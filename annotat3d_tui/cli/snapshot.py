"""A picture of an image, its label volume, its markers: in space, a slice, a sheet of slices, or a turning film.

annotat3d snapshot IMAGE                                          a volume in space, drawn in the terminal
annotat3d snapshot IMAGE --label L.tif -o grains.png              surfaces of its labels, as a picture
annotat3d snapshot IMAGE --show volume,cut,box --clip z=40 -o cut.png
annotat3d snapshot IMAGE --frames 60 -o turning.gif               once round; .apng has all colours
annotat3d snapshot IMAGE --label L.tif --plane xy --index 40 -o slice.png
annotat3d snapshot IMAGE --label L.tif --sheet 12 --size 1600x1200 -o sheet.png

Nothing needs a display or a GPU; without a graphics library the brightest voxels are drawn.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress
from annotat3d_tui.cli.inputs import add_raw_flags, open_labels_of, opened, raw_properties
from annotat3d_tui.cli.names import add_names_flag, names_of
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.cli.snapshot_scene import add_look_flags, add_scene_flags, camera_of, scene_of, share, window_of
from annotat3d_tui.errors import InvalidParameter, MissingLibrary
from annotat3d_tui.labels.planes import PLANES, axes_of
from annotat3d_tui.memory import parse_bytes
from annotat3d_tui.render.colormaps import check_map
from annotat3d_tui.render.film import FORMATS, save_film
from annotat3d_tui.render.halfblocks import print_picture
from annotat3d_tui.render.picture import save_png, slice_picture, text_scale
from annotat3d_tui.render.scene.camera import Camera, turns
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.renderer import LARGEST_PICTURE, Renderer
from annotat3d_tui.render.scene.scene import POSTER, SHARP, Scene
from annotat3d_tui.render.scene.views import save_view
from annotat3d_tui.render.scene.words import room_for, with_words
from annotat3d_tui.render.sheet import contact_sheet
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.volume.volume import Volume
from annotat3d_tui.volume.writing import check_output

STILL, FRAMES, SECONDS = ".png", 48, 4.0
SIZE, FILM_SIZE, WIDEST = (1280, 960), (640, 480), 120
MOST_NAMED = 24
"""A legend names at most so many labels."""


class Inputs(NamedTuple):
    """The volumes of the command line."""

    image: Volume
    label: NDArray[Any] | None
    superpixels: NDArray[Any] | None
    markers: NDArray[Any] | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help=IMAGES)
    parser.add_argument("--label", metavar="L", help="its label volume")
    parser.add_argument("--superpixels", metavar="SP", help="its superpixels, whose borders are drawn on slices")
    parser.add_argument("--markers", metavar="MASK", help="its markers, as a volume")
    parser.add_argument("-o", "--output", metavar="FILE", help=".png, .gif or .apng (drawn in the terminal)")
    parser.add_argument(
        "--size", metavar="WxH", help=f"pixels ({SIZE[0]}x{SIZE[1]}; a film {FILM_SIZE[0]}x{FILM_SIZE[1]})"
    )
    add_names_flag(parser, "names of labels in the legend")
    parser.add_argument("--bare", action="store_true", help="no legend, no scale bar, no names of axes")
    parser.add_argument("--frames", type=int, metavar="N", help=f"pictures of a film, once round ({FRAMES})")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help=f"that it takes ({SECONDS:g})")
    flat = parser.add_argument_group("slices instead")
    flat.add_argument("--plane", choices=tuple(PLANES), help="a slice of this plane")
    flat.add_argument("--index", type=int, metavar="N", help="which one, from 0 (the middle one)")
    flat.add_argument("--sheet", type=int, metavar="N", help="a sheet of so many slices")
    add_scene_flags(parser)
    add_look_flags(parser)
    parser.add_argument(
        "--memory", metavar="SIZE", help="that drawing a volume may take, such as 2GB (35 %% of what is free)"
    )
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Draw, and write or show."""
    output = Path(given.output) if given.output else None
    film = _is_film(given, output)
    flat = given.plane is not None or given.sheet is not None or given.index is not None
    if flat and film:
        raise InvalidParameter("A film must be in space, received a slice: leave --plane, --index and --sheet out.")
    size = _size(given, film)
    inputs = [path for path in (given.image, given.label, given.superpixels, given.markers, given.camera) if path]
    for path in (one for one in (output, given.save_view) if one):
        check_output(path, given.overwrite, inputs)
    check_map(given.colormap)
    volumes = _opened(given)
    flat = flat or (len(volumes.image.data) == 1 and not film and not given.show)
    facts, notes = _flat(given, volumes, size) if flat else _in_space(given, volumes, size, film)
    for note in notes:
        print(f"annotat3d: {note}", file=sys.stderr)
    picture = facts.pop("picture", None)
    if picture is not None and output:
        save_png(output, picture, given.overwrite)
    drawn = output or given.json or "NO_COLOR" in os.environ
    colours = "truecolor" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else "256"
    lines = [] if drawn else [print_picture(picture, colours)]
    said = f"{output}: {facts['size'][0]}×{facts['size'][1]} pixels" if output else ""
    said += f", {facts['frames']} pictures" if film else ""
    show(given.json, {"output": given.output} | facts | {"notes": notes}, [*lines, *([said] if said else [])])
    return 0


def _is_film(given: argparse.Namespace, output: Path | None) -> bool:
    """Whether pictures follow each other; raises InvalidParameter for a file that is none of a picture."""
    suffix = output.suffix.lower() if output else STILL
    if suffix not in (STILL, *FORMATS):
        raise InvalidParameter(
            f"A picture must be written as {', '.join((STILL, *FORMATS))}, received {output}: name it so."
        )
    film = suffix in FORMATS
    if given.frames is not None and not (film and 1 <= given.frames <= 10_000):
        raise InvalidParameter(
            f"--frames must be 1 to 10000, for a .gif or an .apng, received {given.frames} for {output}: correct it."
        )
    if not 0 < given.seconds < 1e6:
        raise InvalidParameter(f"--seconds must be above 0, received {given.seconds:g}: correct it.")
    return film


def _size(given: argparse.Namespace, film: bool) -> tuple[int, int]:
    """(width, height) in pixels."""
    if given.size is None:
        if given.output:
            return FILM_SIZE if film else SIZE
        columns, rows = shutil.get_terminal_size()
        return min(columns, WIDEST), max(2 * min(rows - 3, WIDEST // 3), 8)
    words = given.size.lower().replace("×", "x").split("x")
    if len(words) != 2 or not all(word.isdecimal() and 1 <= int(word) <= LARGEST_PICTURE for word in words):
        raise InvalidParameter(
            f"--size must be WxH such as 3840x2160, each 1 to {LARGEST_PICTURE}, received {given.size}: correct it."
        )
    return int(words[0]), int(words[1])


def _opened(given: argparse.Namespace) -> Inputs:
    image = opened(given.image, raw_properties(given, given.image))
    named = ((given.label, "label"), (given.superpixels, "superpixels"), (given.markers, "markers"))
    label, superpixels, markers = (open_labels_of(path, image, what) if path else None for path, what in named)
    return Inputs(image, label, superpixels, markers)


def _in_space(
    given: argparse.Namespace, volumes: Inputs, size: tuple[int, int], film: bool
) -> tuple[dict[str, Any], list[str]]:
    """Draw a scene; facts, with the picture unless it is a film, and what must be known of it."""
    image = volumes.image
    shape = image.data.shape
    grid = Grid((shape[0], shape[1], shape[2]), image.voxel_size, image.unit)
    scene, camera = scene_of(given, grid), camera_of(given, grid, size)
    if given.save_view:
        save_view(given.save_view, camera, given.overwrite)
    with Renderer(grid, parse_bytes(given.memory) if given.memory else None) as renderer:
        if not renderer.start() and not (scene.volume or scene.slices):
            raise MissingLibrary(renderer.problem)
        renderer.set_image(image.data)
        renderer.set_label(volumes.label)
        renderer.set_superpixels(volumes.superpixels)
        if volumes.markers is not None:
            where = np.argwhere(volumes.markers)
            renderer.set_markers(where, volumes.markers[tuple(where.T)])
        names = {} if given.bare else _names(given, renderer.labels_of(scene))
        quality = POSTER if given.output else SHARP

        room, larger = room_for(names, size) if given.output else size, text_scale(size)

        def drawn(one: Camera, grade: str) -> NDArray[np.uint8]:
            picture = renderer.render(scene, one, room, grade)
            if given.bare or not given.output:
                return picture
            return with_words(picture, scene, one, grid, names, larger=larger)

        facts = _facts(scene, size, renderer)
        if film:
            frames = given.frames or FRAMES
            pictures = (drawn(one, SHARP if size[0] * size[1] > 1_000_000 else POSTER) for one in turns(camera, frames))
            told = _told(pictures, frames, progress_line())
            save_film(given.output, told, given.seconds / frames, given.overwrite)
            return facts | {"frames": frames}, renderer.notes
        return facts | {"picture": drawn(camera, quality)}, renderer.notes


def _facts(scene: Scene, size: tuple[int, int], renderer: Renderer) -> dict[str, Any]:
    threshold = renderer.threshold if scene.threshold is None else scene.threshold
    return {
        "size": list(size),
        "shows": list(scene.shows),
        "threshold": threshold if scene.volume else None,
        "device": renderer.device,
    }


def _told(pictures: Iterator[NDArray[np.uint8]], count: int, progress: Progress) -> Iterator[NDArray[np.uint8]]:
    for number, picture in enumerate(pictures):
        progress((number + 1) / count, f"picture {number + 1} of {count}")
        yield picture


def _flat(given: argparse.Namespace, volumes: Inputs, size: tuple[int, int]) -> tuple[dict[str, Any], list[str]]:
    """Draw a slice or a sheet of them."""
    image, label = volumes.image, volumes.label
    plane = given.plane or "xy"
    depth = image.data.shape[axes_of(plane).slice]
    if given.index is not None and not 0 <= given.index < depth:
        raise InvalidParameter(f"--index must be 0 to {depth - 1}, received {given.index}: correct it.")
    names: dict[int, str] = {}
    if label is not None and not given.bare:
        names = _names(given, [int(one) for one in np.unique(label) if one])
    look = {
        "plane": plane,
        "size": size,
        "window": window_of(given.contrast),
        "opacity": share(given.overlay_opacity, "--overlay-opacity"),
        "colormap": given.colormap,
        "voxel_size": image.voxel_size,
        "unit": image.unit,
        "names": names,
        "superpixels": volumes.superpixels,
        "marks": volumes.markers,
    }
    if given.sheet is not None:
        picture = contact_sheet(image.data, label, count=given.sheet, **look)
    else:
        bar = not given.bare and bool(given.output)
        picture = slice_picture(image.data, label, index=given.index, bar=bar, **look)
    return {"size": [picture.shape[1], picture.shape[0]], "plane": plane, "picture": picture}, []


def _names(given: argparse.Namespace, labels: list[int]) -> dict[int, str]:
    """The legend: labels by name, as far as there is room for them."""
    known = names_of(given)
    if len(labels) > MOST_NAMED:
        return {label: known[label] for label in labels if label in known}
    return {label: known.get(label, f"label {label}") for label in labels}
