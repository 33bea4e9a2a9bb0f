"""What cannot be mapped is converted once: its voxels as they are, in a folder of the cache; large volumes also turned.

A conversion may be stopped or killed at any moment, and goes on where it was. It gets its name when it is whole, so
that half of one is never taken for all. It is named after the size, the time and samples of its source: when the source
has changed it is not taken, and goes.
"""

import contextlib
import fcntl
import io
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.cache import SPARED
from annotat3d_tui.errors import Annotat3DError, InvalidFile
from annotat3d_tui.mapped.files import guarded
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.volume.converted_files import (
    PLANES,
    TURNED,
    Entry,
    State,
    most_bytes,
    remove_all_but,
    room_made,
    state_in,
)
from annotat3d_tui.volume.disk import stamp_of
from annotat3d_tui.volume.source import Mapping, Source
from annotat3d_tui.volume.turned import SLAB, Turned, turned_parts

SMALLEST = 1 << 26
"""Bytes of voxels below which a volume is read each time it is opened."""
NOTED_SECONDS = 2.0
"""After so long at most what was converted reaches the disk, and is noted."""
TURN_SECONDS = 0.2
CONVERTS, WAITS = "converting", "another process converts it"

Parts = Callable[[int], Iterable[NDArray[Any]]]
"""Voxels of a copy from a plane on, part after part, as they lie in its file."""


def is_converted(source: Source) -> bool:
    """Whether the voxels of a source are worth keeping as they are: they cannot be mapped, and are many."""
    return bool(source.why_read) and source.voxel_bytes >= SMALLEST


def is_turned(source: Source) -> bool:
    """Whether the screen keeps the voxels of a source once more for slices across x: they are many, on many planes."""
    return source.shape[0] > 1 and source.voxel_bytes >= SMALLEST


class Conversions:
    """A folder for volumes that were converted.

    may_write: whether one that is not there is made. `refused` says, after `voxels`, why none could be; "" otherwise.
    """

    def __init__(self, folder: Path, may_write: bool = True, most: int | None = None) -> None:
        self._folder, self._may_write = folder, may_write
        self._most = most_bytes() if most is None else most
        self.refused = ""

    def voxels(self, source: Source, progress: Progress = quiet) -> NDArray[Any] | None:
        """The voxels (Z, Y, X) of a source, mapped read-only from their copy, which is made when there is none.

        None where the source needs no copy, or there is no room for it. Raises what reading the source raises,
        InvalidFile when it changes meanwhile, and whatever `progress` raises: what was converted then is kept.
        """
        self.refused = ""
        if not is_converted(source):
            return None
        found = self._copy(source, PLANES, lambda first: source.blocks(first, source.shape[0]), progress)
        if found is None and self._may_write and not self.refused:
            self.refused = (
                f"{source.name} is read anew each time: its {bytes_text(source.voxel_bytes)} of voxels have no room in "
                f"{self._folder}, which may hold {bytes_text(self._most)} (ANNOTAT3D_CACHE) and leaves "
                f"{bytes_text(SPARED)} of the disk free."
            )
        return found

    def share_of(self, source: Source) -> float:
        """Of a source that needs a copy the share 0…1 of its planes that are in one already; nothing is opened.

        Raises MissingFile, InvalidFile.
        """
        if not is_converted(source) or not self._folder.is_dir():
            return 0.0
        entry = Entry(self._folder, State.of(source))
        if entry.is_whole:
            return 1.0
        state = state_in(entry.about)
        return state.share if state and state.is_of(entry.state) and entry.part.exists() else 0.0

    def from_copy(self, source: Source) -> Source:
        """A source whose voxels are mapped from their copy, where there is one; else the source as it is."""
        if not is_converted(source):
            return source
        entry = Entry(self._folder, State.of(source))
        found = _mapped(entry)
        if found is None:
            return source
        mapping = Mapping.of_planes(source.shape, found.itemsize, int(getattr(found, "offset")))  # noqa: B009 (a memmap)
        return replace(source, dtype=found.dtype, mapping=mapping, decode=None, copy=entry.voxels)

    def turned_if_there(self, source: Source) -> Turned | None:
        """The copy of a volume for slices across x, mapped; None where there is none."""
        return _turned(source, _mapped(Entry(self._folder, State.of(source, TURNED))))

    def turned(self, source: Source, voxels: NDArray[Any], progress: Progress = quiet) -> Turned | None:
        """The copy of a volume for slices across x, mapped; it is made from its voxels when there is none.

        voxels: (Z, Y, X), those of the source, mapped. None where there is no room for it. Raises as `voxels`.
        """
        return _turned(source, self._copy(source, TURNED, lambda first: turned_parts(voxels, first), progress))

    def _copy(self, source: Source, form: str, parts: Parts, progress: Progress) -> NDArray[Any] | None:
        """The copy of a source in a form, mapped, made where it is not there and may be."""
        entry = Entry(self._folder, State.of(source, form))
        found = _mapped(entry)
        if found is not None or not self._may_write:
            return found
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with _turn(entry, progress) as part:
                found = _mapped(entry)  # perhaps another process has made it meanwhile
                if found is None and self._has_room(entry):
                    _convert(source, entry, part, parts, progress)
                    found = _mapped(entry)
        except Annotat3DError:
            raise
        except OSError as error:
            self.refused = f"{source.name} is read anew each time: {self._folder} cannot take it ({error.strerror})."
        return found

    def _has_room(self, entry: Entry) -> bool:
        """Let others go that are in the way; whether there is room then."""
        remove_all_but(entry)
        begun = entry.part.stat().st_size > 0
        if begun or room_made(entry, self._most):
            return True
        entry.part.unlink(missing_ok=True)
        return False


@contextlib.contextmanager
def _turn(entry: Entry, progress: Progress) -> Iterator[BinaryIO]:
    """The file of a conversion, open, once no other process writes it."""
    while True:
        with open(os.open(entry.part, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as part:
            if not _locked(part):
                state = state_in(entry.about)
                progress(state.share if state else 0.0, WAITS)
                time.sleep(TURN_SECONDS)
                continue
            if not entry.part.exists() or not os.path.samestat(os.fstat(part.fileno()), entry.part.stat()):
                continue  # it was whole in this moment, and has got its name
            try:
                yield part
            finally:
                if entry.part.exists() and not entry.part.stat().st_size:
                    entry.part.unlink()
            return


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _convert(source: Source, entry: Entry, part: BinaryIO, parts: Parts, progress: Progress) -> None:
    """Write what is not there yet, and give the file its name."""
    header = _header(entry.state)
    depth, plane = source.shape[0], source.voxel_bytes // source.shape[0]
    step = SLAB if entry.state.form == TURNED else 1
    first = done = _planes_done(entry, part, len(header) + source.voxel_bytes)
    written = first * plane
    if not done:
        part.truncate(0)
        part.write(header)
        part.flush()
        os.posix_fallocate(part.fileno(), 0, len(header) + source.voxel_bytes)
        entry.note(part, 0)
    noted = time.monotonic()
    progress(first / depth, CONVERTS)
    try:
        for block in parts(first):
            part.seek(len(header) + written)
            part.write(np.ascontiguousarray(block).data)
            written += block.nbytes
            done = depth if written == depth * plane else written // plane // step * step
            if time.monotonic() - noted > NOTED_SECONDS:
                entry.note(part, done)
                noted = time.monotonic()
            progress(written / (depth * plane), CONVERTS)
    finally:
        entry.note(part, done)
    if stamp_of(source.path) != (entry.state.bytes, entry.state.changed):
        entry.remove()
        raise InvalidFile(f"{source.name} has changed while it was read: open it again when it is whole.")
    os.replace(entry.part, entry.voxels)


def _planes_done(entry: Entry, part: BinaryIO, length: int) -> int:
    """How many planes of a conversion that was begun are on the disk."""
    state = state_in(entry.about)
    whole = os.fstat(part.fileno()).st_size == length
    return state.planes if whole and state and state.is_of(entry.state) else 0


def _shape(state: State) -> tuple[int, ...]:
    """Of the array in the file of a copy."""
    return (math.prod(state.shape),) if state.form == TURNED else state.shape


def _header(state: State) -> bytes:
    made = io.BytesIO()
    descr = npy_format.dtype_to_descr(np.dtype(state.dtype))
    npy_format.write_array_header_1_0(made, {"descr": descr, "fortran_order": False, "shape": _shape(state)})
    return made.getvalue()


def _turned(source: Source, voxels: NDArray[Any] | None) -> Turned | None:
    return None if voxels is None else Turned(voxels, source.shape)


def _mapped(entry: Entry) -> NDArray[Any] | None:
    """The voxels of a conversion that is whole."""
    try:
        found: NDArray[Any] = guarded(np.load(entry.voxels, mmap_mode="r", allow_pickle=False), entry.voxels)
        if (found.shape, found.dtype.name) != (_shape(entry.state), entry.state.dtype):
            return None
        with contextlib.suppress(OSError):
            os.utime(entry.voxels)  # used just now
        return found
    except (OSError, ValueError, EOFError):
        return None
