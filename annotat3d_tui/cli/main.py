"""The table from sub-command to module; a module is loaded only when its command is called."""

import argparse
import contextlib
import difflib
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import NamedTuple

from annotat3d_tui import __version__
from annotat3d_tui.cli.output import forget_stdout
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.jobs.reporting import report_failure
from annotat3d_tui.mapped.files import intact


class Command(NamedTuple):
    """Where a command lives: a module with `add_arguments(parser)` and `run(arguments) -> int`."""

    module: str
    help: str


COMMANDS = {
    "open": Command("open", "the screen on an image"),
    "info": Command("info", "shape, type, voxel size, range, layout of a file, and what opening it costs"),
    "convert": Command("convert", "a volume into another format, type or part"),
    "superpixels": Command("superpixels", "superpixels of an image"),
    "segment": Command("segment", "the label volume that markers ask for"),
    "classify": Command("classify", "label volumes of other images, by a classifier that was kept"),
    "mark": Command("mark", "strokes, masks or the marks of a workspace into markers, an annotation, or text"),
    "edit": Command("edit", "a label volume as new markers correct it"),
    "merge": Command("label_merge", "several labels as one"),
    "split": Command("label_split", "a label divided among markers, or along a plane"),
    "separate": Command("label_separate", "touching objects of labels apart"),
    "islands": Command("label_islands", "labels without small pieces"),
    "fill": Command("label_fill", "labels without holes"),
    "morphology": Command("label_morphology", "labels grown, shrunk, opened or closed"),
    "smooth": Command("label_smooth", "labels with smooth borders"),
    "interpolate": Command("label_interpolate", "labels between the slices in which they are annotated"),
    "paste": Command("label_paste", "a part that was cut out of a label volume, and corrected, back into it"),
    "measure": Command("measure", "a table of the objects of a label volume"),
    "score": Command("score", "accuracy, Dice and IoU of a label volume against the truth"),
    "snapshot": Command("snapshot", "a picture in space, a slice, a sheet of slices, or a turning film"),
    "mesh": Command("mesh", "surfaces of labels as closed meshes: STL, PLY, OBJ"),
    "dataset": Command("dataset", "samples of images and labels for networks: create, info"),
    "demo": Command("demo", "the main job on the embedded volume"),
    "network": Command("network", "networks: train, finetune, resume, export, import, list, info"),
    "infer": Command("infer", "label volumes of many images, by a network"),
    "jobs": Command("jobs", "long work that outlives the terminal: list, show, follow, curves, cancel, run"),
    "workspace": Command("workspace", "the folder that keeps everything: new, info, check"),
    "gpus": Command("gpus", "the GPUs of this machine, who has them, which are free"),
    "keys": Command("keys", "every key of the screen, with the id by which a keymap changes it"),
    "doctor": Command("doctor", "what works on this machine, and how to get the rest"),
    "warmup": Command("warmup", "compiles the kernels once, so that nothing waits for them later"),
}
EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130

DESCRIPTION = """Annotat3D for a terminal: interactive segmentation of 3D images.

annotat3d [WORKSPACE]      the screen on a workspace folder; without one: the picker
annotat3d COMMAND --help   everything about a command
"""


def run(arguments: Sequence[str]) -> int:
    """Run one command; the one place where errors of the family become a sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):  # a terminal without × and … shows ? for them
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        with intact():
            return _dispatch(list(arguments))
    except Annotat3DError as error:
        return _refused(error)
    except ImportError as error:
        from annotat3d_tui.doctor import missing_library

        return _refused(missing_library(error))
    except KeyboardInterrupt as stopped:  # on a terminal behind ^C, and perhaps a bar
        line = "\n" if sys.stderr.isatty() else ""
        print(f"{line}annotat3d: interrupted; {str(stopped) or 'no file is half written'}.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        forget_stdout()
        return 128 + signal.SIGPIPE


def _refused(error: Annotat3DError) -> int:
    print(f"annotat3d: {error}", file=sys.stderr)
    report_failure(str(error))
    return EXIT_REFUSED


def _stop(number: int, _: object) -> None:
    """End as if by an error, so that what is half written is removed, and a workspace is closed."""
    sys.exit(128 + number)


def _dispatch(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, _stop)  # which schedulers send
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, _stop)  # the line has dropped
    word = arguments[0] if arguments else ""
    if word in COMMANDS:
        module = importlib.import_module(f"annotat3d_tui.cli.{COMMANDS[word].module}")
        parser = argparse.ArgumentParser(
            prog=f"annotat3d {word}", description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add_arguments(parser)
        code: int = module.run(parser.parse_args(arguments[1:], argparse.Namespace(words=arguments)))
        return code
    return _screen(arguments)


def _screen(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="annotat3d",
        description=DESCRIPTION,
        epilog="commands:\n" + "\n".join(f"  {word:<12} {command.help}" for word, command in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="annotat3d [-h] [--version] [--read-only] [--graphics MODE] [--keymap NAME] [--no-mouse] "
        "[WORKSPACE | COMMAND ...]",
    )
    parser.add_argument("--version", action="version", version=f"annotat3d {__version__}")
    parser.add_argument("--read-only", action="store_true", help="only look at the workspace; nothing is written")
    from annotat3d_tui.cli.screen_flags import add_screen_flags, screen_flags

    add_screen_flags(parser)
    parser.add_argument("workspace", nargs="?", metavar="WORKSPACE", help="a workspace folder")
    if arguments and not arguments[0].startswith("-") and not os.path.isdir(arguments[0]):
        parser.error(_not_a_workspace(arguments[0]))
    given = parser.parse_args(arguments)
    if given.read_only and not given.workspace:
        parser.error("--read-only needs the workspace folder that is to be looked at")
    from annotat3d_tui.cli.open import open_screen

    return open_screen(workspace=given.workspace, read_only=given.read_only, **screen_flags(given))


def _not_a_workspace(word: str) -> str:
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    with contextlib.suppress(OSError):
        if os.path.isfile(word):
            return f"{word} is a file; to open an image on the screen: annotat3d open {word}"
    advice = f"did you mean annotat3d {close[0]}?" if close else "annotat3d --help lists the commands"
    return f"{word} is neither a command nor a workspace folder: {advice}"
