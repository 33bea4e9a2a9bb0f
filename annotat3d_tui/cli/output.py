"""What every command says: results on stdout, progress on stderr."""

import argparse
import json
import os
import shutil
import sys
import time
from typing import Any

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import CannotWrite

BAR_CELLS = 24
SECONDS_BETWEEN_DRAWINGS = 0.1


def add_output_flags(parser: argparse.ArgumentParser, *, writes: bool = True) -> None:
    """`--json`, and `--overwrite` for commands that write a file."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else there")
    if writes:
        parser.add_argument("--overwrite", action="store_true", help="replace the output if it exists")


def show(as_json: bool, facts: dict[str, Any], lines: list[str]) -> None:
    """Print `facts` as JSON, or `lines` for people; raises CannotWrite when stdout cannot take it."""
    text = json_text(facts, sys.stdout.encoding) if as_json else "\n".join(lines) + "\n"
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        forget_stdout()
        raise CannotWrite(f"The answer cannot be written ({error.strerror}): redirect it elsewhere.") from None


def forget_stdout() -> None:
    """Send what is still to be written nowhere, so that the end of the program does not complain of it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def json_text(facts: dict[str, Any], encoding: str = "utf-8") -> str:
    """JSON as a file or terminal of this encoding can hold it; what is no text in a path becomes `?`."""
    utf8 = encoding.lower().replace("-", "") == "utf8"
    text = json.dumps(facts, ensure_ascii=not utf8, indent=2) + "\n"
    return text.encode("utf-8", "replace").decode()


def progress_line() -> Progress:
    """A bar on stderr that is drawn over itself; silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        return quiet
    begun = time.monotonic()
    drawn = 0.0

    def draw(fraction: float, stage: str) -> None:
        nonlocal drawn
        now = time.monotonic()
        if fraction < 1.0 and now - drawn < SECONDS_BETWEEN_DRAWINGS:
            return
        drawn = now
        line = progress_text(fraction, stage, now - begun)
        width = shutil.get_terminal_size().columns
        print(f"\r\x1b[K{line[: width - 1]}", end="\n" if fraction >= 1.0 else "", file=sys.stderr, flush=True)

    return draw


def progress_text(fraction: float, stage: str, seconds: float) -> str:
    """A bar, the share done, the time left and the stage.

    >>> progress_text(0.5, "classify", 3.0)
    '████████████░░░░░░░░░░░░  50 %  0:03 left  classify'
    """
    full = round(BAR_CELLS * fraction)
    left = f"{clock(seconds / fraction - seconds)} left" if fraction > 0 else ""
    return f"{'█' * full}{'░' * (BAR_CELLS - full)} {100 * fraction:3.0f} %  {left}  {stage}"


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(75.2)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
