"""Laplacian and Hessian against definitions on the Gaussian of SciPy, and against scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import hessian_matrix_eigvals

from annotat3d_tui.features.convolution import difference_step
from annotat3d_tui.features.eigenvalues import PARTS, eigenvalues_2, eigenvalues_3
from tests.features.examples import SHAPES, TYPES, filtered, textured
from tests.features.test_gaussian import scipy_gauss


def second_differences(smooth, radius, dimensions):
    """Matrix entries (axes, axes, Z, Y, X) of r² times second differences over s voxels, borders mirrored."""
    step = difference_step(radius)
    reach = [step if dimensions == 3 else 0, step, step]
    padded = np.pad(smooth, [(r, r) for r in reach], mode="symmetric")
    axes = range(3 - dimensions, 3)

    def moved(**steps):
        start = [r + step * steps.get(name, 0) for r, name in zip(reach, "zyx", strict=True)]
        return padded[tuple(slice(a, a + length) for a, length in zip(start, smooth.shape, strict=True))]

    entries = np.empty((dimensions, dimensions, *smooth.shape))
    for i, one in enumerate(axes):
        for j, other in enumerate(axes):
            a, b = "zyx"[one], "zyx"[other]
            if i == j:
                entries[i, i] = moved(**{a: 1}) - 2 * smooth + moved(**{a: -1})
            else:
                same, opposite = ((1, 1), (-1, -1)), ((1, -1), (-1, 1))
                entries[i, j] = sum(moved(**{a: p, b: q}) for p, q in same) / 4
                entries[i, j] -= sum(moved(**{a: p, b: q}) for p, q in opposite) / 4
    return entries * radius**2 / step**2


def check(image, radii, dimensions, tolerance=2e-3):
    names = ("laplacian", "hessian")
    found = filtered(image, names, radii, dimensions)
    for radius in radii:
        entries = second_differences(scipy_gauss(image, radius, dimensions), radius, dimensions)
        np.testing.assert_allclose(found[f"laplacian {radius}"], np.trace(entries), atol=tolerance)
        values = np.linalg.eigvalsh(np.moveaxis(entries, (0, 1), (-2, -1)))[..., ::-1]
        if dimensions == 2:
            values = np.stack([values[..., 0], np.zeros(image.shape), values[..., 1]], axis=-1)
        for place, part in enumerate(PARTS):
            np.testing.assert_allclose(found[f"hessian {radius} {part}"], values[..., place], atol=tolerance)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_they_are_those_of_the_definition(shape, dimensions):
    check(textured(shape), (1, 3, 5), dimensions)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_voxel_type(dtype):
    check(textured((6, 7, 11), dtype), (2,), 3)


def test_eigenvalues_are_those_of_scikit_image():
    smooth = scipy_gauss(textured((9, 13, 17)), 2, 3)
    entries = second_differences(smooth, 2, 3)
    upper = np.stack([entries[i, j] for i in range(3) for j in range(i, 3)])
    expected = hessian_matrix_eigvals(upper)
    found = filtered(textured((9, 13, 17)), "hessian")
    for place, part in enumerate(PARTS):
        np.testing.assert_allclose(found[f"hessian 2 {part}"], expected[place], atol=2e-3)


def test_a_paraboloid_has_the_curvature_that_it_has():
    z, y, x = np.meshgrid(*[np.arange(-20.0, 21.0)] * 3, indexing="ij")
    image = (0.5 * z**2 - 1.5 * y**2 + x * y).astype(np.float32)
    found = filtered(image, ("laplacian", "hessian"))
    assert found["laplacian 2"][20, 20, 20] == pytest.approx(4 * (1 - 3), rel=1e-4)
    expected = 4 * np.linalg.eigvalsh([[1, 0, 0], [0, -3, 1], [0, 1, 0]])[::-1]
    assert [found[f"hessian 2 {part}"][20, 20, 20] for part in PARTS] == pytest.approx(expected, rel=1e-4)


def test_signs_on_a_bright_tube():
    image = np.zeros((21, 21, 21), np.uint8)
    image[:, 9:12, 9:12] = 200
    found = filtered(image, ("laplacian", "hessian"))
    assert found["laplacian 2"][10, 10, 10] < 0
    assert found["hessian 2 largest"][10, 10, 10] == pytest.approx(0, abs=1e-4)
    assert found["hessian 2 middle"][10, 10, 10] < -10
    assert found["hessian 2 smallest"][10, 10, 10] < -10


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_constant_image_has_no_derivatives_at_all(dimensions):
    for value in (0, 7, 65521):
        image = np.full((5, 9, 70), value, np.uint16)
        for values in filtered(image, ("laplacian", "hessian"), (1, 5, 8, 30), dimensions).values():
            assert (values == 0).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(-9, 9), st.sampled_from(["any", "equal pair", "rank one", "diagonal"]))
def test_closed_form_eigenvalues(seed, power, kind):
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(40, 3, 3)))[0]
    values = rng.normal(size=(40, 3))
    if kind == "equal pair":
        values[:, 1] = values[:, 0]
    if kind == "rank one":
        values[:, :2] = 0
    if kind == "diagonal":
        turn = np.broadcast_to(np.eye(3), turn.shape)
    matrices = 10.0**power * np.einsum("nij,nj,nkj->nik", turn, values, turn)
    entries = np.stack([matrices[:, i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))])
    entries = entries.astype(np.float32)
    full = entries[[0, 3, 4, 3, 1, 5, 4, 5, 2]].astype(np.float64).T.reshape(-1, 3, 3)
    found = np.empty((3, 40), np.float32)
    eigenvalues_3(entries, *found)
    size = abs(full).max() + 1e-30
    np.testing.assert_allclose(found.T / size, np.linalg.eigvalsh(full)[:, ::-1] / size, atol=2e-6)
    pair = np.empty((2, 40), np.float32)
    eigenvalues_2(np.ascontiguousarray(entries[[1, 2, 5]]), *pair)
    size = abs(full[:, 1:, 1:]).max() + 1e-30
    np.testing.assert_allclose(pair.T / size, np.linalg.eigvalsh(full[:, 1:, 1:])[:, ::-1] / size, atol=2e-6)
