"""A dataset of as many samples, changed at random once: image, label and weight alike.

`annotat3d network train` changes samples anew each time it meets them and needs no such file; it is for other programs.
Samples that are held out for validation stay as they are.
"""

import argparse
from pathlib import Path

from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.augmented import write_augmented
from annotat3d_tui.networks.dataset import open_dataset
from annotat3d_tui.volume.writing import check_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("dataset", metavar="D.h5", help="a dataset, also one of Annotat3D")
    parser.add_argument("-o", "--output", metavar="O.h5", help="dataset to write (D_augment.h5 beside it)")
    add_parameter_flags(parser, {"": Augmentation()})
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one, other changes (0)")
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Write the changed samples, and say where."""
    if not 0 <= given.seed < 2**31:
        raise InvalidParameter(f"--seed must be 0 to {2**31 - 1}, received {given.seed}: correct it.")
    augmentation, source = with_flags(Augmentation(), given), Path(given.dataset)
    target = Path(given.output or source.with_name(f"{source.stem}_augment.h5"))
    dataset = open_dataset(source, progress_line())
    check_output(target, given.overwrite, [source])
    write_augmented(dataset, target, augmentation, seed=given.seed, overwrite=given.overwrite, progress=progress_line())
    facts = {"output": str(target), "changed": len(dataset.training), "kept": len(dataset.validation)}
    line = f"{target}: {len(dataset.training)} samples changed, {len(dataset.validation)} for validation as they were"
    show(given.json, {**facts, "seed": given.seed, "parameters": augmentation.to_dict()}, [line])
    return 0
