"""From flags of `snapshot` to what is shown, and from where."""

import argparse
import re
from dataclasses import replace
from pathlib import Path

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.planes import PLANES, axes_of
from annotat3d_tui.render.colormaps import GRAYS
from annotat3d_tui.render.oblique import Oblique, Vector
from annotat3d_tui.render.scene.camera import PRESETS, Camera
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.scene import BACKGROUNDS, DARK, OPACITIES, SOLID, Overlay, Scene
from annotat3d_tui.render.scene.views import open_view

SHOWN = ("volume", "label", "mesh", "slices", "markers", "cut", "box")
_NORMALS: dict[str, Vector] = {"x": (0.0, 0.0, 1.0), "y": (0.0, 1.0, 0.0), "z": (1.0, 0.0, 0.0)}


def add_scene_flags(parser: argparse.ArgumentParser) -> None:
    """Declare what is shown, and from where."""
    scene = parser.add_argument_group("what is shown in space")
    scene.add_argument(
        "--show", metavar="A,B,…",
        help=f"any of {', '.join(SHOWN)} (volume,box; with --label: label,box; with --labels: mesh,box)",
    )  # fmt: skip
    scene.add_argument("--labels", metavar="1,2,…|all", help="surfaces of these labels (all but the background, 1)")
    scene.add_argument("--threshold", type=float, metavar="T", help="grey value from which the volume is seen (fitted)")
    scene.add_argument("--opacity", choices=OPACITIES, default=SOLID, help=f"how the volume is seen ({SOLID})")
    scene.add_argument("--mesh-opacity", type=float, default=1.0, metavar="X", help="of surfaces, 0 to 1 (1)")
    scene.add_argument("--slices", metavar="xy=Z,xz=Y,yz=X", help="slices by index, from 0 (the three middle ones)")
    scene.add_argument(
        "--clip", metavar="z=40|NX,NY,NZ@X,Y,Z",
        help="cut away what lies before a plane: at an index along x, y or z, or with a normal through a voxel",
    )  # fmt: skip
    scene.add_argument("--flip", action="store_true", help="cut away what lies behind it instead")
    scene.add_argument("--background", choices=BACKGROUNDS, default=DARK, help=f"({DARK})")
    scene.add_argument(
        "--camera", default="iso", metavar="PRESET|VIEW.json",
        help=f"{', '.join(PRESETS)} (along that axis; --camera=-y against it), or a view that was saved (iso)",
    )  # fmt: skip
    scene.add_argument("--perspective", action="store_true", help="near things are larger")
    scene.add_argument("--zoom", type=float, default=1.0, metavar="X", help="so many times as near (1)")
    scene.add_argument("--save-view", metavar="VIEW.json", help="write the view, for --camera and for the screen")


def add_look_flags(parser: argparse.ArgumentParser) -> None:
    """Declare colours and contrast."""
    look = parser.add_argument_group("colours")
    look.add_argument("--colormap", default=GRAYS, metavar="NAME", help=f"colour map of grey values ({GRAYS})")
    look.add_argument("--contrast", metavar="LOW,HIGH", help="grey values drawn darkest and brightest (fitted)")
    look.add_argument("--overlay-opacity", type=float, default=0.5, metavar="X", help="of labels over slices (0.5)")


def scene_of(given: argparse.Namespace, grid: Grid) -> Scene:
    """What the flags show; raises InvalidParameter."""
    shown = _shown(given)
    labels = labels_of(given.labels)
    return Scene(
        volume="volume" in shown,
        threshold=given.threshold,
        opacity=given.opacity,
        label=("label" in shown or "mesh" in shown) and labels is None,
        meshes=labels or () if "mesh" in shown or "label" in shown else (),
        mesh_opacity=given.mesh_opacity,
        slices=slices_of(given.slices, grid) if "slices" in shown or given.slices else (),
        oblique=cut_of(given, grid).plane if "cut" in shown else None,
        markers="markers" in shown,
        box="box" in shown,
        cut=cut_of(given, grid) if given.clip else None,
        overlay=Overlay(opacity=share(given.overlay_opacity, "--overlay-opacity"), superpixels=bool(given.superpixels)),
        colormap=given.colormap,
        window=window_of(given.contrast),
        background=given.background,
    )


def camera_of(given: argparse.Namespace, grid: Grid, size: tuple[int, int]) -> Camera:
    """From where it is seen: a preset, or a view that was saved; raises InvalidParameter, InvalidFile, MissingFile."""
    if not given.zoom > 0:
        raise InvalidParameter(f"--zoom must be above 0, received {given.zoom:g}: 2 is twice as near.")
    if given.camera in PRESETS or not re.search(r"[./]", given.camera):
        camera = Camera.looking(grid, given.camera, size[0] / size[1], given.perspective)
    else:
        camera = open_view(Path(given.camera))
        camera = replace(camera, perspective=camera.perspective or given.perspective)
    return camera.zoomed(given.zoom)


def cut_of(given: argparse.Namespace, grid: Grid) -> Cut:
    """The clipping plane; raises InvalidParameter."""
    if not given.clip:
        raise InvalidParameter("--show cut must have a clipping plane, received none: give --clip, such as z=40.")
    try:
        axis, _, index = given.clip.partition("=")
        if index:
            normal = _NORMALS[axis.strip()]
            at = [float(index) if one else 0.0 for one in normal]
        else:
            words, _, place = given.clip.partition("@")
            normal, at = _three(words), list(_three(place))
        z, y, x = at
        plane = Oblique((z, y, x)).facing(normal)
    except (KeyError, ValueError) as error:
        if isinstance(error, InvalidParameter):
            raise
        raise InvalidParameter(
            f"--clip must be an index along an axis (z=40) or NX,NY,NZ@X,Y,Z, received {given.clip}: correct it."
        ) from None
    return Cut(plane, given.flip)


def slices_of(text: str | None, grid: Grid) -> tuple[tuple[str, int], ...]:
    """The slices named by a text, or the three middle ones; raises InvalidParameter."""
    if text is None:
        return tuple((plane, grid.shape[axes.slice] // 2) for plane, axes in PLANES.items())
    found = []
    for word in text.split(","):
        plane, _, index = (part.strip() for part in word.partition("="))
        depth = grid.shape[axes_of(plane).slice]
        if not index.isdecimal() or int(index) >= depth:
            raise InvalidParameter(
                f"--slices must be a plane and an index such as xy=40, of {plane} 0 to {depth - 1}, "
                f"received {word}: correct it."
            )
        found.append((plane, int(index)))
    return tuple(found)


def labels_of(text: str | None) -> tuple[int, ...] | None:
    """The ids in a text, None for all but the background; raises InvalidParameter.

    >>> labels_of("1, 3"), labels_of(None), len(labels_of("all") or ())
    ((1, 3), None, 65535)
    """
    if text is None:
        return None
    if text.strip() == "all":
        return tuple(range(1, HIGHEST_LABEL + 1))
    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and 1 <= int(word) <= HIGHEST_LABEL for word in words):
        raise InvalidParameter(f"--labels must be ids such as 1,2 or all, received {text}: correct it.")
    return tuple(int(word) for word in words)


def window_of(text: str | None) -> tuple[float, float] | None:
    """The contrast in a text; raises InvalidParameter."""
    if text is None:
        return None
    try:
        low, high = (float(word) for word in text.split(","))
        if not -float("inf") < low < high < float("inf"):
            raise ValueError
    except ValueError:
        raise InvalidParameter(
            f"--contrast must be two rising grey values LOW,HIGH, received {text}: correct it."
        ) from None
    return low, high


def share(value: float, flag: str) -> float:
    """A number from 0 to 1; raises InvalidParameter for another."""
    if not 0 <= value <= 1:
        raise InvalidParameter(f"{flag} must be from 0 to 1, received {value:g}: correct it.")
    return value


def _shown(given: argparse.Namespace) -> set[str]:
    usual = "mesh,box" if given.labels else "label,box" if given.label else "volume,box"
    usual += ",markers" if given.markers else ""
    words = {word.strip() for word in (given.show or usual).split(",") if word.strip()}
    if unknown := sorted(words - set(SHOWN)):
        raise InvalidParameter(f"--show must be any of {', '.join(SHOWN)}, received {unknown[0]}: choose from these.")
    for word, flag in (("label", "label"), ("mesh", "label"), ("markers", "markers")):
        if word in words and not getattr(given, flag):
            raise InvalidParameter(f"--show {word} must have a volume to show, received none: give --{flag}.")
    return words


def _three(text: str) -> Vector:
    """Three numbers x,y,z as (z, y, x)."""
    x, y, z = (float(word) for word in text.split(","))
    return z, y, x
