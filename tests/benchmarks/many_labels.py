"""How quick keys are with as many labels as there can be: from the key to the words that answer it.

Alone, on a small image: `python -m tests.benchmarks.many_labels`.
"""

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.tui.opening import open_session
from tests.benchmarks.terminal import Terminal

TIMES = 12
ESCAPE, ALT_DOWN, ALT_UP, PALETTE, HELP, REDO = "\x1b", "\x1b[1;3B", "\x1b[1;3A", "\x10", "\x1bOP", "\x19"
CONTROL = re.compile(rb"\x1b(\[[0-9;?]*[a-zA-Z$]|[^\[])|[\r\n]")
SMALL = (32, 256, 256)


class Asked(NamedTuple):
    """What is done: the keys before, the key that is measured, words (a pattern) that answer it, the keys after."""

    what: str
    before: tuple[str, ...]
    key: str
    answer: str
    after: tuple[str, ...] = ()


KEYS = (
    Asked("lock, unlock", (), "K", "2 B #?Label 1"),
    Asked("undo", ("K",), "u", "2 B "),
    Asked("redo", ("u",), REDO, "2 B "),
    Asked("hide", (), "v", "[◇◆]2 B"),
    Asked("only this", (), "V", "[┆▌]1 A"),
    Asked("another label", ("3",), "2", "◆2 B"),
    Asked("down in the list", (), ALT_DOWN, "3 C", (ALT_UP,)),
    Asked("remove", ("3",), "D", f"◆{HIGHEST_LABEL}", ("u", "2")),
    Asked("find: begin", (), "/", "name or id", (ESCAPE,)),
    Asked("find: a digit", ("/",), "6", f"of {HIGHEST_LABEL}", (ESCAPE,)),
    Asked("find: a letter", ("/",), "b", f"of {HIGHEST_LABEL}", (ESCAPE,)),
    Asked("found, Enter", (*"/60123",), "\r", "◆60123", ("2",)),
    Asked("palette", (), PALETTE, "Generate superpixels", (ESCAPE,)),
    Asked("history", (), "U", "the beginning|many labels|lock label|label 2", (ESCAPE,)),
    Asked("help", (), HELP, "The slice", (ESCAPE,)),
    Asked("name of a label", (), "R", "Rename label 2", (ESCAPE,)),
)


class Taken(NamedTuple):
    """Seconds from the key to its answer, and seconds of the processor by the thread of the screen meanwhile."""

    what: str
    seconds: list[float]
    processor: list[float]


def many_labels(image: Path, folder: Path) -> Iterator[Taken]:
    """Each of the keys, pressed a dozen times on an image with all labels."""
    session = open_session(folder, image)
    session.annotation.add_missing(range(1, HIGHEST_LABEL + 1), "many labels")
    session.close()
    with Terminal("open", str(image), "--workspace", str(folder)) as terminal:
        terminal.wait_slice()
        terminal.settle(2.0)
        _press(terminal, ("2",))
        for asked in KEYS:
            taken = [_answered(terminal, asked) for _ in range(TIMES)]
            yield Taken(asked.what, *map(list, zip(*taken, strict=True)))


def _answered(terminal: Terminal, asked: Asked) -> tuple[float, float]:
    _press(terminal, asked.before)
    wanted, before = re.compile(asked.answer.encode()), terminal.received
    busy = terminal.screen_seconds
    at = terminal.press(asked.key)
    terminal.wait(lambda: wanted.search(_words(terminal, before)) is not None, f"{asked.what}: {asked.answer}")
    taken = time.monotonic() - at, terminal.screen_seconds - busy
    terminal.rest(0.4)
    _press(terminal, asked.after)
    return taken


def _press(terminal: Terminal, keys: tuple[str, ...]) -> None:
    for key in keys:
        terminal.press(key)
        terminal.rest(0.4)  # the cursor of a line of text blinks, so that it never settles


def _words(terminal: Terminal, before: int) -> bytes:
    """What the terminal was sent since, without colours and places."""
    return CONTROL.sub(b"", terminal.text[max(len(terminal.text) - (terminal.received - before), 0) :])


def main() -> None:
    """Measure all on a small image, and print it."""
    with tempfile.TemporaryDirectory() as scratch:
        image = Path(scratch) / "image.npy"
        np.save(image, np.random.default_rng(0).integers(0, 30_000, SMALL, dtype=np.uint16))
        for what, seconds, processor in many_labels(image, Path(scratch) / "labels.annotat3d"):
            print(f"{what:<18} {_said(seconds)} ms   {_said(processor)} ms of processor", flush=True)


def _said(seconds: list[float]) -> str:
    median, p95 = 1000 * np.percentile(seconds, (50, 95))
    return f"median {median:5.1f}  p95 {p95:5.1f}"


if __name__ == "__main__":
    main()
