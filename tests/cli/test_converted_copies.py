"""What the workspace of an image has converted is taken by all that reads the image, and gives the same bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from annotat3d_tui.__main__ import main
from annotat3d_tui.jobs import dask_worker
from annotat3d_tui.networks.pair import IMAGE
from annotat3d_tui.networks.previewing import PairSpecimens
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.session import Session
from annotat3d_tui.tui.pair_checking import Asked
from annotat3d_tui.volume import converted, converted_files, tiff
from annotat3d_tui.volume.converted import Conversions
from annotat3d_tui.volume.formats import inspect
from annotat3d_tui.workspace import volumes_of, workspace_of
from tests.networks.volumes import classes, pair

CREATE = ("dataset", "create", "--data", "a.tif", "--label", "a-label.npy", "--patch", "8", "6", "4", "--samples", "5")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a.tif, which is compressed, and a-label.npy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(converted, "SMALLEST", 1)
    monkeypatch.setattr(converted_files, "SPARED", 0)
    made = pair(tmp_path, classes(ids=(0, 1, 2)), "a")
    tifffile.imwrite("a.tif", np.load(made.image), compression="zlib", photometric="minisblack")
    return tmp_path


def decode_no_more(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a.tif has its copy, and nobody may decode it."""
    Session.open(workspace_of(files / "a.tif")).close()

    def refused(*_: Any) -> Iterator[NDArray[Any]]:
        pytest.fail("it was decoded")
        yield

    monkeypatch.setattr(tiff, "_decode", refused)


def test_a_source_is_mapped_from_its_copy(files: Path) -> None:
    source, folder = inspect(files / "a.tif"), files / "volumes"
    assert Conversions(folder).from_copy(source) is source
    voxels = Conversions(folder).voxels(source)
    copy = Conversions(folder, may_write=False).from_copy(source)
    assert (source.why_read, copy.why_read) == ("compressed", "")
    assert isinstance(copy.voxels(), np.memmap)
    assert np.array_equal(copy.voxels(), voxels)
    assert np.array_equal(np.concatenate(list(copy.blocks(2, 5))), voxels[2:5])
    assert (copy.path, copy.format, copy.voxel_size) == (source.path, source.format, source.voxel_size)
    plain = inspect(files / "a-label.npy")
    assert Conversions(folder).from_copy(plain) is plain


def test_datasets(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main([*CREATE, "-o", "before.h5"]) == 0
    decode_no_more(files, monkeypatch)
    assert main([*CREATE, "-o", "after.h5"]) == 0
    assert (files / "before.h5").read_bytes() == (files / "after.h5").read_bytes()


def test_pairs_on_the_screen_and_their_patches(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked((files / "a.tif",), (files / "a-label.npy",), (), Recipe())
    before = PairSpecimens(asked.pairs[0], (4, 6, 8)).of(3)
    decode_no_more(files, monkeypatch)
    (one,) = asked.pairs
    assert one.copies == volumes_of(files / "a.tif")
    assert one.source(IMAGE).why_read == ""
    assert np.array_equal(PairSpecimens(one, (4, 6, 8)).of(3).image, before.image)


def test_workers_of_dask(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decode_no_more(files, monkeypatch)
    monkeypatch.setattr(dask_worker, "open_trained", lambda _: type("Opened", (), {"trained": None}))
    voxels, *_ = dask_worker._opened.__wrapped__(str(files / "a.tif"), None, str(files))
    assert isinstance(voxels, np.memmap)
    assert np.array_equal(voxels, np.load("a.npy"))
