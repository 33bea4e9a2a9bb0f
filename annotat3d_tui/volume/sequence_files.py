"""Which files are the planes of a volume: those that a pattern fits, or the images in a folder, in natural order."""

import glob
import os
import re
from collections.abc import Callable
from pathlib import Path

from annotat3d_tui.errors import Annotat3DError, InvalidFile, MissingFile
from annotat3d_tui.places import check_link

SUFFIXES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".tif": "tiff", ".tiff": "tiff"}
_WORKSPACE = "workspace.json"


def is_pattern(path: Path | str) -> bool:
    """Whether a path is a pattern, such as `slices/*.png`, and no file, nor the folder of a name, is called so.

    >>> is_pattern("slices/*.png"), is_pattern("slices/a.png")
    (True, False)
    """
    folder, name = os.path.split(path)
    if not glob.has_magic(str(path)) or os.path.lexists(path):
        return False
    return glob.has_magic(name) or not os.path.isdir(folder)


def planes_of(path: Path | str) -> list[Path]:
    """The files of a pattern or a folder, in natural order.

    Raises MissingFile when there is none or one is a link that leads nowhere, InvalidFile when one is a pipe or a
    device, or a folder holds images of several kinds.
    """
    return _planes(path, _is_slice)


def has_planes(path: Path | str) -> bool:
    """Whether there are such files, also where one of them cannot be read; raises OSError."""
    try:
        return bool(_planes(path, lambda file: not os.path.isdir(file)))
    except Annotat3DError:
        return False


def _planes(path: Path | str, is_slice: Callable[[Path], bool]) -> list[Path]:
    if is_pattern(path):
        folder, name = os.path.split(path)
        if os.path.isdir(folder):  # perhaps of a name that looks like a pattern
            found = [Path(folder, one) for one in glob.glob(name, root_dir=folder)]
        else:
            found = [Path(one) for one in glob.glob(str(path))]
        found = [one for one in found if is_slice(one)]
        if not found:
            raise MissingFile(f"{path} fits no file: correct the pattern, or put it in quotes.")
    else:
        with os.scandir(path) as entries:
            found = [Path(one.path) for one in entries if _is_image(one, is_slice)]
        if not found:
            raise InvalidFile(_why_none(Path(path)))
    kinds = sorted({file.suffix.lower() for file in found})
    if len(kinds) > 1:
        raise InvalidFile(
            f"{path} must hold images of one kind, received {' and '.join(kinds)}: give a pattern, such as "
            f"'{Path(path).parent if is_pattern(path) else path}/*{kinds[0]}'."
        )
    return sorted(found, key=lambda file: natural(file.name))


def natural(name: str) -> list[tuple[int, str]]:
    """By what names are sorted so that 2 comes before 10.

    >>> sorted(["s10.png", "s9.png", "s1.png"], key=natural)
    ['s1.png', 's9.png', 's10.png']
    """
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in re.split(r"([0-9]+)", name) if word]


def _is_image(entry: os.DirEntry[str], is_slice: Callable[[Path], bool]) -> bool:
    if entry.name.startswith(".") or Path(entry.name).suffix.lower() not in SUFFIXES:
        return False
    return entry.is_file(follow_symlinks=False) or is_slice(Path(entry.path))


def _is_slice(file: Path) -> bool:
    """Whether it is a file; folders are none, and what is called as a slice and can be none is refused."""
    if os.path.isfile(file):
        return True
    check_link(file)
    if os.path.isdir(file) or not os.path.lexists(file):
        return False
    raise InvalidFile(f"{file} must be a slice in a file, received a pipe or a device: take it away.")


def _why_none(folder: Path) -> str:
    if (folder / _WORKSPACE).is_file():
        return f"{folder} must be an image, received a workspace: open it with annotat3d {folder}."
    return (
        f"{folder} must be a file, or a folder with a slice in each of its files (PNG, TIFF, JPEG), received a folder "
        "without any: give a file in it."
    )
