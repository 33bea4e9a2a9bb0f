"""Classifiers and training data in files: opening is the inverse of saving, and no file does harm."""

import contextlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.archive import pack, unpack
from annotat3d_tui.classifiers.choice import CLASSIFIERS
from annotat3d_tui.classifiers.model import Model
from annotat3d_tui.classifiers.store import FORMAT, model_bytes, open_model, read_model, save_model
from annotat3d_tui.classifiers.training_data import TrainingData
from annotat3d_tui.classifiers.training_store import open_training, read_training, save_training, training_bytes
from annotat3d_tui.errors import Annotat3DError, InvalidFile, OutputExists

COLUMNS = ("none mean", "fft_gauss 2 mean", "fft_gauss 4 mean")


def samples(labels: int = 3) -> TrainingData:
    random = np.random.default_rng(0)
    ids = np.repeat(np.arange(1, labels + 1), 20).astype(np.uint16) * 7
    rows = (ids[:, np.newaxis] + random.normal(0, 3, (len(ids), 3))).astype(np.float32)
    groups = np.tile(np.arange(4), len(ids) // 4)
    return TrainingData(
        rows, ids, groups, "planes", COLUMNS, {"radii": [2, 4]}, {7: "Pore"}, (("a.tif", "f00"), ("b.tif", "")),
        np.arange(len(ids)) % 2,
    )  # fmt: skip


def trained(kind: type, labels: int = 3) -> Model:
    given = samples(labels)
    return kind()(given.rows, given.labels, columns=given.columns, groups=given.groups)


@pytest.mark.parametrize("labels", [2, 3])
@pytest.mark.parametrize("kind", CLASSIFIERS, ids=lambda kind: kind.kind)
def test_a_kept_model_gives_the_same_bytes(tmp_path: Path, kind: type, labels: int) -> None:
    model = trained(kind, labels)
    path = tmp_path / "m.classifier.npz"
    save_model(path, model, {"a": [1]}, names={7: "Pore"}, facts={"by": "x"})
    kept = open_model(path)
    rows = np.random.default_rng(1).normal(12, 9, (500, 3)).astype(np.float32)
    assert kept.model.probabilities(rows).tobytes() == model.probabilities(rows).tobytes()
    assert (kept.parameters, kept.names, kept.facts) == ({"a": [1]}, {7: "Pore"}, {"by": "x"})
    assert kept.model.columns == COLUMNS
    assert np.array_equal(kept.model.importances, model.importances)
    assert model_bytes(model, {"a": [1]}, {7: "Pore"}, {"by": "x"}) == path.read_bytes()
    with pytest.raises(OutputExists):
        save_model(path, model, {})


@pytest.mark.parametrize("kind", CLASSIFIERS[2:4] + CLASSIFIERS[:1], ids=lambda kind: kind.kind)
def test_no_changed_array_does_harm(kind: type) -> None:
    """Numbers within arrays that are set to what they must not be: a sentence, or a model that still answers."""
    about, arrays = unpack(model_bytes(trained(kind), {}, {}, {}), FORMAT, 1, "f")
    about = {name: value for name, value in about.items() if name not in ("format", "version", "program")}
    rows = samples().rows
    random = np.random.default_rng(0)
    refused = 0
    for name, array in arrays.items():
        worst = (np.nan, np.inf, -1.0, 1e9) if array.dtype.kind == "f" else (0, 1, 5, 2**31 - 1, 2**16 - 1)
        for value in worst:
            broken = array.copy()
            places = random.integers(0, array.size, 3)
            broken.ravel()[places] = np.array(value).astype(array.dtype)
            try:
                read_model(pack(FORMAT, 1, about, arrays | {name: broken}), "f").model.probabilities(rows)
            except InvalidFile:
                refused += 1
        for other in (array[:0], array[:-1], array.astype(np.float16)):
            try:
                read_model(pack(FORMAT, 1, about, arrays | {name: other}), "f").model.probabilities(rows)
            except InvalidFile:
                refused += 1
    assert refused > 10


def test_circles_are_refused() -> None:
    about, arrays = unpack(model_bytes(trained(CLASSIFIERS[1]), {}, {}, {}), FORMAT, 1, "f")
    about = {name: value for name, value in about.items() if name not in ("format", "version", "program")}
    branch = int(np.flatnonzero(arrays["feature"] >= 0)[1])
    for child in (branch, 0, len(arrays["feature"])):
        children = arrays["children"].copy()
        children[branch, 0] = child
        with pytest.raises(InvalidFile, match="children"):
            read_model(pack(FORMAT, 1, about, arrays | {"children": children}), "f")


def test_other_headers_are_one_sentence() -> None:
    content = model_bytes(trained(CLASSIFIERS[2]), {}, {}, {})
    about, arrays = unpack(content, FORMAT, 1, "f")
    about = {name: value for name, value in about.items() if name not in ("format", "version", "program")}
    for change in ({"kind": "magic"}, {"columns": ["one"]}, {"columns": 3}, {"parameters": 5}, {"names": {"x": 1}}):
        with pytest.raises(InvalidFile, match=r"f must hold a whole classifier") as raised:
            read_model(pack(FORMAT, 1, about | change, arrays), "f")
        assert "\n" not in str(raised.value)
    with pytest.raises(InvalidFile, match="newer program"):
        read_model(pack(FORMAT, 2, about, arrays), "f")
    with pytest.raises(InvalidFile, match="annotat3d training data"):
        read_training(content, "f")
    other = io.BytesIO()
    np.savez(other, a=1)
    with pytest.raises(InvalidFile):
        read_model(other.getvalue(), "f")


def test_cut_and_flipped_files() -> None:
    content = model_bytes(trained(CLASSIFIERS[2]), {}, {}, {})
    random = np.random.default_rng(0)
    for end in range(0, len(content), len(content) // 40):
        with pytest.raises(InvalidFile):
            read_model(content[:end], "f")
    for place in random.integers(0, len(content), 200).tolist():
        broken = bytearray(content)
        broken[place] ^= 1 << int(random.integers(8))
        with contextlib.suppress(Annotat3DError):
            read_model(bytes(broken), "f")


def test_training_data_come_back(tmp_path: Path) -> None:
    given = samples()
    save_training(tmp_path / "t.npz", given)
    found = open_training(tmp_path / "t.npz")
    for name in ("rows", "labels", "groups", "source_of"):
        assert np.array_equal(getattr(found, name), getattr(given, name))
        assert getattr(found, name).dtype == getattr(given, name).dtype
    for name in ("groups_are", "columns", "parameters", "names", "sources"):
        assert getattr(found, name) == getattr(given, name)
    assert training_bytes(found) == (tmp_path / "t.npz").read_bytes()


def test_training_data_with_wrong_numbers() -> None:
    given = samples()
    for change in (
        {"rows": np.full_like(given.rows, np.nan)}, {"labels": given.labels * 0}, {"source_of": given.source_of + 5},
        {"groups": given.groups - 9},
    ):  # fmt: skip
        with pytest.raises(InvalidFile, match="whole training data"):
            read_training(training_bytes(replace(given, **change)), "t")
