"""Pictures that follow each other, in one file: GIF or animated PNG."""

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.volume.writing import written_aside

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = (".gif", ".apng")
SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256


def save_film(path: Path | str, frames: Iterable[NDArray[np.uint8]], seconds: float, overwrite: bool = False) -> Path:
    """Write pictures (rows, columns, 3), each seen for `seconds`, again and again; aside and renamed.

    They are drawn one by one as they are asked for. A GIF has 256 colours a picture. Raises InvalidParameter for
    another suffix than .gif and .apng, and for no picture; OutputExists or CannotWrite.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InvalidParameter(f"A film must be a .gif or an .apng, received {path}: name it so.")
    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        raise InvalidParameter("A film must have at least one picture, received none: ask for more.")
    with written_aside(path, overwrite) as aside:
        write = _write_gif if suffix == ".gif" else _write_apng
        write(aside, chain([first], pictures), round(1000 * seconds))
    return Path(path)


def _write_gif(path: Path, frames: Iterator[NDArray[np.uint8]], milliseconds: int) -> None:
    pictures = map(_few_colours, frames)
    next(pictures).save(
        path, format="GIF", save_all=True, append_images=pictures, duration=milliseconds, loop=0, disposal=1
    )


def _few_colours(frame: NDArray[np.uint8]) -> "Image":
    from PIL import Image

    return Image.fromarray(frame).quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.FLOYDSTEINBERG)


def _write_apng(path: Path, frames: Iterator[NDArray[np.uint8]], milliseconds: int) -> None:
    """Frame by frame as it comes (PNG, third edition, W3C 2025): each is a whole PNG, whose data are taken over."""
    with path.open("wb") as file:
        count, number = 0, 0
        for frame in frames:
            parts = _chunks(frame)
            if not count:
                file.write(SIGNATURE + _chunk(b"IHDR", parts[b"IHDR"]))
                begin = file.tell()
                file.write(_chunk(b"acTL", struct.pack(">II", 0, 0)))
            height, width = frame.shape[:2]
            about = struct.pack(">IIIIIHHBB", number, width, height, 0, 0, milliseconds, 1000, 0, 0)
            file.write(_chunk(b"fcTL", about))
            number += 1
            if count:
                file.write(_chunk(b"fdAT", struct.pack(">I", number) + parts[b"IDAT"]))
                number += 1
            else:
                file.write(_chunk(b"IDAT", parts[b"IDAT"]))
            count += 1
        file.write(_chunk(b"IEND", b""))
        file.seek(begin)
        file.write(_chunk(b"acTL", struct.pack(">II", count, 0)))


def _chunks(frame: NDArray[np.uint8]) -> dict[bytes, bytes]:
    """The chunks of a picture as PNG, by kind, those of a kind joined."""
    from PIL import Image

    whole = io.BytesIO()
    Image.fromarray(frame).save(whole, format="PNG")
    content, at, found = whole.getvalue(), len(SIGNATURE), dict[bytes, bytes]()
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        found[kind] = found.get(kind, b"") + content[at + 8 : at + 8 + length]
        at += 12 + length
    return found


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
