"""All about a network: what it is made of, what it was trained on and how, and how far it is."""

import argparse

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.listing import network_facts, network_rows, state_of
from annotat3d_tui.networks.network import open_network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NAME", help="of the network")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Read the folder, and say what it holds."""
    network = open_network(given.name)
    state, architecture, training = state_of(network.folder), architecture_of(network.architecture), network.training
    memory = architecture.memory_needed(network.patch, training.batch, len(network.classes))
    took = duration_text(state.seconds) if state and state.seconds else ""
    facts = network_facts(network, state) | {"parameters": network.weight_count, "memory": memory}
    show(given.json, facts, [f"{name:<15}{text}" for name, text in network_rows(network, state, took)])
    return 0
