"""Folders of the user in which the program keeps things, and where paths of the user lead to."""

import errno
import os
from pathlib import Path

from annotat3d_tui.errors import MissingFile


def data_home() -> Path:
    """Where the program keeps what has no other place."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "annotat3d"


def state_home() -> Path:
    """Where the program keeps what it may lose."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "annotat3d"


def resolved(path: Path) -> Path:
    """The absolute path behind all links, also of what is not there; unlike Path.resolve, links in a circle are kept.

    >>> resolved(Path("/usr/../no such folder"))
    PosixPath('/no such folder')
    """
    return Path(os.path.realpath(path))


def check_link(path: Path) -> None:
    """Raises MissingFile for a link that leads nowhere, or in a circle."""
    if not os.path.islink(path) or os.path.exists(path):
        return
    target = os.readlink(path)
    where = "itself" if target in (path.name, str(path)) else f"{target}, {_why_nowhere(path)}"
    raise MissingFile(f"{path} is a link that leads to {where}: correct the link, or give another path.")


def _why_nowhere(path: Path) -> str:
    try:
        os.stat(path)
    except OSError as error:
        return "and from there in a circle" if error.errno == errno.ELOOP else "which is not there"
    return "which was not there"
