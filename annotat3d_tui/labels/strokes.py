"""A stroke: a disk or a ball moved along straight lines; its text form, which screen, command line and files share.

    brush 2 r=5 xy z=40 10,12 30,40 55,41      label 2, radius 5, in slice z=40 through three points x,y
    erase r=3 xz y=7 depth=2 12,14             takes marks away, in slices y=5…9
    brush 1 r=4 ball yz x=3 8,8 20,9           a ball of radius 4; `depth=2` would flatten it to ± 2 slices

The words after the first one or two may come in any order. Voxels are counted from 0; points are x,y in
`xy`, x,z in `xz` and y,z in `yz`, and may lie outside the volume. `#` begins a comment.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError, InvalidFile, InvalidMarkers, InvalidParameter, MissingFile
from annotat3d_tui.labels.colours import check_label
from annotat3d_tui.labels.planes import PLANES, Shape, axes_of
from annotat3d_tui.labels.raster import swept_ball

TOOLS = ("brush", "erase")
DEFAULT_RADIUS = 5
RADIUS_MAX = 1000
DEPTH_MAX = 10_000
COORDINATE_MAX = 10**9

_SETTING = re.compile(r"(r|depth|x|y|z)=(.*)")
_POINT = re.compile(r"(-?\d+),(-?\d+)")


@dataclass(frozen=True)
class Stroke:
    """One movement of the brush or the eraser.

    label: id 1…65535 for the brush, 0 for the eraser. radius: voxels; the disk is dh² + dv² ≤ radius² (radius 0
    is one voxel). position: index of the slice. depth: the disk is repeated on ± depth slices; a ball is
    flattened (or stretched) to ± depth slices, 0 leaving it round. points: (h, v) in the plane.
    Raises InvalidParameter for values outside their ranges.
    """

    tool: str
    label: int
    radius: int
    plane: str
    position: int
    points: tuple[tuple[int, int], ...]
    depth: int = 0
    ball: bool = False

    def __post_init__(self) -> None:
        axes_of(self.plane)
        if self.tool not in TOOLS:
            raise InvalidParameter(f"A stroke must be one of {', '.join(TOOLS)}, received {self.tool!r}: choose one.")
        if self.tool == "brush":
            check_label(self.label)
        elif self.label != 0:
            raise InvalidParameter(f"The eraser has no label, received {self.label}: leave it out.")
        if not self.points:
            raise InvalidParameter("A stroke must have at least one point, received none: add a point such as 10,12.")
        _check_range("The radius of a stroke", self.radius, 0, RADIUS_MAX)
        _check_range("The depth of a stroke", self.depth, 0, DEPTH_MAX)
        for number in (self.position, *(coordinate for point in self.points for coordinate in point)):
            _check_range("A coordinate of a stroke", number, -COORDINATE_MAX, COORDINATE_MAX)

    def __str__(self) -> str:
        words = [self.tool, str(self.label)] if self.tool == "brush" else [self.tool]
        words += [f"r={self.radius}", *(["ball"] if self.ball else []), self.plane]
        words.append(f"{_slice_letter(self.plane)}={self.position}")
        words += [f"depth={self.depth}"] if self.depth else []
        return " ".join(words + [f"{h},{v}" for h, v in self.points])

    def voxels(self, shape: Shape) -> NDArray[np.int64]:
        """Flat indices (m,), rising, of the voxels of a (Z, Y, X) volume that the stroke covers.

        >>> parse_stroke("brush 1 r=1 xy z=0 1,1").voxels((1, 3, 3)).tolist()
        [1, 3, 4, 5, 7]
        """
        axes = axes_of(self.plane)
        plane_shape = (shape[axes.row], shape[axes.column])
        points = np.array(self.points, dtype=np.int64)
        strides = (shape[1] * shape[2], shape[2], 1)
        parts = []
        for offset, flat in swept_ball(points, plane_shape, self.radius, self.depth, self.ball):
            if 0 <= self.position + offset < shape[axes.slice]:
                rows, columns = np.divmod(flat, plane_shape[1])
                in_plane = rows * strides[axes.row] + columns * strides[axes.column]
                parts.append(in_plane + (self.position + offset) * strides[axes.slice])
        voxels = np.concatenate(parts) if parts else np.empty(0, np.int64)
        if axes.slice != 0:
            voxels.sort()
        return voxels


def check_touches(stroke: Stroke, shape: Shape) -> None:
    """Raises InvalidMarkers when a stroke lies wholly outside a volume of `shape` (Z, Y, X)."""
    if not stroke.voxels(shape).size:
        raise InvalidMarkers(
            f"A stroke must touch the image of {size_text(shape)} voxels, received {str(stroke)!r}: correct its place."
        )


def parse_stroke(text: str, line: int | None = None, source: str = "") -> Stroke:
    """The stroke that a line of text describes; `line` and `source` name the place in messages.

    Raises InvalidMarkers, which names the word that cannot be read and what must be there.
    """
    place = f"{source} line {line}: ".lstrip() if line is not None else ""
    words = text.split("#", 1)[0].split()
    try:
        return _read(words)
    except Annotat3DError as error:
        raise InvalidMarkers(f"{place}{error}") from None


def read_strokes(path: Path) -> list[Stroke]:
    """The strokes of a text file, one a line; empty lines and `#` comments are passed over.

    Raises MissingFile, InvalidFile when it is no text, and InvalidMarkers naming file, line and word.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise MissingFile(f"{path} must be a file of strokes, but there is none: correct the name.") from None
    except OSError as error:
        raise InvalidFile(f"{path} must be a file of strokes, but reading it failed: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidFile(f"{path} must be a text of strokes in UTF-8, received other bytes: give a text.") from None
    lines = enumerate(text.splitlines(), 1)
    return [parse_stroke(line, number, path.name) for number, line in lines if line.split("#", 1)[0].strip()]


def _read(words: list[str]) -> Stroke:
    if not words or words[0] not in TOOLS:
        received = repr(words[0]) if words else "nothing"
        raise InvalidMarkers(f"A stroke must begin with brush or erase, received {received}: begin with one of them.")
    tool, rest = words[0], words[1:]
    label = 0
    if tool == "brush":
        label, rest = _whole(rest[0] if rest else "", "The word after brush", "a label's id, such as 2"), rest[1:]
    settings, points, ball = _settings(rest)
    plane, position = _place(settings)
    radius = int(settings.get("r", DEFAULT_RADIUS))
    return Stroke(tool, label, radius, plane, position, tuple(points), int(settings.get("depth", 0)), ball)


def _settings(words: list[str]) -> tuple[dict[str, int | str], list[tuple[int, int]], bool]:
    """Named numbers (and the plane under `plane`), points in order, whether it is a ball."""
    settings: dict[str, int | str] = {}
    points: list[tuple[int, int]] = []
    for word in words:
        if point := _POINT.fullmatch(word):
            points.append((int(point[1]), int(point[2])))
            continue
        name: str
        value: int | str
        if word in PLANES:
            name, value = "plane", word
        elif word in ("ball", "disk"):
            name, value = "shape", word
        elif setting := _SETTING.fullmatch(word):
            name, value = setting[1], _whole(setting[2], f"{setting[1]}= in {word!r}", f"such as {setting[1]}=5")
        else:
            raise InvalidMarkers(
                f"{word!r} must be a point such as 10,12, a plane xy, xz or yz, ball, disk, or one of r=, depth=, "
                "x=, y=, z= with a whole number: correct the word."
            )
        if name in settings:
            raise InvalidMarkers(f"{word!r} says {name} a second time: leave one of the two out.")
        settings[name] = value
    return settings, points, settings.get("shape") == "ball"


def _place(settings: dict[str, int | str]) -> tuple[str, int]:
    """The plane and the index of its slice; either a plane's name or the letter of its slice would do for the plane."""
    letters = [letter for letter in "xyz" if letter in settings]
    if len(letters) != 1:
        received = " and ".join(f"{letter}={settings[letter]}" for letter in letters) or "none of x=, y=, z="
        raise InvalidMarkers(f"A stroke must lie in one slice, such as z=40, received {received}: name one slice.")
    letter = letters[0]
    plane = str(settings.get("plane") or next(name for name in PLANES if _slice_letter(name) == letter))
    if _slice_letter(plane) != letter:
        raise InvalidMarkers(
            f"{plane} must have its slice as {_slice_letter(plane)}=, received {letter}={settings[letter]}: "
            "correct the plane or the letter."
        )
    return plane, int(settings[letter])


def _slice_letter(plane: str) -> str:
    return "zyx"[axes_of(plane).slice]


def _whole(word: str, who: str, must: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", word):
        raise InvalidMarkers(f"{who} must be a whole number, {must}, received {word!r}: give a whole number.")
    return int(word)


def _check_range(who: str, number: int, lowest: int, highest: int) -> None:
    if not lowest <= number <= highest:
        raise InvalidParameter(
            f"{who} must be from {lowest} to {highest}, received {number}: give a number in that range."
        )
