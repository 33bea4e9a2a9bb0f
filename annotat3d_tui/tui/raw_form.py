"""What a person is asked about a RAW file whose name does not say it."""

from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.parameters import Parameters, parameter
from annotat3d_tui.volume.raw import RawProperties, size_in_name, types_in_name
from annotat3d_tui.volume.types import STORED_TYPES

SUFFIXES = (".raw", ".b", ".bin")
LONGEST = 1_000_000


@dataclass(frozen=True)
class RawForm(Parameters):
    """Size, type, byte order and offset of a RAW file."""

    kind = "raw"
    x: int = parameter(1, "columns", unit="voxels", minimum=1, maximum=LONGEST)
    y: int = parameter(1, "rows", unit="voxels", minimum=1, maximum=LONGEST)
    z: int = parameter(1, "slices", unit="voxels", minimum=1, maximum=LONGEST)
    type: str = parameter("uint16", "type of a voxel", choices=tuple(STORED_TYPES))
    byte_order: str = parameter("little", "which byte of a voxel comes first", choices=("little", "big"))
    offset: int = parameter(0, "bytes before the first voxel", unit="bytes", minimum=0)

    def properties(self) -> RawProperties:
        """As a volume is opened with."""
        return RawProperties((self.z, self.y, self.x), self.type, self.byte_order, self.offset)


def lacks_properties(path: Path) -> bool:
    """Whether it is a RAW file whose name does not say its size, or leaves its type open.

    >>> lacks_properties(Path("recon_9x9x9_16bit.raw")), lacks_properties(Path("recon_9x9x9_32bit.raw"))
    (False, True)
    """
    if path.suffix.lower() not in SUFFIXES:
        return False
    return size_in_name(path.name) is None or len(types_in_name(path.name)) != 1


def form_for(path: Path) -> RawForm:
    """A form filled with what the name says."""
    z, y, x = size_in_name(path.name) or (1, 1, 1)
    types = [name for name in types_in_name(path.name) if name in STORED_TYPES]
    return RawForm(x, y, z, types[0] if types else "uint16")
