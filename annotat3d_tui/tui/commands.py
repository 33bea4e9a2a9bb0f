"""The command line of the screen: strokes, places, contrast, labels, and the actions by their names."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.colours import check_label
from annotat3d_tui.labels.strokes import BEGINNINGS, AnyStroke, parse_stroke
from annotat3d_tui.render.oblique import Vector

Voxel = tuple[int, int, int]


@dataclass(frozen=True)
class Goto:
    """Go to a voxel (z, y, x)."""

    voxel: Voxel


@dataclass(frozen=True)
class Contrast:
    """Draw these grey values black and white: two numbers, or percentiles."""

    text: str


@dataclass(frozen=True)
class Clip:
    """Look at the clipping plane at a position, with a normal (z, y, x); None leaves it as it is."""

    position: Vector | None = None
    normal: Vector | None = None


@dataclass(frozen=True)
class Merge:
    """Let labels become the first of them, at least two."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class Do:
    """Do an action of the screen, as Textual writes it."""

    action: str


def parse_command(text: str, shape: Voxel, names: Collection[str]) -> AnyStroke | Goto | Contrast | Clip | Merge | Do:
    """What a line of text asks for, in a volume of `shape` (Z, Y, X) on a screen with actions `names`.

    Raises InvalidMarkers for a stroke that cannot be read, InvalidParameter for the rest; `{app.help}` in its sentence
    stands for the key.

    >>> parse_command("goto 10 20 5", (10, 30, 30), [])
    Goto(voxel=(5, 20, 10))
    >>> parse_command("save label", (10, 30, 30), ["save_label"])
    Do(action='save_label')
    """
    word, _, rest = text.strip().partition(" ")
    if word in BEGINNINGS:
        return parse_stroke(text)
    if word == "goto":
        return Goto(parse_voxel(rest, shape))
    if word == "contrast" and rest.strip():
        return Contrast(rest)
    if word == "clip":
        return parse_clip(rest)
    if word == "label" and rest.strip().isdigit():
        return Do(f"choose({int(rest)})")
    if word == "merge":
        return Merge(parse_ids(rest))
    action = "_".join(text.split()).lower()
    if action in names:
        return Do(action)
    raise InvalidParameter(
        f"A command must be a stroke ({', '.join(BEGINNINGS)}), goto x y z, contrast low high, clip x y z normal x y "
        f"z, label n, merge n,m or an action such as apply, received {word!r}: {{app.help}} lists the actions."
    )


def parse_clip(text: str) -> Clip:
    """The clipping plane of `[x y z] [normal x y z]`; raises InvalidParameter.

    >>> parse_clip("10 20 5 normal 0 1 1")
    Clip(position=(5.0, 20.0, 10.0), normal=(1.0, 1.0, 0.0))
    >>> parse_clip("normal 0 0 1").position is None
    True
    """
    at, normal_word, normal = text.partition("normal")
    if normal_word and not normal.strip():
        raise InvalidParameter("A normal must be three numbers x y z, received none: clip normal 0 0 1 is XY.")
    return Clip(parse_vector(at) if at.strip() else None, parse_vector(normal) if normal_word else None)


def parse_ids(text: str) -> tuple[int, ...]:
    """Labels to be merged, each once, with commas or spaces between them; raises InvalidParameter.

    >>> parse_ids("29, 31 29")
    (29, 31)
    """
    words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
    ids = tuple(dict.fromkeys(int(word) for word in words if word.isdecimal()))
    if len(ids) < 2 or not all(word.isdecimal() for word in words):
        raise InvalidParameter(f"A merge must name two labels or more, such as 29,31, received {text!r}: name them.")
    for id in ids:
        check_label(id)
    return ids


def parse_vector(text: str) -> Vector:
    """The (z, y, x) of three numbers x y z; raises InvalidParameter.

    >>> parse_vector("1, 2 3.5")
    (3.5, 2.0, 1.0)
    """
    try:
        x, y, z = (float(word) for word in re.split(r"[\s,;]+", text.strip()))
    except ValueError:
        raise InvalidParameter(f"It must be three numbers x y z, received {text!r}: type it again.") from None
    if not all(abs(value) < 1e9 for value in (x, y, z)):
        raise InvalidParameter(f"It must be three numbers of a common size, received {text!r}: type it again.")
    return z, y, x


def parse_voxel(text: str, shape: Voxel) -> Voxel:
    """The voxel (z, y, x) of three numbers `x y z`; raises InvalidParameter when it lies outside `shape`.

    >>> parse_voxel("1, 2, 3", (4, 4, 4))
    (3, 2, 1)
    """
    words = re.split(r"[\s,;]+", text.strip())
    if len(words) != 3 or not all(re.fullmatch(r"-?\d+", word) for word in words):
        raise InvalidParameter(f"A position must be three whole numbers x y z, received {text!r}: type it again.")
    voxel = int(words[2]), int(words[1]), int(words[0])
    for name, place, length in zip("zyx", voxel, shape, strict=True):
        if not 0 <= place < length:
            raise InvalidParameter(
                f"{name} must be from 0 to {length - 1}, received {place}: give a position in the image."
            )
    return voxel
