"""A network that learns from a dataset, from nothing. It runs as a job, which outlives the terminal, unless --here.

The weights with the best Dice on the validation samples are kept, and the state every so many iterations: killed at any
moment, the training goes on (annotat3d network resume NAME) to the weights that it would have had.
"""

import argparse
import sys

from annotat3d_tui.cli.training_job import (
    add_job_flags,
    add_training_flags,
    augmentation_of,
    goes_on,
    listener,
    runs_here,
    show_trained,
    start_job,
    training_of,
)
from annotat3d_tui.networks.beginning import begin, check_new, train_forecast
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.network import network_folder, open_network
from annotat3d_tui.networks.training import train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NAME", help="of the network, written as the folder NAME.network")
    parser.add_argument("--dataset", required=True, metavar="D.h5", help="what it learns from")
    add_training_flags(parser)
    add_job_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Train here, or start a job that does, once it is known that it can."""
    training, augmentation, dataset = training_of(given), augmentation_of(given), open_dataset(given.dataset)
    folder = network_folder(given.name)
    if goes_on() and folder.is_dir():
        show_trained(given, train(open_network(folder), dataset, augmentation, listener()))
        return 0
    check_new(folder, dataset, training, given.overwrite)
    if not runs_here(given):
        print(f"annotat3d: {train_forecast(dataset, training)}", file=sys.stderr)
        return start_job(given, f"train {training.architecture} {folder.stem}")
    network = begin(folder, dataset, training, augmentation, overwrite=given.overwrite)
    show_trained(given, train(network, dataset, augmentation, listener()))
    return 0
