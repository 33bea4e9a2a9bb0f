"""The scan of a sample: parallel projections over 180°, what a detector makes of them, filtered back-projection.

Voxel `i` of `n` is centred at `i + 0.5 - n/2` from the rotation axis, detector pixels likewise: nothing is shifted.
"""

import numpy as np
from numpy.typing import NDArray
from phantom_sample import FINE
from scipy import fft

from annotat3d_tui.blocks import in_threads
from annotat3d_tui.compiled import kernel

ANGLES = 300
PHOTONS = 10000.0
MATRIX_ABSORPTION = 2.0
"""Absorption (natural logarithm of the attenuation) along the diameter of a sample of pure cement."""
BEAM = ((0.5, 0.75), (0.5, 1.25))
"""Share and relative attenuation of the two energies of the beam: mild hardening."""
GAIN_ERROR = 0.005
GREY_RANGE = (-0.6, 4.8)
"""Attenuations, relative to cement, that become 0 and 65535."""
KEPT_STEP = 16


def scan(attenuation: NDArray[np.float32], radius: float, seed: int, threads: int) -> NDArray[np.uint16]:
    """The tomogram (Z, Y, X) of `attenuation` (Z, 2Y, 2X), slice by slice, as 16-bit grey values."""
    planes, rows, columns = attenuation.shape[0], attenuation.shape[1] // FINE, attenuation.shape[2] // FINE
    per_voxel = MATRIX_ABSORPTION / (2 * radius)
    bins = int(np.ceil(np.hypot(rows, columns))) + 2
    gains = detector_gains(planes, bins, np.random.default_rng([seed, 2]))
    image = np.empty((planes, rows, columns), np.uint16)

    def scan_plane(plane: int) -> None:
        rng = np.random.default_rng([seed, 3, plane])
        absorption = project(attenuation[plane], bins * FINE, ANGLES) * np.float32(per_voxel / FINE)
        measured = expose(absorption, gains[plane], rng)
        density = back_project(ramp_filtered(measured), rows, columns) / per_voxel
        low, high = GREY_RANGE
        grey = np.clip(np.round((density - low) / (high - low) * 65535), 0, 65535).astype(np.uint16)
        image[plane] = grey // KEPT_STEP * KEPT_STEP

    in_threads(scan_plane, range(planes), threads)
    return image


@kernel
def project(plane: NDArray[np.float32], bins: int, angles: int) -> NDArray[np.float32]:
    """Line integrals (angles, bins) of a plane (Y, X) over 180°, in units of its pixel.

    The ray goes along the axis that it is closest to and interpolates across it (Joseph, IEEE Trans. Med. Imaging
    1, 1982). Ray `b` at angle a is x cos a + y sin a = b + 0.5 - bins/2, with x and y from the plane's centre.
    """
    rows, columns = plane.shape
    sinogram = np.zeros((angles, bins), np.float32)
    for angle in range(angles):
        cosine, sine = np.cos(np.pi * angle / angles), np.sin(np.pi * angle / angles)
        steep = abs(cosine) >= abs(sine)
        main, other = (cosine, sine) if steep else (sine, cosine)
        steps, width = (rows, columns) if steep else (columns, rows)
        for b in range(bins):
            total = np.float32(0)
            for step in range(steps):
                across = (b + 0.5 - bins / 2 - (step + 0.5 - steps / 2) * other) / main + width / 2 - 0.5
                left = int(np.floor(across))
                share = np.float32(across - left)
                if 0 <= left < width - 1:
                    first = plane[step, left] if steep else plane[left, step]
                    second = plane[step, left + 1] if steep else plane[left + 1, step]
                    total += first + share * (second - first)
            sinogram[angle, b] = total / abs(main)
    return sinogram


def detector_gains(planes: int, bins: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Gain of each detector pixel (planes, bins), the same at all angles: the cause of rings."""
    gains = 1 + rng.normal(0, GAIN_ERROR, (planes, bins))
    for _ in range(max(planes * bins // 1500, 1)):
        plane, column = rng.integers(planes), rng.integers(bins)
        gains[plane : plane + rng.integers(1, 6), column] *= 1 + rng.normal(0, 5 * GAIN_ERROR)
    return gains


def expose(
    absorption: NDArray[np.float32], gains: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Absorption as a detector measures it: two energies, pixels of two fine bins, gain, Poisson noise, logarithm."""
    transmitted = sum(share * np.exp(-strength * absorption) for share, strength in BEAM)
    pixels = transmitted.reshape(len(absorption), -1, FINE).mean(axis=2)
    photons = rng.poisson(PHOTONS * pixels * gains)
    return -np.log(np.maximum(photons, 1) / PHOTONS)


def ramp_filtered(sinogram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows convolved with the ramp filter, made in space as it must be (Kak & Slaney 1988, equation 61).

    A window, of Hann's shape but with half its depth, tempers the noise.
    """
    bins = sinogram.shape[1]
    length = fft.next_fast_len(2 * bins, real=True)
    distance = np.minimum(np.arange(length), length - np.arange(length))
    ramp = np.where(distance % 2 == 1, -1 / (np.pi * np.maximum(distance, 1)) ** 2, 0)
    ramp[0] = 0.25
    response = fft.rfft(ramp).real
    response *= 0.7 + 0.3 * np.cos(np.pi * np.arange(response.size) / (response.size - 1))
    return fft.irfft(fft.rfft(sinogram, length, axis=1) * response, length, axis=1)[:, :bins]


@kernel
def back_project(sinogram: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
    """A plane (Y, X) from filtered projections (angles, bins), with linear interpolation (Kak & Slaney 1988, 3.3)."""
    angles, bins = sinogram.shape
    plane = np.zeros((rows, columns))
    for angle in range(angles):
        cosine, sine = np.cos(np.pi * angle / angles), np.sin(np.pi * angle / angles)
        for row in range(rows):
            for column in range(columns):
                x, y = column + 0.5 - columns / 2, row + 0.5 - rows / 2
                across = x * cosine + y * sine + bins / 2 - 0.5
                left = int(across)
                share = across - left
                plane[row, column] += (1 - share) * sinogram[angle, left] + share * sinogram[angle, left + 1]
    return plane * (np.pi / angles)
