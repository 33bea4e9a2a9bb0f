"""Units of length as files write them, and as people read them."""

from typing import Any

_SPELLINGS = {
    "voxel": ("", "none", "pixel", "pixels", "px", "voxels"),
    "nm": ("nanometer", "nanometers", "nanometre", "nanometres"),
    "µm": ("um", "μm", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres"),
    "mm": ("millimeter", "millimeters", "millimetre", "millimetres"),
    "cm": ("centimeter", "centimeters", "centimetre", "centimetres"),
    "m": ("meter", "meters", "metre", "metres"),
    "inch": ("inches", "in", '"'),
    "Å": ("angstrom", "angstroms", "ångström", "\u212b"),
}
_PLAIN = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}


def plain_unit(word: Any) -> str:
    """One spelling for each unit; a word that is not known stays, nothing is `voxel`.

    >>> plain_unit("micron"), plain_unit("\\\\u00B5m"), plain_unit(None), plain_unit("furlong")
    ('µm', 'µm', 'voxel', 'furlong')
    """
    text = "" if word is None else _unescaped(str(word)).strip()
    return _PLAIN.get(text.lower(), text)


_LONG = {"nm": "nanometer", "µm": "micrometer", "mm": "millimeter", "cm": "centimeter", "m": "meter", "Å": "angstrom"}


def long_unit(unit: str) -> str:
    """A unit as OME-Zarr writes it; a word that is not known stays.

    >>> long_unit("µm"), long_unit("furlong")
    ('micrometer', 'furlong')
    """
    return _LONG.get(unit, unit)


def _unescaped(text: str) -> str:
    """ImageJ writes what is not ASCII as \\uXXXX."""
    try:
        return text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    except UnicodeDecodeError:
        return text


_MICROMETRES = {"nm": 1e-3, "µm": 1.0, "mm": 1e3, "cm": 1e4, "m": 1e6, "inch": 25400.0, "Å": 1e-4}


def in_micrometres(unit: str) -> float | None:
    """How many micrometres a unit is; None when it is no unit of length.

    >>> in_micrometres("mm"), in_micrometres("voxel")
    (1000.0, None)
    """
    return _MICROMETRES.get(unit)
