"""What a dataset holds: images, samples, grey values, labels, weights. Every sample is read once, one at a time."""

import argparse
from typing import Any

from annotat3d_tui.blocks import size_text
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.networks.dataset import Dataset, survey_dataset
from annotat3d_tui.networks.foreign import Totals
from annotat3d_tui.networks.statistics import Spread


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("dataset", metavar="D.h5", help="a dataset, also one of Annotat3D")
    add_output_flags(parser, writes=False)


def run(given: argparse.Namespace) -> int:
    """Read every sample, and say what is in them."""
    dataset, found = survey_dataset(given.dataset, progress_line())
    show(given.json, _facts(dataset, found), _lines(dataset, found))
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


def _lines(dataset: Dataset, found: Totals) -> list[str]:
    """As people read it, a fact a line."""
    share = f" ({len(dataset.training)} for training, {len(dataset.validation)} for validation)"
    grey, all_voxels = found.all_grey, sum(found.labels.values())
    return [
        f"dataset       {dataset.path}, of {dataset.program or 'another program'}",
        f"images        {dataset.images}",
        f"samples       {dataset.samples} of each image{share}",
        f"dimensions    {size_text(dataset.patch)}",
        f"data          {dataset.dtype.name}, {_spread_text(grey)}",
        f"labels        {len(dataset.classes)} classes",
        *(
            f"  {_label_text(dataset, label):<12}{_count_text(count, all_voxels)}"
            for label, count in found.labels.items()
        ),
        f"weight        {_spread_text(found.weight) if found.weight else 'none: every voxel counts 1'}",
    ]


def _label_text(dataset: Dataset, label: int) -> str:
    what = "not labelled" if label == dataset.unlabelled else dataset.names.get(label, "")
    return f"{label} {what}".rstrip()


def _count_text(count: int, of: int) -> str:
    return f"{count:>14} voxels  {100 * count / of:6.2f} %"


def _spread_text(spread: Spread) -> str:
    return f"mean {spread.mean:.9g}, std {spread.std:.9g}, min {spread.minimum:.9g}, max {spread.maximum:.9g}"


def _spread_facts(spread: Spread) -> dict[str, float]:
    return {"mean": spread.mean, "std": spread.std, "min": spread.minimum, "max": spread.maximum}
