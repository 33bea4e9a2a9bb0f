"""Datasets for networks: small samples drawn from images, their labels and weights, in one HDF5 file.

annotat3d dataset create -o beads.h5 --data a.tif b.tif --label a-label.tif b-label.tif --patch 64 64 64
annotat3d dataset info beads.h5
annotat3d dataset augment beads.h5
"""

import argparse

from annotat3d_tui.cli.words import add_words, run_word

WORDS = {
    "create": ("dataset_create", "draw samples of images and labels into a dataset"),
    "info": ("dataset_info", "what a dataset holds, and how its values are spread"),
    "augment": ("dataset_augment", "write the samples changed at random"),
    "preview": ("dataset_preview", "a sample before and after changes"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words and their flags."""
    add_words(parser, WORDS)


def run(given: argparse.Namespace) -> int:
    """Do what the word says."""
    return run_word(given)
