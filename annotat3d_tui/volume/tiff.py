"""TIFF by tifffile: memory-mapped where the planes are stored as they are, else decoded a few planes at a time.

Damage never shows as a traceback or a log line of tifffile: every page and segment is looked for
before a voxel is read, and what fails to decode is an InvalidFile.
"""

import contextlib
import logging
import struct
from collections.abc import Iterator
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from annotat3d_tui.blocks import available_threads, in_threads, slabs
from annotat3d_tui.errors import Annotat3DError, InvalidFile, OverBudget
from annotat3d_tui.volume.disk import disk_failed
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.volume.source import Mapping, Source, block_planes
from annotat3d_tui.volume.tiff_axes import check_axes, check_grey, volume_shape
from annotat3d_tui.volume.tiff_chain import runs_in_circles
from annotat3d_tui.volume.tiff_metadata import read_voxel_size
from annotat3d_tui.volume.tiff_writing import write as write
from annotat3d_tui.volume.types import check_stored

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def inspect(path: Path, raw: RawProperties | None) -> Source:
    """What the headers say, read without a voxel.

    Raises InvalidFile for what is no TIFF, is damaged, in colour, or not one volume; UnknownType
    for voxels that are no plain numbers.
    """
    with _opened(path) as tif:
        series = _only_series(tif, path)
        shape = volume_shape(series)
        check_stored(series.dtype, path.name)
        _check_whole(tif, series, path)
        mapping = _mapping(series, shape)
        if mapping is None:
            _check_segments(series, shape, path)
        else:
            _check_reach(mapping, series, shape, path)
        said = read_voxel_size(tif, series.keyframe)
        stored = series.dtype.newbyteorder(tif.byteorder)
    return Source(
        path,
        "TIFF",
        shape,
        stored,
        said.lengths,
        said.unit,
        _compression(series),
        mapping,
        partial(_decode, path, shape),
        size_note=said.note,
    )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tifffile.TiffFile]:
    """The file, open; whatever tifffile makes of damage is an InvalidFile, and its log is silent."""
    with path.open("rb") as file:
        if file.read(4) not in _MAGIC:
            raise InvalidFile(f"{path.name} is not a TIFF file: give a TIFF, or rename it to what it is.")
    log = logging.getLogger("tifffile")
    silence = logging.Filter("nobody")  # lets pass what is below the logger of this name: nothing
    log.addFilter(silence)
    try:
        with tifffile.TiffFile(path) as tif:
            if runs_in_circles(tif):
                raise _damaged(path, "its pages run in circles")
            if _written_page_by_page(tif):
                with tifffile.TiffFile(path, is_shaped=False) as stack:
                    yield stack
            else:
                yield tif
    except Annotat3DError:
        raise
    except MemoryError as error:
        raise OverBudget(
            f"{path.name} asks for more memory than there is: it is damaged, or too large here."
        ) from error
    except Exception as error:
        if disk_failed(error):
            raise  # which says what is wrong with the disk
        raise _damaged(path, "it cannot be decoded") from error
    finally:
        log.removeFilter(silence)


def _written_page_by_page(tif: tifffile.TiffFile) -> bool:
    """Whether tifffile was given its pages one by one, each described as an image of its own, but all alike."""
    first = tif.series[0] if tif.series else None
    return (
        first is not None
        and len(tif.series) > 1
        and tif.is_shaped
        and all(len(one.pages) == 1 and (one.shape, one.dtype) == (first.shape, first.dtype) for one in tif.series)
    )


def _damaged(path: Path, what: str) -> InvalidFile:
    return InvalidFile(f"{path.name} is damaged or cut short ({what}): copy it again or save it anew from its source.")


def _only_series(tif: tifffile.TiffFile, path: Path) -> tifffile.TiffPageSeries:
    """The one volume of the file."""
    if tif.pages.next_page_offset is not None:
        file, tiff = tif.filehandle, tif.tiff
        file.seek(tif.pages.next_page_offset)
        end = file.read(tiff.offsetsize)
        if len(end) < tiff.offsetsize or struct.unpack(tiff.offsetformat, end)[0]:
            raise _damaged(path, f"page {len(tif.pages) + 1} is missing")
    if not tif.series:
        raise _damaged(path, "it holds no page")
    check_grey(tif.series[0], path.name)
    if len(tif.series) > 1:
        kinds = ", ".join(f"{'×'.join(map(str, one.shape))} {one.dtype}" for one in tif.series[:3])
        raise InvalidFile(
            f"{path.name} must hold one volume, received {len(tif.series)} different images ({kinds}): "
            "save one by itself."
        )
    check_axes(tif.series[0], path.name)
    return tif.series[0]


def _pages(series: tifffile.TiffPageSeries) -> list[tifffile.TiffPage | tifffile.TiffFrame]:
    return [page for page in series if page is not None]


def _compression(series: tifffile.TiffPageSeries) -> str:
    """Its name, or its number where it has none."""
    code = series.keyframe.compression
    return str(getattr(code, "name", code)).lower().removeprefix("adobe_")


def _check_whole(tif: tifffile.TiffFile, series: tifffile.TiffPageSeries, path: Path) -> None:
    """No plane that the headers promise may be missing or in another file."""
    pages = _pages(series)
    if len(pages) < len(series) or any(page.parent is not tif for page in pages):
        raise InvalidFile(f"{path.name} is a part of a volume in several files: save the volume as one file.")
    planes = prod(series.shape) // prod(series.keyframe.shape)
    promised = max((tif.imagej_metadata or {}).get("images", 1), planes)
    held = planes if series.dataoffset is not None else len(pages)
    if held < promised:
        raise _damaged(path, f"it holds {held} of {promised} planes")


def _mapping(series: tifffile.TiffPageSeries, shape: tuple[int, int, int]) -> Mapping | None:
    """Where the voxels lie, when they lie as they are and each plane as far from the last."""
    step = series.dtype.itemsize
    if not series.keyframe.is_final:
        return None
    if series.dataoffset is not None:
        return Mapping.of_planes(shape, step, series.dataoffset)
    pages = _pages(series)
    if len(pages) != shape[0] or not all(page.is_final for page in pages):
        return None
    starts = np.array([page.dataoffsets[0] for page in pages])
    gaps = np.diff(starts)
    if (gaps != gaps[0]).any() or gaps[0] < shape[1] * shape[2] * step:
        return None
    return Mapping.of_planes(shape, step, int(starts[0]), int(gaps[0]))


def _check_reach(mapping: Mapping, series: tifffile.TiffPageSeries, shape: tuple[int, int, int], path: Path) -> None:
    last = (shape[0] - 1) * mapping.strides[0] + shape[1] * mapping.strides[1]
    if mapping.offset + last > path.stat().st_size:
        raise _damaged(path, "its last plane ends beyond the file")


def _check_segments(series: tifffile.TiffPageSeries, shape: tuple[int, int, int], path: Path) -> None:
    """Every strip or tile of every page must lie in the file."""
    length = path.stat().st_size
    expected = prod(series.keyframe.chunked)
    for number, page in enumerate(_pages(series), 1):
        held = list(zip(page.dataoffsets, page.databytecounts, strict=False))
        inside = all(count > 0 and offset + count <= length for offset, count in held)
        if len(held) != expected or not inside:
            raise _damaged(path, f"page {number} of {len(series)} is not all there")


def _decode(path: Path, shape: tuple[int, int, int], start: int, stop: int) -> Iterator[NDArray[Any]]:
    """Planes `start` to `stop` as consecutive blocks, each decoded by all threads."""
    threads = available_threads()
    with _opened(path) as tif:
        series = tif.series[0]
        tif.filehandle.set_lock(True)
        pages = _pages(series)
        depth = shape[0] // len(pages)
        first, last = start // depth, -(-stop // depth)
        thickness = max(block_planes((1, depth * shape[1], shape[2]), series.dtype.itemsize), threads)
        for slab in slabs(last - first, thickness):
            some = pages[first + slab.start : first + slab.stop]
            block = np.empty((len(some), depth, *shape[1:]), series.dtype)
            inner = 1 if len(some) >= threads else threads
            in_threads(partial(_decode_page, some, block, inner), range(len(some)), threads)
            begin = (first + slab.start) * depth
            yield block.reshape(-1, *shape[1:])[max(start - begin, 0) : stop - begin]


def _decode_page(pages: list[Any], block: NDArray[Any], threads: int, index: int) -> None:
    block[index] = pages[index].asarray(maxworkers=threads).reshape(block.shape[1:])
