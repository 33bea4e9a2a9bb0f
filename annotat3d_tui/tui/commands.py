"""The command line of the screen: strokes, `goto x y z`, `label n`, and the actions by their names."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.strokes import BEGINNINGS, AnyStroke, parse_stroke

Voxel = tuple[int, int, int]


@dataclass(frozen=True)
class Goto:
    """Go to a voxel (z, y, x)."""

    voxel: Voxel


@dataclass(frozen=True)
class Do:
    """Do an action of the screen, as Textual writes it."""

    action: str


def parse_command(text: str, shape: Voxel, names: Collection[str]) -> AnyStroke | Goto | Do:
    """What a line of text asks for, in a volume of `shape` (Z, Y, X) on a screen with actions `names`.

    Raises InvalidMarkers for a stroke that cannot be read, InvalidParameter for the rest.

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
    if word == "label" and rest.strip().isdigit():
        return Do(f"choose({int(rest)})")
    action = "_".join(text.split()).lower()
    if action in names:
        return Do(action)
    raise InvalidParameter(
        f"A command must be a stroke ({', '.join(BEGINNINGS)}), goto x y z, label n or an action such as apply, "
        f"received {word!r}: F1 lists the actions."
    )


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
