"""Where a volume lies: a file or folder and, where that holds several, which of them: `scan.h5:/entry/data`."""

import os
import re
from pathlib import Path
from typing import NamedTuple

HDF5 = (".h5", ".hdf5", ".hdf", ".he5", ".nxs", ".ims")
ZARR = (".zarr",)
GZIPPED = ".nii.gz"
IMAGES = "TIFF, RAW, HDF5 (FILE.h5:/PATH), OME-Zarr, .npy, NIfTI, MRC, slices ('DIR/*.png')"
"""What can be opened, in the words of helps."""
_SEVERAL = "|".join(re.escape(suffix) for suffix in (*HDF5, *ZARR))
_INSIDE = re.compile(rf"(.*[^/](?:{_SEVERAL})):((?:/.*)?)", re.IGNORECASE | re.DOTALL)


class Place(NamedTuple):
    """A file or folder on the disk, and the path of a volume in it; empty where none is said."""

    file: Path
    inside: str

    @property
    def name(self) -> str:
        """As messages call it, without the folders before."""
        return self.file.name + (f":{self.inside}" if self.inside else "")

    @property
    def stem(self) -> str:
        """A name for what is made of it: `scan-entry-data`."""
        words = [self.file.name[: len(self.file.name) - len(suffix_of(self.file))], *self.inside.split("/")]
        return "-".join(word for word in words if word)

    def __str__(self) -> str:
        return str(self.file) + (f":{self.inside}" if self.inside else "")


def place_of(path: Path | str) -> Place:
    """The file and the path in it that a path means; a file that is called so goes before.

    >>> place_of("scans/recon.h5:/entry/data"), place_of("recon.tif")
    (Place(file=PosixPath('scans/recon.h5'), inside='/entry/data'), Place(file=PosixPath('recon.tif'), inside=''))
    """
    found = _INSIDE.fullmatch(os.fspath(path))
    if not found or os.path.lexists(path):
        return Place(Path(path), "")
    return Place(Path(found[1]), "/" + found[2].strip("/"))


def suffix_of(file: Path) -> str:
    """The end of a name that tells the format, in small letters.

    >>> suffix_of(Path("head.nii.GZ")), suffix_of(Path("recon.v2.TIF")), suffix_of(Path("recon"))
    ('.nii.gz', '.tif', '')
    """
    return GZIPPED if file.name.lower().endswith(GZIPPED) else file.suffix.lower()


def name_of(path: Path | str) -> str:
    """As messages call what lies at a path, without the folders before.

    >>> name_of("scans/recon.h5:/entry/data"), name_of("scans/recon.tif")
    ('recon.h5:/entry/data', 'recon.tif')
    """
    return place_of(path).name
