"""The process that draws: it alone loads the graphics library, which may end a process without a word.

It is started with the number of a socket, answers each message with one, and ends when the other side does.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from annotat3d_tui.render.scene.channel import Channel, Closed, Memory, received

NICENESS = 5
Answer = dict[str, Any]
Reply = Answer | tuple[Answer, NDArray[Any]]
"""Facts, and perhaps an array."""


def main() -> None:
    """Serve until the other side closes the line."""
    os.nice(NICENESS)  # so that the screen answers at once
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    with contextlib.suppress(Closed):
        _serve(channel, {"draw": _drawing, "mesh": _meshing}[sys.argv[2]])


Acts = dict[str, Callable[[Answer, int | None], Reply]]


def _serve(channel: Channel, start: Callable[[Channel], tuple[Acts, Answer]]) -> None:
    acts, hello = start(channel)
    channel.send(hello)
    while True:
        message, handle = channel.receive()
        if message["act"] == "interrupt":  # what it was to interrupt has ended already
            continue
        answer: Reply
        try:
            answer = acts[message["act"]](message, handle)
        except MemoryError:
            answer = {"failed": "there is not enough memory"}
        except Exception as error:  # noqa: BLE001  (the other side must hear of it, whatever it is)
            answer = {"failed": f"{type(error).__name__}: {error}"}
        if isinstance(answer, dict):
            channel.send(answer)
        else:
            _send_array(channel, *answer)


def _send_array(channel: Channel, facts: Answer, array: NDArray[Any]) -> None:
    memory = Memory(array.shape, array.dtype)
    memory.array[:] = array
    channel.send(facts | memory.facts, memory.handle)
    memory.close()


def _drawing(channel: Channel) -> tuple[Acts, Answer]:
    from annotat3d_tui.render.scene.stage import Stage

    stage = Stage(lambda: channel.waits(0))
    frames: dict[str, Any] = {}

    def frame(message: Answer, handle: int | None) -> Answer:
        frames["memory"] = Memory(tuple(message["shape"]), message["dtype"], handle).array
        return {}

    def draw(message: Answer, handle: int | None) -> Answer:
        return stage.draw(message, frames["memory"])

    def keep(message: Answer, handle: int | None) -> Answer:
        array = None if handle is None else received(message, handle)
        stage.keep(message["what"], array, message.get("facts", {}))
        return {}

    return {"frame": frame, "draw": draw, "keep": keep}, {"graphics": stage.graphics}


def _meshing(channel: Channel) -> tuple[Acts, Answer]:
    from annotat3d_tui.render.scene.meshing import meshed

    def mesh(message: Answer, handle: int | None) -> Reply:
        assert handle is not None
        return meshed(received(message, handle), message)

    return {"mesh": mesh}, {}


if __name__ == "__main__":
    main()
