"""Volumes as the drawing child takes them: numbers of 8 or 16 bits, no larger than may be held."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.render.scene.channel import Memory
from annotat3d_tui.volume.pyramid import is_on_disk

MOST_VOXELS = 1 << 27
"""What is larger is drawn from every second voxel, or every third, … along each axis."""

COARSE_SIDE = 192
"""While the camera moves, a volume has at most so many voxels a side."""

BYTES_A_VOXEL, FEWEST_VOXELS = 16, 1 << 18
"""What drawing a voxel takes: its number, its light, and both once more, coarse; so many are always drawn."""


def voxels_within(budget: int) -> int:
    """How many voxels may be drawn within so many bytes.

    >>> voxels_within(1 << 40) == MOST_VOXELS, voxels_within(16_000_000)
    (True, 1000000)
    """
    return max(min(MOST_VOXELS, budget // BYTES_A_VOXEL), FEWEST_VOXELS)


@dataclass(frozen=True)
class Level:
    """Numbers (Z, Y, X) in shared memory, of an image with a dark rim one voxel thick, so that it has an outside.

    grey = number × scale + offset; times: voxels a number stands for, by axis.
    """

    memory: Memory
    scale: float
    offset: float
    times: tuple[int, int, int]

    @property
    def said(self) -> str:
        """What a person must know of it, "" where it is whole."""
        return "" if max(self.times) == 1 else f"drawn at 1/{max(self.times)} of the resolution, which memory allows"


def steps_for(shape: tuple[int, ...], most_voxels: int) -> tuple[int, int, int]:
    """How many voxels along each axis must become one; a thin axis stays as it is the longest.

    >>> steps_for((1000, 1000, 1000), 1 << 27), steps_for((1, 20000, 20000), 1 << 27)
    ((2, 2, 2), (1, 2, 2))
    """
    step = 1
    while True:
        z, y, x = (min(step, max(length // 2, 1)) for length in shape)
        if (shape[0] // z) * (shape[1] // y) * (shape[2] // x) <= most_voxels:
            return z, y, x
        step += 1


def image_level(voxels: NDArray[Any], dark: float, most_voxels: int = MOST_VOXELS) -> Level:
    """The means of an image (Z, Y, X) of any type, in a rim of the grey value `dark`.

    What is not finite counts as the lowest value, or the highest. Of a large file only every so many planes are read.
    """
    steps = steps_for(voxels.shape, most_voxels)
    shape = tuple(length // step for length, step in zip(voxels.shape, steps, strict=True))
    if voxels.dtype in (np.uint8, np.uint16):
        dtype, scale, offset = voxels.dtype, 1.0, 0.0
    elif voxels.dtype == np.int16:
        dtype, scale, offset = np.dtype(np.uint16), 1.0, -32768.0
    else:
        low, high = _finite_range(voxels, steps)
        low = min(low, dark)
        dtype, scale, offset = np.dtype(np.uint16), max((high - low) / 65535, 1e-300), low
    read, means = slice(None), steps
    if is_on_disk(voxels):
        read, means = slice(steps[0] // 2, steps[0] // 2 + 1), (1, steps[1], steps[2])
    memory = Memory(tuple(length + 2 for length in shape), dtype)
    inner = without_rim(memory.array)
    memory.array[:] = round(min(max((dark - offset) / scale, 0), np.iinfo(dtype).max))
    for number in range(shape[0]):
        block = voxels[number * steps[0] : (number + 1) * steps[0], : shape[1] * steps[1], : shape[2] * steps[2]]
        if scale == 1.0 and offset == 0.0 and max(steps) == 1:
            inner[number] = block[0]
            continue
        block = block[read]
        with np.errstate(all="ignore"):
            numbers = (block.astype(np.float64) - offset) / scale
        numbers = np.nan_to_num(numbers, nan=0.0, posinf=65535.0, neginf=0.0)
        inner[number] = np.rint(_means(numbers, means)[0])
    return Level(memory, scale, offset, steps)


def label_level(ids: NDArray[Any], most_voxels: int = MOST_VOXELS) -> Level:
    """The ids (Z, Y, X) of a label volume, at most 65535: where there are too many voxels, every so many-th."""
    steps = steps_for(ids.shape, most_voxels)
    shape = tuple(length // step for length, step in zip(ids.shape, steps, strict=True))
    memory = Memory(shape, np.uint8 if ids.dtype == np.uint8 else np.uint16)
    for number in range(shape[0]):
        plane = ids[number * steps[0] + steps[0] // 2, steps[1] // 2 :: steps[1], steps[2] // 2 :: steps[2]]
        plane = plane[: shape[1], : shape[2]]
        if ids.dtype.itemsize > 2:
            plane = np.where(plane > 65535, (plane - 1) % 65535 + 1, plane)
        memory.array[number] = plane
    return Level(memory, 1.0, 0.0, steps)


def halved(voxels: NDArray[Any], side: int) -> tuple[NDArray[Any], tuple[int, int, int]]:
    """Means of blocks, so that no axis is longer than `side`, and how many voxels a block has along each axis."""
    z, y, x = (-(-length // side) for length in voxels.shape)
    planes, rows, columns = (length // step for length, step in zip(voxels.shape, (z, y, x), strict=True))
    out, count = np.empty((planes, rows, columns), voxels.dtype), z * y * x
    for number in range(planes):  # sums along rows of memory, which are ten times as fast as means of blocks
        block = voxels[number * z : (number + 1) * z, : rows * y, : columns * x]
        total = block.sum(axis=0, dtype=np.uint32).reshape(rows, y, columns * x).sum(axis=1, dtype=np.uint32)
        across = sum((total[:, one::x] for one in range(1, x)), start=total[:, ::x])
        out[number] = (across + count // 2) // count
    return out, (z, y, x)


def without_rim(voxels: NDArray[Any]) -> NDArray[Any]:
    """An image without the rim that `image_level` gives it, not copied."""
    return voxels[1:-1, 1:-1, 1:-1]


def _means(block: NDArray[Any], steps: tuple[int, int, int]) -> NDArray[Any]:
    shape = [length // step for length, step in zip(block.shape, steps, strict=True)]
    parts = block.reshape(shape[0], steps[0], shape[1], steps[1], shape[2], steps[2])
    return np.asarray(parts.mean(axis=(1, 3, 5)))


def _finite_range(voxels: NDArray[Any], steps: tuple[int, int, int]) -> tuple[float, float]:
    low, high = np.inf, -np.inf
    for plane in voxels[:: steps[0]]:
        finite = plane[np.isfinite(plane)] if plane.dtype.kind == "f" else plane
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return (low, high) if low <= high else (0.0, 0.0)
