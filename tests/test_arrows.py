"""Rooms import only to the right, and light commands stay light."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import annotat3d_tui
from annotat3d_tui.cli.main import COMMANDS

PACKAGE = Path(annotat3d_tui.__file__).parent
HEAVY = ("tensorflow", "numba", "sklearn", "pyvista", "vtkmodules", "textual")


def rooms_in_order() -> list[set[str]]:
    """The map in the package's docstring, leftmost first; rooms of one set do not know each other."""
    lines = (annotat3d_tui.__doc__ or "").splitlines()
    begin = next(i for i, line in enumerate(lines) if "->" in line)
    chart = " ".join(line for line in lines[begin : begin + 4])
    return [{room.strip() for room in rooms.split("|")} for rooms in chart.split("->")]


def imports() -> Iterator[tuple[Path, str, str]]:
    """File, its room, a room that it imports."""
    for file in sorted(PACKAGE.rglob("*.py")):
        room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: relative import"
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for name in names:
                words = name.split(".")
                if words[0] == "annotat3d_tui" and len(words) > 1 and words[1] != "__version__":
                    yield file, room, words[1]


def test_every_room_is_on_the_map() -> None:
    on_map = set().union(*rooms_in_order())
    rooms = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__pycache__", "__init__", "assets"} == on_map


def test_rooms_import_only_to_the_right() -> None:
    position = {room: i for i, rooms in enumerate(rooms_in_order()) for room in rooms}
    wrong = [
        f"{file.relative_to(PACKAGE)} imports {other}"
        for file, room, other in imports()
        if room not in ("__init__", other) and position[other] <= position[room]
    ]
    assert wrong == []


def modules_after(*arguments: str) -> set[str]:
    """Top-level modules in a child process that has run the command."""
    code = (
        "import sys, json, contextlib, io\n"
        "from annotat3d_tui.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({list(arguments)!r})\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.fixture
def tiny_image(tmp_path: Path) -> Path:
    import numpy as np
    import tifffile

    path = tmp_path / "tiny.tif"
    tifffile.imwrite(path, np.arange(60, dtype=np.uint8).reshape(3, 4, 5), photometric="minisblack")
    return path


def test_info_loads_nothing_heavy(tiny_image: Path) -> None:
    for arguments in (["info", str(tiny_image)], ["--version"]):
        assert modules_after(*arguments).isdisjoint(HEAVY), arguments


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_help_loads_anything_heavy(command: str) -> None:
    assert modules_after(*([command] if command else []), "--help").isdisjoint({*HEAVY, "scipy", "skimage"})


def test_the_screen_waits_for_no_compiler() -> None:
    code = "import sys, annotat3d_tui.tui.app, annotat3d_tui.session; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    late = {"tensorflow", "numba", "scipy", "sklearn", "skimage", "numpy.random", "numpy.ma"}
    assert late.isdisjoint(done.stdout.split())


def test_help_answers_in_half_a_cpu_second() -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "annotat3d_tui", "--help"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_nothing_that_is_ignored_is_tracked() -> None:
    root = PACKAGE.parent
    if not (root / ".git").exists():
        pytest.skip("not a checkout")
    listed = ["git", "-C", str(root), "ls-files", "--cached", "--ignored", "--exclude-standard"]
    tracked = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    assert tracked == [], "git rm --cached takes these out: a checkout would put them over what lies there"
