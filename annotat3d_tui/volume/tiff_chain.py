"""The chain of pages of a TIFF: each tells where the next one lies, until one tells 0."""

import struct

import tifffile


def runs_in_circles(tif: tifffile.TiffFile) -> bool:
    """Whether a page is followed by an earlier one, or by itself: who reads on then never ends.

    A chain that leaves the file ends there; what is missing is for the reader of pages to say.
    """
    file, tiff = tif.filehandle, tif.tiff
    here, seen = 8 if tif.is_bigtiff else 4, set()
    while (page := _number(file, here, tiff.offsetformat)) and page < file.size:
        if page in seen:
            return True
        seen.add(page)
        tags = _number(file, page, tiff.tagnoformat)
        here = page + tiff.tagnosize + tags * tiff.tagsize
    return False


def _number(file: tifffile.FileHandle, place: int, form: str) -> int:
    """The number at a place of a file, 0 where the file ends before."""
    file.seek(place)
    size = struct.calcsize(form)
    content = file.read(size)
    return int(struct.unpack(form, content)[0]) if len(content) == size else 0
