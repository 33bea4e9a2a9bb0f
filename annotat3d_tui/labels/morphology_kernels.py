"""Kernels of morphology on ids: what labels are near, row by row, and what they enclose."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

NO_LABEL = np.uint32(0x7FFF0000)


@kernel
def equal(part: NDArray[Any], id: int, mask: NDArray[np.uint8]) -> None:
    """Write 1 where ids (Z, Y, X) are `id`, else 0."""
    for z in range(part.shape[0]):
        for y in range(part.shape[1]):
            source, target = part[z, y], mask[z, y]
            for x in range(source.size):
                target[x] = source[x] == id


@kernel
def nearest(
    part: NDArray[np.uint16],
    chosen: NDArray[np.bool_],
    rows: NDArray[np.int64],
    radius: int,
    ball: bool,
    keys: NDArray[np.uint32],
    out: NDArray[np.uint16],
) -> None:
    """Write the chosen label that is nearest in the neighbourhood of each voxel, of equally near ones the lowest; or 0.

    part, out: ids (Z, Y, X). chosen: (65536,). rows: see `structure`. keys: (Z, Y, X), scratch: for each voxel the
    square of the distance in x to the nearest chosen label of its row, and that.
    """
    depth, height, width = part.shape
    line = np.empty(width + 2 * radius, np.uint32)
    for z in range(depth):
        for y in range(height):
            row, target = part[z, y], keys[z, y]
            line[:] = NO_LABEL
            for x in range(width):
                if chosen[row[x]]:
                    line[x + radius] = row[x]
            target[:] = NO_LABEL
            for step in range(-radius, radius + 1):
                add, shifted = np.uint32(step * step) << np.uint32(16), line[radius + step : radius + step + width]
                for x in range(width):
                    target[x] = min(target[x], np.uint32(shifted[x] + add))
    best = np.empty(width, np.uint32)
    most = np.uint32(radius * radius if ball else 3 * radius * radius)
    for z in range(depth):
        for y in range(height):
            best[:] = NO_LABEL
            for i in range(rows.shape[0]):
                deep, down = z + rows[i, 0], y + rows[i, 1]
                if 0 <= deep < depth and 0 <= down < height:
                    square = rows[i, 0] * rows[i, 0] + rows[i, 1] * rows[i, 1]
                    add, source = np.uint32(square) << np.uint32(16), keys[deep, down]
                    for x in range(width):
                        best[x] = min(best[x], np.uint32(source[x] + add))
            target_row = out[z, y]
            for x in range(width):
                found = best[x] >> np.uint32(16) <= most
                target_row[x] = np.uint16(best[x] & np.uint32(0xFFFF)) if found else np.uint16(0)


@kernel
def enclose(mask: NDArray[np.uint8], flat: bool) -> None:
    """Write 2 where a mask (Z, Y, X) with a border of 0 is 0 and connected by sides to it, or (flat) to its slice's."""
    depth, height, width = mask.shape
    row, plane = width, width * height
    voxels = mask.reshape(-1)
    stack = np.empty(1 << 12, np.int64)
    for start in range(depth if flat else 1):
        stack[0] = start * plane
        voxels[stack[0]] = 2
        held = 1
        while held:
            if held + 6 > stack.size:
                stack = np.append(stack, np.empty_like(stack))
            held -= 1
            place = stack[held]
            for step in (1, -1, row, -row, plane, -plane):
                beside = place + step
                if (flat and abs(step) == plane) or not 0 <= beside < voxels.size:
                    continue
                if flat and beside // plane != start:
                    continue
                if voxels[beside] == 0:
                    voxels[beside] = 2
                    stack[held] = beside
                    held += 1
