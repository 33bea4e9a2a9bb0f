"""A damaged TIFF is one sentence: no traceback, no log line, no volume with a hole."""

import contextlib
import logging
import struct
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotat3d_tui.errors import Annotat3DError, InvalidFile
from annotat3d_tui.volume.files import open_volume, save_volume

LAYOUTS: dict[str, dict[str, Any]] = {
    "ours": {},
    "ours compressed": {"compress": True},
    "shaped": {"photometric": "minisblack"},
    "imagej": {"imagej": True},
    "ome": {"ome": True, "photometric": "minisblack"},
    "lzw, big-endian": {"compression": "lzw", "byteorder": ">", "photometric": "minisblack"},
    "tiles, bigtiff": {"compression": "zstd", "tile": (16, 16), "bigtiff": True, "metadata": None},
    "plain, big-endian": {"byteorder": ">", "metadata": None, "photometric": "minisblack"},
}


@pytest.fixture(params=LAYOUTS)
def intact(request, tmp_path, numbered):
    """A file, its bytes and the volume in it."""
    path, image = tmp_path / "scan.tif", numbered("uint16")
    if request.param.startswith("ours"):
        save_volume(path, image, **LAYOUTS[request.param])
    else:
        tifffile.imwrite(path, image, **LAYOUTS[request.param])
    return path, path.read_bytes(), image


def test_a_file_cut_anywhere_is_refused_or_whole(intact, caplog):
    path, content, image = intact
    refusals = []
    with caplog.at_level(logging.DEBUG):
        for length in [*range(1, len(content), max(len(content) // 40, 1)), len(content) - 1]:
            path.write_bytes(content[:length])
            try:
                np.testing.assert_array_equal(open_volume(path).data, image, strict=True)
            except InvalidFile as error:
                refusals.append(str(error))
    assert len(refusals) > 20
    assert all(refusal.startswith("scan.tif is ") for refusal in refusals)
    assert not caplog.records


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4), early=st.booleans())
def test_any_flipped_byte_is_a_sentence_or_a_volume(intact, damage, early):
    path, content, _ = intact
    damaged = bytearray(content)
    for place, value in damage:
        damaged[int(place * (min(300, len(content)) if early else len(content) - 1)) - 1] = value
    path.write_bytes(damaged)
    with contextlib.suppress(Annotat3DError):
        assert open_volume(path).data.ndim == 3


@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("page", [0, 1])
def test_pages_that_run_in_circles_are_a_sentence(tmp_path, numbered, bigtiff, page):
    path = tmp_path / "scan.tif"
    with tifffile.TiffWriter(path, bigtiff=bigtiff) as writer:
        for plane in numbered():
            writer.write(plane, photometric="minisblack", metadata=None)
    with tifffile.TiffFile(path) as tif:
        here, tiff = tif.pages[page].offset, tif.tiff
        tags = len(tif.pages[page].tags)
    content = bytearray(path.read_bytes())
    struct.pack_into(tiff.offsetformat, content, here + tiff.tagnosize + tags * tiff.tagsize, here)  # follows itself
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match="its pages run in circles"):
        open_volume(path)


def test_other_programs_still_hear_tifffile(tmp_path, caplog):
    (tmp_path / "scan.tif").write_bytes(b"II*\0\x08\0\0\0")
    with pytest.raises(InvalidFile):
        open_volume(tmp_path / "scan.tif")
    assert not caplog.records
    logging.getLogger("tifffile").warning("heard")
    assert [record.message for record in caplog.records] == ["heard"]


def test_what_is_no_tiff_is_named_so(tmp_path):
    (tmp_path / "scan.tif").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(InvalidFile, match=r"scan\.tif is not a TIFF file: give a TIFF, or rename it to what it is\."):
        open_volume(tmp_path / "scan.tif")


@pytest.mark.parametrize(
    ("keep", "sentence"),
    [
        (0.5, r"scan\.tif is damaged or cut short \(.*\): copy it again or save it anew from its source\."),
        (0.99, r"scan\.tif is damaged or cut short \(page [0-9] is missing\)"),
    ],
)
def test_a_download_that_stopped_says_so(tmp_path, numbered, keep, sentence):
    path = save_volume(tmp_path / "scan.tif", numbered("float32"))
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(InvalidFile, match=sentence):
        open_volume(path)


def test_a_stack_with_fewer_planes_than_it_says_is_refused(tmp_path, numbered):
    said = "ImageJ=1.54f\nimages=9\nslices=9\n"
    tifffile.imwrite(tmp_path / "scan.tif", numbered(), description=said, metadata=None, photometric="minisblack")
    with pytest.raises(InvalidFile, match=r"it holds 5 of 9 planes"):
        open_volume(tmp_path / "scan.tif")


def test_a_damaged_strip_is_refused(tmp_path, numbered):
    path = save_volume(tmp_path / "scan.tif", numbered(), compress=True)
    with tifffile.TiffFile(path) as tif:
        offset = tif.pages[2].dataoffsets[0]
    content = bytearray(path.read_bytes())
    content[offset : offset + 20] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match="it cannot be decoded"):
        open_volume(path)
