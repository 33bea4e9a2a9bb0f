"""The image as a volume, by ray casting. Only the drawing child imports this."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume, vtkVolumeProperty
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

from annotat3d_tui.render.oblique import Vector
from annotat3d_tui.render.scene.levels import COARSE_SIDE, halved, without_rim
from annotat3d_tui.render.scene.scene import COARSE, POSTER
from annotat3d_tui.render.scene.transfer import Transfer


class Solid:
    """One volume of numbers, in full and coarse for a moving camera; made when it is first seen."""

    def __init__(self, voxels: NDArray[Any], size: Vector, scale: float, offset: float, software: bool) -> None:
        """Voxels (Z, Y, X) with their rim, of a length (z, y, x); the grey value is number × scale + offset."""
        self._voxels, self._size, self._software = voxels, size, software
        self._scale, self._offset = scale, offset
        self._made: dict[bool, tuple[vtkVolume, Any]] = {}

    def volume(self, quality: str) -> vtkVolume:
        """What the renderer shows for a quality."""
        coarse = quality == COARSE and max(self._voxels.shape) > COARSE_SIDE
        if coarse not in self._made:
            voxels, times = self._voxels, (1, 1, 1)
            if coarse:
                voxels, times = halved(without_rim(voxels), COARSE_SIDE)
                voxels = np.pad(voxels, 1, constant_values=int(self._voxels[0, 0, 0]))
            size = tuple(length * step for length, step in zip(self._size, times, strict=True))
            self._made[coarse] = self._new(voxels, (size[0], size[1], size[2]))
        volume, _ = self._made[coarse]
        mapper = volume.GetMapper()
        if self._software:
            mapper.SetImageSampleDistance(2.0 if quality == COARSE else 1.0)
            mapper.SetSampleDistance(min(self._size) * (1.0 if quality == COARSE else 0.5))
        else:
            mapper.SetSampleDistance(min(self._size) * (0.25 if quality == POSTER else 0.5))
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
