"""Strokes on a few planes of a label volume, as a person would draw them, each inside its label."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def scribble(truth: NDArray[np.uint8], rng: np.random.Generator, strokes: int = 5) -> NDArray[np.uint8]:
    """Strokes for each label on three XY planes, an XZ and a YZ plane; 0 = unmarked."""
    scribbles = np.zeros_like(truth)
    cuts = ((0, 0.22), (0, 0.5), (0, 0.8), (1, 0.45), (2, 0.6))
    for axis, share in cuts:
        index = int(share * truth.shape[axis] * rng.uniform(0.95, 1.05))
        plane, marked = np.moveaxis(truth, axis, 0)[index], np.moveaxis(scribbles, axis, 0)[index]
        for label in np.unique(truth):
            for piece in pieces_to_mark(plane == label, strokes, rng):
                marked[draw_stroke(piece, rng)] = label
    return scribbles


def pieces_to_mark(mask: NDArray[np.bool_], count: int, rng: np.random.Generator) -> list[NDArray[np.bool_]]:
    """Up to `count` connected pieces of a plane's mask, large ones likelier; where there are fewer, some again."""
    pieces, found = ndimage.label(mask, structure=np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel(), minlength=found + 1)[1:]
    enough = np.flatnonzero(sizes >= 8)
    if enough.size == 0:
        return []
    likely = np.sqrt(sizes[enough]) / np.sqrt(sizes[enough]).sum()
    chosen = rng.choice(enough, count, replace=enough.size < count, p=likely)
    return [pieces == piece + 1 for piece in chosen]


def draw_stroke(piece: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Pixels of one stroke inside a piece of a plane, with a brush of radius 0 to 2 that fits; the longest of 5 tries.

    Every other stroke follows the border, where a person corrects a first result; the others keep to the middle.
    """
    depth = ndimage.distance_transform_edt(np.pad(piece, 1))[1:-1, 1:-1]
    brush = int(min(rng.integers(3), max(depth.max() - 1.5, 0)))
    margin = brush + float(rng.choice([1, 4]))
    path = max((stroke_path(depth, brush, margin, rng) for _ in range(5)), key=len)
    line = np.zeros_like(piece)
    line[tuple(np.transpose(path))] = True
    disk = np.hypot(*np.mgrid[-brush : brush + 1, -brush : brush + 1]) <= brush
    return ndimage.binary_dilation(line, disk) & piece


def stroke_path(
    depth: NDArray[np.float64], brush: int, margin: float, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Pixels (row, column) of a path whose heading drifts, about `margin` pixels off the border, never within `brush`.

    `depth` is each pixel's distance to the border.
    """
    starts = np.argwhere((depth > brush) & (np.abs(depth - min(margin, depth.max())) < 1))
    here = starts[rng.integers(len(starts))].astype(float)
    heading = rng.uniform(0, 2 * np.pi)
    bends = np.radians([-90, -60, -30, 0, 30, 60, 90])
    path = {tuple(np.round(here).astype(int)): None}
    for _ in range(int(rng.integers(25, 50))):
        ahead = here + np.stack([np.sin(heading + bends), np.cos(heading + bends)], axis=1)
        pixels = np.clip(np.round(ahead).astype(int), 0, np.array(depth.shape) - 1)
        room = depth[pixels[:, 0], pixels[:, 1]]
        drawn = np.array([tuple(pixel) in path for pixel in pixels])
        appeal = -np.abs(room - margin) - 1.2 * np.abs(bends) - 2 * drawn + rng.normal(0, 0.5, bends.size)
        best = int(np.argmax(np.where(room > brush, appeal, -np.inf)))
        if room[best] <= brush:
            break
        here, heading = ahead[best], heading + bends[best]
        path[tuple(pixels[best])] = None
    return list(path)
