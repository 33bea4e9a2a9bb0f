"""Networks: trained on a dataset, kept as a folder NAME.network, and used by annotat3d infer.

annotat3d network train beads --dataset beads.h5 --architecture unet3d --follow
annotat3d network finetune beads2 --from beads --dataset more.h5 --rate 1e-4
annotat3d network export beads
annotat3d network list
"""

import argparse

from annotat3d_tui.cli.words import add_words, run_word

WORDS = {
    "train": ("network_train", "learn from a dataset, from nothing"),
    "finetune": ("network_finetune", "learn from a dataset, from the weights of another network"),
    "resume": ("network_resume", "go on with a training that was ended by something else"),
    "list": ("network_list", "the networks in a folder"),
    "info": ("network_info", "all about a network"),
    "export": ("network_export", "a network as one file"),
    "import": ("network_import", "a network from such a file"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words and their flags."""
    add_words(parser, WORDS)


def run(given: argparse.Namespace) -> int:
    """Do what the word says."""
    return run_word(given)
