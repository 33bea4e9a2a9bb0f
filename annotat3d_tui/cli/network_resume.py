"""Goes on with a training that was killed or cancelled, from the state that was kept last, to the weights that it would
have had without the pause.
"""

import argparse

from annotat3d_tui.cli.jobs_run import devices_of
from annotat3d_tui.cli.training_job import add_job_flags, runs_here, start_job, train_here
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.beginning import dataset_path
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.networks.network import open_network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NAME", help="of the network")
    parser.add_argument("--dataset", metavar="D.h5", help="where its dataset is now (where it was)")
    add_job_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Train here, or start a job that does."""
    network = open_network(given.name)
    dataset = open_dataset(given.dataset or dataset_path(network))
    if not runs_here(given):
        return start_job(given, f"train {network.architecture} {network.name}", devices_of(given))
    augmentation = Augmentation.from_dict(network.augmentation) if network.augmentation else None
    return train_here(given, network, dataset, augmentation)
