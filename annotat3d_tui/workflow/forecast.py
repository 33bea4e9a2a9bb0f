"""How much memory, and room on disk, a segmentation will take."""

from typing import Any, NamedTuple

from numpy.typing import NDArray

from annotat3d_tui.allocation import lies_in_file, scratch_room
from annotat3d_tui.blocks import available_threads
from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.superpixels.waterpixels import Waterpixels
from annotat3d_tui.workflow.settings import Pixels, Segmentation

PROGRAM = 250_000_000
"""Bytes of the program itself, its libraries and kernels."""
SLABS = 8
"""Slabs of float32 that a thread works with."""


class Forecast(NamedTuple):
    """Bytes beside the image, which is mapped from its file: in memory, and in nameless files on disk."""

    memory: int
    disk: int


def forecast(image: NDArray[Any], parameters: Segmentation, threads: int | None = None, *, labels: int = 2) -> Forecast:
    """What segmenting an image (Z, Y, X) takes; volumes lie in files where they are large and the disk has room.

    labels: how many there are.
    """
    from annotat3d_tui.features.engine import slab_thickness  # brings in Numba, which a `--help` does without

    volumes = _volumes(image, parameters.resolved(image), labels)
    slab = 4 * slab_thickness(image.shape) * image[0].size
    memory = PROGRAM + (threads or available_threads()) * SLABS * slab
    in_files = sum(size for size in volumes if lies_in_file(size))
    in_memory = sum(volumes) - in_files
    if in_files > scratch_room():
        return Forecast(memory + sum(volumes), 0)
    return Forecast(memory + in_memory, in_files)


def memory_needed(image: NDArray[Any], parameters: Segmentation, *, labels: int = 2) -> int:
    """Bytes of memory that segmenting an image (Z, Y, X) with so many labels takes beside the image."""
    return forecast(image, parameters, labels=labels).memory


def _volumes(image: NDArray[Any], used: Segmentation, labels: int) -> list[int]:
    """Bytes of each array that holds something for every voxel or superpixel."""
    method, label, smoothed = used.superpixels, image.size, used.smoothing.kind != "off"
    guide, evidence = [2 * image.size] * smoothed, 2 * labels * image.size
    if isinstance(method, Pixels):
        return [label, evidence, *guide, *guide]
    probabilities = [evidence, evidence, *guide] if smoothed else []
    in_superpixel = method.spacing ** (2 if isinstance(method, Waterpixels) else 3)
    table = 4 * len(used.features.columns) * image.size // in_superpixel
    ids, gradient = 4 * image.size, (4 if isinstance(method, Slic) else 2) * image.size  # or levels in two orders
    return [ids, gradient, label, table, *probabilities]
