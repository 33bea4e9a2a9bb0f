"""Patterns tell labels apart where colours do not."""

import itertools

import numpy as np
import pytest

from annotat3d_tui.render.patterns import SIGNS, pattern_sign, patterned, shaded

SIZE = 24


def drawn(label: int, fineness: float = 1.0) -> np.ndarray:
    return patterned(np.full((SIZE, SIZE), label, np.uint16), fineness) > 0


def test_each_pattern_is_another_and_none_is_empty() -> None:
    patterns = [drawn(label) for label in range(1, len(SIGNS) + 1)]
    assert patterns[0].all(), "the first is filled"
    for one, other in itertools.combinations(patterns, 2):
        assert (one != other).mean() >= 0.25
    assert all(pattern.mean() > 0.2 for pattern in patterns)
    assert len({pattern_sign(label) for label in range(1, len(SIGNS) + 1)}) == len(SIGNS)


def test_the_eighth_is_as_the_first() -> None:
    assert np.array_equal(drawn(8), drawn(1))
    assert np.array_equal(drawn(65535), drawn((65535 - 1) % 7 + 1))


def test_rows_columns_and_diagonals_are_as_their_signs_say() -> None:
    rows, columns, slash, backslash = (drawn(label) for label in (2, 3, 4, 5))
    assert (rows == rows[:, :1]).all()
    assert (columns == columns[:1]).all()
    assert (slash[1:, :-1] == slash[:-1, 1:]).all(), "/ goes down to the left"
    assert (backslash[1:, 1:] == backslash[:-1, :-1]).all()


@pytest.mark.parametrize("label", range(1, 8))
def test_a_finer_screen_has_patterns_of_the_same_width(label: int) -> None:
    assert np.array_equal(drawn(label, 2.0)[::2, ::2], drawn(label)[: SIZE // 2, : SIZE // 2])


def test_ids_stay_what_they_are_and_nothing_stays_nothing() -> None:
    ids = np.random.default_rng(0).integers(0, 9, (40, 50)).astype(np.uint8)
    shown = patterned(ids)
    assert shown.dtype == ids.dtype
    assert (shown[shown > 0] == ids[shown > 0]).all()
    assert (shown[ids == 0] == 0).all()


@pytest.mark.parametrize("level", [0, 16, 31])
@pytest.mark.parametrize("label", range(2, 8))
def test_without_colours_patterns_are_seen_on_dark_and_on_bright(label: int, level: int) -> None:
    grey = np.full((SIZE, SIZE), level, np.uint8)
    ids = np.full((SIZE, SIZE), label, np.uint16)
    ids[: SIZE // 2] = 0
    shown = shaded(grey, ids, 32, 0.5)
    assert np.array_equal(shown[: SIZE // 2], grey[: SIZE // 2])
    inside, pattern = shown[SIZE // 2 :], drawn(label)[SIZE // 2 :]
    assert inside[pattern].min() - int(inside[~pattern].max()) >= 32 // 5
    assert inside.max() < 32
