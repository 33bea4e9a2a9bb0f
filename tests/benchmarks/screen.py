"""How quick the screen is, measured through a pty on a 1024×1024×512 16-bit volume: `make bench-screen`.

From a key to the first picture of the new slice, in each plane, at rest and while Apply runs; from a key to what it
does with 65535 labels; bytes of a step of the brush and of a slice; seconds of processor from start to the first
slice; how far behind a line of 1 Mbit/s is.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.benchmarks.many_labels import many_labels
from tests.benchmarks.terminal import Line, Terminal

SHAPE = (512, 1024, 1024)
FOCUS_CELLS = {"columns": 106, "rows": 39}
"""The screen in which the slice has 64 × 32 cells."""
MEDIAN, P95 = 0.050, 0.100
SLOW = Line(bytes_a_second=125_000, delay=0.150)
MOST_BEHIND = 2.0
HELD_SECONDS, REPEAT_SECONDS = 3.0, 0.033
MARKS = ("brush 1 r=8 xy z=250 100,100 400,140", "brush 2 r=8 xy z=250 500,700 900,720")
KEYS_AT_REST = 40
ESCAPE, SHIFT_RIGHT = "\x1b", "\x1b[1;2C"
Verdict = tuple[str, bool]


def make_image(path: Path, shape: tuple[int, int, int]) -> None:
    """A volume of blobs and noise, written plane by plane: no two slices look alike."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 3000, shape[1:], dtype=np.uint16)
    row, column = np.ogrid[: shape[1], : shape[2]]
    image = np.lib.format.open_memmap(path, "w+", np.uint16, shape)
    for z in range(shape[0]):
        waves = np.sin(row / 37 + z / 11) + np.sin(column / 53 - z / 17) + np.sin((row + column) / 91)
        image[z] = (20000 + 6000 * waves).astype(np.uint16) + np.roll(noise, 131 * z)
    image.flush()


def key_to_slice(terminal: Terminal, keys: int, seconds: float, rng: np.random.Generator) -> list[float]:
    """Seconds from a key to the first picture after it, for so many keys or so long."""
    taken = []
    end = time.monotonic() + seconds
    while len(taken) < keys and time.monotonic() < end:
        seen = len(terminal.frames)
        at = terminal.press("]" if len(taken) % 40 < 20 else "[")
        terminal.wait(lambda: any(frame.is_picture for frame in terminal.frames[seen:]), "another slice")  # noqa: B023
        taken.append(next(frame.at for frame in terminal.frames[seen:] if frame.is_picture) - at)
        terminal.rest(rng.uniform(0.1, 0.4))
    return taken


def said(name: str, taken: list[float]) -> Verdict:
    """A line of the table: median and 95th percentile, and whether they are as promised."""
    median, p95 = np.percentile(taken, (50, 95))
    words = f"{name:<36} median {1e3 * median:6.1f} ms   p95 {1e3 * p95:6.1f} ms   of {len(taken)}"
    return words, bool(median <= MEDIAN and p95 <= P95)


def first_slice(image: Path) -> float:
    """Seconds of processor from start to the first slice; the terminal then shows it."""
    with Terminal("open", str(image)) as terminal:
        terminal.wait_slice()
        return terminal.cpu_seconds


def sizes(image: Path) -> list[Verdict]:
    """Bytes of a step of the brush and of a slice of 64 × 32 cells."""
    with Terminal("open", str(image), **FOCUS_CELLS) as terminal:
        terminal.wait_slice()
        terminal.settle(1.0)
        slices = [_bytes_of(terminal, "]") for _ in range(5)]
        terminal.press(" ")
        terminal.settle()
        steps = [_bytes_of(terminal, SHIFT_RIGHT) for _ in range(10)]
    return [
        (f"a slice of 64×32 cells {np.median(slices) / 1000:.1f} kB (below 100 kB)", max(slices) < 100_000),
        (f"a step of the brush {np.median(steps):.0f} B (below 1000 B)", float(np.median(steps)) < 1000),
    ]


def _bytes_of(terminal: Terminal, key: str) -> int:
    before = terminal.received
    terminal.press(key)
    terminal.settle()
    return terminal.received - before


def slow_line(image: Path) -> Verdict:
    """Seconds from letting a key go to the picture of the last slice, over a line of 1 Mbit/s and 150 ms each way."""
    with Terminal("open", str(image), line=SLOW) as terminal:
        terminal.wait_slice()
        terminal.settle(1.5)
        seen = len(terminal.frames)
        end = time.monotonic() + HELD_SECONDS
        while time.monotonic() < end:
            terminal.press("]")
            terminal.rest(REPEAT_SECONDS)
        let_go = time.monotonic()
        terminal.settle(1.5)
        pictures = [frame.at for frame in terminal.frames[seen:] if frame.is_picture]
    behind = pictures[-1] - let_go
    while_held = sum(at <= let_go for at in pictures)
    words = f"1 Mbit/s, 150 ms: {behind:.2f} s behind when a held key is let go, {while_held} slices seen meanwhile"
    return words, 0 <= behind <= MOST_BEHIND


def main() -> int:
    """Measure all, print it; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, default=SHAPE[0], help="planes of the volume (512)")
    parser.add_argument("--seconds", type=float, default=150, help="measured while Apply runs at most (150)")
    parser.add_argument("--image", type=Path, help="a volume to use instead of a made one")
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as scratch:
        image = Path(scratch) / "image.npy"
        if given.image:
            image.symlink_to(given.image.resolve())
        else:
            make_image(image, (given.depth, *SHAPE[1:]))
        found: list[Verdict] = []

        def tell(*verdicts: Verdict) -> None:
            for words, kept in verdicts:
                found.append((words, kept))
                print(f"{'kept' if kept else 'NOT kept'}: {words}", flush=True)

        first_slice(image)  # compiles what was edited since `make setup`
        starts = [first_slice(image) for _ in range(5)]
        tell((f"start to first slice {np.median(starts):.2f} CPU s (below 1.5 s)", float(np.median(starts)) < 1.5))
        tell(*sizes(image))
        tell(slow_line(image))
        for what, seconds, _ in many_labels(image, Path(scratch) / "labels.annotat3d"):
            tell(said(f"65535 labels, {what}", seconds))
        with Terminal("open", str(image)) as terminal:
            terminal.wait_slice()
            terminal.settle(1.0)
            for plane in ("xy", "xz", "yz"):
                tell(said(f"{plane}, at rest", key_to_slice(terminal, KEYS_AT_REST, 60, rng)))
                terminal.press("t")
                terminal.settle()
            terminal.press("t")  # past the clipping plane
            terminal.settle()
            for keys in (":", *(f"{line}\r" for line in MARKS), ESCAPE):
                terminal.press(keys)
                terminal.rest(0.5)  # the cursor of the command line blinks, so that it never settles
            terminal.press("A")
            for plane in ("xy", "xz", "yz"):
                tell(said(f"{plane}, while Apply runs", key_to_slice(terminal, 10_000, given.seconds / 3, rng)))
                terminal.press("t")
                terminal.rest(0.5)
    return 0 if all(kept for _, kept in found) else 1


if __name__ == "__main__":
    sys.exit(main())
