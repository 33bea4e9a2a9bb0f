"""How large a cell of the terminal is, as the system knows it."""

import fcntl
import struct
import termios


def cell_size(stream: int) -> tuple[int, int] | None:
    """(width, height) of a cell in pixels, by the terminal of an open file's number; None where nobody knows.

    >>> cell_size(-1)
    """
    try:
        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(stream, termios.TIOCGWINSZ, bytes(8)))
    except (OSError, ValueError):
        return None
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return width // columns, height // rows
