"""Labels as smooth surfaces, markers as voxels. Only the drawing child imports this."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkPolyDataNormals, vtkSurfaceNets3D
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from annotat3d_tui.render.oblique import Vector
from annotat3d_tui.render.scene.solid import image_of

MOST_VOXELS, MOST_COARSE = 1 << 24, 1 << 20
"""Surfaces are made from at most so many voxels of the box that the labels fill; fewer while the camera moves."""
SMOOTHINGS = 12


class Faces:
    """Surfaces of labels: points (n, 3) x y z, faces (m, 3) of points, the label of each point."""

    def __init__(self, points: NDArray[np.float32], faces: NDArray[np.int64], labels: NDArray[np.int64]) -> None:
        self.points, self.faces, self.labels = points, faces, labels


def surfaces_of(ids: NDArray[Any], shown: NDArray[np.bool_], size: Vector, most_voxels: int) -> tuple[Faces, Faces]:
    """The surfaces of the labels that `shown` (by id) has: those to nothing else, and those to another label shown.

    Each label has a whole surface of its own, so that a label is also seen where another one is cut away.
    """
    whole = shown[ids]
    where = _box(whole)
    if where is None:
        nothing = Faces(np.empty((0, 3), np.float32), np.empty((0, 3), np.int64), np.empty(0, np.int64))
        return nothing, nothing
    part, mask = ids[where], whole[where]
    step = max(round((part.size / most_voxels) ** (1 / 3) + 0.499), 1)
    some = tuple(slice(min(step // 2, length - 1), None, step) for length in part.shape)
    part, mask = part[some], mask[some]
    present = np.flatnonzero(np.bincount(part[mask], minlength=1))
    rank = np.zeros(len(shown) + 1, np.uint16)
    rank[present] = np.arange(1, len(present) + 1)
    padded = np.zeros([length + 2 for length in part.shape], np.uint16)
    padded[1:-1, 1:-1, 1:-1] = np.where(mask, rank[part], 0)
    cell = tuple(length * (step if count > 1 else 1) for length, count in zip(size, whole[where].shape, strict=True))
    first = [one.start / (step if one.stop - one.start > 1 else 1) - 0.5 for one in where]
    image, kept = image_of(padded, (cell[0], cell[1], cell[2]), (first[0], first[1], first[2]))
    nets = vtkSurfaceNets3D()
    nets.SetInputData(image)
    nets.SetBackgroundLabel(0)
    nets.GenerateLabels(len(present), 1, len(present))
    nets.SetSmoothing(True)
    nets.SetNumberOfIterations(SMOOTHINGS)
    nets.SetOutputMeshTypeToTriangles()
    nets.Update()
    del kept
    return _parted(nets.GetOutput(), np.insert(present, 0, 0))


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice, slice] | None:
    ranges = []
    for axis in range(3):
        there = np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis})))
        if not len(there):
            return None
        ranges.append(slice(int(there[0]), int(there[-1]) + 1))
    return ranges[0], ranges[1], ranges[2]


def _parted(mesh: Any, id_of: NDArray[np.intp]) -> tuple[Faces, Faces]:
    """The outer faces, and both sides of the inner ones; points are a label's own."""
    if not mesh.GetNumberOfPolys():
        return surfaces_of(np.zeros((1, 1, 1), np.uint8), np.zeros(1, np.bool_), (1, 1, 1), 1)
    points = vtk_to_numpy(mesh.GetPoints().GetData()).astype(np.float32)
    faces = vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).astype(np.int64).reshape(-1, 3)
    sides = vtk_to_numpy(mesh.GetCellData().GetArray("BoundaryLabels")).astype(np.int64)
    first, second = sides[:, 0], sides[:, 1]
    inner = (first > 0) & (second > 0)
    outer = np.where(first > 0, first, second)
    turned = np.where((first > 0)[:, None], faces, faces[:, ::-1])
    parts = [
        _own_points(points, turned[~inner], outer[~inner], id_of),
        _own_points(
            points,
            np.concatenate([faces[inner], faces[inner][:, ::-1]]),
            np.concatenate([first[inner], second[inner]]),
            id_of,
        ),
    ]
    return parts[0], parts[1]


def _own_points(
    points: NDArray[np.float32], faces: NDArray[np.int64], ranks: NDArray[np.int64], id_of: NDArray[np.intp]
) -> Faces:
    keys = faces + ranks[:, None] * len(points)
    own, index = np.unique(keys, return_inverse=True)
    return Faces(points[own % len(points)], index.reshape(faces.shape), id_of[own // len(points)])


def actor_of(faces: Faces, colours: NDArray[np.uint8], *, culled: bool, flat: bool = False) -> vtkActor:
    """Surfaces with the colours (ids, 4) of their labels; culled: seen from outside alone."""
    data = vtkPolyData()
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(faces.points), deep=True))
    data.SetPoints(points)
    cells = vtkCellArray()
    offsets = np.arange(0, faces.faces.size + 1, 3, dtype=np.int64)
    cells.SetData(
        numpy_to_vtkIdTypeArray(offsets, deep=True), numpy_to_vtkIdTypeArray(faces.faces.ravel().copy(), deep=True)
    )
    data.SetPolys(cells)
    data.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(colours[faces.labels, :3]), deep=True))
    if not flat:
        normals = vtkPolyDataNormals()
        normals.SetInputData(data)
        normals.SplittingOff()
        normals.ConsistencyOff()
        normals.Update()
        data = normals.GetOutput()
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.SetColorModeToDirectScalars()
    actor = vtkActor()
    actor.SetMapper(mapper)
    property = actor.GetProperty()
    property.SetBackfaceCulling(culled)
    property.SetAmbient(0.12)
    property.SetDiffuse(0.88)
    property.SetSpecular(0.18)
    property.SetSpecularPower(30)
    if flat:
        property.SetInterpolationToFlat()
    return actor


def marker_faces(voxels: NDArray[np.int32], labels: NDArray[np.int64], size: Vector) -> Faces:
    """The sides of marked voxels (n, 3) that no other marked voxel covers."""
    if not len(voxels):
        return Faces(np.empty((0, 3), np.float32), np.empty((0, 3), np.int64), np.empty(0, np.int64))
    shape = voxels.max(axis=0).astype(np.int64) + 3
    flat = np.ravel_multi_index(tuple((voxels + 1).T), tuple(shape))
    order = np.argsort(flat)
    corners, kept = [], []
    sorted_flat = flat[order]
    for axis in range(3):
        for side in (0, 1):
            step = int(np.prod(shape[axis + 1 :])) * (1 if side else -1)
            at = np.searchsorted(sorted_flat, flat + step)
            there = (at < len(flat)) & (sorted_flat[np.minimum(at, len(flat) - 1)] == flat + step)
            bare = np.flatnonzero(~there)
            one, other = [a for a in range(3) if a != axis]
            square = np.zeros((4, 3))
            square[:, axis] = side
            square[[1, 2], one] = 1
            square[[2, 3], other] = 1
            corners.append((voxels[bare][:, None, :] + square[None]) * np.array(size))
            kept.append(labels[bare])
    squares = np.concatenate(corners)
    first = np.arange(len(squares))[:, None] * 4
    faces = np.concatenate([first + np.array([0, 1, 2]), first + np.array([0, 2, 3])])
    points = squares.reshape(-1, 3)[:, ::-1].astype(np.float32)
    return Faces(points, faces, np.repeat(np.concatenate(kept), 4))
