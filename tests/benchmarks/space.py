"""How quick 3D on the screen is, in half-blocks of a pty of 120×40 cells: `make bench-space`.

Seconds from F3 to the first picture of 256³ voxels; pictures a second while a key that turns 512³ voxels is held, what
each costs in bytes and on the thread of the screen, how far behind the last is when the key is let go, and the same
over a line of 1 Mbit/s.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.screen import SLOW, Verdict, make_image
from tests.benchmarks.terminal import Line, Terminal

F3, RIGHT = "\x1bOR", "\x1b[C"
HELD_SECONDS, REPEAT_SECONDS = 5.0, 0.033
FIRST_SECONDS, FRAMES, MOST_BEHIND = 2.0, 10.0, 0.5
KEY_SECONDS = 0.050


def first_picture(terminal: Terminal) -> float:
    """Seconds from F3 to the first picture in space."""
    terminal.wait_slice()
    terminal.settle(1.0)
    seen = len(terminal.frames)
    at = terminal.press(F3)
    terminal.wait(lambda: any(frame.is_picture for frame in terminal.frames[seen:]), "a picture in space")
    return next(frame.at for frame in terminal.frames[seen:] if frame.is_picture) - at


def turning(terminal: Terminal, name: str) -> list[Verdict]:
    """A key that turns is held: pictures a second, bytes, time of the thread of the screen, how far behind."""
    terminal.settle(3.0)
    seen, busy, begun = len(terminal.frames), terminal.screen_seconds, time.monotonic()
    pressed = 0
    while time.monotonic() - begun < HELD_SECONDS:
        terminal.press(RIGHT)
        pressed += 1
        terminal.rest(REPEAT_SECONDS)
    let_go, busy = time.monotonic(), terminal.screen_seconds - busy
    terminal.rest(3.0)
    pictures = [frame for frame in terminal.frames[seen:] if frame.is_picture]
    during = [frame for frame in pictures if frame.at <= let_go]
    rate = len(during) / (let_go - begun)
    size = float(np.median([frame.size for frame in during])) if during else 0.0
    behind = next((frame.at for frame in pictures if frame.at > let_go), let_go) - let_go
    return [
        (f"{name}: {rate:.1f} pictures a second, {size / 1000:.0f} kB each", rate >= FRAMES or terminal.line == SLOW),
        (f"{name}: {behind:.2f} s behind when the key is let go", behind <= MOST_BEHIND or terminal.line == SLOW),
        (
            f"{name}: {1e3 * busy / pressed:.1f} ms of the screen's thread a key, pictures included",
            busy / pressed <= KEY_SECONDS,
        ),
    ]


def main() -> int:
    """Measure all, print it; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=512, help="of the volume that is turned (512)")
    given = parser.parse_args()
    kept = True

    def tell(*verdicts: Verdict) -> None:
        nonlocal kept
        for words, is_kept in verdicts:
            kept = kept and is_kept
            print(f"{'kept' if is_kept else 'NOT kept'}: {words}", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        small, large = Path(scratch) / "small.npy", Path(scratch) / "large.npy"
        make_image(small, (256,) * 3)
        make_image(large, (given.side,) * 3)
        for image, promised in ((small, FIRST_SECONDS), (large, np.inf)):
            taken = []
            for _ in range(3):
                with Terminal("open", str(image)) as terminal:
                    taken.append(first_picture(terminal))
            side = np.load(image, mmap_mode="r").shape[0]
            first = float(np.median(taken))
            tell((f"{side}³: first picture {first:.2f} s after F3", first <= promised))
        for name, line in (("at once", Line()), ("1 Mbit/s, 150 ms", SLOW)):
            with Terminal("open", str(large), line=line) as terminal:
                first_picture(terminal)
                tell(*turning(terminal, f"{given.side}³ turned, {name}"))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
