"""A picture in pixels for a terminal that has them. Pillow is loaded when needed."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.tui.terminal import kitty, sixel
from annotat3d_tui.tui.terminal.probe import Graphics

USUAL_CELL = 8, 16
"""Width and height of a cell in pixels, where the terminal does not say."""
NUMBER = 3
"""Of the picture in kitty, which replaces one of the same number."""
Cells = tuple[int, int, int, int]
"""A part of a picture in cells: column and row of its corner from 0, columns, rows."""


def in_pixels(picture: NDArray[np.uint8], graphics: Graphics) -> str:
    """What draws a picture (rows, columns, 3) at the cursor, by sixel or kitty, and leaves the cursor below.

    Its colours are reduced to those that the terminal has, by median cut.
    """
    indices, palette = few_colours(picture, graphics.colours)
    if graphics.mode == "sixel":
        return str(sixel.encode(indices, palette), "ascii")
    cell = graphics.cell or USUAL_CELL
    rows, columns = indices.shape
    cells = -(-columns // cell[0]), -(-rows // cell[1])
    return str(kitty.encode(indices, palette, NUMBER, cells), "ascii") + "\n" * int(cells[1])


def placed(
    codes: NDArray[np.int32],
    graphics: Graphics,
    place: tuple[int, int],
    number: int = NUMBER,
    parts: Sequence[Cells] | None = None,
) -> str:
    """What draws a picture of whole cells with its corner at a place (column, row) of the screen, from 0.

    codes: 0xRRGGBB (rows, columns); parts: those of its cells that are to be seen, None for all. The cursor stays where
    it was. A sixel picture that is larger than the terminal takes comes in pieces. In kitty the parts are placements
    from 1 on.
    """
    indices, palette = numbered(codes, graphics.colours)
    width, height = graphics.cell or USUAL_CELL
    rows, columns = indices.shape
    whole = (0, 0, columns // width, rows // height)
    if graphics.mode == "kitty":
        if parts is None:
            return _at(place, kitty.encode(indices, palette, number, whole[2:]))
        kept = str(kitty.kept(indices, palette, number), "ascii")
        return kept + parts_shown(graphics, place, parts, range(0), number)
    return "".join(
        _at(
            (place[0] + column, place[1] + row),
            sixel.encode(indices[row * height :, column * width :][: down * height, : across * width], palette),
        )
        for part in parts or [whole]
        for column, row, across, down in _within(part, graphics)
    )


def parts_shown(
    graphics: Graphics, place: tuple[int, int], parts: Sequence[Cells], before: range, number: int = NUMBER
) -> str:
    """What shows other parts of a picture that kitty keeps than before, which are taken away last: nothing flickers.

    before: the placements that are seen now; those of the parts have the numbers that follow.
    """
    cell = graphics.cell or USUAL_CELL
    shown = (
        _at((place[0] + part[0], place[1] + part[1]), kitty.part(number, placement, part, cell))
        for placement, part in enumerate(parts, before.stop or 1)
    )
    return "".join([*shown, *(str(kitty.hidden(number, placement), "ascii") for placement in before)])


def _within(part: Cells, graphics: Graphics) -> Iterator[Cells]:
    """A part of a picture in pieces that are no larger than the terminal takes."""
    column, row, columns, rows = part
    width, height = graphics.cell or USUAL_CELL
    largest = graphics.largest or (columns * width, rows * height)
    across, down = max(largest[0] // width, 1), max(largest[1] // height, 1)
    for y in range(0, rows, down):
        for x in range(0, columns, across):
            yield column + x, row + y, min(across, columns - x), min(down, rows - y)


def _at(place: tuple[int, int], sent: bytes) -> str:
    return f"\x1b7\x1b[{place[1] + 1};{place[0] + 1}H{str(sent, 'ascii')}\x1b8"


def taken_away(number: int = NUMBER) -> str:
    """What takes a picture of kitty from the screen."""
    return str(kitty.deleted(number), "ascii")


def numbered(codes: NDArray[np.int32], most: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Colours 0xRRGGBB as `few_colours` gives them: exact where they are few enough."""
    seen = np.zeros(1 << 24, bool)
    seen[codes] = True
    found = np.flatnonzero(seen)
    colours = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1).astype(np.uint8)
    if len(found) > most:
        table = np.zeros((1 << 24, 3), np.uint8)
        table[found] = colours
        return few_colours(table[codes], most)
    numbers = np.zeros(1 << 24, np.uint8)
    numbers[found] = np.arange(len(found))
    return numbers[codes], colours


def few_colours(picture: NDArray[np.uint8], most: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The number of each pixel's colour in a picture (rows, columns, 3), and the colours (n, 3), n up to `most`."""
    from PIL import Image

    reduced = Image.fromarray(picture).quantize(most, dither=Image.Dither.NONE)
    return np.asarray(reduced), np.array(reduced.getpalette(), np.uint8).reshape(-1, 3)
