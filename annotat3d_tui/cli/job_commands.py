"""The commands that can be jobs, for the screen: their words, their flags, and what is wrong in a line."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from annotat3d_tui.cli.jobs_run import OF_IMAGES, check_word, job_words, parser_of
from annotat3d_tui.errors import InvalidParameter


class _Parser(argparse.ArgumentParser):
    """One that raises what it would say."""

    def error(self, message: str) -> NoReturn:
        raise InvalidParameter(f"{self.prog}: {message}.")


class ShellCommands:
    """The sub-commands of annotat3d, asked of their own parsers."""

    def words(self) -> list[str]:
        """Those that can be jobs."""
        return job_words()

    def flags(self, word: str) -> list[str]:
        """The long flags of a command, and of the words that it takes."""
        if word not in self.words():
            return []
        parsers = [parser_of(word, _Parser)]
        for action in parsers[0]._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()
        return sorted({flag for one in parsers for flag in one._option_string_actions if flag.startswith("--")})

    def check(self, words: Sequence[str]) -> None:
        """Raises InvalidParameter for what cannot be a job, or is no right use of its command."""
        check_word(words, "Tab completes.")
        if "-h" in words or "--help" in words:
            raise InvalidParameter(f"Help is no job: annotat3d {words[0]} --help in a shell shows it.")
        parser_of(words[0], _Parser).parse_args(words[1:])

    def images(self, words: Sequence[str]) -> list[str]:
        """The images of classify and infer; none of other commands."""
        if words[0] not in OF_IMAGES:
            return []
        return list(parser_of(words[0], _Parser).parse_args(words[1:]).images)
