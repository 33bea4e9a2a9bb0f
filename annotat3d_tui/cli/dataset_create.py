"""A dataset of samples drawn from images, their labels and, where they are given, their weight maps.

The lists are in the same order: the first label volume belongs to the first image. Every pair is checked whole before
anything is written. Label 0 is ignored, as not labelled, where there are two other labels or more; with one other label
it is a class. Samples that are held out for validation lie where no sample for training does.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotat3d_tui.blocks import count_text, size_text
from annotat3d_tui.cli.flags import add_parameter_flags, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, raw_said
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.jobs.text import cost_text
from annotat3d_tui.memory import bytes_text, parse_bytes
from annotat3d_tui.networks.forecast import Forecast, foretold
from annotat3d_tui.networks.making import Made, make_dataset
from annotat3d_tui.networks.pairs import pairs_of
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.volume.writing import check_output
from annotat3d_tui.workspace import volumes_of

NONE = "none"
"""Stands in the list of weights for an image that has no map."""
_OWN_FLAGS = ("patch", "validation_planes", "zero_is_class")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("-o", "--output", required=True, metavar="D.h5", help="dataset to write")
    parser.add_argument("--data", nargs="+", required=True, metavar="IMAGE", help=f"images: {IMAGES}")
    parser.add_argument("--label", nargs="+", required=True, metavar="LABEL", help="their label volumes")
    parser.add_argument(
        "--weight", nargs="+", default=[], metavar="W", help=f"their weight maps, above 0; {NONE}: all 1 (all 1)"
    )
    parser.add_argument("--patch", nargs=3, metavar=("X", "Y", "Z"), help="size of a sample in voxels (256 256 1)")
    names = [one.name for one in Recipe.parameters() if one.name not in _OWN_FLAGS]
    add_parameter_flags(parser, {"": Recipe()}, tuple(names))
    parser.add_argument(
        "--validation-planes", metavar="Z0:Z1", help="hold out the slices Z0 to Z1-1 of each image, and no other"
    )
    parser.add_argument("--zero-is-class", action="store_const", const="yes", help="label 0 is a class in any case")
    parser.add_argument("--names", nargs="+", default=[], metavar="ID=NAME", help="names of labels, such as 1=bead")
    parser.add_argument("--forecast", action="store_true", help="say what it would take, and write nothing")
    parser.add_argument(
        "--memory", metavar="SIZE", help="memory that may be taken, such as 4GB (70 %% of what is free)"
    )
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Check the pairs, write the dataset, and say what is in it."""
    given.patch = ",".join(given.patch) if given.patch else None
    recipe, names = with_flags(Recipe(), given), _names(given.names)
    weights = [None if word == NONE else Path(word) for word in given.weight]
    pairs = pairs_of([*map(Path, given.data)], [*map(Path, given.label)], weights, raw_said(given))
    pairs = [replace(pair, copies=volumes_of(pair.image)) for pair in pairs]
    check_output(given.output, given.overwrite, [path for pair in pairs for path in pair.files.values()])
    expected = foretold(pairs, recipe)
    said = f"{given.output} will take about {cost_text(expected)}"
    if given.forecast:
        show(given.json, {"output": given.output, "forecast": _forecast_facts(expected)}, [f"{said}."])
        return 0
    print(f"annotat3d: {said}.", file=sys.stderr)
    made = make_dataset(
        given.output,
        pairs,
        recipe,
        names=names,
        overwrite=given.overwrite,
        budget=parse_bytes(given.memory) if given.memory else None,
        progress=progress_line(),
    )
    show(given.json, _facts(made, recipe), _lines(made, recipe))
    return 0


def _names(words: list[str]) -> dict[int, str]:
    """Names of labels from words ID=NAME; raises InvalidParameter."""
    names = {}
    for word in words:
        label, _, name = word.partition("=")
        if not label.isdecimal() or not name.strip() or not name.isprintable():
            raise InvalidParameter(f"--names must be given as ID=NAME, such as 1=bead, received {word}: correct it.")
        names[int(label)] = name.strip()
    return names


def _forecast_facts(expected: Forecast) -> dict[str, Any]:
    return {
        "samples": expected.samples,
        "bytes": expected.bytes,
        "seconds": round(expected.seconds, 2),
        "memory": expected.memory,
    }


def _facts(made: Made, recipe: Recipe) -> dict[str, Any]:
    classes = made.classes
    return {
        "output": str(made.path),
        "images": [
            {"image": str(one.pair.image), "label": str(one.pair.label), "size": size_text(one.shape)}
            for one in made.pairs
        ],
        "training": made.training,
        "validation": made.validation,
        "classes": list(classes.ids),
        "unlabelled": classes.unlabelled,
        "names": {str(label): name for label, name in made.names.items()},
        "voxels": {str(label): count for label, count in classes.voxels.items()},
        "bytes": made.path.stat().st_size,
        "forecast": _forecast_facts(made.forecast),
        "parameters": recipe.to_dict(),
    }


def _lines(made: Made, recipe: Recipe) -> list[str]:
    ids = ", ".join(f"{label} {made.names[label]}" if label in made.names else str(label) for label in made.classes.ids)
    first = (
        f"{made.path}: {count_text(made.training, 'sample')} for training, {made.validation} for validation, of "
        f"{size_text(recipe.patch_zyx)} from {count_text(len(made.pairs), 'image')}, "
        f"{bytes_text(made.path.stat().st_size)}"
    )
    lines = [first, f"{len(made.classes.ids)} classes: {ids}"]
    return [*lines, made.classes.sentence] if made.classes.sentence else lines
