"""The process that draws: it alone loads the graphics library, which may end a process without a word.

It is started with the number of a socket, answers each message with one, and ends when the other side does.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from annotat3d_tui.render.scene.channel import Channel, Closed, Memory, received

NICENESS = 5
Answer = dict[str, Any]


def main() -> None:
    """Serve until the other side closes the line."""
    os.nice(NICENESS)  # so that the screen answers at once
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    with contextlib.suppress(Closed):
        _serve(channel, {"draw": _drawing}[sys.argv[2]])


Acts = dict[str, Callable[[Answer, int | None], Answer]]


def _serve(channel: Channel, start: Callable[[Channel], tuple[Acts, Answer]]) -> None:
    acts, hello = start(channel)
    channel.send(hello)
    while True:
        message, handle = channel.receive()
        if message["act"] == "interrupt":  # what it was to interrupt has ended already
            continue
        try:
            answer = acts[message["act"]](message, handle)
        except MemoryError:
            answer = {"failed": "there is not enough memory"}
        except Exception as error:  # noqa: BLE001  (the other side must hear of it, whatever it is)
            answer = {"failed": f"{type(error).__name__}: {error}"}
        channel.send(answer)


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


if __name__ == "__main__":
    main()
