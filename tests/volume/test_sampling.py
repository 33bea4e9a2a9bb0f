"""A few planes are looked at of what is large, and all of what is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from annotat3d_tui.volume import source as sources
from annotat3d_tui.volume.files import save_volume
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.volume.sampling import sampled

SHAPE = (50, 8, 10)
PLANE = 8 * 10 * 2


@pytest.fixture(params=["mapped.tif", "packed.tif", "mapped.h5", "chunks.h5", "chunks.zarr"])
def path(request: pytest.FixtureRequest, tmp_path: Path, numbered: Callable[..., NDArray[Any]]) -> Path:
    """A volume (Z, Y, X) whose values count up, in a file."""
    made, data = tmp_path / request.param, numbered(shape=SHAPE)
    if made.name == "chunks.h5":
        with h5py.File(made, "w") as file:
            file.create_dataset("a", data=data, chunks=(4, 4, 4))
        return made
    return save_volume(made, data, compress=made.name == "packed.tif")


def test_a_small_volume_is_looked_at_whole(path: Path) -> None:
    found = sampled(inspect(path))
    assert found is not None
    assert found.is_exact
    assert found.values == (1, np.prod(SHAPE), 0)
    assert (found.seconds is None) == (inspect(path).why_read == "")


def test_of_a_large_one_planes_from_the_first_to_the_last_are(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK_BYTES", PLANE)
    found = sampled(inspect(path), 10 * PLANE)
    assert found is not None
    if path.suffix != ".zarr":  # its one row of chunks is all of it
        assert 0.1 < found.share < 0.5
    assert found.values.minimum < np.prod(SHAPE[1:])
    assert found.values.maximum > np.prod(SHAPE) - 8 * np.prod(SHAPE[1:])


def test_what_a_plane_of_takes_reading_all_is_not_looked_at(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("a", SHAPE, np.uint16, chunks=(50, 2, 2))
    assert sampled(inspect(tmp_path / "a.h5"), PLANE) is None


def test_of_a_stream_the_beginning_is(tmp_path: Path, numbered: Callable[..., NDArray[Any]]) -> None:
    nibabel = pytest.importorskip("nibabel")
    data = numbered(shape=SHAPE)
    nibabel.save(nibabel.Nifti1Image(data.T, np.eye(4)), tmp_path / "a.nii.gz")
    found = sampled(inspect(tmp_path / "a.nii.gz"), 5 * PLANE)
    assert found is not None
    assert (found.share, found.values) == (0.1, (1, 5 * 80, 0))


def test_info_says_what_it_has_not_read(
    tmp_path: Path, numbered: Callable[..., NDArray[Any]], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from annotat3d_tui.__main__ import main
    from annotat3d_tui.volume import converted, sampling

    monkeypatch.setattr(converted, "SMALLEST", 1)
    monkeypatch.setattr(sampling.sampled, "__defaults__", (10 * PLANE,))
    tifffile.imwrite(tmp_path / "a.tif", numbered(shape=SHAPE), compression="zlib", photometric="minisblack")
    assert main(["info", str(tmp_path / "a.tif")]) == 0
    said = capsys.readouterr().out
    assert "takes 8.0 kB of disk, in the workspace, and about 0:01 once" in said
    assert "of the planes (--exact reads all)" in said
    assert main(["info", "--exact", str(tmp_path / "a.tif")]) == 0
    assert "range         1 … 4000\n" in capsys.readouterr().out
