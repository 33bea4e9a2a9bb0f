"""Training data of several images become one, and each image counts once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from annotat3d_tui.classifiers.training_data import TrainingData, joined
from annotat3d_tui.errors import InvalidParameter, ShapeMismatch


def data(seed: int, source: str = "", key: str = "", count: int = 12, **other: Any) -> TrainingData:
    random = np.random.default_rng(seed)
    known: dict[str, Any] = {
        "rows": random.normal(0, 1, (count, 3)).astype(np.float32),
        "labels": random.integers(1, 4, count).astype(np.uint16),
        "groups": random.integers(0, 4, count) * 5,
        "groups_are": "planes",
        "columns": ("a mean", "b mean", "c mean"),
        "parameters": {"dimensions": "3", "radii": [1, 2]},
        "names": {1: source or "Pore"},
        "sources": ((source, key),) if source or key else (),
    }
    return TrainingData(**known | other)


def test_all_samples_are_kept_and_groups_stay_apart() -> None:
    one, two = data(1, "a.tif"), data(2, "b.tif", count=7)
    both = joined(one, two)
    assert np.array_equal(both.rows, np.concatenate([one.rows, two.rows]))
    assert np.array_equal(both.labels, np.concatenate([one.labels, two.labels]))
    assert set(both.groups[:12].tolist()).isdisjoint(both.groups[12:].tolist())
    for samples, groups in ((one, both.groups[:12]), (two, both.groups[12:])):
        assert len(set(zip(samples.groups.tolist(), groups.tolist(), strict=True))) == len(set(groups.tolist()))
    assert both.source_of.tolist() == [0] * 12 + [1] * 7
    assert both.names == {1: "a.tif"}
    assert both.groups_are == "planes"
    assert joined(one, replace(two, groups_are="strokes")).groups_are == "groups"


def test_joining_is_associative_and_the_first_of_an_image_counts() -> None:
    one, two, three = data(1, "a.tif"), data(2, "b.tif"), data(3, "a.tif")
    left, right = joined(joined(one, two), three), joined(one, joined(two, three))
    assert np.array_equal(left.rows, np.concatenate([one.rows, two.rows]))
    for name in ("rows", "labels", "groups", "source_of"):
        assert np.array_equal(getattr(left, name), getattr(right, name))
    assert left.sources == right.sources == (("a.tif", ""), ("b.tif", ""))
    again = joined(left, left)
    assert np.array_equal(again.rows, left.rows)


def test_an_image_is_known_by_its_content_else_by_its_name() -> None:
    one = data(1, "a.tif", "k1")
    assert len(joined(one, data(2, "renamed.tif", "k1")).labels) == 12
    assert len(joined(one, data(2, "a.tif", "k2")).labels) == 24
    assert len(joined(one, data(2, "a.tif")).labels) == 12
    assert len(joined(data(1), data(2)).labels) == 24


def test_samples_of_an_image_in_the_middle_give_way() -> None:
    three = joined(joined(data(1, "a.tif"), data(2, "b.tif")), data(3, "c.tif"))
    merged = joined(data(4, "b.tif"), three)
    assert merged.sources == (("b.tif", ""), ("a.tif", ""), ("c.tif", ""))
    assert np.array_equal(merged.rows[merged.source_of == 2], data(3).rows)
    assert np.array_equal(merged.rows[merged.source_of == 1], data(1).rows)


def test_messages() -> None:
    one = data(1, "a.tif")
    with pytest.raises(InvalidParameter, match=r"received 'c mean' which b.tif lacks: measure both with the same"):
        joined(one, data(2, "b.tif", columns=("a mean", "b mean", "d mean")))
    with pytest.raises(InvalidParameter, match=r"received 'd mean' which a.tif lacks"):
        joined(
            data(1, "a.tif", columns=("a mean", "b mean"), rows=one.rows[:, :2]),
            data(2, columns=("a mean", "b mean", "d mean")),
        )
    with pytest.raises(InvalidParameter, match=r"features in one order, received another in b.tif"):
        joined(one, data(2, "b.tif", columns=("b mean", "a mean", "c mean")))
    with pytest.raises(InvalidParameter, match=r'dimensions "3" for a.tif and "2" for b.tif: give dimensions itself'):
        joined(one, data(2, "b.tif", parameters={"dimensions": "2", "radii": [1, 2]}))
    with pytest.raises(ShapeMismatch, match="for each of 12 labels and a name for each column, received"):
        data(1, groups=np.zeros(3, int))
