"""Label volumes of images, by a network. The images are read, and the labels written, patch by patch, so that both may
be larger than memory. An image that fails is named and the others go on. What became of an image, how long it took and
how many voxels each label has is kept beside its label, in IMAGE.infer.json.

annotat3d infer --network beads a.tif b.tif -o labels/
annotat3d jobs run --devices freest:2 -- infer --network beads scans/*.tif -o labels/ --skip-existing
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from annotat3d_tui.blocks import Progress, quiet, size_text
from annotat3d_tui.cli.flags import add_parameter_flags, budget_of, with_flags
from annotat3d_tui.cli.inputs import add_raw_flags, is_raw, raw_said
from annotat3d_tui.cli.maps import probability_path
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.cli.outputs import check_outputs, made_folder
from annotat3d_tui.cli.telling import voxels_of, voxels_text
from annotat3d_tui.errors import Annotat3DError, CannotWrite, InvalidParameter
from annotat3d_tui.jobs.gpu_driver import Driver
from annotat3d_tui.jobs.gpu_room import room_on
from annotat3d_tui.jobs.gpus import environment, resolve, seen_by, taken
from annotat3d_tui.jobs.reporting import goes_on, job_folder, report_failure
from annotat3d_tui.jobs.text import duration_text
from annotat3d_tui.networks.applying import Applied, Applier, check_memory
from annotat3d_tui.networks.fitting import Room
from annotat3d_tui.networks.inference import Inference, Sides, Triple, sides_for
from annotat3d_tui.networks.network import Network, open_network
from annotat3d_tui.networks.outcome import Outcome, keep_outcome, label_path, outcome_of
from annotat3d_tui.volume.files import save_labels, save_volume
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.workspace import volumes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

AXES = ("Z", "Y", "X")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help=IMAGES)
    parser.add_argument("--network", required=True, metavar="N", help="name of a network")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="for the label volumes, IMAGE.tif each")
    parser.add_argument(
        "--probabilities", nargs="?", const="float32", choices=("float32", "float16"), metavar="float32|float16",
        help="write the probability of each class, too: IMAGE-p-1.tif, IMAGE-p-2.tif, … by label id (float32)",
    )  # fmt: skip
    for name, help in (
        ("padding", "a frame of zeros around the volume, in voxels (0 0 0)"),
        ("border", "what is thrown away on each side of a patch (an eighth of the patch)"),
        ("patch", "size of the patches, also a larger one than it was trained with (that of the network)"),
    ):
        parser.add_argument(f"--{name}", nargs=3, type=int, metavar=AXES, help=help)
    add_parameter_flags(parser, {"": Inference()})
    parser.add_argument("--skip-existing", action="store_true", help="leave out images whose label is there already")
    parser.add_argument(
        "--devices", nargs="+", default=[], metavar="D",
        help="GPUs by index, UUID or its beginning, freest:N, or cpu (all that are seen)",
    )  # fmt: skip
    parser.add_argument(
        "--memory", metavar="SIZE", help="memory that may be taken, such as 4GB (70 %% of what is free)"
    )
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Infer each image; 1 when one has failed."""
    network, parameters = open_network(given.network), with_flags(Inference(), given)
    sides = sides_for(network, *_triples(given))
    plan = _plan(given, network)
    skip = given.skip_existing or (goes_on() and not given.overwrite)
    overwrite = given.overwrite or skip
    todo = {image: paths for image, paths in plan.items() if not (_is_there(paths) if skip else _is_ours(paths))}
    made_folder(Path(given.output))
    check_outputs([path for paths in todo.values() for path in paths], [], overwrite, given.images)
    room = _choose_devices(given)
    need = check_memory(network, parameters, sides, budget_of(given), room)
    results = list(_each(given, network, parameters, sides, todo, overwrite)) if todo else []
    failed = [one["image"] for one in results if "error" in one]
    skipped = [image for image in plan if image not in todo]
    facts = {
        "network": str(network.folder),
        "output": given.output,
        "parameters": parameters.to_dict(),
        "patch": sides.patch,
        "border": sides.border,
        "padding": sides.padding,
        "memory": need,
        "images": results,
        "skipped": skipped,
        "failed": failed,
    }
    show(given.json, facts, [*_table(results), *(f"–  {image}  its label is there" for image in skipped)])
    if failed:
        report_failure(f"{len(failed)} of {len(todo)} images failed: {', '.join(failed)}")
    return 1 if failed else 0


def _triples(given: argparse.Namespace) -> tuple[Triple | None, Triple | None, Triple]:
    """Patch, border and padding (z, y, x) as they were given."""
    patch, border, padding = (None if one is None else tuple(one) for one in (given.patch, given.border, given.padding))
    return patch, border, padding or (0, 0, 0)


def _plan(given: argparse.Namespace, network: Network) -> dict[str, list[Path]]:
    """What is written for each image, its label first; raises CannotWrite where two would give one file."""
    first: dict[Path, str] = {}
    plan = {}
    for image in given.images:
        label = label_path(Path(given.output), image)
        if (other := first.setdefault(label, image)) != image:
            raise CannotWrite(
                f"{other} and {image} must give two files, received one name for both, {label}: "
                "infer them into a folder each."
            )
        maps = label.with_name(f"{label.stem}-p.tif")
        plan[image] = [label]
        if given.probabilities:
            plan[image] += [probability_path(maps, one) for one in network.classes]
    return plan


def _is_there(paths: list[Path]) -> bool:
    return all(path.exists() for path in paths)


def _is_ours(paths: list[Path]) -> bool:
    """Whether an earlier attempt of this job has written it all, so that it is not to be replaced again."""
    if not goes_on() or not _is_there(paths):
        return False
    outcome = outcome_of(paths[0])
    return outcome is not None and not outcome.error and outcome.job == str(job_folder())


def _choose_devices(given: argparse.Namespace) -> Room | None:
    """Let TensorFlow see the devices that were asked for; in a job it sees what the job was given.

    Gives the room on them, None without a GPU.
    """
    if given.devices and job_folder():
        raise InvalidParameter("--devices of a job are given to jobs run: put them before the --.")
    reading = Driver().read()
    if given.devices:
        uuids = resolve(given.devices, reading)
        if why := taken(uuids, reading):
            print(f"annotat3d: {why}: this shares it (as a job it would wait)", file=sys.stderr)
        os.environ |= environment(uuids)
    return room_on(seen_by(os.environ, reading), reading)


def _each(
    given: argparse.Namespace,
    network: Network,
    parameters: Inference,
    sides: Sides,
    todo: dict[str, list[Path]],
    overwrite: bool,
) -> Iterator[dict[str, Any]]:
    """Infer each image, and tell of it; what fails is said and told."""
    dtype = np.dtype(given.probabilities) if given.probabilities else None
    progress_line(stays=False)(0.0, "start")
    applier = Applier(network, parameters, sides, dtype, budget_of(given))
    for number, (image, paths) in enumerate(todo.items()):
        begun = time.monotonic()
        line = progress_line(within=(number / len(todo), (number + 1) / len(todo)))
        count = f"{number + 1} of {len(todo)}" if len(todo) > 1 else ""
        try:
            raw, copies = raw_said(given) if is_raw(Path(image)) else None, volumes_of(Path(image))
            applied = applier.apply(image, raw, _counted(line, count), copies)
            _save(applied, network, paths, overwrite)
        except Annotat3DError as error:
            print(f"annotat3d: {image}: {error}", file=sys.stderr)
            keep_outcome(paths[0], _outcome(image, network, error=str(error)))
            yield {"image": image, "error": str(error)}
            continue
        outcome = _outcome(
            image,
            network,
            label=str(paths[0].absolute()),
            shape=applied.found.label.shape,
            voxels=voxels_of(applied.found.label, max(network.classes)),
            seconds=round(time.monotonic() - begun, 2),
            work=applied.work,
            devices="GPU" if applier.on_gpu else "CPU",
        )
        keep_outcome(paths[0], outcome)
        line(1.0, f"done  {count}".rstrip())
        yield {
            "image": image,
            "label": str(paths[0]),
            "maps": [str(path) for path in paths[1:]],
            "size": size_text(outcome.shape),
            "voxels": outcome.voxels,
            "seconds": outcome.seconds,
        }


def _outcome(image: str, network: Network, **known: Any) -> Outcome:
    job, now = str(job_folder() or ""), round(time.time(), 1)
    return Outcome(str(Path(image).absolute()), str(network.folder.absolute()), at=now, job=job, **known)


def _counted(line: Progress, count: str) -> Progress:
    return (lambda share, stage: line(share * 0.999, f"{stage}  {count}".rstrip())) if line is not quiet else quiet


def _save(applied: Applied, network: Network, paths: list[Path], overwrite: bool) -> None:
    size: dict[str, Any] = {"voxel_size": applied.voxel_size, "unit": applied.unit, "overwrite": overwrite}
    maps: NDArray[Any] | None = applied.found.probabilities
    for number, path in enumerate(paths[1:]):
        assert maps is not None
        save_volume(path, maps[number], **size)
    save_labels(paths[0], applied.found.label, **size)


def _table(results: list[dict[str, Any]]) -> list[str]:
    """A line for each image: what became of it."""
    return [
        f"✗  {one['image']}  {one['error']}"
        if "error" in one
        else f"✓  {one['label']}  {one['size']}  {duration_text(one['seconds'])}  {voxels_text(one['voxels'])}"
        for one in results
    ]
