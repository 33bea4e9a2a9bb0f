"""A picture as text for a terminal: two rows of pixels in each line of half-blocks."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.render.palette import PALETTES, Palette
from annotat3d_tui.render.xterm import XTERM

UPPER_HALF = "▀"
RESET = "\x1b[0m"
NOTHING = -1
"""In place of a colour: what the terminal has there."""


def packed(rgb: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Colours (…, 3) as one number each, 0xRRGGBB."""
    wide = rgb.astype(np.int32)
    return np.asarray((wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2])


def unpacked(code: int) -> tuple[int, int, int]:
    """Red, green and blue of 0xRRGGBB.

    >>> unpacked(0x0102FF)
    (1, 2, 255)
    """
    return code >> 16, (code >> 8) & 255, code & 255


def runs(upper: Iterable[int], lower: Iterable[int]) -> Iterator[tuple[tuple[int, int], int]]:
    """The stretches of equal cells in a line of two rows of pixels: ((upper colour, lower colour), length).

    >>> list(runs([1, 1, 2], [3, 3, 3]))
    [((1, 3), 2), ((2, 3), 1)]
    """
    cells = zip(upper, lower, strict=True)
    before = next(cells, None)
    if before is None:
        return
    length = 1
    for cell in cells:
        if cell == before:
            length += 1
        else:
            yield before, length
            before, length = cell, 1
    yield before, length


_EXACT = {code: 16 + number for number, code in reversed(list(enumerate(packed(XTERM[16:]).tolist())))}


def terminal_number(code: int, palette: Palette) -> int | None:
    """The terminal colour that shows 0xRRGGBB; None where it must be sent as red, green and blue."""
    if palette.number_of is None:
        return _EXACT.get(code)
    return palette.number_of(unpacked(code))


def print_picture(rgb: NDArray[np.uint8], colours: str = "truecolor") -> str:
    """A picture (rows, columns, 3) as lines of text with colour codes; `colours` is truecolor, 256 or 16.

    An odd last row has the terminal's own background under it. Raises InvalidParameter for other colours.

    >>> print_picture(np.zeros((2, 3, 3), np.uint8), "256").replace(chr(27), "^")
    '^[38;5;16;48;5;16m▀▀▀^[0m\\n'
    """
    if colours not in PALETTES:
        raise InvalidParameter(f"colours must be one of {', '.join(PALETTES)}, received {colours!r}: choose one.")
    codes = packed(rgb)
    if len(codes) % 2:
        codes = np.concatenate([codes, np.full((1, codes.shape[1]), NOTHING, np.int32)])
    return "".join(_line(codes[row], codes[row + 1], PALETTES[colours]) for row in range(0, len(codes), 2))


def _line(upper: NDArray[np.int32], lower: NDArray[np.int32], palette: Palette) -> str:
    parts = [
        f"\x1b[{_sgr(top, palette, 38)};{_sgr(bottom, palette, 48)}m{UPPER_HALF * length}"
        for (top, bottom), length in runs(upper.tolist(), lower.tolist())
    ]
    return "".join(parts) + RESET + "\n"


def _sgr(code: int, palette: Palette, layer: int) -> str:
    """The colour code for the foreground (layer 38) or the background (48)."""
    if code == NOTHING:
        return str(layer + 1)
    number = terminal_number(code, palette)
    if number is None:
        return ";".join(str(part) for part in (layer, 2, *unpacked(code)))
    if number < 16:
        return str(number + layer - (8 if number < 8 else -44))
    return f"{layer};5;{number}"
