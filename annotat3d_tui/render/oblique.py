"""A plane that cuts a volume at any angle, sampled between voxels."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter

Vector = tuple[float, float, float]
"""(z, y, x)."""
X, Y, Z = (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Oblique:
    """A plane through `position`, a place in voxels; along its columns runs `across`, along its rows `down`.

    Both are of length 1 and at right angles in lengths, not in voxels, so that nothing is distorted; the plane that is
    given at first is XY.
    """

    position: Vector
    across: Vector = X
    down: Vector = Y

    @property
    def normal(self) -> Vector:
        """Of length 1; towards rising z in the plane XY, rising y in XZ, rising x in YZ."""
        n = np.cross(np.array(self.across)[::-1], np.array(self.down)[::-1])[::-1]
        sign = 1.0 if max(n, key=abs) > 0 else -1.0
        return _vector(sign * n)

    def facing(self, normal: Vector) -> "Oblique":
        """The plane with a normal (z, y, x); x, or where that is the normal y, runs as far along its columns as it can.

        Along its rows runs what is at right angles to both, with z rising where that is not level, else y.
        Raises InvalidParameter where it has no length.

        >>> Oblique((0, 0, 0)).facing((0, 3, 0)).down
        (1.0, 0.0, 0.0)
        """
        n = np.array(normal, float)
        if not (np.isfinite(n).all() and n.any()):
            raise InvalidParameter(f"A normal must have a length, received {normal}: give three numbers x y z.")
        n /= np.linalg.norm(n)
        begin = np.array(X if abs(n[2]) < 1 - 1e-9 else Y)
        across = begin - n * (begin @ n)
        across /= np.linalg.norm(across)
        down = np.cross(n[::-1], across[::-1])[::-1]
        height = next((value for value in down if abs(value) > 1e-9), 1.0)
        upright = down[1] if abs(n[0]) >= math.sqrt(0.5) else height
        return replace(self, across=_vector(across), down=_vector(down if upright > 0 else -down))

    def turned(self, columns: float, rows: float) -> "Oblique":
        """The plane turned by angles in degrees: about its rows' direction, about its columns' direction."""
        across, down = np.array(self.across), np.array(self.down)
        n = np.cross(across[::-1], down[::-1])[::-1]
        angle = math.radians(columns)
        across, n = across * math.cos(angle) + n * math.sin(angle), n * math.cos(angle) - across * math.sin(angle)
        angle = math.radians(rows)
        down = down * math.cos(angle) + n * math.sin(angle)
        return replace(self, across=_vector(across), down=_vector(down))

    def moved(self, columns: float, rows: float, along: float, sizes: Vector) -> "Oblique":
        """The plane moved in itself and along its normal, by so many finest voxels of these sizes."""
        way = columns * np.array(self.across) + rows * np.array(self.down) + along * np.array(self.normal)
        return replace(self, position=_vector(self.position + way * min(sizes) / np.array(sizes)))

    def places(self, screen: tuple[int, int], pixels_a_voxel: float, sizes: Vector) -> NDArray[np.float64]:
        """Where pixels (rows, columns) of a screen lie, in voxels (3, rows, columns), the position in the middle."""
        rows, columns = screen
        step = min(sizes) / pixels_a_voxel
        right = (np.arange(columns) - columns // 2) * step
        below = (np.arange(rows) - rows // 2) * step
        axes = [np.array(vector)[:, None, None] for vector in (self.across, self.down)]
        way = axes[0] * right[None, None, :] + axes[1] * below[None, :, None]
        size = np.array(sizes)[:, None, None]
        return np.asarray(np.array(self.position)[:, None, None] + way / size)


@dataclass(frozen=True)
class Clipping:
    """A plane as it is looked at: how near, in half-blocks per finest voxel, and whether it is locked."""

    plane: Oblique
    zoom: float
    locked: bool = False

    @classmethod
    def from_dict(cls, content: Any) -> "Clipping":
        """What `asdict` gave; raises ValueError, KeyError or TypeError for what is none.

        >>> from dataclasses import asdict
        >>> Clipping.from_dict(asdict(Clipping(Oblique((1, 2, 3)), 2.0, True))).plane == Oblique((1, 2, 3))
        True
        """
        position, across, down = (np.array(content["plane"][name], float) for name in ("position", "across", "down"))
        zoom, both = float(content["zoom"]), np.stack([across, down])
        if position.shape != (3,) or both.shape != (2, 3) or not np.allclose(both @ both.T, np.eye(2)):
            raise ValueError("a clipping plane with other directions")
        if not (np.isfinite(position).all() and 0 < zoom < math.inf):
            raise ValueError("a clipping plane that lies nowhere")
        return cls(Oblique(_vector(position), _vector(across), _vector(down)), zoom, bool(content["locked"]))


def _vector(values: NDArray[np.float64]) -> Vector:
    z, y, x = (float(value) + 0.0 for value in np.where(np.abs(values) < 1e-12, 0.0, values))
    return z, y, x


def inside(places: NDArray[np.float64], shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Which places (3, …) lie in a voxel of a volume."""
    ends = np.array(shape).reshape((3,) + (1,) * (places.ndim - 1)) - 0.5
    return np.asarray(((places >= -0.5) & (places < ends)).all(axis=0))


def greys_at(volume: NDArray[Any], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Grey values between voxels, trilinear, of places (3, n); beyond the middle of the last voxel its own."""
    from scipy.ndimage import map_coordinates

    return np.asarray(map_coordinates(volume, places, output=np.float64, order=1, mode="nearest"))


def labels_at(volume: NDArray[Any], places: NDArray[np.float64]) -> NDArray[Any]:
    """The values of the voxels in which places (3, n) lie, all in the volume."""
    z, y, x = np.floor(places + 0.5).astype(np.int64)
    return np.asarray(volume[z, y, x])


def known_sizes(voxel_size: Vector) -> Vector:
    """The size of a voxel (z, y, x); 1 where that is none.

    >>> known_sizes((2.0, 0.0, math.inf))
    (2.0, 1.0, 1.0)
    """
    z, y, x = (size if math.isfinite(size) and size > 0 else 1.0 for size in voxel_size)
    return z, y, x
