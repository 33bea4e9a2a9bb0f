"""What `info` says of a file, without its voxels."""

import json

import numpy as np
import tifffile

from annotat3d_tui.volume import converted
from annotat3d_tui.volume.files import describe, save_labels, save_volume


def test_a_mapped_image(tmp_path, numbered):
    path = save_volume(tmp_path / "image.tif", numbered(), voxel_size=(0.5, 0.25, 0.125), unit="µm")
    said = describe(path)
    facts = said.to_dict()
    assert json.loads(json.dumps(facts)) == facts
    assert facts == {
        "path": str(path),
        "format": "TIFF",
        "shape": [5, 7, 11],
        "size": "11×7×5",
        "dtype": "uint16",
        "byte_order": "little",
        "voxel_size": [0.5, 0.25, 0.125],
        "unit": "µm",
        "voxel_size_note": None,
        "compression": "none",
        "chunks": None,
        "layout": "memory-mapped",
        "file_bytes": path.stat().st_size,
        "voxel_bytes": 770,
        "memory_bytes": 0,
        "disk_bytes": 0,
        "turned_bytes": 0,
        "warnings": [],
        "converted": 0.0,
    }
    assert said.lines() == [
        f"file          {path}",
        "format        TIFF, compression none",
        "size          11×7×5 voxels (X×Y×Z)",
        "type          uint16, little-endian",
        "voxel size    0.125 × 0.25 × 0.5 µm",
        f"on disk       {path.stat().st_size / 1000:.1f} kB",
        "layout        memory-mapped",
        "opening       takes no memory",
    ]


def test_a_compressed_label(tmp_path, numbered):
    said = describe(save_labels(tmp_path / "label.tif", numbered("uint8")))
    assert (said.compression, said.layout, said.memory_bytes) == ("deflate", "read whole (compressed)", 385)
    assert (said.byte_order, said.unit) == ("none", "voxel")
    assert "voxel size    not known" in said.lines()
    assert "opening       takes 385 B of memory" in said.lines()


def test_a_large_one_that_is_compressed_is_converted(tmp_path, numbered, monkeypatch):
    monkeypatch.setattr(converted, "SMALLEST", 100)
    said = describe(save_volume(tmp_path / "image.h5", numbered(), compress=True))
    assert (said.layout, said.memory_bytes, said.disk_bytes) == ("converted once (compressed)", 0, 770)
    assert "format        HDF5, compression gzip, in chunks of 11×7×5" in said.lines()
    assert said.lines()[-2:] == [
        "opening       takes 770 B of disk, in the workspace",
        "on the screen up to 770 B more of disk, in the workspace, for slices across x",
    ]
    assert describe(save_volume(tmp_path / "plane.tif", numbered(shape=(1, 20, 30)))).later == ""


def test_what_others_write(tmp_path, numbered):
    path = tmp_path / "image.tif"
    options = {"photometric": "minisblack", "metadata": None}
    for given, expected in (
        ({"byteorder": ">"}, ("none", "big", "read whole (big-endian)")),
        ({"compression": "lzw"}, ("lzw", "little", "read whole (compressed)")),
        ({"compression": "zstd", "byteorder": ">"}, ("zstd", "big", "read whole (compressed)")),
        ({"tile": (16, 16)}, ("none", "little", "read whole (not stored as whole planes)")),
    ):
        tifffile.imwrite(path, numbered(), **options, **given)
        said = describe(path)
        assert (said.compression, said.byte_order, said.layout) == expected


def test_describing_reads_no_voxel(tmp_path):
    """A file of 8 TB that holds nothing is described at once."""
    path = tmp_path / "image_20000x20000x20000_8bit.raw"
    with path.open("wb") as file:
        file.truncate(20000**3)
    said = describe(path)
    assert said.voxel_bytes == 8 * 10**12
    assert np.prod(said.shape) == 8 * 10**12
    assert "on disk       8.0 TB" in said.lines()
