"""What is wrong with a pair is said beside it, and with the name of its file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.content import content_key
from annotat3d_tui.errors import Cancelled, InvalidFile
from annotat3d_tui.networks.classes import classes_of
from annotat3d_tui.networks.pair import Pair
from annotat3d_tui.networks.pairs import check_pairs, pairs_of, refuse_problems
from annotat3d_tui.volume.files import open_volume
from annotat3d_tui.volume.raw import RawProperties
from tests.networks.volumes import SHAPE, classes, painted, pair


def problem(one: Pair, **asked: object) -> str:
    return check_pairs([one], **asked)[0].problem  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", [".npy", ".tif"])
def test_a_pair_that_is_right(tmp_path: Path, suffix: str) -> None:
    labels = classes(ids=(0, 1, 2))
    told: list[float] = []
    one = pair(tmp_path, labels, weight=np.full(SHAPE, 2.5), suffix=suffix)
    (found,) = check_pairs([one], patch=(12, 20, 28), progress=lambda share, _: told.append(share))
    assert (found.text, found.problem, found.shape) == ("28×20×12 uint16", "", SHAPE)
    assert found.labels == {label: int((labels == label).sum()) for label in range(3)}
    image = painted(labels)
    assert found.moments.mean == pytest.approx(image.mean())
    assert found.moments.std == pytest.approx(image.std())
    assert found.keys["image"] == content_key(open_volume(one.image).data)
    assert set(found.keys) == {"image", "label", "weight"}
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_checking_can_be_stopped(tmp_path: Path) -> None:
    def stop(share: float, stage: str) -> None:
        if stage == "check a-label.npy":
            raise Cancelled

    with pytest.raises(Cancelled):
        check_pairs([pair(tmp_path, classes())], progress=stop)


def test_what_was_checked_is_not_read_again(tmp_path: Path) -> None:
    pairs = [pair(tmp_path, classes(), "a"), pair(tmp_path, classes(ids=(1, 1)), "b")]
    known = check_pairs(pairs[1:])
    assert "at least two classes, received 1 alone" in known[0].problem
    stages: set[str] = set()
    both = check_pairs(pairs, known=known, progress=lambda _, stage: stages.add(stage))
    assert [one.problem for one in both] == ["", ""]
    assert stages == {"check a.npy", "check a-label.npy"}
    assert check_pairs(pairs, known=both) == both == check_pairs(pairs)
    pair(tmp_path, classes(ids=(0, 2)), "b")
    assert check_pairs(pairs, known=both)[1].labels.keys() == {0, 2}
    assert "a patch of 99×1×1" in check_pairs(pairs, known=both, patch=(1, 1, 99))[0].problem


def test_each_problem_of_a_pair(tmp_path: Path) -> None:
    labels = classes()
    good = pair(tmp_path, labels, weight=np.ones(SHAPE))

    def saved(volume: np.ndarray) -> Path:
        np.save(tmp_path / "x.npy", volume)
        return tmp_path / "x.npy"

    assert problem(good) == ""
    assert "none.tif does not exist" in problem(replace(good, label=tmp_path / "none.tif"))
    assert "a.npy must be at least as large as a patch of 28×20×13, received 28×20×12" in problem(
        good, patch=(13, 20, 28)
    )
    assert "a.npy must be another file than its image, received it as label" in problem(replace(good, label=good.image))
    for volume, said in (
        (labels[:11], "x.npy must have the size 28×20×12 of a.npy, received 28×20×11"),
        (labels.astype(np.float32), "x.npy must hold whole numbers (label ids), received float32"),
        (np.arange(labels.size).reshape(SHAPE), "x.npy must hold labels of at most 256 classes, received more"),
        (labels.astype(np.int16) - 1, "x.npy must hold label ids from 0 to 65535, received -1 to 0"),
        (labels * 0 + 5, "x.npy must hold, with the other label volumes, at least two classes, received 5 alone"),
    ):
        assert said in problem(replace(good, label=saved(volume)))
    holes = np.ones(SHAPE, np.float32)
    holes[3, 4, 5] = np.nan
    for volume, said in (
        (np.zeros(SHAPE, np.uint8), "x.npy must hold weights above 0, received 0"),
        (np.full(SHAPE, -0.5), "x.npy must hold weights above 0, received -0.5"),
        (holes, "x.npy must hold weights above 0, received 1 that are NaN"),
        (np.full(SHAPE, 1e300), f"received {labels.size} that are NaN or infinite"),
    ):
        assert said in problem(replace(good, weight=saved(volume)))
    assert "x.npy must hold numbers, received 1 voxels that are NaN or infinite" in problem(
        replace(good, image=saved(holes))
    )
    assert "x.npy: The values of the image must be at most 1e+15" in problem(
        replace(good, image=saved(np.linspace(0, 1e30, labels.size).reshape(SHAPE)))
    )


def test_the_number_of_classes_may_be_declared(tmp_path: Path) -> None:
    one = pair(tmp_path, classes(ids=(0, 1, 2)))
    assert problem(one, classes=2) == problem(one, classes=3, zero_is_class=True) == ""
    assert (
        "a-label.npy must hold, with the other label volumes, the 3 classes that were declared, received 2, 1, 2 "
        in (problem(one, classes=3))
    )


def test_classes_are_those_of_all_pairs_together(tmp_path: Path) -> None:
    first, second = pair(tmp_path, classes(ids=(0, 1)), "a"), pair(tmp_path, classes(ids=(0, 2)), "b")
    checked = check_pairs([first, second])
    assert [one.problem for one in checked] == ["", ""]
    together = classes_of(checked)
    assert (together.ids, together.unlabelled) == ((1, 2), 0)
    assert (classes_of(checked, zero_is_class=True).ids, classes_of(checked[:1]).ids) == ((0, 1, 2), (0, 1))
    whole = pair(tmp_path, classes(ids=(3, 5)), "c")
    assert (classes_of(check_pairs([whole])).ids, classes_of(check_pairs([whole])).sentence) == ((3, 5), "")
    many = [pair(tmp_path, (np.indices(SHAPE)[2] + 20 * n).astype(np.uint16), f"m{n}") for n in range(14)]
    assert "at most 256 classes, received 287" in check_pairs(many)[3].problem


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    good = pair(tmp_path, classes())
    bad = [replace(good, image=tmp_path / "one.tif"), replace(good, label=tmp_path / "two.tif")]
    with pytest.raises(InvalidFile) as caught:
        refuse_problems(check_pairs([bad[0], good, bad[1]]))
    lines = str(caught.value).splitlines()
    assert lines[0] == "2 of 3 pairs cannot be used:"
    assert "one.tif does not exist" in lines[1]
    assert "two.tif does not exist" in lines[2]
    refuse_problems(check_pairs([good]))


def test_lists_of_one_length() -> None:
    names = [Path("a"), Path("b")]
    assert pairs_of(names, names, [None, Path("w")]) == [Pair(Path("a"), Path("a")), Pair(*[Path("b")] * 2, Path("w"))]
    for images, labels, weights, said in (
        ([], [], [], "at least one image"),
        (names, names[:1], [], "as many label volumes as images, in the same order, received 1 for 2"),
        (names, names, names[:1], "as many weight maps as images, in the same order, received 1 for 2"),
    ):
        with pytest.raises(InvalidFile, match=said):
            pairs_of(images, labels, weights)


def test_raw_files_say_their_size_and_type(tmp_path: Path) -> None:
    labels = classes()
    files = {"i_28x20x12_32bit.raw": painted(labels).astype(np.float32), "l_28x20x12_32bit.raw": labels.astype("<u4")}
    files["w_28x20x12_32bit.raw"] = np.full(SHAPE, 0.5, np.float32)
    for name, volume in files.items():
        volume.tofile(tmp_path / name)
    one = Pair(*(tmp_path / name for name in files))
    assert "may hold uint32 or float32" in problem(one)
    (found,) = check_pairs([replace(one, raw=RawProperties(dtype="float32"))])
    assert (found.text, set(found.labels)) == ("28×20×12 float32", {0, 1})
    (tmp_path / "l_28x20x12_32bit.raw").rename(tmp_path / "l_8bit.raw")
    labels.tofile(tmp_path / "l_8bit.raw")
    nameless = replace(one, label=tmp_path / "l_8bit.raw", raw=RawProperties(SHAPE, "float32"))
    assert problem(nameless) == ""
