"""The GPUs of this machine: memory, use, temperature, power, who computes on them, which are free.

A GPU is free when less than 5 % of its memory is in use and no compute process runs on it. --watch reads them once a
second until Ctrl+C; into a pipe it writes a table a second. Where there is no GPU, that is said, and is no error.
"""

import argparse
import os
import shutil
import sys
import time
from dataclasses import asdict
from typing import Any

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.jobs.gpu_driver import Driver
from annotat3d_tui.jobs.gpu_text import ORDERS, Notes, table
from annotat3d_tui.jobs.gpu_watch import EVERY, GpuWatch
from annotat3d_tui.jobs.gpus import FREE_MEANS, Gpu, Reading

WIDTH_OF_PIPE = 120
_TOP, _CLEAR_LINE, _CLEAR_REST = "\x1b[H", "\x1b[K", "\x1b[J"
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--watch", action="store_true", help="read them once a second, until Ctrl+C")
    parser.add_argument("--sort", choices=tuple(ORDERS), default="free", help="order of the rows (free)")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Show them, once or until interrupted."""
    if given.watch:
        return _watch(given)
    reading = Driver().read()
    show(given.json, facts(reading), table(reading, _width(), given.sort))
    return 0


def facts(reading: Reading) -> dict[str, Any]:
    """A reading as JSON has it."""
    return {
        "driver": reading.driver,
        "problem": reading.problem,
        "free_means": FREE_MEANS,
        "gpus": [_facts(gpu) for gpu in reading.gpus],
    }


def _facts(gpu: Gpu) -> dict[str, Any]:
    return asdict(gpu) | {"free": gpu.is_free, "instances": [_facts(one) for one in gpu.instances]}


def _watch(given: argparse.Namespace) -> int:
    """Draw the table again and again, in the other page of a terminal, which is as it was afterwards."""
    in_place = sys.stdout.isatty() and not given.json
    watch = GpuWatch()
    try:
        if in_place:
            sys.stdout.write(_ENTER)
        while True:
            while watch.latest is None and not watch.silent:
                time.sleep(0.02)
            _draw(watch, given, in_place)
            time.sleep(EVERY)
    except KeyboardInterrupt:
        return 0
    finally:
        watch.close()
        if in_place:
            sys.stdout.write(_LEAVE)
            sys.stdout.flush()


def _draw(watch: GpuWatch, given: argparse.Namespace, in_place: bool) -> None:
    reading = watch.latest or Reading(problem="The driver has not answered yet.")
    lines = table(reading, _width(), given.sort, Notes(watch.history))
    if watch.silent:
        lines.append(f"no answer of the driver for {watch.silent:.0f} s")
    if not in_place:
        show(given.json, facts(reading), [*lines, ""])
        return
    room = shutil.get_terminal_size().lines - 1
    text = "".join(f"{line}{_CLEAR_LINE}\r\n" for line in [*lines, "Ctrl+C ends"][:room])
    sys.stdout.write(_TOP + text + _CLEAR_REST)
    sys.stdout.flush()


def _width() -> int:
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return WIDTH_OF_PIPE
    return shutil.get_terminal_size().columns
