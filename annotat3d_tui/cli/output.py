"""What every command says: results on stdout, progress on stderr."""

import argparse
import json
import os
import shutil
import sys
import time
from typing import Any

from annotat3d_tui.blocks import Progress, part, quiet, seconds_left
from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.jobs.reporting import Reporter, job_folder, report_result
from annotat3d_tui.jobs.text import duration_text

BAR_CELLS, LEAST_CELLS = 24, 8
SECONDS_BETWEEN_DRAWINGS = 0.1


def add_output_flags(parser: argparse.ArgumentParser, *, writes: bool = True) -> None:
    """`--json`, and `--overwrite` for commands that write a file."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else there")
    if writes:
        parser.add_argument("--overwrite", action="store_true", help="replace the output if it exists")


def show(as_json: bool, facts: dict[str, Any], lines: list[str]) -> None:
    """Print `facts` as JSON, or `lines` for people; raises CannotWrite when stdout cannot take it."""
    report_result(facts)
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


def progress_line(*, stays: bool = True, within: tuple[float, float] = (0.0, 1.0), resumes: bool = False) -> Progress:
    """A bar on stderr that is drawn over itself; silent when stderr is not a terminal.

    One that does not stay is gone when it is full, for what is done before the bar of the work itself. A job tells its
    folder instead, of the work itself, which may be only the share `within` of all; its log has a line for each stage.
    resumes: what is told first was done before, so that it took no time.
    """
    if folder := job_folder():
        return part(_logged(Reporter(folder, foretold_from=within[0]).progress), *within) if stays else quiet
    if not sys.stderr.isatty():
        return quiet
    begun = time.monotonic()
    drawn = 0.0
    resumed_at = None if resumes else 0.0

    def draw(fraction: float, stage: str) -> None:
        nonlocal drawn, resumed_at
        now = time.monotonic()
        resumed_at = fraction if resumed_at is None else resumed_at
        if fraction < 1.0 and now - drawn < SECONDS_BETWEEN_DRAWINGS:
            return
        drawn = now
        width = shutil.get_terminal_size().columns - 1
        line = progress_text(fraction, stage, seconds_left(fraction, now - begun, resumed_at), width)
        full = fraction >= 1.0
        shown = "" if full and not stays else line
        print(f"\r\x1b[K{shown}", end="\n" if full and stays else "", file=sys.stderr, flush=True)

    return draw


def _logged(progress: Progress) -> Progress:
    """Progress that says on stderr, too, when a stage begins."""
    last = ""

    def tell(fraction: float, stage: str) -> None:
        nonlocal last
        progress(fraction, stage)
        if stage != last:
            last = stage
            print(f"{time.strftime('%H:%M:%S')}  {100 * fraction:3.0f} %  {stage}", file=sys.stderr, flush=True)

    return tell


def progress_text(fraction: float, stage: str, seconds: float | None, width: int = 1 << 16) -> str:
    """A bar, the share done, the time left and the stage, in `width` cells: the bar gives way first.

    >>> progress_text(0.5, "classify", 3.0)
    '████████████░░░░░░░░░░░░  50 %  0:03 left  classify'
    >>> progress_text(0.5, "classify", 3.0, 40)
    '██████░░░░░░░  50 %  0:03 left  classify'
    """
    left = "" if seconds is None else f"{duration_text(seconds)} left"
    said = f" {100 * fraction:3.0f} %  {left}  {stage}"
    cells = min(max(width - len(said), LEAST_CELLS), BAR_CELLS)
    full = round(cells * fraction)
    return f"{'█' * full}{'░' * (cells - full)}{said}"[:width]
