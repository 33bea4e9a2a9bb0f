"""Strokes and their text form, which screen, command line and files share.

    brush 2 r=5 xy z=40 10,12 30,40 55,41      label 2, radius 5, in slice z=40 through three points x,y
    erase r=3 xz y=7 depth=2 12,14             takes marks away, in slices y=5…9
    brush 1 r=4 ball yz x=3 8,8 20,9           a ball of radius 4; `depth=2` would flatten it to ± 2 slices
    polygon 2 xy z=40 10,12 30,40 55,41        filled; depth=1 repeats it on ± 1 slices
    superpixel 2 xy z=40 10,12 30,14           the superpixels under a line, whole
    flood 2 xy z=40 tol=300 10,12              what is connected and as grey, ± 300; 3d: in all slices; max=50000
    threshold 2 xy z=40 from=100 to=200        grey values from 100 to 200; 3d: in all slices; points: in that polygon
    erase polygon xy z=40 10,12 30,40 55,41    any of them, taking marks away
    voxels 2 z=40 y=12 10-14 17 y=13 9-15      voxels one by one: rows of a slice, from x to x

The words after the first ones may come in any order. Voxels are counted from 0; points are x,y in
`xy`, x,z in `xz` and y,z in `yz`, and may lie outside the volume. `#` begins a comment.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import Annotat3DError, InvalidFile, InvalidMarkers, InvalidParameter, MissingFile
from annotat3d_tui.labels.areas import MOST, MOST_MAX, Flood, Polygon, Superpixel, Threshold
from annotat3d_tui.labels.colours import check_label
from annotat3d_tui.labels.places import Points, check_place, check_range, place_words, point_words, slice_letter
from annotat3d_tui.labels.planes import PLANES, Shape, in_volume, plane_shape
from annotat3d_tui.labels.raster import swept_ball
from annotat3d_tui.labels.voxels import TOOL as VOXELS
from annotat3d_tui.labels.voxels import Voxels, read_runs

TOOLS = ("brush", "erase")
DEFAULT_RADIUS = 5
RADIUS_MAX = 1000
WORDS = {
    "brush": ("r", "shape", "depth"),
    "polygon": ("depth",),
    "superpixel": (),
    "flood": ("tol", "max", "3d"),
    "threshold": ("from", "to", "max", "3d"),
}
"""The tools that take a slice and points, and the settings of each beside its place."""
BEGINNINGS = (*WORDS, "erase", VOXELS)

_SETTING = re.compile(r"(r|depth|tol|from|to|max|x|y|z)=(.*)")
_POINT = re.compile(r"(-?\d+),(-?\d+)")
_NUMBER = re.compile(r"\d{1,12}(\.\d{0,12})?([eE][-+]?\d{1,3})?|\.\d{1,12}")


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
    points: Points
    depth: int = 0
    ball: bool = False

    def __post_init__(self) -> None:
        if self.tool not in TOOLS:
            raise InvalidParameter(f"A stroke must be one of {', '.join(TOOLS)}, received {self.tool!r}: choose one.")
        if self.tool == "brush":
            check_label(self.label)
        elif self.label != 0:
            raise InvalidParameter(f"The eraser has no label, received {self.label}: leave it out.")
        check_range("The radius of a stroke", self.radius, 0, RADIUS_MAX)
        check_place(self.plane, self.position, self.points, self.depth)

    def __str__(self) -> str:
        words = [self.tool, str(self.label)] if self.tool == "brush" else [self.tool]
        words += [f"r={self.radius}", *(["ball"] if self.ball else [])]
        return " ".join([*words, *place_words(self.plane, self.position, self.depth), *point_words(self.points)])

    def voxels(self, shape: Shape) -> NDArray[np.int64]:
        """Flat indices (m,), rising, of the voxels of a (Z, Y, X) volume that the stroke covers.

        >>> parse_stroke("brush 1 r=1 xy z=0 1,1").voxels((1, 3, 3)).tolist()
        [1, 3, 4, 5, 7]
        """
        points = np.array(self.points, dtype=np.int64)
        layers = swept_ball(points, plane_shape(self.plane, shape), self.radius, self.depth, self.ball)
        return in_volume(self.plane, self.position, layers, shape)


AnyStroke = Stroke | Polygon | Superpixel | Flood | Threshold | Voxels
Settings = dict[str, int | float | str]


def parse_stroke(text: str, line: int | None = None, source: str = "") -> AnyStroke:
    """The stroke that a line of text describes; `line` and `source` name the place in messages.

    Raises InvalidMarkers, which names the word that cannot be read and what must be there.
    """
    place = f"{source} line {line}: ".lstrip() if line is not None else ""
    words = text.split("#", 1)[0].split()
    try:
        return _read(words)
    except Annotat3DError as error:
        raise InvalidMarkers(f"{place}{error}") from None


def read_strokes(path: Path) -> dict[int, AnyStroke]:
    """The strokes of a text file by their line, from 1; empty lines and `#` comments are passed over.

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
    return {number: parse_stroke(line, number, path.name) for number, line in lines if line.split("#", 1)[0].strip()}


def _read(words: list[str]) -> AnyStroke:
    tool, label, rest = _tool(words)
    if tool == VOXELS:
        return Voxels(label, read_runs(rest))
    settings, points = _settings(rest)
    plane, position = _place(settings)
    for name in set(settings) - {*WORDS[tool], "plane", *"xyz"}:
        said = {"shape": "ball or disk", "3d": "3d"}.get(name, f"{name}=")
        raise InvalidMarkers(f"A {tool} must not have {said}, received it: leave it out.")
    depth = int(settings.get("depth", 0))
    match tool:
        case "polygon":
            return Polygon(label, plane, position, points, depth)
        case "superpixel":
            return Superpixel(label, plane, position, points)
        case "flood":
            return _flood(label, plane, position, points, settings)
        case "threshold":
            limits = float(settings.get("from", -math.inf)), float(settings.get("to", math.inf))
            most = int(settings.get("max", MOST_MAX))
            return Threshold(label, plane, position, points, 0, *limits, "3d" in settings, most)
    radius = int(settings.get("r", DEFAULT_RADIUS))
    ball = settings.get("shape") == "ball"
    return Stroke("brush" if label else "erase", label, radius, plane, position, points, depth, ball)


def _flood(label: int, plane: str, position: int, points: Points, settings: Settings) -> Flood:
    if "tol" not in settings:
        raise InvalidMarkers("A flood must have a tolerance of grey values, received none: add one such as tol=300.")
    tolerance, most = float(settings["tol"]), int(settings.get("max", MOST))
    return Flood(label, plane, position, points, 0, tolerance, "3d" in settings, most)


def _tool(words: list[str]) -> tuple[str, int, list[str]]:
    """The tool, its label (0 erases) and the words after them."""
    if not words or words[0] not in BEGINNINGS:
        received = repr(words[0]) if words else "nothing"
        *others, last = BEGINNINGS
        raise InvalidMarkers(
            f"A stroke must begin with {', '.join(others)} or {last}, received {received}: begin with one of them."
        )
    tool, rest = words[0], words[1:]
    if tool != "erase":
        label = _whole(rest[0] if rest else "", f"The word after {tool}", "a label's id, such as 2")
        check_label(label)
        return tool, label, rest[1:]
    if rest and rest[0] in BEGINNINGS and rest[0] != "erase":
        return rest[0], 0, rest[1:]
    return "brush", 0, rest


def _settings(words: list[str]) -> tuple[Settings, Points]:
    """Named numbers (the plane under `plane`, ball or disk under `shape`), and points in order."""
    settings: Settings = {}
    points: list[tuple[int, int]] = []
    for word in words:
        if point := _POINT.fullmatch(word):
            points.append((int(point[1]), int(point[2])))
            continue
        name, value = _setting(word)
        if name in settings:
            raise InvalidMarkers(f"{word!r} says {name} a second time: leave one of the two out.")
        settings[name] = value
    return settings, tuple(points)


def _setting(word: str) -> tuple[str, int | float | str]:
    """What a word names, and its value."""
    if word in PLANES:
        return "plane", word
    if word in ("ball", "disk"):
        return "shape", word
    if word == "3d":
        return "3d", word
    setting = _SETTING.fullmatch(word)
    if setting is None:
        raise InvalidMarkers(
            f"{word!r} must be a point such as 10,12, a plane xy, xz or yz, ball, disk, 3d, or one of r=, depth=, "
            "tol=, from=, to=, max=, x=, y=, z= with a number: correct the word."
        )
    name, text = setting[1], setting[2]
    if name in ("from", "to"):
        return name, _grey(text, f"{name}= in {word!r}")
    if name != "tol":
        return name, _whole(text, f"{name}= in {word!r}", f"such as {name}=5")
    if not _NUMBER.fullmatch(text):
        raise InvalidMarkers(f"tol= in {word!r} must be a number from 0, such as tol=300, received {text!r}: give one.")
    return name, float(text)


def _place(settings: Settings) -> tuple[str, int]:
    """The plane and the index of its slice; either a plane's name or the letter of its slice would do for the plane."""
    letters = [letter for letter in "xyz" if letter in settings]
    if len(letters) != 1:
        received = " and ".join(f"{letter}={settings[letter]}" for letter in letters) or "none of x=, y=, z="
        raise InvalidMarkers(f"A stroke must lie in one slice, such as z=40, received {received}: name one slice.")
    letter = letters[0]
    plane = str(settings.get("plane") or next(name for name in PLANES if slice_letter(name) == letter))
    if slice_letter(plane) != letter:
        raise InvalidMarkers(
            f"{plane} must have its slice as {slice_letter(plane)}=, received {letter}={settings[letter]}: "
            "correct the plane or the letter."
        )
    return plane, int(settings[letter])


def _whole(word: str, who: str, must: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", word):
        raise InvalidMarkers(f"{who} must be a whole number, {must}, received {word!r}: give a whole number.")
    return int(word)


def _grey(word: str, who: str) -> float:
    if not _NUMBER.fullmatch(word.removeprefix("-")):
        raise InvalidMarkers(f"{who} must be a grey value, such as 100 or -0.5, received {word!r}: give a number.")
    return float(word)
