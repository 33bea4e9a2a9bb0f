"""From the bytes of a chunk to its voxels: the codecs of Zarr 2 and 3, none of which may give more than is expected."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile

Undo = Callable[[bytes, int], bytes]
"""What was encoded, and the number of bytes that are expected."""
_CHECKSUM = 4


@dataclass(frozen=True)
class Chain:
    """How chunks are kept: byte order and order of axes, and what was done to the bytes after, in that order."""

    dtype: np.dtype[Any]
    order: tuple[int, ...]
    steps: tuple[str, ...] = ()

    def decoded(self, content: bytes, shape: tuple[int, ...]) -> NDArray[Any]:
        """The voxels of a chunk of a shape; raises an error of whatever kind where it is damaged."""
        size = int(np.prod(shape, dtype=np.int64)) * self.dtype.itemsize
        sizes = size + _CHECKSUM * self.steps.count("crc32c")
        for step in reversed(self.steps):
            content = UNDO[step](content, sizes)
        if len(content) != size:
            raise ValueError(f"a chunk holds {len(content)} bytes where {size} are expected")
        kept = tuple(shape[axis] for axis in self.order)
        back = tuple(np.argsort(self.order).tolist())
        return np.frombuffer(content, self.dtype).reshape(kept).transpose(back)

    @property
    def compression(self) -> str:
        """What makes chunks smaller, in words."""
        return "+".join(step for step in self.steps if step != "crc32c") or "none"


def _blosc(content: bytes, size: int) -> bytes:
    import imagecodecs

    if len(content) < 16 or int.from_bytes(content[4:8], "little") > size:
        raise ValueError("a chunk says that it holds more than it may")
    return bytes(imagecodecs.blosc_decode(content, numthreads=1))


def _zstd(content: bytes, size: int) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.zstd_decode(content, out=size))


def _lz4(content: bytes, size: int) -> bytes:
    import imagecodecs

    if int.from_bytes(content[:4], "little") > size:
        raise ValueError("a chunk says that it holds more than it may")
    return bytes(imagecodecs.lz4_decode(content, header=True))


def _inflated(content: bytes, size: int) -> bytes:
    return zlib.decompressobj(wbits=47).decompress(content, size + 1)  # 47: zlib or gzip, whichever it is


def _bz2(content: bytes, size: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(content, size + 1)


def _lzma(content: bytes, size: int) -> bytes:
    return lzma.LZMADecompressor().decompress(content, size + 1)


def _without_checksum(content: bytes, size: int) -> bytes:
    return content[:-_CHECKSUM]


UNDO: dict[str, Undo] = {
    "blosc": _blosc,
    "zstd": _zstd,
    "lz4": _lz4,
    "gzip": _inflated,
    "zlib": _inflated,
    "bz2": _bz2,
    "lzma": _lzma,
    "crc32c": _without_checksum,
}


def known_step(word: Any, name: str) -> str:
    """A codec by its name; raises InvalidFile for one that is not read."""
    step = str(word).removeprefix("numcodecs.")
    if step not in UNDO:
        known = ", ".join(UNDO)
        raise InvalidFile(
            f"{name} must be compressed by one of {known}, received {step[:40]!r}: save it anew with one of them."
        )
    return step
