"""Kernels are compiled on tiny volumes and kept on disk, so that no real one waits for the compiler.

Where there are two processors, two processes compile: one what measures features, the other the rest.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from annotat3d_tui.blocks import Progress, available_threads, part
from annotat3d_tui.superpixels.methods import METHODS, Method
from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.workflow.compiling import Compiler, command
from annotat3d_tui.workflow.settings import Segmentation

STAGE = "preparing kernels"
DEPTHS = {"3": 12, "2": 1}
"""Planes of the tiny volume that is computed in so many dimensions."""
FEW = ("none", "median")
"""Filters of the process that leaves the others to its helper: about half of all compiling is left."""
POLL_SECONDS = 0.1
ALMOST = 0.99
"""The share that is done when both processes say that they are ready, and until they are."""


@dataclass(frozen=True)
class Wanted:
    """What kernels are for: images of some voxel types, segmented with some settings in 2 or 3 dimensions."""

    types: tuple[str, ...]
    settings: tuple[Segmentation, ...]
    dimensions: tuple[str, ...] = tuple(DEPTHS)

    def to_json(self) -> str:
        """As a process is told."""
        settings = [one.to_dict() for one in self.settings]
        return json.dumps({"types": self.types, "settings": settings, "dimensions": self.dimensions})

    @classmethod
    def from_json(cls, text: str) -> "Wanted":
        """What `to_json` wrote."""
        read = json.loads(text)
        settings = tuple(Segmentation.from_dict(one) for one in read["settings"])
        return cls(tuple(read["types"]), settings, tuple(read["dimensions"]))


def prepare_for(dtype: DTypeLike, parameters: Segmentation, progress: Progress) -> None:
    """Before a first job: compile what it needs, `parameters` being settled, unless that was done on this machine.

    Where nothing can be kept on disk it is left to the job, and so it is without Gaussians, which tell what was done.
    """
    from annotat3d_tui.features.convolution import must_be_compiled

    kind, dimensions = np.dtype(dtype).newbyteorder("="), str(parameters.features.dimensions)
    if "fft_gauss" in parameters.features.filters and must_be_compiled(kind, int(dimensions)):
        prepare(Wanted((kind.name,), (parameters,), (dimensions,)), progress)


def prepare_superpixels(dtype: DTypeLike, method: Method, progress: Progress) -> None:
    """Before the first superpixels of images of this type: compile what they need, unless that was done."""
    from annotat3d_tui.superpixels import gradient, intensity

    kind = np.dtype(dtype).newbyteorder("=")
    if (intensity if isinstance(method, Slic) else gradient).must_be_compiled(kind):
        method(_two_halves(kind.name, DEPTHS["3"]), progress=_named(progress, 0.0, ALMOST))
        _mend_a_hole()
        progress(1.0, STAGE)


def prepare(wanted: Wanted, progress: Progress) -> None:
    """Compile what is wanted that is not on disk yet."""
    if available_threads() < 2:
        segment_all(wanted, _named(progress, 0.0, 1.0))
        return
    helper = Compiler(command("--features-of", wanted.to_json()))
    try:
        segment_all(wanted, lambda share, _: progress(ALMOST * (share + helper.share) / 2, STAGE), few=True)
        while helper.running:
            progress(ALMOST * (1.0 + helper.share) / 2, STAGE)
            helper.wait(POLL_SECONDS)
    finally:
        helper.end()
    if helper.process.returncode:
        segment_all(wanted, _named(progress, 0.5, ALMOST))
    progress(1.0, STAGE)


def measure_all(wanted: Wanted, progress: Progress) -> None:
    """Measure all filters but few on tiny volumes, in superpixels and at marked voxels."""
    from annotat3d_tui.features.features import Features

    radii = tuple({radius for one in wanted.settings for radius in one.features.radii})
    chosen = _measured(wanted.settings)
    runs = [
        (dtype, dimensions, names) for dtype in wanted.types for dimensions in wanted.dimensions for names in chosen
    ]
    for done, (dtype, dimensions, names) in enumerate(runs):
        image = _two_halves(dtype, DEPTHS[dimensions])
        superpixels = np.ones(image.shape, np.int32)
        superpixels[:, :, 8:] = 2
        step = _named(progress, done / len(runs), (done + 1) / len(runs))
        features = Features(names, radii, dimensions)
        features(image, superpixels=superpixels, marked=np.zeros((1, 3), np.int64), progress=step)


def segment_all(wanted: Wanted, progress: Progress, *, few: bool = False) -> None:
    """Segment tiny volumes with all settings; with `few` filters alone, which leaves out most kernels of features."""
    from annotat3d_tui.workflow.segmentation import segment

    runs = [(dtype, one, size) for dtype in wanted.types for one in wanted.settings for size in wanted.dimensions]
    for done, (dtype, used, dimensions) in enumerate(runs):
        depth = DEPTHS[dimensions]
        coordinates = np.array([(z, y, x) for z in {0, depth - 1} for y in (4, 8, 12) for x in (3, 4, 11, 12)])
        labels = np.where(coordinates[:, 2] < 8, 1, 2)
        filters = tuple(name for name in used.features.filters if name in FEW) or FEW[:1]
        features = replace(used.features, dimensions=dimensions, filters=filters if few else used.features.filters)
        used = replace(used, features=features, classifier=used.classifier.quick())
        step = _named(progress, done / len(runs), (done + 1) / len(runs))
        segment(_two_halves(dtype, depth), coordinates, labels, used, threads=1, progress=step)
    _mend_a_hole()


def prepare_hand(types: Iterable[str], progress: Progress) -> None:
    """What a person asks for without learning: superpixels of tiny volumes by every method, and a flood."""
    from annotat3d_tui.labels.flood import flooded

    for dtype in types:
        image = _two_halves(dtype, DEPTHS["3"])
        for method in METHODS:
            method()(image, progress=_named(progress, 0.0, 1.0))
        flooded(image, np.zeros(1, np.int64), 1.0, image.size)


def _mend_a_hole() -> None:
    """What is done where a superpixel is in pieces, which those of tiny volumes are not."""
    from annotat3d_tui.superpixels.mend import give_away

    ids = np.ones((1, 1, 2), np.int32)
    ids[0, 0, 1] = 0
    give_away(ids, np.zeros(ids.shape, np.uint16), np.ones(1, np.int64), False)


def _measured(settings: tuple[Segmentation, ...]) -> tuple[tuple[str, ...], ...]:
    """Filters to measure at once: all, and each alone where what is not known yet may want but one of them."""
    filters = tuple(dict.fromkeys(name for one in settings for name in one.features.filters if name not in FEW))
    alone = len(settings) > 1 or settings[0].selection.kind != "off"
    return tuple(dict.fromkeys((filters, *((name,) for name in filters if alone)))) if filters else ()


def _named(progress: Progress, start: float, stop: float) -> Progress:
    return part(progress, start, stop, STAGE)


def _two_halves(dtype: str, depth: int) -> NDArray[Any]:
    image = np.random.default_rng(0).integers(0, 20, (depth, 16, 16)).astype(dtype)
    image[:, :, 8:] += 100
    return image
