"""A picture of numbered colours as sixels, the graphics of the VT340 (DEC STD 070, chapter 9).

All of it is NumPy's work on some thousand pixels at a time, between which other threads go on: no key waits for it.
"""

import numpy as np
from numpy.typing import NDArray

BAND = 6
"""Rows of pixels in a line of sixels."""
AT_ONCE = 1 << 18
"""Sixels, drawn or not, that are looked at together: they fit the cache of a processor."""
END = 255
"""In place of a sixel, after the last one of a pass."""
FEW = 3
"""Up to so many equal sixels are written one by one, more as their number and one of them."""

_NUMBER, _REPEAT, _BACK, _NEXT, _DIGIT, _SIXEL = b"#!$-0?"


def encode(indices: NDArray[np.uint8], colours: NDArray[np.uint8]) -> bytes:
    """The picture `indices` (rows, columns), each the row of its colour in `colours` (n, 3), n at most 256.

    All colours are told before the first pixel: xterm draws the band in which a colour is first told in wrong ones.
    No line feed follows the last band, so that a picture at the foot of the screen does not scroll it.
    """
    rows, columns = indices.shape
    used = np.flatnonzero(np.bincount(indices.ravel(), minlength=1))
    percent = np.rint(colours[used] / 2.55).astype(int).tolist()
    told = "".join(f"#{number};2;{r};{g};{b}" for number, (r, g, b) in zip(used.tolist(), percent, strict=True))
    step = max(AT_ONCE // (len(used) * (columns + 1)), 1) * BAND
    bands = b"".join(_bands(indices[row : row + step]) for row in range(0, rows, step))
    return f'\x1bP0;1;0q"1;1;{columns};{rows}{told}'.encode("ascii") + bands[1:] + b"\x1b\\"


def _bands(indices: NDArray[np.uint8]) -> bytes:
    """Lines of sixels, `-` before each: for each colour in it a pass over the line, `$` goes back to its begin."""
    used = np.flatnonzero(np.bincount(indices.ravel()))
    sixels = _passes(indices, used)
    length = sixels.shape[1]
    flat = sixels.ravel()
    begins = np.append(0, np.flatnonzero(flat[1:] != flat[:-1]) + 1)
    runs = flat[begins]
    lengths = np.diff(begins, append=len(flat))
    ends = runs == END
    kept = ~ends
    kept[:-1] &= (runs[:-1] != 0) | ~ends[1:]  # what is not drawn at the end of a pass needs no word
    begins, runs, lengths = begins[kept], runs[kept], lengths[kept]
    many = lengths > FEW
    long = lengths[many]
    first = np.flatnonzero(begins % length == 0)
    line, colour = np.divmod(begins[first] // length, len(used))
    number = used[colour]

    digits, heads = _digits(long), _digits(number) + 2
    sizes = lengths.copy()
    sizes[many] = digits + 2
    sizes[first] += heads
    stops = np.cumsum(sizes)
    text = np.empty(int(stops[-1]), np.uint8)
    for before in range(FEW):
        at = slice(None) if before == 0 else ~many & (lengths > before)
        text[stops[at] - 1 - before] = runs[at] + _SIXEL
    text[stops[many] - 2 - digits] = _REPEAT
    _write(text, stops[many] - 1, long)
    starts = stops[first] - sizes[first]
    text[starts] = np.where(np.diff(line, prepend=-1), _NEXT, _BACK)
    text[starts + 1] = _NUMBER
    _write(text, starts + heads, number)
    return text.tobytes()


def _passes(indices: NDArray[np.uint8], used: NDArray[np.intp]) -> NDArray[np.uint8]:
    """The sixels (bands · colours, columns + 1) of each band and used colour, END in the last column."""
    rows, columns = indices.shape
    bands = -(-rows // BAND)
    sixels = np.zeros((bands * len(used), columns + 1), np.uint8)
    sixels[:, columns] = END
    place_of = np.zeros(END + 1, np.intp)
    place_of[used] = np.arange(len(used)) * (columns + 1)
    band = np.arange(rows)[:, None] // BAND * (len(used) * (columns + 1))
    places = place_of[indices] + band + np.arange(columns)
    flat = sixels.reshape(-1)
    for row in range(min(BAND, rows)):
        flat[places[row::BAND]] |= 1 << row
    return sixels


def _digits(numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many decimal digits each has."""
    digits, least = np.ones(len(numbers), np.intp), 10
    while (more := numbers >= least).any():
        digits += more
        least *= 10
    return digits


def _write(text: NDArray[np.uint8], stops: NDArray[np.intp], numbers: NDArray[np.intp]) -> None:
    """Write each number into the text, up to its stop."""
    while len(numbers):
        stops = stops - 1
        text[stops] = numbers % 10 + _DIGIT
        left = numbers >= 10
        stops, numbers = stops[left], numbers[left] // 10
