"""Slices as pictures on polygons, and lines. Only the drawing child imports this."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture


def picture_actor(rgb: NDArray[np.uint8], corners: Any, places: Any) -> vtkActor:
    """A picture (rows, columns, 3 or 4) on a polygon: its corners (n, 3) z y x, and their places (n, 2) in the picture,
    (right, down), 0…1. It is not lit: a colour in it is the colour seen."""
    image = vtkImageData()
    image.SetDimensions(rgb.shape[1], rgb.shape[0], 1)
    image.GetPointData().SetScalars(numpy_to_vtk(rgb.reshape(-1, rgb.shape[2]), deep=True))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.SetInterpolate(False)
    texture.SetMipmap(rgb.shape[2] == 3)
    texture.SetEdgeClamp(True)
    texture.SetColorModeToDirectScalars()
    data = vtkPolyData()
    data.SetPoints(_points(np.asarray(corners, float)))
    cells = vtkCellArray()
    cells.InsertNextCell(len(corners))
    for number in range(len(corners)):
        cells.InsertCellPoint(number)
    data.SetPolys(cells)
    data.GetPointData().SetTCoords(numpy_to_vtk(np.asarray(places, np.float32), deep=True))
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetTexture(texture)
    actor.ForceOpaqueOn()  # of what is not there nothing is drawn
    actor.GetProperty().SetLighting(False)
    return actor


def lines_actor(lines: NDArray[np.float64], colours: NDArray[np.uint8]) -> vtkActor:
    """Lines (n, 2, 3) z y x in their colours (n, 3), not lit."""
    data = vtkPolyData()
    data.SetPoints(_points(lines.reshape(-1, 3)))
    cells = vtkCellArray()
    for number in range(len(lines)):
        cells.InsertNextCell(2)
        cells.InsertCellPoint(2 * number)
        cells.InsertCellPoint(2 * number + 1)
    data.SetLines(cells)
    data.GetPointData().SetScalars(numpy_to_vtk(np.repeat(colours, 2, axis=0), deep=True))
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.SetColorModeToDirectScalars()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetLighting(False)
    return actor


def _points(places: NDArray[np.float64]) -> vtkPoints:
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(places[:, ::-1], np.float32), deep=True))
    return points
