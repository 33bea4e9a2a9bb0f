"""Surfaces of labels as closed meshes, for other programs. Only a child process imports this: it loads PyVista."""

from typing import Any

import numpy as np
import pyvista
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersCore import vtkSurfaceNets3D

from annotat3d_tui.render.scene.grid import Floats
from annotat3d_tui.render.scene.meshes import filled_up, packed, volume_of
from annotat3d_tui.render.scene.solid import image_of

PASS_BAND = 0.06
"""How much of the finest detail a smoothing leaves (Taubin, *SIGGRAPH* 1995)."""


def meshed(mask: NDArray[np.uint8], asked: dict[str, Any]) -> tuple[dict[str, Any], Floats]:
    """The mesh of the voxels of a mask (Z, Y, X) that has a rim of zeros, packed.

    asked: size (z, y, x) of a voxel; first: where the middle of the first voxel lies, in voxels; smoothing and keep of
    `Surfacing`. What smoothing and thinning take away or add is made up for: the volume is that of the voxels.
    """
    image, kept = image_of(mask, asked["size"], asked["first"])
    nets = vtkSurfaceNets3D()
    nets.SetInputData(image)
    nets.SetBackgroundLabel(0)
    nets.SetValue(0, 1)
    nets.SetSmoothing(False)
    nets.SetOutputMeshTypeToTriangles()
    nets.Update()
    del kept
    mesh = _joined(nets.GetOutput())
    if asked["smoothing"] and mesh.n_cells:
        mesh = mesh.smooth_taubin(
            n_iter=asked["smoothing"], pass_band=PASS_BAND, non_manifold_smoothing=True, normalize_coordinates=True
        )
    if asked["keep"] < 1 and mesh.n_cells:
        mesh = mesh.decimate(1 - asked["keep"], volume_preservation=True)
    points = np.asarray(mesh.points, np.float64)
    faces = _faces(mesh)
    if volume_of(points, faces) < 0:
        faces = faces[:, ::-1]
    if asked["smoothing"] or asked["keep"] < 1:
        points = filled_up(points, faces, float(np.count_nonzero(mask)) * float(np.prod(asked["size"])))
    return packed(points, faces)


def _joined(mesh: Any) -> Any:
    """The same faces, where voxels meet in an edge or a corner, too, on the same points: then they leave no gap."""
    if not mesh.GetNumberOfPoints():
        return pyvista.PolyData()
    points, index = np.unique(vtk_to_numpy(mesh.GetPoints().GetData()), axis=0, return_inverse=True)
    return pyvista.PolyData.from_regular_faces(points.astype(np.float64), index.ravel()[_faces(mesh)])


def _faces(mesh: Any) -> NDArray[np.int64]:
    return np.asarray(vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3), np.int64)
