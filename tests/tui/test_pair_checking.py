"""Pairs are checked while they are added: headers first, voxels once, a problem beside the file that has it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.blocks import quiet
from annotat3d_tui.errors import Cancelled
from annotat3d_tui.networks.pair import IMAGE, LABEL, WEIGHT
from annotat3d_tui.networks.pairs import check_pairs
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.tui.pair_checking import NO_MAP, Answer, Asked, Known, check_in_steps
from tests.networks.volumes import SHAPE, classes, pair

RECIPE = Recipe(patch=(8, 8, 4))


def asked_for(folder: Path, *names: str) -> Asked:
    pairs = [pair(folder, classes(ids=(1, 2)), name) for name in names]
    return Asked(tuple(one.image for one in pairs), tuple(one.label for one in pairs), (), RECIPE)


def answers(asked: Asked, known: Known) -> list[Answer]:
    told: list[Answer] = []
    check_in_steps(asked, known, told.append, quiet)
    return told


def test_headers_come_first_and_the_end_is_what_check_pairs_says(tmp_path: Path) -> None:
    asked = asked_for(tmp_path, "a", "b")
    told = answers(asked, {})
    assert [one.keys for one in told[0].checked] == [{}, {}]
    assert [one.whole for one in told] == [False, False, False, True]
    assert list(told[-1].checked) == check_pairs(asked.pairs, patch=RECIPE.patch_zyx)
    assert told[-1].classes is not None
    assert told[-1].classes.ids == (1, 2)


def test_voxels_are_read_once(tmp_path: Path) -> None:
    known: Known = {}
    asked = asked_for(tmp_path, "a", "b")
    answers(asked, known)
    again = answers(replace(asked, data=asked.data[:1], label=asked.label[:1]), known)
    assert len(again) == 2, "headers, and the end"
    assert again[-1].checked[0].keys


def test_what_was_read_before_it_was_stopped_is_known(tmp_path: Path) -> None:
    known: Known = {}

    def stop(share: float, stage: str) -> None:
        if stage == "check b.npy":
            raise Cancelled

    with pytest.raises(Cancelled):
        check_in_steps(asked_for(tmp_path, "a", "b"), known, lambda _: None, stop)
    assert [pair.image.name for pair, _ in known] == ["a.npy"]


def test_a_problem_stands_beside_the_file_that_has_it(tmp_path: Path) -> None:
    asked = asked_for(tmp_path, "a", "b", "c", "d")
    np.save(asked.label[0], np.ones((3, 20, 28), np.uint8))
    np.save(asked.data[1], np.full(SHAPE, np.nan, np.float32))
    asked.label[2].unlink()
    last = answers(asked, {})[-1]
    beside = [[last.check(what, row) for what in (IMAGE, LABEL)] for row in range(4)]
    assert [[one.good for one in row] for row in beside] == [[True, False], [False, True], [True, False], [True, True]]
    assert beside[0][1].text == "28×20×3: image is 28×20×12"
    assert beside[1][0].text.startswith("must hold numbers")
    assert beside[3][1].text == "28×20×12 uint8 · labels 1, 2"
    assert last.verdict == "3 of 4 pairs cannot be used: rows 1, 2, 3."


def test_a_patch_that_does_not_fit_is_said_at_the_image(tmp_path: Path) -> None:
    asked = replace(asked_for(tmp_path, "a"), recipe=Recipe(patch=(64, 8, 4)))
    assert answers(asked, {})[-1].check(IMAGE, 0).text == "28×20×12: the patch is 64×8×4"


def test_lists_of_other_lengths_are_told_where_they_end(tmp_path: Path) -> None:
    asked = asked_for(tmp_path, "a", "b")
    short = replace(asked, label=asked.label[:1])
    assert short.lacking == "Label has 1 file, and Data 2: complete the lists."
    last = answers(short, {})[-1]
    assert last.check(IMAGE, 1).text == "no label in this row"
    assert len(last.checked) == 1


def test_a_row_may_have_no_map(tmp_path: Path) -> None:
    one = pair(tmp_path, classes(ids=(1, 2)), "w", weight=np.full(SHAPE, 2.0))
    asked = asked_for(tmp_path, "a")
    assert one.weight is not None
    both = Asked((*asked.data, one.image), (*asked.label, one.label), (NO_MAP, one.weight), RECIPE)
    last = answers(both, {})[-1]
    assert [last.check(WEIGHT, row).text for row in (0, 1)] == ["every voxel counts 1", "28×20×12 float64"]
    assert both.lacking == ""
    assert replace(both, weight=(NO_MAP,)).lacking.startswith("Weight has 1 row, and Data 2")
