"""Label volumes of other images, by a classifier that annotat3d segment --save-classifier has kept.

The classifier knows its parameters: superpixels and features are made of each image as they were of the one it learned
from. One image gives the file OUT; several give a folder OUT with IMAGE.tif for each, and IMAGE-P-1.tif … for the maps.
An image that fails is named and the others go on.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from annotat3d_tui.cli.flags import add_work_flags, budget_of, threads_of
from annotat3d_tui.cli.inputs import add_raw_flags, open_image, open_superpixels, raw_properties
from annotat3d_tui.cli.maps import add_map_flags, map_paths, save_maps, wants_maps
from annotat3d_tui.cli.output import add_output_flags, progress_line, show
from annotat3d_tui.cli.outputs import check_outputs, made_folder
from annotat3d_tui.cli.telling import voxels_of, voxels_text
from annotat3d_tui.errors import Annotat3DError, CannotWrite, InvalidParameter
from annotat3d_tui.jobs.reporting import goes_on, report_failure
from annotat3d_tui.memory import check_budget
from annotat3d_tui.volume.files import save_labels
from annotat3d_tui.volume.place import IMAGES
from annotat3d_tui.workflow.forecast import memory_needed
from annotat3d_tui.workflow.preparing import prepare_for

if TYPE_CHECKING:
    from annotat3d_tui.workflow.learning import Trained

Outputs = dict[str, Path]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help=IMAGES)
    parser.add_argument("--classifier", required=True, metavar="F", help="what segment --save-classifier wrote")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="label volume; for several images a folder"
    )
    parser.add_argument("--superpixels", metavar="SP", help="of a single image: use these instead of making them")
    add_map_flags(parser)
    parser.add_argument("--skip-existing", action="store_true", help="leave out images whose label is there already")
    add_work_flags(parser)
    add_raw_flags(parser)
    add_output_flags(parser)


def run(given: argparse.Namespace) -> int:
    """Classify each image; 1 when one has failed."""
    if given.superpixels and len(given.images) > 1:
        raise InvalidParameter(
            f"--superpixels must be of a single image, received {len(given.images)} images: omit it."
        )
    from annotat3d_tui.workflow.applying import open_trained

    trained, _ = open_trained(given.classifier)
    plan = _plan(given, trained)
    skip = given.skip_existing or (goes_on() and not given.overwrite)
    todo = {image: paths for image, paths in plan.items() if not (skip and paths["label"].exists())}
    inputs = [*given.images, given.classifier, *([given.superpixels] if given.superpixels else [])]
    with _folder(given):
        check_outputs([path for paths in todo.values() for path in paths.values()], [], given.overwrite, inputs)
        results = [
            _one(given, trained, image, todo[image], (number, len(todo))) for number, image in enumerate(todo, 1)
        ]
    failed = [one["image"] for one in results if "error" in one]
    facts = {"classifier": given.classifier, "images": results, "skipped": [one for one in plan if one not in todo]}
    lines = [f"{one['label']}: {voxels_text(one['voxels'])}" for one in results if "error" not in one]
    lines += [f"{image} is skipped: its label is there" for image in facts["skipped"]]
    if lines or given.json:
        show(given.json, facts | {"failed": failed}, lines)
    if failed:
        report_failure(f"{len(failed)} of {len(todo)} images failed: {', '.join(failed)}")
    return 1 if failed else 0


def _plan(given: argparse.Namespace, trained: "Trained") -> dict[str, Outputs]:
    """What is written for each image; raises CannotWrite where two would give one file."""
    output, several = Path(given.output), len(given.images) > 1
    if not several and not output.is_dir():
        return {given.images[0]: {"label": output, **map_paths(given, trained.model.labels)}}
    for flag in ("probabilities", "uncertainty"):
        if several and getattr(given, flag) and not Path(getattr(given, flag)).suffix:
            raise InvalidParameter(f"--{flag} must end with the format to write, such as .tif, received none: add it.")
    plan = {image: _in_folder(given, trained, image) for image in given.images}
    first: dict[Path, str] = {}
    for image, paths in plan.items():
        if (other := first.setdefault(paths["label"], image)) != image:
            raise CannotWrite(
                f"{other} and {image} must give two files, received one name for both, {paths['label']}: "
                "classify them into a folder each."
            )
    return plan


@contextlib.contextmanager
def _folder(given: argparse.Namespace) -> Iterator[None]:
    """The folder for several images is there meanwhile; one that was made stays when something lies in it."""
    output = Path(given.output)
    made = len(given.images) > 1 and not output.is_dir()
    if made:
        made_folder(output)
    try:
        yield
    finally:
        if made:
            with contextlib.suppress(OSError):
                output.rmdir()


def _in_folder(given: argparse.Namespace, trained: "Trained", image: str) -> Outputs:
    """The label has the name of its image, as TIFF; maps have it before theirs: IMAGE-p-1.tif."""
    stem, folder = Path(image).stem, Path(given.output)
    paths = {"label": folder / f"{stem}.tif"}
    for what, path in map_paths(given, trained.model.labels).items():
        paths[what] = folder / f"{stem}-{path.name}"
    return paths


def _one(
    given: argparse.Namespace, trained: "Trained", image: str, paths: Outputs, place: tuple[int, int]
) -> dict[str, Any]:
    """Classify an image, and tell of it; what fails is said and told."""
    begun = time.monotonic()
    try:
        voxels = _classify(given, trained, image, paths, place)
    except Annotat3DError as error:
        print(f"annotat3d: {image}: {error}", file=sys.stderr)
        return {"image": image, "error": str(error)}
    return {
        "image": image,
        "label": str(paths["label"]),
        "maps": {what: str(path) for what, path in paths.items() if what != "label"},
        "voxels": voxels,
        "seconds": time.monotonic() - begun,
    }


def _classify(
    given: argparse.Namespace, trained: "Trained", path: str, paths: Outputs, place: tuple[int, int]
) -> dict[int, int]:
    from annotat3d_tui.workflow.applying import apply

    image, voxels = open_image(path, raw_properties(given, path))
    image = replace(image, data=voxels)
    check_budget(
        "Classifying", memory_needed(voxels, trained.parameters, labels=len(trained.model.labels)), budget_of(given)
    )
    superpixels = None
    if given.superpixels:
        superpixels = open_superpixels(given.superpixels, voxels.shape, threads_of(given), voxels)
    prepare_for(voxels.dtype, trained.parameters, progress_line(stays=False))
    number, images = place
    count = f"{number} of {images}"
    line = progress_line(within=((number - 1) / images, number / images))
    found = apply(
        trained,
        voxels,
        superpixels=superpixels,
        evidence=wants_maps(given),
        threads=threads_of(given),
        progress=lambda share, stage: line(share, f"{stage}  {count}"),
    )
    line(1.0, f"done  {count}")
    size: dict[str, Any] = {"voxel_size": image.voxel_size, "unit": image.unit, "overwrite": given.overwrite}
    save_labels(paths["label"], np.asarray(found.label), **size)
    if found.evidence is not None:
        maps = {what: target for what, target in paths.items() if what != "label"}
        try:
            save_maps(maps, found.evidence, image, given.overwrite)
        except CannotWrite as error:
            raise CannotWrite(f"{error} Written all the same: {paths['label']}.") from None
    return voxels_of(found.label, int(trained.model.labels.max()))
