"""Voxel size and unit in a TIFF: as ImageJ, OME, tifffile and plain resolution tags have them."""

import math
import xml.etree.ElementTree as xml
from collections.abc import Mapping
from typing import Any

import tifffile

from annotat3d_tui.volume.units import plain_unit
from annotat3d_tui.volume.voxel_size import UNKNOWN, VoxelSize, voxel_size

_CENTIMETRE = 3
_EXACT = "voxel_size"
_RESOLUTION_UNIT = 296
_RESOLUTION = {"x": 282, "y": 283}


def read_voxel_size(tif: tifffile.TiffFile, page: tifffile.TiffPage) -> VoxelSize:
    """Voxel size (z, y, x) and its unit; 1 voxel where the file says nothing, and where units do not fit together.

    The resolution tags of a plain TIFF count when they are per centimetre: per inch they are what
    a printer should do.
    """
    if tif.is_ome and (found := _from_ome(tif.ome_metadata or "")):
        return found
    said = _description(tif)
    if _EXACT in said and (exact := _exact(str(said[_EXACT]))):
        return voxel_size(exact, _units(said))
    if "unit" in said or "spacing" in said:
        y, x, assumed = _pixel_size(page, 1.0)
        return voxel_size((_positive(said.get("spacing"), 1.0), y, x), _units(said), _assumed_z(tif, said) + assumed)
    if _tag(page, _RESOLUTION_UNIT) == _CENTIMETRE:
        y, x, assumed = _pixel_size(page, 10_000.0)
        return voxel_size((y, y, x), ("µm",) * 3, "z" + assumed)
    return UNKNOWN


def description(depth: int, voxel_size: tuple[float, float, float], unit: str) -> str:
    """The description that ImageJ reads, with the voxel size to the last digit for `read_voxel_size`.

    Source: ImageJ, ij.io.FileSaver.getDescriptionString.
    """
    escaped = "pixel" if unit == "voxel" else unit.encode("ascii", "backslashreplace").decode()
    escaped = escaped.replace("\\xb5", "\\u00B5")
    exact = ",".join(repr(float(length)) for length in voxel_size)
    lines = ["ImageJ=1.54f", f"images={depth}", f"slices={depth}", f"unit={escaped}", f"spacing={voxel_size[0]!r}"]
    return "\n".join([*lines, "loop=false", f"{_EXACT}={exact}", ""])


def _description(tif: tifffile.TiffFile) -> Mapping[str, Any]:
    if tif.is_imagej:
        return tif.imagej_metadata or {}
    shaped = tif.shaped_metadata
    return shaped[0] if shaped else {}


def _units(said: Mapping[str, Any]) -> tuple[str, str, str]:
    """Units along z, y, x: ImageJ writes those of y and z only where they differ from that of x."""
    x = plain_unit(said.get("unit"))
    return plain_unit(said.get("zunit", x)), plain_unit(said.get("yunit", x)), x


def _assumed_z(tif: tifffile.TiffFile, said: Mapping[str, Any]) -> str:
    """The letter z where the size along it is not said; ImageJ leaves out the 1 of a stack."""
    is_one = "spacing" not in said and tif.is_imagej and said.get("images", 1) != 1
    return "" if is_one or _positive(said.get("spacing"), 0.0) else "z"


def _exact(text: str) -> tuple[float, float, float] | None:
    lengths = [_positive(word, 0.0) for word in text.split(",")]
    return (lengths[0], lengths[1], lengths[2]) if len(lengths) == 3 and all(lengths) else None


def _from_ome(text: str) -> VoxelSize | None:
    """Size and unit of the first image of OME-XML; a length without a unit is in µm, as OME defines.

    A length that is not said is that of the axis before, x, y, z, in its unit.
    """
    try:
        root = xml.fromstring(text)
    except xml.ParseError:
        return None
    pixels = next((one for one in root.iter() if one.tag.endswith("}Pixels")), None)
    if pixels is None or "PhysicalSizeX" not in pixels.attrib:
        return None
    length, unit, assumed = 1.0, plain_unit(pixels.get("PhysicalSizeXUnit", "µm")), ""
    lengths, units = [], []
    for axis in "XYZ":
        if said := _positive(pixels.get(f"PhysicalSize{axis}"), 0.0):
            length, unit = said, plain_unit(pixels.get(f"PhysicalSize{axis}Unit", "µm"))
        else:
            assumed = axis.lower() + assumed
        lengths.append(length)
        units.append(unit)
    return voxel_size((lengths[2], lengths[1], lengths[0]), units[::-1], assumed)


def _pixel_size(page: tifffile.TiffPage, unit: float) -> tuple[float, float, str]:
    """Size of a pixel (y, x), from the number of pixels in one `unit`, and the axes of which it is not said."""
    x = _units_per_pixel(_tag(page, _RESOLUTION["x"]), unit)
    y = _units_per_pixel(_tag(page, _RESOLUTION["y"]), unit)
    return y or x or 1.0, x or 1.0, ("" if y else "y") + ("" if x else "x")


def _tag(page: tifffile.TiffPage, code: int) -> Any:
    tag = page.tags.get(code)
    return None if tag is None else tag.value


def _units_per_pixel(ratio: Any, unit: float) -> float:
    """The size of a pixel that a resolution tag (pixels, units) says, 0 when it says nothing; divided once only."""
    try:
        count, units = ratio
        return _positive(unit * units / count, 0.0)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0


def _positive(value: Any, otherwise: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return otherwise
    return number if number > 0 and math.isfinite(number) else otherwise
