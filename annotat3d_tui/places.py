"""Folders of the user in which the program keeps things."""

import os
from pathlib import Path


def data_home() -> Path:
    """Where the program keeps what has no other place."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "annotat3d"


def state_home() -> Path:
    """Where the program keeps what it may lose."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "annotat3d"
