"""A terminal that has the graphics of kitty or sixels, as far as pictures go: what lies where after what was sent."""

import base64
import io
import re

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.tui.test_sixel import decoded

PLACED = re.compile(r"\x1b7\x1b\[(\d+);(\d+)H((?:\x1b_G[^\x1b]*\x1b\\)+|\x1bP[^\x1b]*\x1b\\)\x1b8")
TOKEN = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\")

Place = tuple[int, int]
"""Column and row of a cell, from 0."""
Source = tuple[int, int, int, int] | None
"""Pixels of a picture that are shown: left, top, width, height; None for all."""


def kitty_shows(sent: str) -> dict[tuple[int, int], tuple[Place, NDArray[np.uint8]]]:
    """Picture and placement, by their numbers -> place and colours of all that is on the screen in the end."""
    kept: dict[int, str] = {}
    shown: dict[tuple[int, int], tuple[Place, Source]] = {}
    place, first, data = (0, 0), dict[str, str](), ""
    for token in TOKEN.finditer(sent):
        if token[1]:
            place = int(token[2]) - 1, int(token[1]) - 1
            continue
        keys = dict(pair.split("=") for pair in token[3].split(","))
        number, placement = int(keys.get("i", 0)), int(keys.get("p", 0))
        if keys.get("a") == "d":
            shown = {which: one for which, one in shown.items() if which[0] != number or placement not in (0, which[1])}
            if keys["d"] == "I":
                kept.pop(number, None)
        elif keys.get("a") == "p":
            assert number in kept, "a part of a picture that the terminal has not"
            left, top, width, height = (int(keys[name]) for name in "xywh")
            shown[number, placement] = place, (left, top, width, height)
        elif keys.get("a") != "q":
            first, data = (keys, token[4]) if "a" in keys else (first, data + token[4])
            if keys["m"] == "0":
                number = int(first["i"])
                kept[number] = data
                shown = {which: one for which, one in shown.items() if which[0] != number}
                if first["a"] == "T":
                    shown[number, int(first["p"])] = place, None
    return {which: (at, kitty_part(kept[which[0]], source)) for which, (at, source) in shown.items()}


def kitty_part(data: str, source: Source) -> NDArray[np.uint8]:
    """The colours (rows, columns, 3) of a part of a picture."""
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        whole = np.asarray(picture.convert("RGB"))
    left, top, width, height = source or (0, 0, whole.shape[1], whole.shape[0])
    assert left + width <= whole.shape[1]
    assert top + height <= whole.shape[0]
    return whole[top : top + height, left : left + width]


def sixels(sent: str) -> list[tuple[Place, NDArray[np.float64]]]:
    """Place and picture, 0…255, of all that was drawn."""
    return [
        ((int(column) - 1, int(row) - 1), decoded(picture.encode("ascii")) * 2.55)
        for row, column, picture in PLACED.findall(sent)
    ]
