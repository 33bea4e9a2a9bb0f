"""The label volume that the markers of an image ask for.

The markers are a volume of the image's size, 0 where nothing is marked, else the label (annotat3d mark writes one from
strokes). A preset fixes every parameter; each flag given beside it replaces one:

  fast     small superpixels, extra trees learned on the marked voxels (default)
  manual   the parameters of the 2019 program: superpixels of spacing 7, grey value and Gaussians, random forest
           learned on superpixels

The same image, markers and parameters give the same file, byte for byte, with any number of threads.
"""

import argparse
import importlib.metadata
import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui import __version__
from annotat3d_tui.cli.flags import add_parameter_flags, add_work_flags, budget_of, threads_of, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, open_labels_of, raw_properties
from annotat3d_tui.cli.output import add_output_flags, json_text, progress_line, show
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.features.dimensions import choose_dimensions
from annotat3d_tui.labels.masks import marks_of
from annotat3d_tui.memory import bytes_text, check_budget
from annotat3d_tui.superpixels.check import check_superpixels
from annotat3d_tui.volume.files import check_volume_output, save_labels
from annotat3d_tui.volume.writing import check_output, written_aside
from annotat3d_tui.workflow.forecast import memory_needed
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import Result, segment
from annotat3d_tui.workflow.settings import Segmentation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help="TIFF, RAW or .npy")
    parser.add_argument("--markers", required=True, metavar="MASK", help="marker volume: 0 unmarked, else the label")
    parser.add_argument("-o", "--output", required=True, metavar="LABEL", help="label volume to write")
    parser.add_argument("--preset", choices=tuple(PRESETS), default="fast", help="what the other flags start from")
    parser.add_argument("--superpixels", dest="superpixel_file", metavar="SP", help="use these instead of making them")
    add_parameter_flags(parser, PRESETS)
    add_work_flags(parser)
    parser.add_argument("--preview", metavar="Z0:Z1", help="label the slices Z0 to Z1-1 only; 0 elsewhere")
    parser.add_argument("--report", metavar="R.json", help="scores, parameters, versions and costs, as JSON")
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Segment, save, and say how well the forest does on what it has not learned from."""
    output, report = Path(given.output), Path(given.report) if given.report else None
    inputs = [path for path in (given.image, given.markers, given.superpixel_file) if path]
    check_volume_output(output, given.overwrite, inputs)
    if report:
        check_output(report, given.overwrite, [*inputs, output])
    parameters = _parameters(given)
    image, voxels = open_image(given.image, raw_properties(given, given.image))
    markers = open_labels_of(given.markers, image, "markers")
    check_budget("Segmenting", memory_needed(voxels, parameters), budget_of(given))
    superpixels = None
    if given.superpixel_file:
        superpixels = check_superpixels(open_labels_of(given.superpixel_file, image, "superpixels"), voxels.shape)
    begun = time.monotonic()
    result = segment(
        voxels,
        *marks_of(markers, given.markers),
        parameters,
        superpixels=superpixels,
        planes=parse_planes(given.preview, voxels.shape[0]) if given.preview else None,
        threads=threads_of(given),
        progress=progress_line(),
    )
    seconds = time.monotonic() - begun
    save_labels(output, result.label, voxel_size=image.voxel_size, unit=image.unit, overwrite=given.overwrite)
    facts = _facts(given, result, voxels, seconds)
    if report:
        with written_aside(report, overwrite=given.overwrite) as aside:
            aside.write_text(json_text(facts), encoding="utf-8")
    show(given.json, facts, [f"{output}: {_voxels_text(facts['voxels'])}", *result_lines(result, facts)])
    return 0


def parse_planes(text: str, depth: int) -> slice:
    """The slices `Z0:Z1` of a volume of `depth` slices; raises InvalidParameter."""
    try:
        start, stop = (
            int(word) if word else default for word, default in zip(text.split(":"), (0, depth), strict=True)
        )
    except ValueError:
        start = stop = -1
    if not 0 <= start < stop <= depth:
        raise InvalidParameter(f"--preview must be Z0:Z1 with 0 ≤ Z0 < Z1 ≤ {depth}, received {text}: correct it.")
    return slice(start, stop)


def result_lines(result: Result, facts: Mapping[str, Any]) -> list[str]:
    """What people want to know of a segmentation, line by line."""
    used = result.parameters
    return [
        f"superpixels   {facts['superpixels'] or 'none'} ({_superpixels_text(used, facts['superpixels_from'])})",
        f"features      {len(result.model.columns)} in {used.features.dimensions}D"
        + (f" (z correlation as at lag {facts['lag']:.1f} in the slice)" if facts["lag"] is not None else ""),
        f"learned from  {len(result.trained.samples.labels)} {used.training_on}, {used.classifier_text()}",
        *(result.scores.lines() if result.scores else []),
        f"time          {facts['seconds']:.1f} s on {facts['threads']} threads, {facts['cpu_seconds']:.1f} CPU s",
        f"memory        {bytes_text(facts['peak_memory'])} at most",
    ]


def _superpixels_text(used: Segmentation, file: str | None) -> str:
    return f"of {file}" if file else used.superpixels_text()


def _parameters(given: argparse.Namespace) -> Segmentation:
    for flag in ("method", "spacing", "compactness"):
        if given.superpixel_file and getattr(given, flag):
            raise InvalidParameter(f"--superpixels and --{flag} exclude each other, received both: leave one out.")
    return with_flags(PRESETS[given.preset], given)


def _facts(given: argparse.Namespace, result: Result, image: NDArray[Any], seconds: float) -> dict[str, Any]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    counts = np.zeros(int(result.model.labels.max()) + 1, np.int64)
    for plane in result.label:
        counts += np.bincount(plane.ravel(), minlength=len(counts))
    automatic = _parameters(given).features.dimensions == "auto"
    return {
        "program": f"annotat3d {__version__}",
        "versions": {name: importlib.metadata.version(name) for name in ("numpy", "numba", "scikit-learn", "tifffile")},
        "image": given.image,
        "markers": given.markers,
        "output": given.output,
        "preset": given.preset,
        "parameters": result.parameters.to_dict(),
        "lag": choose_dimensions(image)[1] if automatic else None,
        "superpixels": result.superpixel_count,
        "superpixels_from": given.superpixel_file,
        "scores": result.scores.to_dict() if result.scores else None,
        "out_of_bag": result.out_of_bag.to_dict() if result.out_of_bag else None,
        "importances": result.trained.importance_of(),
        "voxels": {int(label): int(count) for label, count in enumerate(counts) if count},
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory": usage.ru_maxrss * 1024,
        "threads": threads_of(given),
    }


def _voxels_text(voxels: Mapping[int, int]) -> str:
    total = sum(voxels.values())
    return ", ".join(f"label {label} {100 * count / total:.1f} %" for label, count in voxels.items())
