"""Kernels: Gaussian smoothing (sigma 1) and Sobel magnitude of a padded slab, as logarithmic 16-bit codes.

The slab comes padded by PAD voxels on each side (Gaussian 3, Sobel 1), so no kernel here knows of borders.
A code is the upper part of the squared magnitude's float32 bits: it keeps 9 bits of the mantissa over 128 octaves, so
that a histogram of all codes is small and the magnitude is known to 0.1 % at any scale.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.compiled import kernel

RADIUS = 3
PAD = RADIUS + 1
TAPS = np.exp(-0.5 * np.arange(-RADIUS, RADIUS + 1, dtype=np.float64) ** 2)
TAPS = (TAPS / TAPS.sum()).astype(np.float32)

CODES = 1 << 16
HIGHEST = 64.0
"""What is farther outside 0…1 is clipped, so that no magnitude lies above the highest code."""
_SHIFT = 14
_LOWEST = 27 << 23  # float32 bits of 2**-100: what is below counts as no gradient


def magnitudes() -> NDArray[np.float64]:
    """The gradient magnitude in the middle of each code, (CODES,)."""
    bits = (np.arange(CODES, dtype=np.int32) << _SHIFT) + _LOWEST + (1 << (_SHIFT - 1))
    values = np.sqrt(bits.view(np.float32).astype(np.float64))
    values[0] = 0.0
    return values


@kernel
def reflect(index: int, size: int) -> int:
    """`index` mirrored into 0 … size-1 with the border voxel twice, as scipy's mode 'reflect'."""
    index %= 2 * size
    return index if index < size else 2 * size - 1 - index


@kernel
def load(
    voxels: NDArray[Any], planes: NDArray[Any], rows: NDArray[Any], low: float, scale: float, out: NDArray[Any]
) -> None:
    """Fill `out` (float32) with normalised voxels: those planes and rows of `voxels`, each padded."""
    width = voxels.shape[2]
    for p in range(planes.size):
        plane = voxels[planes[p]]
        for r in range(rows.size):
            source = plane[rows[r]]
            row = out[p, r]
            inner = row[PAD : PAD + width]
            for x in range(width):
                value = (np.float64(source[x]) * 0.5 - low) * scale
                inner[x] = np.float32(min(max(value, -HIGHEST), HIGHEST))
            for x in range(PAD):
                row[x] = inner[reflect(x - PAD, width)]
                row[PAD + width + x] = inner[reflect(width + x, width)]


@kernel
def _smooth_rows(source: NDArray[Any], taps: NDArray[Any], row: NDArray[Any], out: NDArray[Any]) -> None:
    """Gaussian along y, then x, of the plane `source` into `out`, which is 2 RADIUS smaller."""
    height, width = out.shape
    t0, t1, t2, t3 = taps[3], taps[2], taps[1], taps[0]
    for y in range(height):
        a, b, c, d = source[y], source[y + 1], source[y + 2], source[y + 3]
        e, f, g = source[y + 4], source[y + 5], source[y + 6]
        for x in range(width + 6):
            row[x] = t0 * d[x] + t1 * (c[x] + e[x]) + t2 * (b[x] + f[x]) + t3 * (a[x] + g[x])
        target = out[y]
        for x in range(width):
            near, far = t1 * (row[x + 2] + row[x + 4]), t2 * (row[x + 1] + row[x + 5])
            target[x] = t0 * row[x + 3] + near + far + t3 * (row[x] + row[x + 6])


@kernel
def _smooth_planes(ring: NDArray[Any], newest: int, taps: NDArray[Any], out: NDArray[Any]) -> None:
    """Gaussian along z over the seven planes of `ring`, of which `newest` came last."""
    height, width = out.shape
    t0, t1, t2, t3 = taps[3], taps[2], taps[1], taps[0]
    pa, pb, pc, pd = ring[(newest + 1) % 7], ring[(newest + 2) % 7], ring[(newest + 3) % 7], ring[(newest + 4) % 7]
    pe, pf, pg = ring[(newest + 5) % 7], ring[(newest + 6) % 7], ring[newest % 7]
    for y in range(height):
        a, b, c, d, e, f, g = pa[y], pb[y], pc[y], pd[y], pe[y], pf[y], pg[y]
        target = out[y]
        for x in range(width):
            target[x] = t0 * d[x] + t1 * (c[x] + e[x]) + t2 * (b[x] + f[x]) + t3 * (a[x] + g[x])


@kernel
def _encode(squared: NDArray[Any], codes: NDArray[Any]) -> None:
    """Codes of the squared magnitudes of one row."""
    bits = squared.view(np.int32)
    for x in range(codes.size):
        codes[x] = np.uint16(max(bits[x] - np.int32(_LOWEST), np.int32(0)) >> np.int32(_SHIFT))


@kernel
def _sobel_planes(
    before: NDArray[Any], here: NDArray[Any], after: NDArray[Any], rows: NDArray[Any], codes: NDArray[Any]
) -> None:
    """Codes of the 3D Sobel magnitude of the middle one of three planes."""
    height, width = codes.shape
    across, along_z, along_y, squared = rows[0], rows[1], rows[2], rows[3, :width]
    for y in range(height):
        a, b, c = before[y], before[y + 1], before[y + 2]
        d, e, f = here[y], here[y + 1], here[y + 2]
        g, h, i = after[y], after[y + 1], after[y + 2]
        for x in range(width + 2):
            above, middle, below = a[x] + 2 * b[x] + c[x], d[x] + 2 * e[x] + f[x], g[x] + 2 * h[x] + i[x]
            across[x] = above + 2 * middle + below
            along_z[x] = below - above
            along_y[x] = (c[x] - a[x]) + 2 * (f[x] - d[x]) + (i[x] - g[x])
        for x in range(width):
            dx = across[x + 2] - across[x]
            dy = along_y[x] + 2 * along_y[x + 1] + along_y[x + 2]
            dz = along_z[x] + 2 * along_z[x + 1] + along_z[x + 2]
            squared[x] = dx * dx + dy * dy + dz * dz
        _encode(squared, codes[y])


@kernel
def _sobel_rows(here: NDArray[Any], rows: NDArray[Any], codes: NDArray[Any]) -> None:
    """Codes of the 2D Sobel magnitude of one plane."""
    height, width = codes.shape
    across, along_y, squared = rows[0], rows[1], rows[3, :width]
    for y in range(height):
        a, b, c = here[y], here[y + 1], here[y + 2]
        for x in range(width + 2):
            across[x] = a[x] + 2 * b[x] + c[x]
            along_y[x] = c[x] - a[x]
        for x in range(width):
            dx = across[x + 2] - across[x]
            dy = along_y[x] + 2 * along_y[x + 1] + along_y[x + 2]
            squared[x] = dx * dx + dy * dy
        _encode(squared, codes[y])


@kernel
def code_slab(
    padded: NDArray[Any],
    taps: NDArray[Any],
    ring: NDArray[Any],
    smooth: NDArray[Any],
    rows: NDArray[Any],
    codes: NDArray[Any],
) -> None:
    """Codes (Z, Y, X) of the 3D gradient of `padded`, (Z, Y, X) + 2 PAD; ring, smooth and rows are scratch."""
    for p in range(padded.shape[0]):
        _smooth_rows(padded[p], taps, rows[0], ring[p % 7])
        s = p - 2 * RADIUS
        if s >= 0:
            _smooth_planes(ring, p, taps, smooth[s % 3])
        if s >= 2:
            _sobel_planes(smooth[(s - 2) % 3], smooth[(s - 1) % 3], smooth[s % 3], rows, codes[s - 2])


@kernel
def code_planes(
    padded: NDArray[Any], taps: NDArray[Any], smooth: NDArray[Any], rows: NDArray[Any], codes: NDArray[Any]
) -> None:
    """Codes (Z, Y, X) of the in-plane gradient of `padded`, which is padded along y and x only."""
    for p in range(padded.shape[0]):
        _smooth_rows(padded[p], taps, rows[0], smooth)
        _sobel_rows(smooth, rows, codes[p])


@kernel
def count(codes: NDArray[Any], counts: NDArray[Any]) -> None:
    """How many voxels have each code, in `counts` (CODES,)."""
    counts[:] = 0
    for z in range(codes.shape[0]):
        for y in range(codes.shape[1]):
            for x in range(codes.shape[2]):
                counts[codes[z, y, x]] += 1


@kernel
def translate(codes: NDArray[Any], table: NDArray[Any]) -> None:
    """Replace each code by its entry in `table`."""
    for z in range(codes.shape[0]):
        for y in range(codes.shape[1]):
            row = codes[z, y]
            for x in range(row.size):
                row[x] = table[row[x]]
