"""xterm on a screen without a monitor: keys go in, photos come out."""

import os
import subprocess
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

TOOLS = ("Xvfb", "xterm", "xwd", "xdotool")
RESOURCES = (
    *("numColorRegisters: 256", "maxGraphicSize: 4000x4000", "borderWidth: 0", "internalBorder: 0"),
    *("scrollBar: false", "cursorBlink: false"),
)
WINDOW = ("search", "--onlyvisible", "--class", "xterm")
DESK = (1800, 1200)
"""Pixels of the screen, wide and high."""
PATIENCE = 90.0


class Xterm:
    """An X server with xterm of `size` (columns, rows) in its corner, in which a command runs."""

    def __init__(self, *command: str, size: tuple[int, int], font: tuple[str, ...] = ("-fn", "fixed")) -> None:
        width, height = DESK
        self._server = subprocess.Popen(  # -noreset: a photo taken before xterm is there would begin the server anew
            ["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", f"{width}x{height}x24"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._server.stdout is not None
        self._environment = os.environ | {"DISPLAY": f":{self._server.stdout.readline().decode().strip()}"}
        resources = [word for resource in RESOURCES for word in ("-xrm", f"XTerm*{resource}")]
        place = ("-geometry", f"{size[0]}x{size[1]}+0+0")
        self._xterm = subprocess.Popen(
            ["xterm", "-ti", "vt340", *font, *place, *resources, "-e", "env", "COLORTERM=truecolor", *command],
            env=self._environment,
            stderr=subprocess.PIPE,
        )

    def end(self) -> None:
        """Close both."""
        for process in (self._xterm, self._server):
            process.terminate()
            process.wait()
        for pipe in (self._server.stdout, self._xterm.stderr):
            assert pipe is not None
            pipe.close()

    def press(self, key: str) -> None:
        """Press a key, by xdotool's name for it."""
        for act in (["mousemove", "300", "5"], ["key", key]):
            subprocess.run(["xdotool", *act], env=self._environment, check=True)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window larger or smaller."""
        size = ["windowsize", "--usehints", str(columns), str(rows)]
        subprocess.run(["xdotool", *WINDOW, *size], env=self._environment, check=True, stdout=subprocess.DEVNULL)

    def photo(self) -> NDArray[np.uint8]:
        """The colours (rows, columns, 3) of the whole screen."""
        dump = subprocess.run(
            ["xwd", "-root", "-silent"], env=self._environment, capture_output=True, check=True
        ).stdout
        head = np.frombuffer(dump, ">u4", 25)
        width, height, line, colours = (int(head[at]) for at in (4, 5, 12, 19))
        pixels = np.frombuffer(dump, np.uint8, height * line, int(head[0]) + 12 * colours)
        return pixels.reshape(height, line)[:, : 4 * width].reshape(height, width, 4)[:, :, 2::-1]

    def size(self) -> tuple[int, int]:
        """Pixels of xterm's window, wide and high; (0, 0) before it is there."""
        ask = ["xdotool", *WINDOW, "getwindowgeometry", "--shell"]
        said = subprocess.run(ask, env=self._environment, capture_output=True, text=True, check=False).stdout
        facts = dict(line.split("=") for line in said.split())
        return int(facts.get("WIDTH", 0)), int(facts.get("HEIGHT", 0))

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until the condition holds; fails when patience ends, or xterm does."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited for {what}"
            assert self._xterm.poll() is None, f"xterm has ended: {self._words()}"

    def _words(self) -> str:
        assert self._xterm.stderr is not None
        return self._xterm.stderr.read().decode()
