"""Meshes of labels: closed, as large as the voxels, where they are, readable by others."""

from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter, OutputExists
from annotat3d_tui.labels.colours import colour_of
from annotat3d_tui.render.scene.grid import Grid
from annotat3d_tui.render.scene.making import label_boxes, label_meshes
from annotat3d_tui.render.scene.meshes import Mesh, Surfacing, save_meshes

SIZE = (0.8, 0.4, 0.5)


def ball(radius: float = 8.0) -> np.ndarray:
    """A ball of label 2 in lengths, not in voxels, and a block of label 5 at the border."""
    z, y, x = (np.arange(count) * size for count, size in zip((30, 60, 50), SIZE, strict=True))
    away = (z[:, None, None] - 10) ** 2 + (y[:, None] - 12) ** 2 + (x - 12) ** 2
    label = np.where(away < radius**2, 2, 1).astype(np.uint16)
    label[-3:, :4, :5] = 5
    return label


@pytest.fixture(scope="module")
def meshes() -> list[Mesh]:
    label = ball()
    return label_meshes(label, Grid(label.shape, SIZE, "µm"))


def test_a_ball_is_as_large_as_its_voxels_and_closed(meshes: list[Mesh]) -> None:
    assert [mesh.label for mesh in meshes] == [2, 5]
    for mesh in meshes:
        voxels = mesh.voxels * float(np.prod(SIZE))
        assert abs(mesh.volume / voxels - 1) < 0.01
        assert mesh.closed
    whole = meshes[0]
    assert whole.voxels == int((ball() == 2).sum())
    assert abs(whole.volume / (4 / 3 * np.pi * 8**3) - 1) < 0.02
    assert abs(whole.surface / (4 * np.pi * 8**2) - 1) < 0.03
    middle = (whole.points.min(axis=0) + whole.points.max(axis=0)) / 2
    assert np.allclose(middle, (12 + SIZE[2] / 2, 12 + SIZE[1] / 2, 10 + SIZE[0] / 2), atol=0.1)
    assert np.allclose(np.linalg.norm(whole.points - middle, axis=1), 8, atol=0.4)


def test_without_smoothing_the_voxels_are_kept() -> None:
    label = np.zeros((4, 4, 4), np.uint8)
    label[1:3, 1:3, 1:3] = 3
    (mesh,) = label_meshes(label, Grid(label.shape), surfacing=Surfacing(smoothing=0))
    assert mesh.closed
    assert mesh.volume > 5  # the corners of a net are cut


def test_thinned_it_is_still_closed_and_as_large(meshes: list[Mesh]) -> None:
    label = ball()
    (thin,) = label_meshes(label, Grid(label.shape, SIZE), [2], Surfacing(keep=0.1))
    assert len(thin.faces) < 0.15 * len(meshes[0].faces)
    assert thin.closed
    assert abs(thin.volume / (thin.voxels * float(np.prod(SIZE))) - 1) < 0.01


def test_labels_that_touch_at_corners_are_closed() -> None:
    rng = np.random.default_rng(1)
    label = rng.integers(0, 3, (9, 10, 11)).astype(np.uint8)
    for mesh in label_meshes(label, Grid(label.shape), [1, 2]):
        assert mesh.closed
        assert np.isfinite(mesh.points).all()


def test_the_box_of_a_label_holds_it() -> None:
    label = np.random.default_rng(0).integers(0, 40, (5, 9, 7))
    label[label > 20] = 0
    boxes = label_boxes(label)
    assert sorted(boxes) == sorted(set(np.unique(label).tolist()) - {0})
    for one, box in boxes.items():
        where = np.argwhere(label == one)
        assert [(part.start, part.stop - 1) for part in box] == list(zip(where.min(0), where.max(0), strict=True))


def test_labels_without_voxels_are_refused() -> None:
    label = ball()
    with pytest.raises(InvalidParameter, match="1, 2, 5"):
        label_meshes(label, Grid(label.shape), [7])
    with pytest.raises(InvalidParameter, match="none"):
        label_meshes(np.zeros((2, 2, 2), np.uint8), Grid((2, 2, 2)))


@pytest.mark.parametrize("suffix", ["stl", "ply", "obj"])
def test_others_read_what_is_written(meshes: list[Mesh], tmp_path: Path, suffix: str) -> None:
    pyvista = pytest.importorskip("pyvista")
    path = save_meshes(tmp_path / f"a.{suffix}", meshes, "µm", {2: "A ball"})
    read = pyvista.read(path)
    assert read.n_cells == sum(len(mesh.faces) for mesh in meshes)
    assert read.volume == pytest.approx(sum(mesh.volume for mesh in meshes), rel=1e-3)
    points = np.concatenate([mesh.points for mesh in meshes])
    assert np.allclose(np.array(read.bounds).reshape(3, 2), np.stack([points.min(0), points.max(0)], axis=1), atol=1e-4)
    content = path.read_bytes()
    assert b"lengths in um" in content[:200]
    if suffix == "obj":
        assert b"o A_ball\n" in content
        assert b"o label_5\n" in content
    if suffix == "ply":
        assert tuple(np.asarray(read["RGB"])[0]) == colour_of(2)
    with pytest.raises(OutputExists):
        save_meshes(path, meshes)


def test_another_suffix_is_refused(meshes: list[Mesh], tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="stl"):
        save_meshes(tmp_path / "a.vtk", meshes)
