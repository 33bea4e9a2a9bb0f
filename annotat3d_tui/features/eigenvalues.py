"""Eigenvalues of symmetric 3 × 3 and 2 × 2 matrices in closed form, in loops that the compiler vectorises."""

import numpy as np

from annotat3d_tui.compiled import kernel
from annotat3d_tui.features.lines import Array, Number

PARTS = ("largest", "middle", "smallest")
"""What the eigenvalues of a voxel are called. In 2 dimensions, where there are two, the middle one is 0."""


@kernel
def _cosine_of_third(half: Number) -> Number:
    """cos(acos(r) / 3) of half = √((1 + r) / 2): a polynomial, to 6e-10 (Chebyshev nodes on 0…1).

    With half = cos θ it is cos(2θ/3), which is smooth on all of 0…1, unlike the cosine as a function of r.
    """
    high = 0.006717273278809443 + half * (-0.0022447668266977415 + half * 0.00035683261521626266)
    middle = -0.032581470999364995 + half * (0.021467964754532966 + half * (-0.01336776885057134 + half * high))
    return 0.5000000005459255 + half * (
        0.577350159554838 + half * (-0.11110741767087828 + half * (0.05340919389892288 + half * middle))
    )


@kernel
def eigenvalues_3(entries: Array, largest: Array, middle: Array, smallest: Array) -> None:
    """Of each matrix i, from `entries` (6, n): zz, yy, xx, zy, zx, yx.

    Trigonometric solution of the characteristic polynomial (Smith 1961, doi:10.1145/355578.366316), in float64:
    right to about 1e-7 of the largest absolute eigenvalue, exactly 0 for the matrix 0.
    """
    a, b, c, d, e, f = entries[0], entries[1], entries[2], entries[3], entries[4], entries[5]
    for i in range(largest.size):
        zy, zx, yx = np.float64(d[i]), np.float64(e[i]), np.float64(f[i])
        mean = (np.float64(a[i]) + np.float64(b[i]) + np.float64(c[i])) * (1 / 3)
        zz, yy, xx = a[i] - mean, b[i] - mean, c[i] - mean
        mixed = zy * zy + zx * zx + yx * yx
        spread = np.sqrt((zz * zz + yy * yy + xx * xx + 2 * mixed) * (1 / 6))
        determinant = zz * (yy * xx - yx * yx) - zy * (zy * xx - yx * zx) + zx * (zy * yx - yy * zx)
        shape = determinant * 0.25 / max(spread * spread * spread, 1e-300)
        high = mean + 2 * spread * _cosine_of_third(np.sqrt(min(max(0.5 + shape, 0.0), 1.0)))
        low = mean - 2 * spread * _cosine_of_third(np.sqrt(min(max(0.5 - shape, 0.0), 1.0)))
        largest[i] = high
        smallest[i] = low
        middle[i] = min(max(3 * mean - high - low, low), high)


@kernel
def eigenvalues_2(entries: Array, largest: Array, smallest: Array) -> None:
    """Of each matrix i, from `entries` (3, n): yy, xx, yx."""
    a, b, c = entries[0], entries[1], entries[2]
    for i in range(largest.size):
        mean, half = 0.5 * (a[i] + b[i]), 0.5 * (a[i] - b[i])
        spread = np.sqrt(half * half + c[i] * c[i])
        largest[i] = mean + spread
        smallest[i] = mean - spread
