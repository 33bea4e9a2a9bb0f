"""Many files from few words: a glob, a folder, or what was pasted, as paths in the order in which people count."""

import glob
import os
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from annotat3d_tui.tui.completion import as_path, split
from annotat3d_tui.volume.disk import is_sequence, is_there, is_zarr
from annotat3d_tui.volume.formats import MODULES
from annotat3d_tui.volume.place import place_of
from annotat3d_tui.volume.sequence_files import planes_of

KNOWN = "TIFF, RAW, .npy, HDF5, Zarr"
"""The formats of volumes."""


@dataclass(frozen=True)
class Found:
    """The files that some words stand for, and those words that stand for none."""

    paths: tuple[Path, ...]
    missing: tuple[str, ...] = ()

    @property
    def problem(self) -> str:
        """What stands for no file, a sentence; "" where all do."""
        if not self.missing:
            return ""
        more = f" and {len(self.missing) - 1} more" if len(self.missing) > 1 else ""
        return (
            f"{self.missing[0]}{more} must be a file, a folder of volumes ({KNOWN}) or a pattern that finds some, "
            "received none that is there: correct the path."
        )


def natural(name: str) -> list[tuple[int, int, str]]:
    """Sorts names as people count.

    >>> sorted(["z10.tif", "z9.tif", "Z1.tif"], key=natural)
    ['Z1.tif', 'z9.tif', 'z10.tif']
    """
    pieces = re.split(r"([0-9]+)", name.casefold())
    return [(0, int(piece), piece) if piece.isdecimal() else (1, 0, piece) for piece in pieces]


def is_pattern(text: str) -> bool:
    """Whether a path stands for several, as a shell reads it."""
    return glob.has_magic(text)


def slices_at(text: str) -> Path:
    """The folder that is typed, or the pattern, whose images are slices of one volume; raises where there are none."""
    path = as_path(text)
    if not is_pattern(text) and not path.is_dir():
        path = as_path(split(text)[0])
    planes_of(path)
    return path


def words_pasted(text: str) -> list[str]:
    """The paths in what was pasted: one a line, or several quoted as a shell does; file:// is taken away.

    >>> words_pasted("'/a b.tif' /c.tif\\nfile:///d%20e.tif\\n/f\\\\ g.tif")
    ['/a b.tif', '/c.tif', '/d e.tif', '/f g.tif']
    """
    return [_without_scheme(word) for line in text.splitlines() if line.strip() for word in _words(line.strip())]


def volumes_of(words: Iterable[str]) -> Found:
    """The files that words stand for, each in its place; folders and patterns give their volumes in natural order."""
    paths: list[Path] = []
    missing: list[str] = []
    for word in words:
        found = _volumes(as_path(word))
        paths += found
        if not found:
            missing.append(word)
    return Found(tuple(paths), tuple(missing))


def _volumes(path: Path) -> list[Path]:
    text = str(path)
    if os.path.isfile(text) or (is_there(path) and not is_sequence(place_of(path).file)):
        return [path]
    if os.path.isdir(text):
        text = os.path.join(glob.escape(text), "*")
    elif not is_pattern(text):
        return []
    return sorted((one for one in map(Path, glob.iglob(text)) if _is_volume(one)), key=lambda one: natural(str(one)))


def _is_volume(path: Path) -> bool:
    return path.suffix.lower() in MODULES and (os.path.isfile(path) or is_zarr(path))


def _words(line: str) -> list[str]:
    """One path where the line is one that is there, blanks and all; else as a shell reads it."""
    if os.path.exists(os.path.expanduser(_without_scheme(line))):
        return [line]
    try:
        return shlex.split(line)
    except ValueError:
        return [line]


def _without_scheme(word: str) -> str:
    """A path, also where it was written as a URL of this machine."""
    return unquote(re.sub("^file://[^/]*", "", word)) if word.startswith("file://") else word
