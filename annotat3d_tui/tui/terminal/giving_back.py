"""Giving the terminal back when the program ends all at once: by a kill, for want of memory, with its image's disk."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ENDED = (
    "annotat3d ended all at once: it was killed, or memory or the disk of the image went away. "
    "Every mark is on disk: open the workspace again."
)
MODES = (2026, 1000, 1002, 1003, 1006, 1015, 1016, 1004, 2004, 2048, 1049)
"""Private modes that a screen sets: frames, the mouse, focus, pasting, resizing, the other screen."""
CUT = "\x18\x1b\\"
"""Ends a sequence, and a picture, in the midst of which the program was killed."""
USUAL = CUT + "\x1b[<u" + "".join(f"\x1b[?{mode}l" for mode in MODES) + "\x1b[?7h\x1b[?25h\x1b[0m"
"""Keys, all these modes, long lines, cursor and colours as a shell expects them."""
WATCH = """read -r done || { stty sane <&1; printf '%s\\r\\n%s\\r\\n' "$1" "$2"; }"""
"""Nothing but the end of who holds the other end of the pipe is waited for."""


@contextmanager
def terminal_given_back(stream: int) -> Iterator[None]:
    """Whatever ends this process inside, the terminal of an open file's number is as usual, and what happened is said.

    A shell of its own session waits for that; it is let go at an end by return or exception.
    """
    try:
        watch = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "sh", USUAL, ENDED],
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:  # no shell, or no more processes
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):
            watch.communicate(b"done\n")
