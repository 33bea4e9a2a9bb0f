"""Workspaces: the folder that keeps everything about an image, or networks and what belongs to them.

annotat3d workspace new rock.annotat3d --image scan.tif
annotat3d workspace info rock.annotat3d
annotat3d workspace check rock.annotat3d
"""

import argparse

from annotat3d_tui.cli.words import add_words, run_word

WORDS = {
    "new": ("workspace_new", "make one, with or without an image"),
    "info": ("workspace_info", "what is in it: names, sizes, dates, jobs"),
    "check": ("workspace_check", "open everything in it, and say what is wrong"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words and their flags."""
    add_words(parser, WORDS)


def run(given: argparse.Namespace) -> int:
    """Do what the word says."""
    return run_word(given)
