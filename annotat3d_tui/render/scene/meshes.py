"""Meshes of labels: their arithmetic, and the files that other programs read. Lengths are in the unit of the voxels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.parameters import Parameters, parameter
from annotat3d_tui.render.scene.grid import Floats
from annotat3d_tui.volume.writing import written_aside

FORMATS = (".stl", ".ply", ".obj")
CORRECTIONS = 4


@dataclass(frozen=True)
class Surfacing(Parameters):
    """How the surface of a label is made."""

    kind = "surfacing"
    smoothing: int = parameter(20, "rounds of smoothing; 0 keeps the sides of the voxels", minimum=0, maximum=500)
    keep: float = parameter(1.0, "share of the faces that is kept", minimum=0.001, maximum=1.0)


@dataclass(frozen=True)
class Mesh:
    """The surface of a label: points (n, 3) x y z, faces (m, 3) of points, seen counter-clockwise from outside.

    voxels: how many the label has.
    """

    label: int
    points: Floats
    faces: NDArray[np.int64]
    voxels: int

    @property
    def volume(self) -> float:
        """What it encloses."""
        return volume_of(self.points, self.faces)

    @property
    def surface(self) -> float:
        """The area of its faces."""
        return float(np.linalg.norm(_twice_areas(self.points, self.faces), axis=1).sum() / 2)

    @property
    def closed(self) -> bool:
        """Whether it has no border: each edge belongs to an even number of faces."""
        edges = np.sort(np.concatenate([self.faces[:, [0, 1]], self.faces[:, [1, 2]], self.faces[:, [2, 0]]]), axis=1)
        keys = edges[:, 0] * (len(self.points) + 1) + edges[:, 1]
        return bool((np.unique(keys, return_counts=True)[1] % 2 == 0).all())


def volume_of(points: Floats, faces: NDArray[np.int64]) -> float:
    """What a closed surface encloses, above 0 where its faces are seen counter-clockwise from outside.

    >>> corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    >>> round(volume_of(corners, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])), 6)
    0.166667
    """
    if not len(faces):
        return 0.0
    a, b, c = (points[faces[:, corner]] - points.mean(axis=0) for corner in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def filled_up(points: Floats, faces: NDArray[np.int64], volume: float) -> Floats:
    """The points moved along their normals, all by the same length, so that the surface encloses a volume."""
    for _ in range(CORRECTIONS):
        areas = _twice_areas(points, faces)
        normals = np.zeros_like(points)
        for corner in range(3):
            np.add.at(normals, faces[:, corner], areas)
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        normals = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
        surface = float(np.linalg.norm(areas, axis=1).sum() / 2)
        if not surface:
            return points
        points = points + normals * ((volume - volume_of(points, faces)) / surface)
    return points


def save_meshes(
    path: Path | str,
    meshes: Sequence[Mesh],
    unit: str = "voxel",
    names: Mapping[int, str] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write meshes into one file by its suffix: STL, PLY with the colours of labels, or OBJ with an object for each.

    Raises InvalidParameter for another suffix, OutputExists or CannotWrite.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise InvalidParameter(f"A mesh must be written as {', '.join(FORMATS)}, received {path}: name it so.")
    words = unit.encode("ascii", "replace").decode() if unit != "µm" else "um"
    with written_aside(path, overwrite) as aside:
        {".stl": _write_stl, ".ply": _write_ply, ".obj": _write_obj}[suffix](aside, meshes, words, names or {})
    return Path(path)


def _twice_areas(points: Floats, faces: NDArray[np.int64]) -> Floats:
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    return np.asarray(np.cross(b - a, c - a))


def _write_stl(path: Path, meshes: Sequence[Mesh], unit: str, _: Mapping[int, str]) -> None:
    facet = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    with path.open("wb") as file:
        file.write(f"annotat3d; lengths in {unit}".encode("ascii", "replace")[:79].ljust(80))
        file.write(np.uint32(sum(len(mesh.faces) for mesh in meshes)).tobytes())
        for mesh in meshes:
            facets = np.zeros(len(mesh.faces), facet)
            normals = _twice_areas(mesh.points, mesh.faces)
            lengths = np.linalg.norm(normals, axis=1, keepdims=True)
            facets["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
            facets["corners"] = mesh.points[mesh.faces]
            file.write(facets.tobytes())


def _write_ply(path: Path, meshes: Sequence[Mesh], unit: str, _: Mapping[int, str]) -> None:
    vertex = np.dtype([("place", "<f4", 3), ("colour", "u1", 3), ("label", "<i4")])
    face = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
    points, faces = sum(len(mesh.points) for mesh in meshes), sum(len(mesh.faces) for mesh in meshes)
    header = [
        "ply", "format binary_little_endian 1.0", f"comment annotat3d; lengths in {unit}", f"element vertex {points}",
        *(f"property float {axis}" for axis in "xyz"), *(f"property uchar {one}" for one in ("red", "green", "blue")),
        "property int label", f"element face {faces}", "property list uchar int vertex_indices", "end_header",
    ]  # fmt: skip
    with path.open("wb") as file:
        file.write(("\n".join(header) + "\n").encode("ascii"))
        for mesh in meshes:
            rows = np.zeros(len(mesh.points), vertex)
            rows["place"], rows["colour"], rows["label"] = mesh.points, colour_of(mesh.label), mesh.label
            file.write(rows.tobytes())
        before = 0
        for mesh in meshes:
            cells = np.zeros(len(mesh.faces), face)
            cells["count"], cells["corners"] = 3, mesh.faces + before
            before += len(mesh.points)
            file.write(cells.tobytes())


def _write_obj(path: Path, meshes: Sequence[Mesh], unit: str, names: Mapping[int, str]) -> None:
    before = 1
    with path.open("w", encoding="utf-8") as file:
        file.write(f"# annotat3d; lengths in {unit}\n")
        for mesh in meshes:
            name = "_".join(names.get(mesh.label, f"label_{mesh.label}").split())
            file.write(f"o {name}\n")
            red, green, blue = (value / 255 for value in colour_of(mesh.label))
            for x, y, z in mesh.points.tolist():
                file.write(f"v {x:.7g} {y:.7g} {z:.7g} {red:.3f} {green:.3f} {blue:.3f}\n")
            for a, b, c in (mesh.faces + before).tolist():
                file.write(f"f {a} {b} {c}\n")
            before += len(mesh.points)


def packed(points: Floats, faces: NDArray[np.int64]) -> tuple[dict[str, Any], Floats]:
    """Points and faces as one array of numbers, and how many there are of each."""
    return {"points": len(points), "faces": len(faces)}, np.concatenate([points.ravel(), faces.ravel().astype(float)])


def unpacked(facts: Mapping[str, Any], numbers: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """What `packed` gave.

    >>> facts, numbers = packed(np.ones((2, 3)), np.array([[0, 1, 0]]))
    >>> [part.shape for part in unpacked(facts, numbers)]
    [(2, 3), (1, 3)]
    """
    end = 3 * int(facts["points"])
    faces = numbers[end : end + 3 * int(facts["faces"])]
    return numbers[:end].reshape(-1, 3).copy(), faces.astype(np.int64).reshape(-1, 3)
