"""Datasets for networks: small samples drawn from images, their labels and weights, in one HDF5 file.

annotat3d dataset create -o beads.h5 --data a.tif b.tif --label a-label.tif b-label.tif --patch 64 64 64
annotat3d dataset info beads.h5
annotat3d dataset augment beads.h5
"""

import argparse
import importlib

WORDS = {
    "create": ("dataset_create", "draw samples of images and labels into a dataset"),
    "info": ("dataset_info", "what a dataset holds, and how its values are spread"),
    "augment": ("dataset_augment", "write the samples changed at random"),
    "preview": ("dataset_preview", "a sample before and after changes"),
}
"""A word is a module with `add_arguments(parser)` and `run(arguments) -> int`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words and their flags."""
    words = parser.add_subparsers(metavar="WORD", title="words", required=True)
    for word, (name, help) in WORDS.items():
        module = importlib.import_module(f"annotat3d_tui.cli.{name}")
        one = words.add_parser(
            word, help=help, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        module.add_arguments(one)
        one.set_defaults(act=module.run)


def run(given: argparse.Namespace) -> int:
    """Do what the word says."""
    code: int = given.act(given)
    return code
