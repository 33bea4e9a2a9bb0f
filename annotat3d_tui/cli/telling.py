"""What a command tells of a segmentation: lines for people, facts for JSON."""

import argparse
import importlib.metadata
import math
import resource
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import __version__
from annotat3d_tui.cli.bars import importance_lines
from annotat3d_tui.cli.flags import threads_of
from annotat3d_tui.features.dimensions import choose_dimensions
from annotat3d_tui.memory import bytes_text
from annotat3d_tui.workflow.evidence import places_to_annotate
from annotat3d_tui.workflow.settings import Segmentation

if TYPE_CHECKING:
    from annotat3d_tui.workflow.segmentation import Result

PLACES = 3


def result_lines(result: "Result", facts: Mapping[str, Any], names: Mapping[int, str] | None = None) -> list[str]:
    """What people want to know of a segmentation, line by line."""
    used = result.parameters
    dropped = len(result.trained.samples.columns) - len(result.model.columns)
    return [
        f"superpixels   {facts['superpixels'] or 'none'} ({_superpixels_text(used, facts['superpixels_from'])})",
        f"features      {len(result.model.columns)} in {used.features.dimensions}D"
        + (f", {dropped} left out" if dropped else "")
        + (f" (z correlation as at lag {facts['lag']:.1f} in the slice)" if facts["lag"] is not None else ""),
        f"learned from  {len(result.trained.samples.labels)} {used.training_on}, {used.classifier_text()}",
        *(result.scores.lines(names) if result.scores else []),
        *importance_lines(facts["importances"], result.model.columns),
        *_places_lines(facts["places"]),
        f"time          {facts['seconds']:.1f} s on {facts['threads']} threads, {facts['cpu_seconds']:.1f} CPU s",
        f"memory        {bytes_text(facts['peak_memory'])} at most",
    ]


def _places_lines(places: Sequence[Mapping[str, int]]) -> list[str]:
    """Where marks would teach most."""
    texts = [f"x {place['x']}, y {place['y']} in slice {place['z']}" for place in places[:PLACES]]
    return [f"mark next     {'; '.join(texts)}"] if texts else []


def _superpixels_text(used: Segmentation, file: str | None) -> str:
    return f"of {file}" if file else used.superpixels_text()


def result_facts(
    given: argparse.Namespace, asked: Segmentation, result: "Result", image: NDArray[Any], seconds: float
) -> dict[str, Any]:
    """The same as JSON has it, with parameters, versions and costs."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "program": f"annotat3d {__version__}",
        "versions": {name: importlib.metadata.version(name) for name in ("numpy", "numba", "scikit-learn", "tifffile")},
        "image": given.image,
        "markers": given.markers,
        "output": given.output,
        "preset": given.preset,
        "parameters": result.parameters.to_dict(),
        "lag": _lag(image) if asked.features.dimensions == "auto" else None,
        "superpixels": result.superpixel_count,
        "superpixels_from": given.superpixel_file,
        "scores": result.scores.to_dict() if result.scores else None,
        "out_of_bag": result.out_of_bag.to_dict() if result.out_of_bag else None,
        "importances": result.trained.importance_of(),
        "places": _places(result),
        "voxels": voxels_of(result.label, int(result.model.labels.max())),
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory": usage.ru_maxrss * 1024,
        "threads": threads_of(given),
    }


def _lag(image: NDArray[Any]) -> float | None:
    lag = choose_dimensions(image)[1]
    return lag if math.isfinite(lag) else None  # JSON has no infinity, which a single slice has


def _places(result: "Result") -> list[dict[str, int]]:
    if result.evidence is None:
        return []
    return [{"x": x, "y": y, "z": z} for z, y, x in places_to_annotate(result.evidence)]


def voxels_of(label: NDArray[Any], highest: int) -> dict[int, int]:
    """How many voxels of a label volume each label has, up to the highest id."""
    counts = np.zeros(highest + 1, np.int64)
    for plane in label:
        counts += np.bincount(plane.ravel(), minlength=len(counts))
    return {one: int(count) for one, count in enumerate(counts) if count}


def voxels_text(voxels: Mapping[int, int]) -> str:
    """The share of each label."""
    total = sum(voxels.values())
    return ", ".join(f"label {label} {100 * count / total:.1f} %" for label, count in voxels.items())
