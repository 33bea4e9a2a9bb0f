"""Which files are the planes of a volume: those that a pattern fits, or the images in a folder, in natural order."""

import glob
import os
import re
from pathlib import Path

from annotat3d_tui.errors import InvalidFile, MissingFile

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

    Raises MissingFile when there is none, InvalidFile when a folder holds images of several kinds.
    """
    if is_pattern(path):
        folder, name = os.path.split(path)
        if os.path.isdir(folder):  # perhaps of a name that looks like a pattern
            found = [Path(folder, one) for one in glob.glob(name, root_dir=folder)]
        else:
            found = [Path(one) for one in glob.glob(str(path))]
        found = [one for one in found if os.path.isfile(one)]
        if not found:
            raise MissingFile(f"{path} fits no file: correct the pattern, or put it in quotes.")
    else:
        with os.scandir(path) as entries:
            found = [Path(one.path) for one in entries if _is_image(one)]
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


def _is_image(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and Path(entry.name).suffix.lower() in SUFFIXES and entry.is_file()


def _why_none(folder: Path) -> str:
    if (folder / _WORKSPACE).is_file():
        return f"{folder} must be an image, received a workspace: open it with annotat3d {folder}."
    return (
        f"{folder} must be a file, or a folder with a slice in each of its files (PNG, TIFF, JPEG), received a folder "
        "without any: give a file in it."
    )
