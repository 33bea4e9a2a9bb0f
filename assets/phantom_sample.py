"""The sample, a concrete core, at twice the resolution of its tomogram: which label and which attenuation is where."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

LABELS = PORE, MATRIX, GRAIN, INCLUSION, CRACK = (1, 2, 3, 4, 5)

FINE = 2
"""Parts of a voxel along each axis in the model."""

MINERALS = ((1.16, 0.5), (1.30, 0.25), (1.04, 0.15), (1.46, 0.1))
"""Attenuation of the grains, relative to cement, and their shares."""


def make_sample(shape: tuple[int, int, int], rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Labels of the fine model (2Z, 2Y, 2X) and attenuation (Z, 2Y, 2X), relative to cement."""
    z, y, x = fine_positions(shape)
    radius = sample_radius(shape)
    inside = np.hypot(y, x) < radius * (1 + 0.006 * ripple(shape, 0.4 * radius, rng))
    texture = 0.6 * ripple(shape, 2.0, rng) + 0.4 * ripple(shape, 9.0, rng)
    grains, surface = place_grains(shape, radius, rng)
    pores = air_voids(grains, surface, radius, rng)
    crack = crack_between(z, y, x, radius, rng)
    dense = inclusions(inside & ~pores, radius, rng)

    labels = np.where(grains > 0, GRAIN, MATRIX).astype(np.uint8)
    attenuation = mineral_greys(grains, texture, rng)
    attenuation[dense] = 3.7 + 0.4 * texture[dense]
    labels[dense] = INCLUSION
    for where, label, grey in ((crack & ~dense, CRACK, 0.12), (pores | ~inside, PORE, 0.0)):
        labels[where], attenuation[where] = label, grey
    return labels, attenuation.reshape(shape[0], FINE, *attenuation.shape[1:]).mean(axis=1)


def sample_radius(shape: tuple[int, int, int]) -> float:
    """Radius of the cylinder, in voxels."""
    return 0.46 * min(shape[1:])


def fine_positions(shape: tuple[int, int, int]) -> tuple[NDArray[np.float32], ...]:
    """Positions z, y, x of the fine model, in voxels from its centre, ready to be broadcast."""
    axes = [((np.arange(FINE * n) + 0.5) / FINE - n / 2).astype(np.float32) for n in shape]
    return tuple(np.meshgrid(*axes, indexing="ij", sparse=True))


def ripple(shape: tuple[int, ...], wavelength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Smooth Gaussian noise of standard deviation 1 on the fine grid: blurred white noise, enlarged."""
    sigma = FINE * wavelength / 5
    factor = max(1, int(sigma / 1.5))
    small = rng.standard_normal([FINE * n // factor + 3 for n in shape], dtype=np.float32)
    small = ndimage.gaussian_filter(small, sigma / factor, mode="wrap")
    small /= small.std()
    large = small if factor == 1 else ndimage.zoom(small, factor, order=1, grid_mode=True, mode="nearest")
    return large[tuple(slice(FINE * n) for n in shape)]


class Grain(NamedTuple):
    """A rounded polyhedron: planes at `offsets` along `normals` from `centre`, in voxels."""

    centre: NDArray[np.float64]
    radius: float
    normals: NDArray[np.float64]
    offsets: NDArray[np.float64]


def place_grains(
    shape: tuple[int, int, int], radius: float, rng: np.random.Generator
) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """Number of the grain at each fine voxel (0: none), and the distance to the next grain's surface, in voxels.

    Large grains come first; a later one leaves a film of cement around those that are there.
    """
    z, y, x = fine_positions(shape)
    numbers = np.zeros([FINE * n for n in shape], np.int16)
    surface = np.full(numbers.shape, 99.0, np.float32)
    roughness = ripple(shape, 0.12 * radius, rng)
    for number, grain in enumerate(pack(shape, radius, rng), start=1):
        reach = 1.5 * grain.radius + 2
        box = tuple(
            slice(*np.searchsorted(axis.ravel(), (c - reach, c + reach)))
            for axis, c in zip((z, y, x), grain.centre, strict=True)
        )
        offset = [z[box[0]] - grain.centre[0], y[:, box[1]] - grain.centre[1], x[:, :, box[2]] - grain.centre[2]]
        distance = distance_to_grain(grain, offset) + (0.25 + 0.03 * grain.radius) * roughness[box]
        beyond = np.sqrt(offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2) - 1.45 * grain.radius
        distance = np.maximum(distance, beyond)
        free = (distance < 0) & (surface[box] > 1.0)
        numbers[box][free] = number
        np.minimum(surface[box], distance, out=surface[box])
    return numbers, surface


def distance_to_grain(grain: Grain, offset: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Signed distance, below 0 inside: the smooth maximum (log-sum-exp) over the planes rounds edges and corners."""
    sharpness = 11.0 / grain.radius
    total = np.float32(0)
    for (nz, ny, nx), plane in zip(grain.normals.astype(np.float32), grain.offsets, strict=True):
        total = total + np.exp(sharpness * (nz * offset[0] + ny * offset[1] + nx * offset[2] - np.float32(plane)))
    distance: NDArray[np.float32] = (np.log(total) / sharpness).astype(np.float32)
    return distance


def pack(shape: tuple[int, int, int], radius: float, rng: np.random.Generator) -> list[Grain]:
    """Grains from large to small by random sequential addition (Widom 1966); sizes scale with the sample."""
    scale = radius / 88
    length = shape[0] / (128 * scale)
    sieve = ((16, 15, 23), (70, 9, 15), (420, 3.5, 9))
    grains: list[Grain] = []
    for count, smallest, largest in sieve:
        for size in sorted(rng.uniform(smallest, largest, int(count * length)), reverse=True):
            for _ in range(40):
                centre = random_centre(shape, radius - 0.35 * scale * size, rng)
                if all(np.linalg.norm(centre - g.centre) > 0.92 * (scale * size + g.radius) for g in grains):
                    grains.append(random_grain(centre, scale * size, rng))
                    break
    return grains


def random_centre(shape: tuple[int, int, int], radius: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A point of the cylinder, evenly spread, z y x in voxels from the centre; z may lie a little outside."""
    angle, distance = rng.uniform(0, 2 * np.pi), radius * np.sqrt(rng.uniform())
    depth = rng.uniform(-0.5, 0.5) * (shape[0] + 0.1 * radius)
    return np.array([depth, distance * np.sin(angle), distance * np.cos(angle)])


def random_grain(centre: NDArray[np.float64], radius: float, rng: np.random.Generator) -> Grain:
    """A grain of 12 planes in random directions, flattened along one of them."""
    normals = rng.normal(size=(12, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    flatness = 1 - rng.uniform(0, 0.35) * (normals @ normals[0]) ** 2
    return Grain(centre, radius, normals, radius * rng.uniform(0.8, 1.15, 12) * flatness)


def air_voids(
    grains: NDArray[np.int16], surface: NDArray[np.float32], radius: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Round bubbles in the cement, and ragged gaps where cement has come off the grains."""
    shape = tuple(n // FINE for n in grains.shape)
    near = np.exp(-((surface / 2.5) ** 2))
    pores = (ripple(shape, 0.15 * radius, rng) + 0.6 * near > 2.2) & (surface > 0)
    bubbles = np.zeros_like(pores)
    smooth = np.broadcast_to(np.float32(0), pores.shape)
    scale = radius / 88
    sizes = scale * np.minimum(2.5 + rng.exponential(2.0, int(110 * shape[0] / 128 / scale)), 11)
    for size in sizes:
        draw_ellipsoid(bubbles, random_centre(shape, radius, rng), np.full(3, size), smooth)
    return pores | (bubbles & (grains == 0))


def inclusions(solid: NDArray[np.bool_], radius: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Small dense particles, some in clusters, in cement and grains alike; ragged by noise."""
    shape = tuple(n // FINE for n in solid.shape)
    scale = radius / 88
    particles = np.zeros_like(solid)
    roughness = 0.3 * ripple(shape, 6.0, rng)
    centre = random_centre(shape, 0.95 * radius, rng)
    for _ in range(int(130 * shape[0] / 128 / scale)):
        clustered = rng.uniform() < 0.35
        centre = centre + scale * rng.normal(0, 4, 3) if clustered else random_centre(shape, 0.95 * radius, rng)
        semiaxes = scale * min(2.0 + rng.exponential(0.9), 4.5) * rng.uniform(0.6, 1.5, 3)
        draw_ellipsoid(particles, centre, semiaxes, roughness)
    return particles & solid


def draw_ellipsoid(
    volume: NDArray[np.bool_],
    centre: NDArray[np.float64],
    semiaxes: NDArray[np.float64],
    roughness: NDArray[np.float32],
) -> None:
    """Set the fine voxels of an ellipsoid, centre and semi-axes z y x in voxels; roughness moves its wall."""
    positions = fine_positions(tuple(n // FINE for n in volume.shape))
    axes = [axis.ravel() - c for axis, c in zip(positions, centre, strict=True)]
    box = tuple(slice(*np.searchsorted(axis, (-1.6 * s, 1.6 * s))) for axis, s in zip(axes, semiaxes, strict=True))
    squares = [(axis[part] / s) ** 2 for axis, part, s in zip(axes, box, semiaxes, strict=True)]
    distance = np.sqrt(squares[0][:, None, None] + squares[1][:, None] + squares[2])
    volume[box] |= distance < np.minimum(1 + roughness[box], 1.6)


def crack_between(
    z: NDArray[np.float32], y: NDArray[np.float32], x: NDArray[np.float32], radius: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """A curved sheet from the edge of the sample to beyond its middle, 2.6 voxels thick there, 1.8 at its tip."""
    angle, scale = np.radians(35), radius / 88
    across = y * np.cos(angle) - x * np.sin(angle)
    along = y * np.sin(angle) + x * np.cos(angle)
    sheet = (z.size // FINE, int(2 * radius) + 4)
    bends = scale * (7.0 * ripple(sheet, 120 * scale, rng) + 1.2 * ripple(sheet, 16 * scale, rng))
    stretch = np.sqrt(1 + sum(slope**2 for slope in np.gradient(bends, 1 / FINE)))
    width = np.clip(1 + 0.2 * ripple(sheet, 12 * scale, rng), 0.75, 1.3)
    tip = scale * (40 + 6 * ripple(sheet, 60 * scale, rng)[:, :1, None])
    place = (np.arange(z.size)[:, None, None], np.clip(FINE * (along + radius), 0, bends.shape[1] - 1).astype(np.intp))
    thickness = np.clip(1.8 + 0.8 * (tip - along) / radius, 0, 2.6) * (width * stretch)[place]
    return (np.abs(across + 0.12 * z - 0.15 * radius - bends[place]) < thickness / 2) & (along < tip)


def mineral_greys(
    grains: NDArray[np.int16], texture: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Attenuation of cement (mottled) and grains (nearly even, each with its own grey)."""
    greys, shares = zip(*MINERALS, strict=True)
    count = int(grains.max())
    grey = np.concatenate([[0.93], rng.choice(greys, count, p=shares) + rng.normal(0, 0.025, count)])
    mottling = np.concatenate([[0.085], rng.choice([0.008, 0.03], count, p=[0.75, 0.25])])
    return (grey.astype(np.float32)[grains] + mottling.astype(np.float32)[grains] * texture).astype(np.float32)


def majority(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The label that most of the eight parts of each voxel have; a tie goes to the higher label (the thin ones)."""
    planes, rows, columns = (n // FINE for n in labels.shape)
    parts = labels.reshape(planes, FINE, rows, FINE, columns, FINE)
    best = np.zeros((planes, rows, columns), np.uint8)
    votes = np.zeros(best.shape, np.uint8)
    for label in LABELS:
        count = (parts == label).sum(axis=(1, 3, 5), dtype=np.uint8)
        best[count >= np.maximum(votes, 1)] = label
        np.maximum(votes, count, out=votes)
    return best
