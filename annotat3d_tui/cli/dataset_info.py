"""What a dataset holds: images, samples, grey values, labels, weights. Every sample is read once, one at a time."""

import argparse
from typing import Any

from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.networks.dataset import Dataset, survey_dataset
from annotat3d_tui.networks.dataset_listing import statistics_rows
from annotat3d_tui.networks.foreign import Totals
from annotat3d_tui.networks.statistics import Spread


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("dataset", metavar="D.h5", help="a dataset, also one of Annotat3D")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Read every sample, and say what is in them."""
    dataset, found = survey_dataset(given.dataset, progress_line())
    lines = [f"{name:<14}{text}" for name, text in statistics_rows(dataset, found)]
    show(given.json, _facts(dataset, found), lines)
    return 0


def _facts(dataset: Dataset, found: Totals) -> dict[str, Any]:
    return {
        "dataset": str(dataset.path),
        "program": dataset.program or None,
        "images": dataset.images,
        "samples": dataset.samples,
        "training": len(dataset.training),
        "validation": len(dataset.validation),
        "patch": list(reversed(dataset.patch)),
        "dtype": dataset.dtype.name,
        "data": _spread_facts(found.all_grey),
        "classes": list(dataset.classes),
        "unlabelled": dataset.unlabelled,
        "names": {str(label): name for label, name in dataset.names.items()},
        "histogram": {str(label): count for label, count in found.labels.items()},
        "weight": _spread_facts(found.weight) if found.weight else None,
        "parameters": dataset.parameters,
        "sources": list(dataset.sources),
    }


def _spread_facts(spread: Spread) -> dict[str, float]:
    return {"mean": spread.mean, "std": spread.std, "min": spread.minimum, "max": spread.maximum}
