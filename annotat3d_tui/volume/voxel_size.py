"""The size of a voxel as a file says it: three lengths in one unit, and what of it is not in the file."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from annotat3d_tui.volume.units import in_micrometres

COMMON = "µm"
"""The unit of lengths that a file has in several."""
ASSUMED = "assumed, not in the file"
Z_ASSUMED = f"z {ASSUMED}"
"""The note of a volume whose slices have a size and no distance; of a single slice it says nothing."""


class VoxelSize(NamedTuple):
    """Lengths (z, y, x) in `unit`; `note` says in words what the file leaves open, empty where that is nothing."""

    lengths: tuple[float, float, float]
    unit: str
    note: str = ""


UNKNOWN = VoxelSize((1.0, 1.0, 1.0), "voxel")


def voxel_size(
    lengths: tuple[float, float, float], units: Sequence[str], assumed: str = "", units_assumed: str = ""
) -> VoxelSize:
    """Lengths (z, y, x), each in its own unit, as lengths in one: untouched where there is one only, else in µm.

    assumed: letters of the axes whose length the file does not say; units_assumed: of those whose unit it does not.
    What cannot be converted into each other is not known.

    >>> voxel_size((650.0, 0.65, 0.00065), ("nm", "µm", "mm"))
    VoxelSize(lengths=(0.65, 0.65, 0.65), unit='µm', note='')
    >>> voxel_size((2.0, 0.5, 0.5), ("second", "µm", "µm")).note
    'z in second, y in µm, x in µm cannot be converted into each other'
    >>> voxel_size((0.5, 0.5, 0.5), ("nm", "nm", "nm"), "z").note
    'z assumed, not in the file'
    """
    parts = [_assumed(assumed), _assumed(units_assumed, "unit of ")]
    note = "; ".join(part for part in parts if part)
    if len({*units}) == 1:
        return VoxelSize(lengths, units[0], note)
    if any(in_micrometres(unit) is None for unit in units):
        said = ", ".join(f"{axis} in {unit}" for axis, unit in zip("zyx", units, strict=True))
        return VoxelSize(*UNKNOWN[:2], f"{said} cannot be converted into each other")
    z, y, x = (micrometres(length, unit) for length, unit in zip(lengths, units, strict=True))
    return VoxelSize((z, y, x), COMMON, note)


def micrometres(length: float, unit: str) -> float:
    """A length in µm, to the digits that the length is written with; raises ValueError where `unit` is none.

    >>> micrometres(650.0, "nm"), micrometres(0.07, "mm")
    (0.65, 70.0)
    """
    factor = in_micrometres(unit)
    if factor is None:
        raise ValueError(f"{unit} must be a unit of length: give one.")
    return float(Decimal(repr(float(length))) * Decimal(repr(factor)))


def _assumed(axes: str, what: str = "") -> str:
    return f"{what}{' and '.join(axes)} {ASSUMED}" if axes else ""
