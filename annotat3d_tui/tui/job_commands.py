"""A command line for a job as it is typed: completed as a shell does, and refused before it is started."""

import shlex
from collections.abc import Sequence
from typing import Protocol

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.tui.completion import common_start, complete, entries


class JobCommands(Protocol):
    """What the command line of the program can run as a job."""

    def words(self) -> Sequence[str]:
        """The commands."""

    def flags(self, word: str) -> Sequence[str]:
        """The flags of a command; none of one that is not there."""

    def check(self, words: Sequence[str]) -> None:
        """Raises InvalidParameter for what the command does not take."""

    def images(self, words: Sequence[str]) -> Sequence[str]:
        """The images of a command that does the same with each; none of others."""


class NoCommands:
    """Of a screen that no command line has opened: nothing is known of the words, and nothing refused."""

    def words(self) -> list[str]:
        """None."""
        return []

    def flags(self, word: str) -> list[str]:
        """None."""
        return []

    def check(self, words: Sequence[str]) -> None:
        """The job itself will say what is wrong."""

    def images(self, words: Sequence[str]) -> list[str]:
        """None."""
        return []


def words_of(text: str) -> list[str]:
    """The words of a line, `annotat3d` before them left out; raises InvalidParameter.

    >>> words_of("annotat3d segment 'a b.tif'")
    ['segment', 'a b.tif']
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise InvalidParameter("The line has a quotation mark without its other one: close it.") from None
    return words[1:] if words[:1] == ["annotat3d"] else words


def candidates(text: str, commands: JobCommands) -> list[str]:
    """What the last word of a line may become: commands, flags of the command, or names of files."""
    before, last = _cut(text)
    words = before.removeprefix("annotat3d ").split()
    if not words:
        return [word for word in commands.words() if word.startswith(last)]
    if last.startswith("-"):
        return [flag for flag in commands.flags(words[0]) if flag.startswith(last)]
    return [entry.name + "/" * entry.is_folder for entry in entries(_bare(last))]


def completed(text: str, commands: JobCommands) -> str:
    """The line made longer as far as all candidates agree; a single one that is no folder gets its blank."""
    before, last = _cut(text)
    found = candidates(text, commands)
    if not found:
        return text
    is_path = bool(before.removeprefix("annotat3d ").split()) and not last.startswith("-")
    longer = _escaped(complete(_bare(last))) if is_path else common_start(found)
    longer = longer if len(longer) >= len(last) else last
    return before + longer + (" " if len(found) == 1 and not longer.endswith("/") else "")


def _cut(text: str) -> tuple[str, str]:
    """What stands before the last word, and it."""
    cut = next((i + 1 for i in range(len(text) - 1, -1, -1) if text[i] == " " and text[i - 1 : i] != "\\"), 0)
    return text[:cut], text[cut:]


def _bare(word: str) -> str:
    return word.replace("\\ ", " ")


def _escaped(path: str) -> str:
    return path.replace(" ", "\\ ")
