"""Voxel size and unit in a TIFF: as ImageJ, OME, tifffile and plain resolution tags have them."""

import math
import xml.etree.ElementTree as xml
from collections.abc import Mapping
from typing import Any

import tifffile

from annotat3d_tui.volume.units import plain_unit

_CENTIMETRE = 3
_EXACT = "voxel_size"
_RESOLUTION_UNIT = 296
_RESOLUTION = {"x": 282, "y": 283}

Found = tuple[tuple[float, float, float], str]


def read_voxel_size(tif: tifffile.TiffFile, page: tifffile.TiffPage) -> Found:
    """Voxel size (z, y, x) and its unit; 1 voxel where the file says nothing.

    The resolution tags of a plain TIFF count when they are per centimetre: per inch they are what
    a printer should do.
    """
    if tif.is_ome and (found := _from_ome(tif.ome_metadata or "")):
        return found
    said = _description(tif)
    if _EXACT in said and (exact := _exact(str(said[_EXACT]))):
        return exact, plain_unit(said.get("unit"))
    if "unit" in said or "spacing" in said:
        y, x = _pixel_size(page, 1.0)
        return (_positive(said.get("spacing"), 1.0), y, x), plain_unit(said.get("unit"))
    if _tag(page, _RESOLUTION_UNIT) == _CENTIMETRE:
        y, x = _pixel_size(page, 10_000.0)
        return (y, y, x), "µm"
    return (1.0, 1.0, 1.0), "voxel"


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


def _exact(text: str) -> tuple[float, float, float] | None:
    lengths = [_positive(word, 0.0) for word in text.split(",")]
    return (lengths[0], lengths[1], lengths[2]) if len(lengths) == 3 and all(lengths) else None


def _from_ome(text: str) -> Found | None:
    """Size and unit of the first image of OME-XML; a length without a unit is in µm, as OME defines."""
    try:
        root = xml.fromstring(text)
    except xml.ParseError:
        return None
    pixels = next((one for one in root.iter() if one.tag.endswith("}Pixels")), None)
    if pixels is None or "PhysicalSizeX" not in pixels.attrib:
        return None
    x = _positive(pixels.get("PhysicalSizeX"), 1.0)
    y = _positive(pixels.get("PhysicalSizeY"), x)
    z = _positive(pixels.get("PhysicalSizeZ"), y)
    return (z, y, x), plain_unit(pixels.get("PhysicalSizeXUnit", "µm"))


def _pixel_size(page: tifffile.TiffPage, unit: float) -> tuple[float, float]:
    """Size of a pixel (y, x), from the number of pixels in one `unit`."""
    x = _pixels_per_unit(_tag(page, _RESOLUTION["x"]))
    y = _pixels_per_unit(_tag(page, _RESOLUTION["y"])) or x
    return (unit / y if y else 1.0), (unit / x if x else 1.0)


def _tag(page: tifffile.TiffPage, code: int) -> Any:
    tag = page.tags.get(code)
    return None if tag is None else tag.value


def _pixels_per_unit(ratio: Any) -> float:
    """A resolution tag as a number, 0 when it says nothing."""
    try:
        count, units = ratio
        return _positive(count / units, 0.0)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0


def _positive(value: Any, otherwise: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return otherwise
    return number if number > 0 and math.isfinite(number) else otherwise
