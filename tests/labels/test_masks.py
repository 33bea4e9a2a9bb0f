"""Marker volumes from files: checked, mapped, refused with what is wrong."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidMarkers, InvalidParameter, ShapeMismatch, UnknownType
from annotat3d_tui.labels import masks
from annotat3d_tui.labels.masks import (
    check_mask,
    check_place,
    mapping_of,
    marked_voxels,
    placed,
    values_of,
)

SHAPE = (3, 4, 5)


def mask(*marks: tuple[int, int], dtype: type = np.uint8) -> np.ndarray:
    volume = np.zeros(SHAPE, dtype)
    for voxel, value in marks:
        volume.flat[voxel] = value
    return volume


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int32, np.int64, np.uint64])
def test_marks_of_every_integer_type(dtype: type) -> None:
    volume = mask((7, 2), (50, 1), (51, 9), dtype=dtype)
    assert check_mask(volume, SHAPE) == (1, 2, 9)
    where, labels = marked_voxels(volume, SHAPE)
    assert (where.tolist(), labels.tolist(), labels.dtype) == ([7, 50, 51], [2, 1, 9], np.uint16)
    where, labels = marked_voxels(volume, SHAPE, {2: 300, 1: 4, 9: 0, 1000: 5})
    assert (where.tolist(), labels.tolist()) == ([7, 50], [300, 4])


def test_a_boolean_mask_marks_label_1() -> None:
    assert check_mask(mask((3, 1), dtype=bool), SHAPE) == (1,)
    assert marked_voxels(mask((3, 1), dtype=bool), SHAPE)[1].tolist() == [1]
    assert marked_voxels(mask((3, 1), dtype=bool), SHAPE, {1: 6})[1].tolist() == [6]


def test_reading_in_parts_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = np.random.default_rng(0).integers(0, 3, SHAPE).astype(np.uint8)
    whole = marked_voxels(volume, SHAPE)
    monkeypatch.setattr(masks, "_VOXELS_AT_ONCE", 20)
    parts = marked_voxels(volume, SHAPE)
    np.testing.assert_array_equal(whole, parts)
    np.testing.assert_array_equal(whole[0], np.flatnonzero(volume))


@pytest.mark.parametrize("check", [check_mask, marked_voxels])
def test_what_is_no_mask_is_refused(check: object) -> None:
    ask = check  # type: ignore[assignment]
    with pytest.raises(ShapeMismatch, match=r"mask.tif must have the image's size 5×4×3, received 3×4×5"):
        ask(np.zeros((5, 4, 3), np.uint8), SHAPE, name="mask.tif")  # type: ignore[operator]
    with pytest.raises(UnknownType, match="must hold whole numbers .* received float32"):
        ask(np.zeros(SHAPE, np.float32), SHAPE)  # type: ignore[operator]
    with pytest.raises(InvalidMarkers, match="must mark at least one voxel, received none"):
        ask(np.zeros(SHAPE, np.uint8), SHAPE)  # type: ignore[operator]
    with pytest.raises(InvalidMarkers, match="from 1 to 65535, or 0 for unmarked, received -3"):
        ask(mask((1, -3), dtype=np.int16), SHAPE)  # type: ignore[operator]
    with pytest.raises(InvalidMarkers, match="received 65536"):
        ask(mask((1, 65536), dtype=np.int32), SHAPE)  # type: ignore[operator]


def test_mappings_that_do_not_fit_are_refused() -> None:
    volume = mask((1, 7), (2, 8))
    with pytest.raises(InvalidMarkers, match="holds the value 8, which must be in the mapping, received only 7: add 8"):
        marked_voxels(volume, SHAPE, {7: 1})
    with pytest.raises(InvalidMarkers, match="received only an empty one"):
        marked_voxels(volume, SHAPE, {})
    with pytest.raises(InvalidParameter, match="from 1 to 65535, received 70000"):
        marked_voxels(volume, SHAPE, {7: 70000, 8: 1})
    with pytest.raises(InvalidMarkers, match="at least one voxel"):
        marked_voxels(volume, SHAPE, {7: 0, 8: 0})


def test_values_are_counted_in_parts_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = np.random.default_rng(1).integers(-2, 5, SHAPE).astype(np.int16)
    expected = {int(value): int((volume == value).sum()) for value in np.unique(volume) if value}
    assert values_of(volume) == expected
    monkeypatch.setattr(masks, "_VOXELS_AT_ONCE", 20)
    assert values_of(volume) == expected
    assert list(values_of(volume)) == sorted(expected)
    with pytest.raises(InvalidMarkers, match="m.tif must mark at least one voxel"):
        values_of(np.zeros(SHAPE, np.uint8), "m.tif")
    with pytest.raises(UnknownType, match="received float64"):
        values_of(np.zeros(SHAPE))


@pytest.mark.parametrize("offset", [(0, 0, 0), (1, 2, 3), (2, 0, 1)])
def test_a_part_lies_where_it_was_placed(offset: tuple[int, int, int]) -> None:
    part = np.random.default_rng(2).integers(0, 3, (1, 2, 2)).astype(np.uint8) + 1
    check_place(part.shape, SHAPE, offset)
    where, labels = marked_voxels(part, part.shape)
    whole = np.zeros(SHAPE, np.uint8)
    whole.flat[placed(where, part.shape, SHAPE, offset)] = labels
    expected = np.zeros(SHAPE, np.uint8)
    expected[tuple(slice(at, at + side) for at, side in zip(offset, part.shape, strict=True))] = part
    np.testing.assert_array_equal(whole, expected)


def test_a_part_that_reaches_outside_is_refused() -> None:
    for offset in ((3, 0, 0), (0, 3, 0), (0, 0, -1)):
        with pytest.raises(
            ShapeMismatch, match=r"m.tif of 2×2×1 must lie inside the image of 5×4×3, received .* to 3 2 2"
        ):
            check_place((1, 2, 2), SHAPE, offset, "m.tif")
    with pytest.raises(ShapeMismatch, match="size 5×4×3 or be a part of it, received 6×4×3"):
        check_place((3, 4, 6), SHAPE, (0, 0, 0), "m.tif")


def test_mappings_are_read_with_ids_and_names() -> None:
    assert mapping_of("") == {}
    assert mapping_of(" 1=2,-7 = 0 , 255=Big Grain", {"Big Grain": 9}) == {1: 2, -7: 0, 255: 9}
    for wrong in ("1", "1=", "=2", "1=2,", "1=2;3=4", "1=Grain", "1=2,1=3", "a=1", "1=2=3"):
        with pytest.raises(InvalidParameter, match="pairs VALUE=LABEL such as 1=2,255=1"):
            mapping_of(wrong)
    with pytest.raises(InvalidParameter, match="from 1 to 65535, received 70000"):
        mapping_of("1=70000")
