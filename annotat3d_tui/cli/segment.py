"""The label volume that the markers of an image ask for.

The markers are a volume of the image's size, 0 where nothing is marked, else the label (annotat3d mark writes one from
strokes), an annotation file, or one of Annotat3D's .pkl files. A preset fixes every parameter; each flag given beside
it replaces one:

  fast     small superpixels, an ensemble of extra trees learned on the marked voxels (default)
  fine     every voxel by itself, more filters and trees, smoothed probabilities: the best result, some ten times slower
  manual   the parameters of the 2019 program: superpixels of spacing 7, grey value and Gaussians, random forest
           learned on superpixels

The same image, markers and parameters give the same file, byte for byte, with any number of threads, and with --dask or
--slurm, on the workers of many machines: superpixels are made and learned from here, all else is done there.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from annotat3d_tui.cache import FolderCache
from annotat3d_tui.classifiers.store import SUFFIX as CLASSIFIER
from annotat3d_tui.classifiers.store import save_model
from annotat3d_tui.classifiers.training_data import TrainingData
from annotat3d_tui.classifiers.training_store import SUFFIX as TRAINING
from annotat3d_tui.classifiers.training_store import open_training, save_training
from annotat3d_tui.cli.flags import add_parameter_flags, add_work_flags, budget_of, parse_planes, threads_of, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, open_superpixels, raw_properties
from annotat3d_tui.cli.maps import add_map_flags, map_paths, save_maps, wants_maps
from annotat3d_tui.cli.marking import Marked, add_marker_flags, markers_of
from annotat3d_tui.cli.output import add_output_flags, json_text, progress_line, show
from annotat3d_tui.cli.outputs import check_folder, check_kept_name, check_outputs, write_bytes, write_each
from annotat3d_tui.cli.telling import result_facts, result_lines, voxels_text
from annotat3d_tui.errors import InvalidMarkers, InvalidParameter
from annotat3d_tui.jobs.dask_cluster import check_address, worker_options, workers_at, workers_by_slurm
from annotat3d_tui.memory import check_budget
from annotat3d_tui.volume.files import save_labels
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.volume.volume import Volume
from annotat3d_tui.workflow.forecast import memory_needed
from annotat3d_tui.workflow.preparing import prepare_for
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.settings import Pixels, Segmentation

if TYPE_CHECKING:
    from annotat3d_tui.workflow.segmentation import Elsewhere, Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("image", metavar="IMAGE", help=IMAGES)
    add_marker_flags(parser, required=False)
    parser.add_argument("-o", "--output", required=True, metavar="LABEL", help="label volume to write")
    parser.add_argument("--preset", choices=tuple(PRESETS), default="fast", help="what the other flags start from")
    parser.add_argument("--superpixels", dest="superpixel_file", metavar="SP", help="use these instead of making them")
    parser.add_argument("--pixels", action="store_true", help="no superpixels: classify every voxel by itself")
    add_parameter_flags(parser, PRESETS)
    parser.add_argument(
        "--select-features", type=float, metavar="X",
        help="drop features whose importance is below X, such as 0.01: --selection permutation --threshold X",
    )  # fmt: skip
    add_training_flags(parser)
    add_work_flags(parser)
    parser.add_argument("--cache", metavar="DIR", help="keep what is measured in this folder, and look it up there")
    add_cluster_flags(parser)
    parser.add_argument("--preview", metavar="Z0:Z1", help="label the slices Z0 to Z1-1 only; 0 elsewhere")
    add_map_flags(parser)
    parser.add_argument("--report", metavar="R.json", help="scores, parameters, versions and costs, as JSON")
    add_raw_flags(parser)
    add_output_flags(parser)


def add_cluster_flags(parser: argparse.ArgumentParser) -> None:
    """Workers on other machines, which label the image slab by slab."""
    where = parser.add_argument_group("many machines (image and label on storage that all share)")
    where.add_argument("--dask", metavar="ADDRESS", help="scheduler such as tcp://node7:8786, or local:N")
    where.add_argument("--slurm", type=int, metavar="N", help="start N Dask workers as jobs of Slurm")
    where.add_argument(
        "--slurm-worker", default="", metavar="NAME=VALUE,…",
        help="what each asks for: partition, cpus (4), memory (4G), time, account, extra",
    )  # fmt: skip
    where.add_argument(
        "--slurm-wait", type=float, default=3600.0, metavar="SECONDS", help="how long to wait for the first (3600)"
    )


def add_training_flags(parser: argparse.ArgumentParser) -> None:
    """What is learned from beside the markers, and what is kept of it."""
    parser.add_argument(
        "--training", nargs="+", default=[], metavar="F",
        help="learn from these training data of other images, too; --markers may then be left out",
    )  # fmt: skip
    parser.add_argument("--save-training", metavar="F", help="keep features and labels of all samples (.training.npz)")
    parser.add_argument("--save-classifier", metavar="F", help="keep what has learned, for annotat3d classify")


def run(given: argparse.Namespace) -> int:
    """Segment, save, and say how well the classifier does on what it has not learned from."""
    inputs = [path for path in (given.image, given.markers, given.superpixel_file, *given.training) if path]
    check_kept_name(given.save_training, "--save-training", TRAINING)
    check_kept_name(given.save_classifier, "--save-classifier", CLASSIFIER)
    check_folder(given.cache, "--cache")
    others = [Path(path) for path in (given.report, given.save_training, given.save_classifier) if path]
    check_outputs([Path(given.output)], others, given.overwrite, inputs)
    parameters = _parameters(given)
    _check_cluster(given)
    image, voxels = open_image(given.image, raw_properties(given, given.image))
    image = replace(image, data=voxels)
    marked, training = markers_of(given, image), [open_training(path) for path in given.training]
    labels = np.unique(np.concatenate([marked.labels, *(one.labels for one in training)]))
    maps = map_paths(given, labels)
    check_outputs([Path(given.output), *maps.values()], others, given.overwrite, inputs)
    check_budget("Segmenting", memory_needed(voxels, parameters, labels=max(len(labels), 2)), budget_of(given))
    begun = time.monotonic()
    result = _segment(given, image, marked, training, parameters)
    seconds = time.monotonic() - begun
    write_each(_outputs(given, image, result, maps))
    facts = result_facts(given, parameters, result, voxels, seconds) | {
        "names": dict(result.trained.samples.names),
        "maps": {what: str(path) for what, path in maps.items()},
        "training": given.training,
    }
    if given.report:
        write_bytes(Path(given.report), json_text(facts).encode(), given.overwrite)
    lines = [f"{given.output}: {voxels_text(facts['voxels'])}", *result_lines(result, facts, facts["names"])]
    show(given.json, facts, lines)
    return 0


def _segment(
    given: argparse.Namespace, image: Volume, marked: Marked, training: list[TrainingData], parameters: Segmentation
) -> "Result":
    from annotat3d_tui.workflow.segmentation import segment

    voxels, superpixels = image.data, None
    if given.superpixel_file:
        superpixels = open_superpixels(given.superpixel_file, voxels.shape, threads_of(given), voxels)
    prepare_for(voxels.dtype, parameters.resolved(voxels), progress_line(stays=False))
    with _workers(given) as elsewhere:
        return segment(
            voxels,
            marked.coordinates,
            marked.labels,
            parameters,
            names=marked.names,
            superpixels=superpixels,
            training=training,
            planes=parse_planes(given.preview, voxels.shape[0]) if given.preview else None,
            source=Path(given.image).name,
            cache=FolderCache(Path(given.cache)) if given.cache else None,
            evidence=elsewhere is None or wants_maps(given),
            elsewhere=elsewhere,
            threads=threads_of(given),
            progress=progress_line(),
        )


def _check_cluster(given: argparse.Namespace) -> None:
    """Raises InvalidParameter for what workers do not do, or cannot be asked for."""
    if given.dask is None and given.slurm is None:
        return
    chosen = "--slurm" if given.dask is None else "--dask"
    if given.dask is not None and given.slurm is not None:
        raise InvalidParameter("--dask and --slurm exclude each other, received both: leave one out.")
    if given.preview:
        raise InvalidParameter(f"{chosen} labels the whole image, received --preview, too: leave one out.")
    if given.dask is not None:
        check_address(given.dask)
    worker_options(given.slurm_worker)


@contextmanager
def _workers(given: argparse.Namespace) -> "Iterator[Elsewhere | None]":
    """What labels on other machines, where it is asked for."""
    if given.dask is None and given.slurm is None:
        yield None
        return
    from annotat3d_tui.jobs.dask_checks import check_workers
    from annotat3d_tui.jobs.dask_slabs import OnDask

    raw, folder = raw_properties(given, given.image), Path(given.output).absolute().parent
    options = worker_options(given.slurm_worker)
    workers = (
        workers_at(given.dask) if given.dask is not None else workers_by_slurm(given.slurm, options, given.slurm_wait)
    )
    with workers as client:
        check_workers(client, Path(given.image), folder)
        yield OnDask(client, Path(given.image), raw, folder, parts=(given.slurm or 0) * options.cpus)


def _outputs(
    given: argparse.Namespace, image: Volume, result: "Result", maps: dict[str, Path]
) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is wanted of the result and what writes it: the small and dear before the maps, which may fill a disk."""
    size = {"voxel_size": image.voxel_size, "unit": image.unit, "overwrite": given.overwrite}
    yield given.output, partial(save_labels, Path(given.output), result.label, **size)
    if given.save_classifier:
        yield given.save_classifier, partial(_keep_classifier, given, result)
    if given.save_training:
        samples = result.trained.samples
        yield given.save_training, partial(save_training, given.save_training, samples, overwrite=given.overwrite)
    if maps and result.evidence is not None:
        yield "the maps", partial(save_maps, maps, result.evidence, image, given.overwrite)


def _keep_classifier(given: argparse.Namespace, result: "Result") -> None:
    samples = result.trained.samples
    facts = {
        "scores": result.scores.to_dict() if result.scores else None,
        "importances": result.trained.importance_of(),
        "samples": len(samples.labels),
        "images": [name for name, _ in samples.sources],
    }
    said = {"names": samples.names, "facts": facts, "overwrite": given.overwrite}
    save_model(given.save_classifier, result.model, result.parameters.to_dict(), **said)


def _parameters(given: argparse.Namespace) -> Segmentation:
    exclusive = ("method", "spacing", "compactness")
    for chosen, flag in ((given.superpixel_file, "superpixels"), (given.pixels, "pixels")):
        for other in (*exclusive, "superpixel_file") if flag == "pixels" else exclusive:
            if chosen and getattr(given, other):
                word = "superpixels" if other == "superpixel_file" else other
                raise InvalidParameter(f"--{flag} and --{word} exclude each other, received both: leave one out.")
    if given.markers is None and not given.training:
        raise InvalidMarkers("segment must have --markers or --training to learn from, received neither: give one.")
    if given.select_features is not None:
        if given.selection or given.threshold:
            raise InvalidParameter("--select-features stands for --selection and --threshold: leave these two out.")
        given.selection, given.threshold = "permutation", str(given.select_features)
    preset = PRESETS[given.preset]
    if given.pixels:
        preset = replace(preset, superpixels=Pixels(), training_on="voxels")
    return with_flags(preset, given)
