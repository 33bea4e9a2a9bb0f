"""Paths completed as a shell does: what lies in the folder that is being typed."""

import os
from dataclasses import dataclass
from pathlib import Path

MOST_ENTRIES = 2000


@dataclass(frozen=True)
class Entry:
    """One name in a folder; `size` in bytes is None for a folder."""

    path: str
    name: str
    size: int | None

    @property
    def is_folder(self) -> bool:
        """Whether one can go into it."""
        return self.size is None


def split(text: str) -> tuple[str, str]:
    """The folder and the beginning of a name in what was typed.

    >>> split("/data/rec"), split("rec")
    (('/data/', 'rec'), ('', 'rec'))
    """
    cut = text.rfind("/") + 1
    return text[:cut], text[cut:]


def entries(text: str) -> list[Entry]:
    """Folders, then files, whose names begin as typed (any case); none when the folder cannot be read.

    Names that begin with a dot are listed only when a dot was typed; at most 2000 are listed.
    """
    folder, start = split(text)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as found:
            matching = sorted((one for one in found if _matches(one.name, start)), key=_order)
            return [_entry(folder, one) for one in matching[:MOST_ENTRIES]]
    except OSError:
        return []


def complete(text: str) -> str:
    """`text` made longer as far as all matching names agree; a single folder gets its slash."""
    found = entries(text)
    if not found:
        return text
    folder, start = split(text)
    common = common_start([entry.name for entry in found])
    if len(found) == 1:
        return found[0].path
    return folder + common if len(common) > len(start) else text


def restarted(text: str) -> str:
    """A path that was pasted behind another one, alone: what follows the last `//` or `/~` begins anew.

    >>> restarted("/data/scans//tmp/image.tif"), restarted("/data/~/image.tif"), restarted("/data/image.tif")
    ('/tmp/image.tif', '~/image.tif', '/data/image.tif')
    """
    anew = max(text.rfind("//"), text.rfind("/~"))
    return text[anew + 1 :] if anew >= 0 else text


def as_path(text: str) -> Path:
    """What was typed as an absolute path, `~` expanded."""
    return Path(os.path.abspath(os.path.expanduser(text.strip())))


def common_start(names: list[str]) -> str:
    """How all names begin."""
    first, last = min(names), max(names)
    agree = (i for i, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(agree, min(len(first), len(last)))]


def _matches(name: str, start: str) -> bool:
    return name.lower().startswith(start.lower()) and (start.startswith(".") or not name.startswith("."))


def _order(found: os.DirEntry[str]) -> tuple[bool, str]:
    """Folders first, then by name."""
    return not _is_folder(found), found.name.lower()


def _is_folder(found: os.DirEntry[str]) -> bool:
    try:
        return found.is_dir()
    except OSError:
        return False


def _entry(folder: str, found: os.DirEntry[str]) -> Entry:
    try:
        is_folder = _is_folder(found)
        size = None if is_folder else found.stat().st_size
    except OSError:
        size = 0
    return Entry(folder + found.name + ("/" if is_folder else ""), found.name, size)
