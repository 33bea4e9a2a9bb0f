"""What may come next in a command: the rest of a word, or a whole one, from the cursor and what the brush has."""

from collections.abc import Iterable
from dataclasses import dataclass

from annotat3d_tui.labels.areas import number_text
from annotat3d_tui.labels.places import slice_letter
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.labels.strokes import BEGINNINGS, WORDS
from annotat3d_tui.labels.voxels import TOOL as VOXELS

WHOLE_IMAGE = ("goto", "label", "clip", "merge")


@dataclass(frozen=True)
class Now:
    """What a command can take from the screen.

    actions: words; labels: id and name of each; point: the cursor in its plane; window: grey values of the contrast.
    """

    actions: tuple[str, ...]
    labels: tuple[tuple[int, str], ...]
    label: int
    plane: str
    index: int
    voxel: tuple[int, int, int]
    point: tuple[int, int]
    radius: int
    tolerance: float
    window: tuple[float, float] = (0.0, 0.0)


def suggested(text: str, now: Now) -> str | None:
    """The line made longer by what is most likely to come; None when nothing is known.

    >>> here = Now(("apply", "save label"), ((1, "rock"), (2, "pore")), 2, "xy", 40, (40, 12, 10), (10, 12), 5, 300.0)
    >>> suggested("br", here), suggested("brush 2 ", here), suggested("brush 2 r=5 xy z=40 ", here)
    ('brush', 'brush 2 r=5', 'brush 2 r=5 xy z=40 10,12')
    >>> suggested("sa", here), suggested("goto ", here), suggested("label po", here)
    ('save label', 'goto 10 12 40', 'label 2')
    >>> suggested("clip ", here), suggested("clip 1 2 3 ", here), suggested("clip 1 2 3 normal ", here)
    ('clip 10 12 40', 'clip 1 2 3 normal', 'clip 1 2 3 normal 0 0 1')
    """
    if not text.strip():
        return None
    *before, begun = text.split(" ")
    before = [word for word in before if word]
    if not before:
        return _first((*BEGINNINGS, *WHOLE_IMAGE, *now.actions), begun)
    head = text[: len(text) - len(begun)]
    word = _first(_next_words(before, now), begun)
    if before[0] == "label" and word is None:
        word = next((str(id) for id, name in now.labels if begun and name.lower().startswith(begun.lower())), None)
    if word is not None:
        return head + word
    return _first(now.actions, text)


def _first(words: Iterable[str], begun: str) -> str | None:
    """The first word that goes on from what is typed."""
    return next((word for word in words if word.startswith(begun) and word != begun), None)


def _next_words(before: list[str], now: Now) -> list[str]:
    """Words that may follow, the likeliest first."""
    tool, rest = before[0], before[1:]
    if tool == "goto":
        x, y, z = now.voxel[::-1]
        return [" ".join(map(str, (x, y, z)[len(rest) :]))] if len(rest) < 3 else []
    if tool == "clip":
        return _clipping(rest, now)
    if tool == "label":
        return [str(id) for id, _ in now.labels] if not rest else []
    if tool not in BEGINNINGS:
        return []
    if tool == "erase":
        if not rest:
            return ["r=" + str(now.radius), *(name for name in BEGINNINGS if name not in ("erase", "brush"))]
        tool, rest = (rest[0], rest[1:]) if rest[0] in WORDS else ("brush", rest)
    elif not rest:
        return [str(now.label), *(str(id) for id, _ in now.labels)]
    return [] if tool == VOXELS else _settings(tool, rest, now)


def _clipping(given: list[str], now: Now) -> list[str]:
    """The place of the cursor, then a normal."""
    numbers = given[given.index("normal") + 1 :] if "normal" in given else given
    vector = ("0", "0", "1") if "normal" in given else tuple(map(str, now.voxel[::-1]))
    rest = [" ".join(vector[len(numbers) :])] if len(numbers) < 3 else []
    return rest if "normal" in given or len(given) not in (0, 3) else [*rest, "normal"]


OPTIONAL = {"brush": ("ball", "depth="), "polygon": ("depth=",), "flood": ("3d", "max="), "threshold": ("3d", "max=")}
"""What a stroke may have beside what it must."""


def _settings(tool: str, given: list[str], now: Now) -> list[str]:
    """Settings that are not there yet, in the order in which a stroke is written, then points."""
    named = {word.partition("=")[0] for word in given if "=" in word}
    plane = next((word for word in given if word in PLANES), None)
    letter = slice_letter(plane or now.plane)
    words = []
    if tool == "brush" and "r" not in named:
        words.append(f"r={now.radius}")
    if plane is None:
        words += [now.plane, *(name for name in PLANES if name != now.plane)]
    if not named & set("xyz"):
        words.append(f"{letter}={now.index if plane in (None, now.plane) else now.voxel['zyx'.index(letter)]}")
    if tool == "flood" and "tol" not in named:
        words.append(f"tol={number_text(now.tolerance)}")
    if tool == "threshold":
        limits = zip(("from", "to"), now.window, strict=True)
        words += [f"{name}={number_text(limit)}" for name, limit in limits if name not in named]
    here = ",".join(map(str, now.point))
    points = [] if plane not in (None, now.plane) or here in given else [here]
    optional = OPTIONAL.get(tool, ())
    return [*words, *points, *(word for word in optional if word.rstrip("=") not in {*given, *named})]
