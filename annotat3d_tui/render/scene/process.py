"""The drawing child as its parent sees it: started, asked, noticed when it has died or hangs, ended."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

import annotat3d_tui
from annotat3d_tui.blocks import available_threads
from annotat3d_tui.processes import cpu_ticks
from annotat3d_tui.render.scene.channel import Channel, Closed, received

START_SECONDS, IDLE_SECONDS, POLL_SECONDS = 90.0, 5.0, 0.5
"""How long the libraries may take to load; how long a child that was asked something may do nothing at all."""
WINDOW = "vtkEGLRenderWindow"


class Lost(Exception):
    """The child has died or hangs; the text says which."""


class Child:
    """One child process and the line to it; `work` is what it does, `draw` or `mesh`. Raises Lost when it cannot."""

    def __init__(self, work: str, begun: Callable[["Child"], object] = lambda _: None) -> None:
        """Start it and wait until it is ready; begun: is given it before, so that it can be killed meanwhile."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._errors = os.memfd_create("annotat3d-errors", os.MFD_CLOEXEC)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "annotat3d_tui.render.scene.child", str(theirs.fileno()), work],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                env=_environment(),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # so that Ctrl+C is for the parent alone
            )
        self._channel = Channel(ours)
        self._handle: int | None = None
        begun(self)
        try:
            self.hello = self._answer(START_SECONDS, START_SECONDS)  # a disk that is far away may be slow
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, message: dict[str, Any], handle: int | None = None, *, seconds: float = 600.0) -> dict[str, Any]:
        """Its answer to a message, for which it may work so many seconds; raises Lost."""
        try:
            self._channel.send(message, handle)
        except Closed:
            raise Lost(self._ending()) from None
        return self._answer(seconds, IDLE_SECONDS)

    def ask_array(
        self, message: dict[str, Any], handle: int, *, seconds: float
    ) -> tuple[dict[str, Any], NDArray[Any] | None]:
        """As `ask`, for an answer with an array."""
        answer = self.ask(message, handle, seconds=seconds)
        handle_of_answer, self._handle = self._handle, None
        return answer, None if handle_of_answer is None else received(answer, handle_of_answer)

    def interrupt(self) -> None:
        """Ask it to give up the picture that it is drawing; also from another thread."""
        try:
            self._channel.send({"act": "interrupt"})
        except Closed:  # the thread that waits for it says so
            return

    def kill(self) -> None:
        """End it while another thread waits for it, which hears that it is lost."""
        self._process.kill()

    def close(self) -> None:
        """End it, at once where it does not listen."""
        self._channel.close()
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._errors >= 0:
            os.close(self._errors)
            self._errors = -1

    def _answer(self, seconds: float, idle: float) -> dict[str, Any]:
        begun = busy = time.monotonic()
        ticks = -1
        while not self._channel.waits(POLL_SECONDS):
            now, used = time.monotonic(), cpu_ticks(self.pid)
            if used != ticks:
                ticks, busy = used, now
            if not self.alive:
                raise Lost(self._ending())
            if now - busy > idle or now - begun > seconds:
                raise Lost("it does not answer any more")
        try:
            answer, self._handle = self._channel.receive()
            return answer
        except Closed:
            raise Lost(self._ending()) from None

    def _ending(self) -> str:
        try:
            code = self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            return "it does not listen any more"
        if code < 0:
            return f"it was ended by signal {-code}"
        os.lseek(self._errors, 0, os.SEEK_SET)
        said = os.read(self._errors, 1 << 16).decode(errors="replace").strip().splitlines()
        return f"it ended with code {code}{': ' + said[-1] if said else ''}"


def _environment() -> dict[str, str]:
    """That of this process, with the window that needs no display; it must find this package, and a home."""
    home = str(Path(annotat3d_tui.__file__).parents[1])
    paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    given = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    threads = str(available_threads())
    ours = {
        "VTK_DEFAULT_OPENGL_WINDOW": WINDOW,
        "MESA_SHADER_CACHE_DISABLE": "true",
        "VTK_SMP_MAX_THREADS": threads,
        "LP_NUM_THREADS": threads,
    }
    return {**ours, **given, "PYTHONPATH": paths}
