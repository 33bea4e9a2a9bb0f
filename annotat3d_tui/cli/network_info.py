"""All about a network: what it is made of, what it was trained on and how, and how far it is."""

import argparse

from annotat3d_tui.blocks import size_text
from annotat3d_tui.cli.network_list import classes_text, network_facts, state_of, state_text
from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.networks.architectures import architecture_of
from annotat3d_tui.networks.network import open_network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NAME", help="of the network")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Read the folder, and say what it holds."""
    network = open_network(given.name)
    state, architecture, training = state_of(network.folder), architecture_of(network.architecture), network.training
    classes = len(network.classes)
    memory = architecture.memory_needed(network.patch, training.batch, classes)
    lines = [
        f"network        {network.name} ({network.folder})",
        f"architecture   {network.architecture}, {network.weight_count} parameters ({architecture.source})",
        f"classes        {classes_text(network)}"
        + ("" if network.unlabelled is None else f"; {network.unlabelled} was not labelled"),
        f"patch          {size_text(network.patch)}, receptive field {architecture.receptive_field}",
        f"normalization  {network.normalization}",
        f"training       {state_text(network, state)}"
        + (f", {duration_text(state.seconds)}" if state and state.seconds else ""),
        f"dataset        {network.dataset.get('path') or 'not known'}",
        *([f"started from   {network.origin}"] if network.origin else []),
        f"memory         about {bytes_text(memory)} for a step of batch {training.batch}",
        f"settings       {_settings(training.to_dict())}",
        f"augmentation   {_settings(network.augmentation) if network.augmentation else 'none'}",
    ]
    facts = network_facts(network, state) | {"parameters": network.weight_count, "memory": memory}
    show(given.json, facts, lines)
    return 0


def _settings(values: dict[str, object]) -> str:
    words = {True: "yes", False: "no"}
    return ", ".join(
        f"{name} {words[value] if isinstance(value, bool) else value}"
        for name, value in values.items()
        if name not in ("kind", "architecture")
    )
