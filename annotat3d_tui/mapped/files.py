"""Files mapped into memory, of which one may become shorter, or unreadable, while it is used.

Touching a page that is no longer in its file ends a process by the signal SIGBUS, without a word. Here such pages turn
into zeros instead, and whoever has computed with them is told: what was read is then worth nothing. Others' maps, and
systems other than 64-bit Linux, are left as they are. The way is that of systemd's journal (`src/basic/sigbus.c`).
"""

import ctypes
import mmap
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from annotat3d_tui.errors import InvalidFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOTS = 1 << 16
"""Maps that are watched at once: more than a process may have (Linux allows it 65,530, vm.max_map_count)."""
SA_SIGINFO, SA_NODEFER = 4, 0x40000000
START, END, LOST = range(3)
"""Of a slot: the first address of a map, the one behind its last page, and how many bytes before that were lost."""

Mapped = TypeVar("Mapped", bound="NDArray[Any]")
Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class _Map:
    path: Path
    origin: int
    """The address at which the first byte of the file would lie."""
    length: int
    room: "weakref.ref[mmap.mmap]"
    slot: int

    @property
    def lost(self) -> bool:
        """Whether a page was lost, or the file is too short by now."""
        room = self.room()
        try:
            return bool(_table()[self.slot][LOST]) or (room is not None and room.size() < self.length)
        except (OSError, ValueError):  # a network's file that is gone, or a map that was closed
            return True

    @property
    def readable(self) -> int:
        """The address up to which there is what the file has."""
        room, (_, end, lost) = self.room(), _table()[self.slot]
        try:
            return int(min(end - lost, end if room is None else self.origin + room.size()))
        except (OSError, ValueError):
            return 0


_maps: dict[int, _Map] = {}
_free: list[int] = []
"""Slots that were taken before."""
_told: weakref.WeakSet[_Map] = weakref.WeakSet()
_lock = threading.RLock()


def guarded(array: Mapped, path: Path) -> Mapped:
    """A `numpy.memmap` of a file, whose lost pages are zeros from now on and are told by the functions below."""
    room = getattr(array, "_mmap", None)
    if room is None or not array.nbytes or sys.platform != "linux" or sys.maxsize < 2**32:
        return array
    table = _table()
    _catch_bus_errors()
    address = _address(array)
    first = address // mmap.PAGESIZE * mmap.PAGESIZE
    end = -(-(address + array.nbytes) // mmap.PAGESIZE) * mmap.PAGESIZE
    with _lock:
        slot = _free.pop() if _free else len(_maps)  # where none is free, the first ones are all taken
        if slot >= SLOTS:
            return array
        offset = int(getattr(array, "offset", 0))
        _maps[slot] = _Map(Path(path), address - offset, offset + array.nbytes, weakref.ref(room), slot)
        table[slot][:] = 0, end, 0
        table[slot][START] = first
        weakref.finalize(room, _release, slot).atexit = False
    return array


def lost() -> set[_Map]:
    """The maps that have lost pages."""
    with _lock:
        return {one for one in tuple(_maps.values()) if one.lost}


def check_intact(known: Collection[_Map] | None = None) -> None:
    """Raises InvalidFile when a map has lost pages that is not `known` to, by default one that was not told before."""
    with _lock:
        fresh = [one for one in lost() if one not in (_told if known is None else known)]
        _told.update(fresh)
    if fresh:
        raise InvalidFile(_sentence(fresh[0].path))


def check_mapped(*arrays: "NDArray[Any]") -> None:
    """Raises InvalidFile when one of these arrays, or what it is a view of, lies in a map that has lost pages."""
    addresses = [_address(array) for array in arrays]
    for one in lost():
        start, end, _ = _table()[one.slot]
        if any(start <= address < end for address in addresses):
            raise InvalidFile(_sentence(one.path))


def is_lost(array: "NDArray[Any]") -> bool:
    """Whether a voxel of this array, or of what it is a view of, can no longer be read, so that it is shown as zero."""
    from numpy.lib.array_utils import byte_bounds

    low, high = byte_bounds(array)
    with _lock:
        here = (one for one in _maps.values() if _table()[one.slot][START] <= low < _table()[one.slot][END])
        return any(one.readable < high for one in here)


@contextmanager
def intact() -> Iterator[None]:
    """Raises InvalidFile, also in the place of another error, when by the end a map is lost that was not told."""
    try:
        yield
    except Exception:
        check_intact()
        raise
    check_intact()


def reading(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """Have a function raise InvalidFile, also in the place of another error, when an array given to it was lost."""

    @wraps(function)
    def watched(*words: Given.args, **named: Given.kwargs) -> Made:
        arrays: list[Any] = [one for one in (*words, *named.values()) if hasattr(one, "__array_interface__")]
        try:
            check_mapped(*arrays)
            return function(*words, **named)
        finally:
            check_mapped(*arrays)

    return watched


def _sentence(path: Path) -> str:
    return (
        f"{path.name} must stay as it is while it is in use, it has become shorter or can no longer be read: copy it "
        "again and open it anew; nothing is made from what was read, and all marks are kept."
    )


def _release(slot: int) -> None:
    with _lock:
        _table()[slot][:] = 0, 0, 0
        if _maps.pop(slot, None):
            _free.append(slot)


def _address(array: "NDArray[Any]") -> int:
    return int(array.__array_interface__["data"][0])


@cache
def _table() -> Any:
    """SLOTS times START, END, LOST: the maps that are watched, where the handler finds them."""
    return (ctypes.c_int64 * 3 * SLOTS)()


class _Action(ctypes.Structure):
    """`struct sigaction` of the GNU C library on 64-bit Linux."""

    _fields_ = (
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_ulong * 16),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    )


@cache
def _catch_bus_errors() -> object:
    """Have the handler called; what was there before takes signals that concern no map. Returns what must live on."""
    from annotat3d_tui.mapped.bus_error import compiled_handler

    before = _Action()
    engine, address = compiled_handler(ctypes.addressof(_table()), SLOTS, ctypes.addressof(before))
    ours = _Action(handler=address, flags=SA_SIGINFO | SA_NODEFER)
    ctypes.CDLL(None).sigaction(int(signal.SIGBUS), ctypes.byref(ours), ctypes.byref(before))
    return engine, before
