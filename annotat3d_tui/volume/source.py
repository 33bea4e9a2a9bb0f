"""What a format says of a file, and the way from its bytes to voxels, whole or block by block."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.allocation import empty, lies_in_file, scratch_room
from annotat3d_tui.blocks import slabs
from annotat3d_tui.errors import Annotat3DError, InvalidFile, OverBudget
from annotat3d_tui.mapped.files import guarded
from annotat3d_tui.memory import available_memory, bytes_text
from annotat3d_tui.volume.disk import stamp_of
from annotat3d_tui.volume.place import place_of

BLOCK_BYTES = 1 << 24


def block_planes(shape: tuple[int, ...], itemsize: int, block_bytes: int | None = None) -> int:
    """Number of planes of a block of about `block_bytes` (BLOCK_BYTES), at least one."""
    return max((block_bytes or BLOCK_BYTES) // max(shape[1] * shape[2] * itemsize, 1), 1)


def array_blocks(data: NDArray[Any], block_bytes: int | None = None) -> Iterator[NDArray[Any]]:
    """A volume (Z, Y, X) as views of a few whole planes each."""
    for slab in slabs(data.shape[0], block_planes(data.shape, data.itemsize, block_bytes)):
        yield data[slab.write]


def fill(data: NDArray[Any], blocks: Iterable[NDArray[Any]]) -> None:
    """Copy consecutive blocks of whole planes into a volume, converting their type."""
    start = 0
    for block in blocks:
        data[start : start + len(block)] = block
        start += len(block)


def regrouped(blocks: Iterable[NDArray[Any]], planes: int) -> Iterator[NDArray[Any]]:
    """Consecutive blocks of whole planes as blocks of a multiple of `planes` planes, but for the last.

    >>> [len(block) for block in regrouped([np.zeros((3, 1, 1)), np.zeros((4, 1, 1)), np.zeros((2, 1, 1))], 2)]
    [2, 4, 2, 1]
    """
    kept: list[NDArray[Any]] = []
    count = 0
    for block in blocks:
        kept.append(block)
        count += len(block)
        if whole := count - count % planes:
            joined = np.concatenate(kept) if len(kept) > 1 else kept[0]
            yield joined[:whole]
            count -= whole
            kept = [joined[whole:]] if count else []
    if kept:
        yield np.concatenate(kept)


@dataclass(frozen=True)
class Mapping:
    """Where voxels lie in a file as they are: first byte, and bytes from a plane, row and voxel to the next."""

    offset: int
    strides: tuple[int, int, int]

    @classmethod
    def of_planes(cls, shape: tuple[int, ...], itemsize: int, offset: int, plane: int | None = None) -> "Mapping":
        """Rows without gaps; planes `plane` bytes apart, by default without gaps too."""
        row = shape[2] * itemsize
        return cls(offset, (shape[1] * row if plane is None else plane, row, itemsize))


@dataclass(frozen=True)
class Source:
    """A volume in a file, before any voxel is read.

    Its voxels are where `mapping` says, as `dtype` (with byte order) says, or else come from
    `decode(start, stop)`: those planes as consecutive blocks in the machine's byte order. `chunks` are the sides
    (z, y, x) of the boxes in which a file keeps them, where it does; `scattered` says in which way else they cannot
    be mapped. `is_stream`: a plane comes only after all planes before it. `copy`: the file that `mapping` is about,
    where it is not that of the path. `size_note`: what the file leaves open of the voxel size, in words.
    `warnings`: sentences about what may be wrong, and is opened all the same.
    """

    path: Path
    format: str
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0)
    unit: str = "voxel"
    compression: str = "none"
    mapping: Mapping | None = None
    decode: Callable[[int, int], Iterator[NDArray[Any]]] | None = None
    chunks: tuple[int, int, int] | None = None
    scattered: str = ""
    is_stream: bool = False
    copy: Path | None = None
    size_note: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As messages call it, without the folders before."""
        return place_of(self.path).name

    @property
    def file_bytes(self) -> int:
        """Bytes of its files."""
        return stamp_of(self.path)[0]

    @property
    def voxel_bytes(self) -> int:
        """Bytes of all voxels in memory."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    @property
    def why_read(self) -> str:
        """Why the voxels cannot be memory-mapped, in words; empty where they can."""
        if self.mapping is None:
            if self.compression != "none":
                return "compressed"
            return self.scattered or ("in chunks" if self.chunks else "not stored as whole planes")
        if self._is_fortran:
            return "in Fortran order"
        if not self.dtype.isnative:
            return "big-endian" if self.dtype.str[0] == ">" else "little-endian"
        if any(place % self.dtype.alignment for place in (self.mapping.offset, self.mapping.strides[0])):
            return "not aligned"
        return ""

    def voxels(self) -> NDArray[Any]:
        """All voxels (Z, Y, X), read-only: memory-mapped where possible, else read.

        Large ones are read into a nameless file. Raises OverBudget where there is room for them nowhere.
        """
        if not self.why_read:
            return self._mapped()
        data = self._room()
        if self._is_fortran:
            _copy_turned(self._mapped(), data)
        else:
            fill(data, self.blocks())
        data.flags.writeable = False
        return data

    def blocks(self, start: int = 0, stop: int | None = None) -> Iterator[NDArray[Any]]:
        """Planes `start` to `stop` as consecutive blocks, in the machine's byte order, none kept.

        Only what is in Fortran order, where a plane lies scattered over the file, is read whole.
        """
        if self.mapping is not None:
            whole = self.voxels() if self._is_fortran else self._mapped()
            for block in array_blocks(whole[start:stop]):
                yield np.ascontiguousarray(block, self.dtype.newbyteorder("="))
        elif self.decode is not None:
            try:
                yield from self.decode(start, self.shape[0] if stop is None else stop)
            except Annotat3DError:
                raise
            except MemoryError as error:
                raise OverBudget(
                    f"{self.name} asks for more memory than there is: it is damaged, or too large here."
                ) from error
            except OSError as error:
                raise InvalidFile(
                    f"{self.name} cannot be read ({error.strerror or error}): see to its disk, or copy it."
                ) from error

    @property
    def _is_fortran(self) -> bool:
        row = self.shape[2] * self.dtype.itemsize
        return self.mapping is not None and self.mapping.strides[1:] != (row, self.dtype.itemsize)

    def _room(self) -> NDArray[Any]:
        need = self.voxel_bytes
        most = max(available_memory(), scratch_room() if lies_in_file(need) else 0)
        try:
            if need > most:
                raise MemoryError
            return empty(self.shape, self.dtype.newbyteorder("="))
        except MemoryError:
            raise OverBudget(
                f"{self.name} ({self.why_read}) must be read whole and needs {bytes_text(need)} of memory, or of disk "
                f"for what is temporary, and {bytes_text(most)} are free: set ANNOTAT3D_SCRATCH to a folder with more "
                "room, or convert a part of it with annotat3d convert --crop."
            ) from None

    def _mapped(self) -> NDArray[Any]:
        assert self.mapping is not None
        strides = self.mapping.strides
        reach = sum((length - 1) * stride for length, stride in zip(self.shape, strides, strict=True))
        try:
            file = self.copy or place_of(self.path).file
            whole = np.memmap(file, np.uint8, "r", self.mapping.offset, (reach + self.dtype.itemsize,))
        except (OSError, ValueError) as error:
            raise InvalidFile(f"{self.name} cannot be read ({error}): see whether it is still there.") from None
        first = guarded(whole, file)[: self.dtype.itemsize].view(self.dtype)
        return np.lib.stride_tricks.as_strided(first, self.shape, strides, subok=True, writeable=False)


def _copy_turned(source: NDArray[Any], target: NDArray[Any], side: int = 64) -> None:
    """Copy a volume whose z runs fastest into one whose x does, by columns that fit the processor's cache."""
    for y in range(0, target.shape[1], side):
        for x in range(0, target.shape[2], side):
            target[:, y : y + side, x : x + side] = source[:, y : y + side, x : x + side]
