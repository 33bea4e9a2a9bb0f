"""The line between the program and its drawing child: JSON messages, and arrays in memory that both have mapped.

The memory is nameless (memfd): when both processes have gone, however they went, nothing of it is left.
"""

import json
import mmap
import os
import select
import socket
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_MESSAGE, LONG, LONG_KEY = 1 << 18, 1 << 16, "long"
"""A message that is long carries no file descriptor of its own."""


class Closed(Exception):
    """The other side has gone."""


@dataclass
class Channel:
    """One end of the line; messages keep their borders and may carry one file descriptor."""

    line: socket.socket

    def send(self, message: dict[str, Any], handle: int | None = None) -> None:
        """Send a message, and a file descriptor of which the other side gets its own."""
        text = json.dumps(message).encode()
        if len(text) > LONG:  # more than a line takes at once goes through memory
            memory = Memory((len(text),), np.uint8)
            memory.array[:] = np.frombuffer(text, np.uint8)
            text, handle = json.dumps({LONG_KEY: memory.facts}).encode(), memory.handle
        try:
            if handle is None:
                self.line.sendall(text)
            else:
                socket.send_fds(self.line, [text], [handle])
        except OSError as error:
            raise Closed(str(error)) from None

    def receive(self) -> tuple[dict[str, Any], int | None]:
        """The next message and its file descriptor, if any; raises Closed at the end."""
        try:
            text, handles, _, _ = socket.recv_fds(self.line, LARGEST_MESSAGE, 1)
        except OSError as error:
            raise Closed(str(error)) from None
        if not text:
            raise Closed("it has ended")
        message, handle = json.loads(text), handles[0] if handles else None
        if LONG_KEY in message and handle is not None:
            return json.loads(received(message[LONG_KEY], handle).tobytes()), None
        return message, handle

    def waits(self, seconds: float) -> bool:
        """Whether a message, or the end, is there within so many seconds."""
        return bool(select.select([self.line], [], [], seconds)[0])

    def close(self) -> None:
        """End it."""
        self.line.close()


class Memory:
    """An array in nameless memory that another process can map, too."""

    def __init__(self, shape: tuple[int, ...], dtype: Any, handle: int | None = None) -> None:
        """New memory, zero everywhere; or that of a `handle` that was received, which is taken over."""
        self.shape, self.dtype = shape, np.dtype(dtype)
        count = max(int(np.prod(shape, dtype=np.int64)) * self.dtype.itemsize, 1)
        if handle is None:
            self.handle = os.memfd_create("annotat3d", os.MFD_CLOEXEC)
            os.ftruncate(self.handle, count)
        else:
            self.handle = handle
        self._map = mmap.mmap(self.handle, count)
        self.array: NDArray[Any] = np.frombuffer(self._map, self.dtype, int(np.prod(shape, dtype=np.int64))).reshape(
            shape
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What the other side must know to map it."""
        return {"shape": list(self.shape), "dtype": self.dtype.str}

    def close(self) -> None:
        """Give it back once nobody has a view of it any more."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1
            self.array = np.empty(0, self.dtype)


def received(message: dict[str, Any], handle: int) -> NDArray[Any]:
    """The array of a message; its memory goes when the array does."""
    memory = Memory(tuple(message["shape"]), message["dtype"], handle)
    array = memory.array
    memory.close()
    return array
