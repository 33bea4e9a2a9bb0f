"""One file of a network, NAME.network.zip, for a colleague: what it is, its best weights, and how it was trained.

In it `model.keras` is for Keras. With --onnx the file is for other programs: normalized float32 images in, logits out.
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.output import add_output_flags, show
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.networks.listing import classes_text
from annotat3d_tui.networks.network import SUFFIX, open_network

ZIP, ONNX = f"{SUFFIX}.zip", ".onnx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("name", metavar="NAME", help="a network")
    parser.add_argument("-o", "--output", metavar="FILE", help=f"the file (NAME{ZIP}, or NAME{ONNX})")
    parser.add_argument("--onnx", action="store_true", help="for other programs, as ONNX; it cannot be imported again")
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Write the file."""
    from annotat3d_tui.networks.export import export_network, export_onnx

    network = open_network(given.name)
    path = Path(given.output or network.name + (ONNX if given.onnx else ZIP))
    (export_onnx if given.onnx else export_network)(network, path, given.overwrite)
    size = path.stat().st_size
    line = f"{path}  {bytes_text(size)}: {network.architecture}, {classes_text(network)}"
    show(given.json, {"network": str(network.folder), "output": str(path), "bytes": size}, [line])
    return 0
