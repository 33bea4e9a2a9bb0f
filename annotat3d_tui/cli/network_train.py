"""A network that learns from a dataset, from nothing. It runs as a job, which outlives the terminal, unless --here.

The weights with the best Dice on the validation samples are kept, and the state every so many iterations: killed at any
moment, the training goes on (annotat3d network resume NAME) to the weights that it would have had.
"""

import argparse

from annotat3d_tui.cli.training_job import add_job_flags, add_training_flags, train_new, training_of
from annotat3d_tui.networks.network import network_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NAME", help="of the network, written as the folder NAME.network")
    parser.add_argument("--dataset", required=True, metavar="D.h5", help="what it learns from")
    add_training_flags(parser)
    add_job_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Train here, or start a job that does, once it is known that it can."""
    training = training_of(given)
    return train_new(given, training, f"train {training.architecture} {network_folder(given.name).stem}")
