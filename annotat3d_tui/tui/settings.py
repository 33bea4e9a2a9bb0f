"""What a person has set for every screen, in config.toml of the user's config folder: theme, keymap, mouse, notice."""

import os
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.volume.writing import written_aside

DARK = "textual-dark"
Notice = Literal["bell", "osc9", "off"]
NOTICES: tuple[Notice, ...] = get_args(Notice)


@dataclass(frozen=True)
class Settings:
    """theme: its name. keymap: default, vim or a file; "" is keymap.toml of the config folder, if it is there.

    mouse: whether the screen has the mouse; without it the terminal selects text. notice: how the terminal is told that
    a job has ended: by its bell, by a notice of the desktop (OSC 9), or not at all. problems: sentences about what is
    wrong in the file.
    """

    theme: str = DARK
    keymap: str = ""
    mouse: bool = True
    notice: Notice = "bell"
    problems: tuple[str, ...] = ()


def config_home() -> Path:
    """Where a person finds what can be set."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "annotat3d"


def settings_file() -> Path:
    """The file of the settings."""
    return config_home() / "config.toml"


def read_settings() -> Settings:
    """The settings that are kept; what is wrong in the file is left out and said."""
    path = settings_file()
    try:
        kept = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Settings(problems=(f"{path} must be a TOML file, but cannot be read ({error}): correct it.",))
    known: dict[str, Any] = {field.name: field.default for field in fields(Settings) if field.name != "problems"}
    right, problems = dict[str, Any](), list[str]()
    for name, value in kept.items():
        if name not in known:
            problems.append(f"{path}: there is no setting {name}: there are {', '.join(known)}.")
        elif type(value) is not type(known[name]):
            wanted = "true or false" if isinstance(known[name], bool) else "a text in quotes"
            problems.append(f"{path}: {name} must be {wanted}, received {value!r}: correct it.")
        elif name == "notice" and value not in NOTICES:
            problems.append(f"{path}: notice must be {', '.join(NOTICES)}, received {value!r}: correct it.")
        else:
            right[name] = value
    return Settings(**right, problems=tuple(problems))


def keep_setting(name: str, value: str | bool) -> None:
    """Write one setting into the file; all other lines stay. Raises CannotWrite."""
    path = settings_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CannotWrite(f"{path} must be a file that can be written, for {name} to be kept: {error}.") from None
    with written_aside(path, overwrite=True) as aside:
        aside.write_text(with_line(text, name, value), "utf-8")


def with_line(text: str, name: str, value: Any) -> str:
    r"""The text of a TOML file in which a name has a value.

    >>> with_line('# mine\ntheme = "nord"\nmouse = false\n', "theme", "gruvbox")
    '# mine\ntheme = "gruvbox"\nmouse = false\n'
    >>> with_line("", "mouse", False)
    'mouse = false\n'
    """
    line = f"{name} = {str(value).lower() if isinstance(value, bool) else chr(34) + value + chr(34)}\n"
    pattern = re.compile(rf"^{name}\s*=.*\n?", re.MULTILINE)
    return pattern.sub(lambda _: line, text, count=1) if pattern.search(text) else line + text
