"""Zarr chunks that were never written are of the fill value, and cost nothing, however many a file claims."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from annotat3d_tui.errors import InvalidFile
from annotat3d_tui.volume import zarr_chunks, zarr_files
from annotat3d_tui.volume.files import open_volume, sample_of

FILL = 7
LAYOUTS: dict[str, dict[str, Any]] = {
    "format 2, dots": {"zarr_format": 2, "chunks": (2, 4, 5)},
    "format 2, folders": {
        "zarr_format": 2,
        "chunks": (2, 4, 5),
        "chunk_key_encoding": {"name": "v2", "separator": "/"},
    },
    "format 3, folders": {"zarr_format": 3, "chunks": (2, 4, 5)},
    "format 3, dots": {
        "zarr_format": 3,
        "chunks": (2, 4, 5),
        "chunk_key_encoding": {"name": "default", "separator": "."},
    },
    "shards": {"zarr_format": 3, "chunks": (1, 2, 5), "shards": (2, 8, 5)},
    "shards of one": {"zarr_format": 3, "chunks": (2, 4, 5), "shards": (2, 4, 5)},
}


def sparse(path: Path, layout: dict[str, Any], shape: tuple[int, ...] = (9, 21, 23)) -> np.ndarray[Any, Any]:
    """Write some boxes of an array, and return all of it."""
    array = zarr.create_array(store=str(path), shape=shape, dtype="uint16", fill_value=FILL, **layout)
    whole, rng = np.full(shape, FILL, np.uint16), np.random.default_rng(1)
    for _ in range(4):
        low = [int(rng.integers(length)) for length in shape[-3:]]
        box = (..., *(slice(one, one + 3) for one in low))
        array[box] = whole[box] = int(rng.integers(100, 60000))
    return whole


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("few", [0, 1 << 20])
def test_what_was_never_written_is_of_the_fill_value(
    layout: str, few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zarr_files, "FEW", few)
    whole = sparse(tmp_path / "a.zarr", LAYOUTS[layout])
    (tmp_path / "a.zarr" / ".DS_Store").write_text("")
    assert np.array_equal(open_volume(tmp_path / "a.zarr").data, whole)


@pytest.mark.parametrize("shape", [(1, 1, 9, 21, 23), (1, 21, 23)])
def test_axes_beside_those_of_space(shape: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zarr_files, "FEW", 0)
    chunks = (1,) * (len(shape) - 2) + (4, 5)
    whole = sparse(tmp_path / "a.zarr", {"zarr_format": 3, "chunks": chunks, "shards": (1, *shape[1:-2], 8, 10)}, shape)
    assert np.array_equal(open_volume(tmp_path / "a.zarr").data, whole.reshape(-1, *shape[-2:]))


def test_only_what_is_there_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"zarr_format": 2, "shape": [100, 100, 100], "chunks": [1, 1, 1], "dtype": "<u2", "compressor": None}
    folder = tmp_path / "claims.zarr"
    folder.mkdir()
    (folder / ".zarray").write_text(json.dumps(said | {"fill_value": FILL, "order": "C", "filters": None}))
    for name, value in (("3.4.5", 1000), ("99.99.99", 2000), ("03.4.5", 3), ("3.4", 4), ("100.0.0", 5), ("a.b.c", 6)):
        (folder / name).write_bytes(np.uint16(value).tobytes())
    read, places = zarr_chunks.read_unit, []

    def noted(array: Any, place: tuple[int, ...]) -> Any:
        places.append(place)
        return read(array, place)

    monkeypatch.setattr(zarr_chunks, "read_unit", noted)
    data = open_volume(folder).data
    assert places == [(3, 4, 5), (99, 99, 99)]
    assert (data[3, 4, 5], data[99, 99, 99], (data == FILL).sum()) == (1000, 2000, 10**6 - 2)
    assert sample_of(folder) is not None


def test_of_a_shard_only_what_is_there_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = {"zarr_format": 3, "chunks": (1, 1, 1), "shards": (16, 64, 64)}
    array = zarr.create_array(store=str(tmp_path / "a.zarr"), shape=(32, 64, 64), dtype="uint16", **layout)
    array[20, 30, 40] = 5
    read, places = zarr_chunks.read_unit, []

    def noted(array: Any, place: tuple[int, ...]) -> Any:
        places.append(place)
        return read(array, place)

    monkeypatch.setattr(zarr_chunks, "read_unit", noted)
    data = open_volume(tmp_path / "a.zarr").data
    assert places == [(20, 30, 40)]
    assert (data[20, 30, 40], data.sum()) == (5, 5)


def test_a_shard_without_room_for_its_index_is_damaged(tmp_path: Path) -> None:
    sparse(tmp_path / "a.zarr", LAYOUTS["shards"])
    shard = next(file for file in sorted(tmp_path.rglob("c/*/*/*")) if file.is_file())
    shard.write_bytes(shard.read_bytes()[:20])
    with pytest.raises(InvalidFile, match="its index is cut short"):
        open_volume(tmp_path / "a.zarr")


def test_a_folder_that_cannot_be_listed_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zarr_files, "FEW", 0)
    sparse(tmp_path / "a.zarr", LAYOUTS["format 3, folders"])
    scandir = os.scandir

    def failing(folder: Any) -> Any:
        if Path(folder).parent.name == "c":
            raise OSError(5, "Input/output error")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(InvalidFile, match="cannot be read .Input/output error.: see to its disk"):
        open_volume(tmp_path / "a.zarr")


def test_more_files_than_can_be_handled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zarr_files, "FEW", 0)
    monkeypatch.setattr(zarr_files, "MOST_FILES", 2)
    sparse(tmp_path / "a.zarr", LAYOUTS["format 3, folders"])
    with pytest.raises(InvalidFile, match="has more than 2 chunks: save it anew with larger ones"):
        open_volume(tmp_path / "a.zarr")
