"""What works on this machine, and how to get the rest. Nothing here loads a heavy library or can crash."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.errors import MissingLibrary
from annotat3d_tui.jobs.slurm_commands import SlurmError, partitions, version
from annotat3d_tui.memory import available_memory, bytes_text, default_budget
from annotat3d_tui.processes import multiplexer, user_name

DEBIAN_PACKAGE_OF = {
    "libEGL": "libegl1",
    "libGL": "libgl1",
    "libX11": "libx11-6",
    "libgomp": "libgomp1",
    "libstdc++": "libstdc++6",
    "libgcc_s": "libgcc-s1",
    "libz": "zlib1g",
    "libnvidia-ml": "the driver of your GPU (Debian: libnvidia-ml1)",
}
LIBRARIES = (
    "numpy", "numba", "scipy", "scikit-learn", "tifffile", "imagecodecs", "h5py", "tensorflow", "pillow", "textual",
    "pyvista",
)  # fmt: skip
SMALL_BUDGET = 2_000_000_000
SMALL_DISK = 5_000_000_000
CHILD_SECONDS, SYSTEM_SECONDS = 120, 10
_KILLS = (
    "get-property",
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
    "KillUserProcesses",
)
"""What systemd is asked."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: does it work, what was found, what to do when it does not."""

    name: str
    works: bool
    found: str
    remedy: str = ""


def examine() -> list[Check]:
    """Everything that the program builds on, in the order in which a person meets it."""
    return [check for look in LOOKS for check in look()]


def report(checks: list[Check]) -> list[str]:
    """The checks as lines for people."""
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{'✓' if check.works else '✗'} {check.name:<{width}}  {check.found}")
        if not check.works and check.remedy:
            lines.append(f"  {'':<{width}}  → {check.remedy}")
    return lines


def facts(checks: list[Check]) -> dict[str, object]:
    """The checks as JSON has them."""
    return {"checks": [asdict(check) for check in checks]}


def package_of_missing_library(message: str) -> str | None:
    """The Debian package that brings the shared library an ImportError complains of; None if it is no such error.

    >>> package_of_missing_library("libGL.so.1: cannot open shared object file: No such file or directory")
    'libgl1'
    """
    match = re.search(r"(lib[\w+-]+)\.so[.\d]*: cannot open shared object", message)
    if not match:
        return None
    return DEBIAN_PACKAGE_OF.get(match[1], f"the one that holds {match[1]} (apt-file search {match[1]}.so)")


def missing_library(error: ImportError) -> MissingLibrary:
    """The sentence for a library that cannot be imported."""
    if package := package_of_missing_library(str(error)):
        return MissingLibrary(f"A system library is missing ({error}): apt-get install {package}.")
    return MissingLibrary(
        f"A library of the program cannot be used ({error}): install the program anew, or see annotat3d doctor."
    )


def _python() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    works = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield Check("Python", works, version, "install Python 3.11, 3.12 or 3.13")


def _libraries() -> Iterator[Check]:
    for name in LIBRARIES:
        try:
            yield Check(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, False, "not installed", f"pip install {name}")
    load, said = _in_child("import numba, scipy.ndimage, sklearn.ensemble, imagecodecs, PIL.Image")
    package = package_of_missing_library(said)
    remedy = f"apt-get install {package}" if package else "reinstall the program"
    yield Check("libraries load", load, "all" if load else said, remedy)


def _terminal() -> Iterator[Check]:
    term, colours = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    deep = (
        "16 million colours" if colours in ("truecolor", "24bit") else "256 colours" if "256" in term else "few colours"
    )
    inside = "in tmux" if os.environ.get("TMUX") else "in screen" if os.environ.get("STY") else "directly"
    size = shutil.get_terminal_size()
    works = sys.stdout.isatty() and term not in ("", "dumb")
    found = f"{term or 'no TERM'} {inside}, {size.columns}×{size.lines}, {deep}"
    yield Check("terminal", works, found, "run annotat3d in a terminal: ssh -t HOST, TERM=xterm-256color")
    if deep != "16 million colours":
        yield Check(
            "true colour",
            False,
            deep,
            "export COLORTERM=truecolor if your terminal has it; in tmux: set -as terminal-features ',*:RGB'",
        )
    encoding = sys.stdout.encoding or "none"
    utf8 = encoding.lower().replace("-", "") == "utf8"
    yield Check("UTF-8", utf8, encoding, "export LANG=C.UTF-8 (the pictures are drawn with ▀)")


def _filters() -> Iterator[Check]:
    """Filters of other packages: each is loaded in a child process."""
    try:
        from annotat3d_tui.features.plugins import added_filters
        from annotat3d_tui.features.registry import built_in_names
    except ImportError:  # of NumPy: the libraries above say so
        return
    added = added_filters(built_in_names())
    for sentence in added.refused:
        yield Check("filter", False, sentence)
    for name in added.usable:
        code = "import sys; from annotat3d_tui.features.registry import family_of; family_of(sys.argv[1])"
        works, said = _in_child(code, name)
        yield Check("filter", works, name if works else said.partition(": ")[2], "update or remove its package")


def _machine() -> Iterator[Check]:
    yield Check("processors", True, f"{available_threads()} may be used")
    free, budget = available_memory(), default_budget()
    yield Check(
        "memory",
        budget >= SMALL_BUDGET,
        f"{bytes_text(free)} free, {bytes_text(budget)} taken at most (--memory)",
        "close programs, or ask the scheduler for more memory",
    )
    for name, folder in (("disk: home", _existing(Path.home())), ("disk: temporary", Path(tempfile.gettempdir()))):
        free_bytes = shutil.disk_usage(folder).free
        found = f"{bytes_text(free_bytes)} free in {folder}"
        yield Check(name, free_bytes >= SMALL_DISK, found, "remove files, or work in another folder")


def _graphics() -> Iterator[Check]:
    """Whether volumes are drawn in space, tried in a child process: a missing library ends a process without a word."""
    try:
        from annotat3d_tui.render.scene.grid import Grid
        from annotat3d_tui.render.scene.renderer import PACKAGES, Renderer
    except ImportError:  # of NumPy: the libraries above say so
        return
    with Renderer(Grid((1, 1, 1))) as renderer:
        works = renderer.start()
        found = f"3D is drawn by {renderer.device}, without a display" if works else "in 3D the brightest voxels alone"
    yield Check("GL", works, found, f"apt-get install {PACKAGES}")


def _gpu() -> Iterator[Check]:
    code = (
        "from annotat3d_tui.jobs.gpu_text import foot; from annotat3d_tui.jobs.gpu_driver import Driver; import sys\n"
        "reading = Driver().read(); print(reading.problem or foot(reading)); sys.exit(not reading.gpus)"
    )
    works, said, wrong = _child(code)
    yield Check("GPU", works, said or wrong, "segmentation needs none; annotat3d gpus shows more where there are some")


def _line() -> Iterator[Check]:
    """What becomes of a job when the line drops, and of the screen."""
    between = multiplexer(os.environ)
    found = "over SSH" if "SSH_CONNECTION" in os.environ else "on the machine itself"
    found += f", in {between}, which keeps the screen when the line drops" if between else ""
    yield Check("line", True, f"{found}; jobs outlive it in any case")
    kills = _asked("busctl", *_KILLS)
    if kills.endswith("true"):
        lingers = _asked("loginctl", "show-user", user_name(), "-p", "Linger") == "Linger=yes"
        yield Check(
            "logging out",
            False,
            "systemd ends all processes of a user who has logged out (KillUserProcesses=yes)",
            ("" if lingers else "loginctl enable-linger, then ")
            + "start annotat3d by systemd-run --user --scope annotat3d",
        )
    elif kills.endswith("false"):
        yield Check("logging out", True, "systemd leaves the jobs of a user who has logged out alone")


def _slurm() -> Iterator[Check]:
    try:
        found = partitions()
        names = ", ".join(one.name for one in found)
        yield Check("Slurm", True, f"{version()}, partitions {names}; annotat3d jobs run --slurm")
    except SlurmError as error:
        why, _, remedy = str(error).rpartition(": ")
        yield Check("Slurm", False, f"{why}; jobs run on this machine", remedy)


def _in_child(code: str, *arguments: str) -> tuple[bool, str]:
    """Whether Python code runs to its end in a process of its own, and the last line of what it complained."""
    works, _, wrong = _child(code, *arguments)
    return works, wrong


def _asked(*words: str) -> str:
    """What a command of the system answers; "" when it is not there or fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=SYSTEM_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _child(code: str, *arguments: str) -> tuple[bool, str, str]:
    """Whether Python code runs to its end in a process of its own; the last lines of what it said and complained."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=CHILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False, "", f"no answer in {CHILD_SECONDS} s"
    said = (done.stdout.strip().splitlines() or [""])[-1]
    wrong = (done.stderr.strip().splitlines() or [f"stopped with code {done.returncode}"])[-1]
    return done.returncode == 0, said, wrong


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())


LOOKS: tuple[Callable[[], Iterator[Check]], ...] = (
    _python,
    _libraries,
    _filters,
    _terminal,
    _machine,
    _graphics,
    _gpu,
    _slurm,
    _line,
)
