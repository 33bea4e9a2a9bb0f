"""Commands that take a word, such as `dataset create`: a table from word to module, as that of the commands."""

import argparse
import importlib
from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]
"""For each word a module with `add_arguments(parser)` and `run(arguments) -> int`, and what it does."""


def add_words(parser: argparse.ArgumentParser, table: Words) -> None:
    """Declare the words and their flags."""
    words = parser.add_subparsers(metavar="WORD", title="words", required=True)
    for word, (name, help) in table.items():
        module = importlib.import_module(f"annotat3d_tui.cli.{name}")
        one = words.add_parser(
            word, help=help, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add_arguments(one)
        one.set_defaults(act=module.run)


def run_word(given: argparse.Namespace) -> int:
    """Do what the word says."""
    code: int = given.act(given)
    return code
