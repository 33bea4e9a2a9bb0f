"""A network that learns from a dataset, from the weights of another network, which stays as it is.

Loss, rate, dataset and classes may be others; where the number of classes is another the last layer begins anew. What
is not given is as it was for the other network.
"""

import argparse

from annotat3d_tui.cli.training_job import add_job_flags, add_training_flags, train_new, training_of
from annotat3d_tui.networks.network import network_folder, open_network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NEW", help="name of the new network")
    parser.add_argument("--from", dest="start", required=True, metavar="NAME", help="the network to start from")
    parser.add_argument("--dataset", required=True, metavar="D.h5", help="what it learns from")
    add_training_flags(parser)
    add_job_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Train here, or start a job that does, once it is known that it can."""
    start = open_network(given.start)
    title = f"finetune {start.name} {network_folder(given.name).stem}"
    return train_new(given, training_of(given, start.training), title, start)
