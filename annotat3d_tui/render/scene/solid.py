"""The image as a volume, by ray casting. Only the drawing child imports this."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume, vtkVolumeProperty
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.render.oblique import Vector
from annotat3d_tui.render.scene.levels import COARSE_SIDE, halved, without_rim
from annotat3d_tui.render.scene.scene import COARSE, POSTER
from annotat3d_tui.render.scene.transfer import Transfer

PIXELS_A_VOXEL = 2
"""In a still picture on the screen a voxel may be so many pixels long before finer ones are made."""


class Solid:
    """One volume of numbers, in full and in fewer for pictures that show no more; each made when it is first seen."""

    def __init__(self, voxels: NDArray[Any], size: Vector, scale: float, offset: float, software: bool) -> None:
        """Voxels (Z, Y, X) with their rim, of a length (z, y, x); the grey value is number × scale + offset."""
        self._voxels, self._size, self._software = voxels, size, software
        self._scale, self._offset = scale, offset
        self._made: dict[int, tuple[vtkVolume, Any, float]] = {}

    def volume(self, quality: str, pixels: float = math.inf, rays: float = 1.0) -> vtkVolume:
        """What the renderer shows for a quality; pixels: of the picture along the longest edge of the box;
        rays: one every so many pixels.

        Lighting a volume takes seconds when it is first seen, so that its voxels are not to be much finer than pixels.
        """
        longest = max(self._voxels.shape) - 2
        step = -(-longest // COARSE_SIDE)
        if quality != COARSE:
            step = 1 if quality == POSTER else min(max(int(PIXELS_A_VOXEL * longest / max(pixels, 1.0)), 1), step)
        if step not in self._made:
            voxels, times = self._voxels, (1, 1, 1)
            if step > 1:
                voxels, times = halved(without_rim(voxels), -(-longest // step))
                voxels = np.pad(voxels, 1, constant_values=int(self._voxels[0, 0, 0]))
            z, y, x = (length * one for length, one in zip(self._size, times, strict=True))
            self._made[step] = (*self._new(voxels, (z, y, x)), min(z, y, x))
        volume, _, finest = self._made[step]
        mapper = volume.GetMapper()
        if self._software:
            mapper.SetImageSampleDistance(2.0 if quality == COARSE else rays)
            mapper.SetSampleDistance(finest * (1.0 if quality == COARSE else 0.5))
        else:
            mapper.SetSampleDistance(finest * (0.25 if quality == POSTER else 0.5))
        return volume

    def look(self, volume: vtkVolume, transfer: Transfer, diagonal: float, planes: Any) -> None:
        """Set colours, opacities and the clipping planes, a vtkPlaneCollection."""
        colours, opacities = vtkColorTransferFunction(), vtkPiecewiseFunction()
        for grey, colour, opacity in zip(transfer.greys, transfer.colours, transfer.opacities, strict=True):
            number = (float(grey) - self._offset) / self._scale
            colours.AddRGBPoint(number, *map(float, colour))
            opacities.AddPoint(number, float(opacity))
        property: vtkVolumeProperty = volume.GetProperty()
        property.SetColor(colours)
        property.SetScalarOpacity(opacities)
        property.SetScalarOpacityUnitDistance(transfer.unit * diagonal or min(self._size))
        property.SetShade(transfer.shaded)
        mapper = volume.GetMapper()
        mapper.SetBlendMode(1 if transfer.brightest else 0)  # MAXIMUM_INTENSITY_BLEND, COMPOSITE_BLEND
        mapper.SetClippingPlanes(planes)

    def _new(self, voxels: NDArray[Any], size: Vector) -> tuple[vtkVolume, Any]:
        image, kept = image_of(voxels, size, (-0.5, -0.5, -0.5))
        mapper = vtkFixedPointVolumeRayCastMapper() if self._software else vtkOpenGLGPUVolumeRayCastMapper()
        mapper.SetInputData(image)
        mapper.SetAutoAdjustSampleDistances(False)
        if self._software:
            mapper.SetIntermixIntersectingGeometry(True)
            mapper.SetNumberOfThreads(available_threads())
        volume = vtkVolume()
        volume.SetMapper(mapper)
        property = volume.GetProperty()
        property.SetInterpolationTypeToLinear()
        property.SetAmbient(0.18)
        property.SetDiffuse(0.85)
        property.SetSpecular(0.25)
        property.SetSpecularPower(24.0)
        return volume, kept


def image_of(voxels: NDArray[Any], size: Vector, first: Vector) -> tuple[vtkImageData, Any]:
    """Voxels (Z, Y, X) in space, the middle of the first at so many voxels; and what must be kept while it is used."""
    image = vtkImageData()
    image.SetDimensions(*voxels.shape[::-1])
    image.SetSpacing(*size[::-1])
    image.SetOrigin(*(at * length for at, length in zip(first[::-1], size[::-1], strict=True)))
    numbers = numpy_to_vtk(voxels.ravel(), deep=False)
    image.GetPointData().SetScalars(numbers)
    return image, (voxels, numbers)
