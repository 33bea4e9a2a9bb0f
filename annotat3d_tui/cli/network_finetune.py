"""A network that learns from a dataset, from the weights of another network, which stays as it is.

Loss, rate, dataset and classes may be others; where the number of classes is another the last layer begins anew. What
is not given is as it was for the other network.
"""

import argparse

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
from annotat3d_tui.networks.beginning import begin, check_new
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.network import network_folder, open_network
from annotat3d_tui.networks.training import train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NEW", help="name of the new network")
    parser.add_argument("--from", dest="start", required=True, metavar="NAME", help="the network to start from")
    parser.add_argument("--dataset", required=True, metavar="D.h5", help="what it learns from")
    add_training_flags(parser)
    add_job_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Train here, or start a job that does, once it is known that it can."""
    start, dataset, augmentation = open_network(given.start), open_dataset(given.dataset), augmentation_of(given)
    training, folder = training_of(given, start.training), network_folder(given.name)
    if goes_on() and folder.is_dir():
        show_trained(given, train(open_network(folder), dataset, augmentation, listener()))
        return 0
    check_new(folder, dataset, training, given.overwrite, start)
    if not runs_here(given):
        return start_job(given, f"finetune {start.name} {folder.stem}")
    network = begin(folder, dataset, training, augmentation, start, given.overwrite)
    show_trained(given, train(network, dataset, augmentation, listener()))
    return 0
