"""What an array holds: a name for it, by which what was computed from it is found again; whether two are equal."""

import hashlib
import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BYTES = 1 << 24
_known: dict[int, tuple["weakref.ref[NDArray[Any]]", str]] = {}
_lock = threading.Lock()


def content_key(array: NDArray[Any]) -> str:
    """32 hexadecimal digits (BLAKE2b) that say shape, type and values of an array of any memory layout.

    Byte order does not count, only values. The key of an array object is remembered while the object lives, which
    must not be changed after: about a second a gigabyte the first time, nothing later.

    >>> content_key(np.zeros(3, ">u2")) == content_key(np.zeros(3, "<u2"))
    True
    >>> content_key(np.zeros(3, np.uint8)) == content_key(np.zeros((3, 1), np.uint8))
    False
    """
    with _lock:
        found = _known.get(id(array))
    if found is not None and found[0]() is array:
        return found[1]
    key = _digest(array)
    place = id(array)
    forget = weakref.ref(array, lambda _: _known.pop(place, None))
    with _lock:
        _known[place] = (forget, key)
    return key


def text_key(*words: str) -> str:
    """32 hexadecimal digits of some words, in order.

    >>> text_key("a", "bc") == text_key("ab", "c")
    False
    """
    digest = hashlib.blake2b(digest_size=16)
    for word in words:
        encoded = word.encode()
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    return digest.hexdigest()


class ContentKey:
    """The `content_key` of an array that comes as consecutive blocks along its first axis."""

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self._dtype = dtype.newbyteorder("=")
        self._digest = hashlib.blake2b(f"{shape} {self._dtype.str}".encode(), digest_size=16)

    def add(self, block: NDArray[Any]) -> None:
        """Take the next block."""
        self._digest.update(np.ascontiguousarray(block, self._dtype).data)

    def text(self) -> str:
        """The key of what was added: 32 hexadecimal digits."""
        return self._digest.hexdigest()


def _digest(array: NDArray[Any]) -> str:
    key = ContentKey(array.shape, array.dtype)
    if array.ndim == 0:
        key.add(array)
    elif array.size:
        rows = max(1, _BYTES // max(1, array[0].nbytes))
        for start in range(0, len(array), rows):
            key.add(array[start : start + rows])
    return key.text()


def same_voxels(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two volumes hold the same; plane by plane, so that of mapped files no more is read than is needed.

    >>> same_voxels(np.zeros((2, 1, 1)), np.zeros((2, 1, 1), np.uint8)), same_voxels(np.zeros((1, 1)), np.zeros((2, 1)))
    (True, False)
    """
    return one.shape == other.shape and all(map(np.array_equal, one, other))
