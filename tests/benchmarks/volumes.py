"""Volumes to measure on: two phases of blobs with noise, and strokes in each."""

import numpy as np

MARKED_PLANES = (0.25, 0.5, 0.75)
STROKES, STROKE_LENGTH, STROKE_RADIUS = 6, 40, 2


def make_volume(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image uint16, truth and markers uint8 (side³): two phases of blobs, blurred, with noise."""
    from scipy import ndimage
    from skimage.data import binary_blobs

    rng = np.random.default_rng(0)
    phases = binary_blobs(side, blob_size_fraction=24 / side, n_dim=3, volume_fraction=0.5, rng=0)
    noisy = ndimage.gaussian_filter(phases.astype(np.float32), 1.0) + rng.normal(0, 0.25, phases.shape)
    image = np.clip(20000 + 12000 * noisy, 0, 65535).astype(np.uint16)
    truth = phases.astype(np.uint8) + 1
    markers = np.zeros_like(truth)
    for plane in MARKED_PLANES:
        z = int(plane * side)
        for label in (1, 2):
            _draw_strokes(markers[z], truth[z] == label, label, rng)
    return image, truth, markers


def _draw_strokes(plane: np.ndarray, inside: np.ndarray, label: int, rng: np.random.Generator) -> None:
    """Straight strokes in the interior of one phase."""
    from scipy import ndimage

    interior = ndimage.binary_erosion(inside, iterations=STROKE_RADIUS)
    ys, xs = np.nonzero(interior)
    disk = np.hypot(*np.mgrid[-STROKE_RADIUS : STROKE_RADIUS + 1, -STROKE_RADIUS : STROKE_RADIUS + 1]) <= STROKE_RADIUS
    for _ in range(STROKES):
        start = rng.integers(len(ys))
        angle = rng.uniform(0, 2 * np.pi)
        steps = np.arange(STROKE_LENGTH)
        line_y = np.round(ys[start] + steps * np.sin(angle)).astype(int)
        line_x = np.round(xs[start] + steps * np.cos(angle)).astype(int)
        within = (line_y >= 0) & (line_y < plane.shape[0]) & (line_x >= 0) & (line_x < plane.shape[1])
        line = np.zeros(plane.shape, bool)
        line[line_y[within], line_x[within]] = True
        plane[ndimage.binary_dilation(line, disk) & interior] = label


def mean_dice(label: np.ndarray, truth: np.ndarray) -> float:
    both = [((label == k) & (truth == k)).sum() for k in (1, 2)]
    sizes = [(label == k).sum() + (truth == k).sum() for k in (1, 2)]
    return float(np.mean([2 * b / s for b, s in zip(both, sizes, strict=True)]))
