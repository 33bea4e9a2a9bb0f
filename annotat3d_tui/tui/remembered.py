"""Commands that were given before, kept in the person's own folder from one time to the next."""

import contextlib
from pathlib import Path

from annotat3d_tui.places import state_home

MOST = 500


def commands_file() -> Path:
    """Where commands are kept, one a line, the newest last."""
    return state_home() / "commands.txt"


def commands() -> list[str]:
    """The commands that were kept, the newest last; none where the file cannot be read."""
    try:
        lines = commands_file().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [line for line in lines if line.strip()][-MOST:]


def keep_command(text: str) -> None:
    """Add a command, unless it is the newest already; where nothing can be written it is forgotten with the screen."""
    kept = commands()
    if kept[-1:] == [text]:
        return
    path = commands_file()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        if len(kept) < MOST:
            with path.open("a", encoding="utf-8") as file:
                file.write(text + "\n")
        else:
            aside = path.with_suffix(".part")
            aside.write_text("\n".join([*kept[1:], text]) + "\n", encoding="utf-8")
            aside.replace(path)
