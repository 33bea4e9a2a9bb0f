"""Annotations of Annotat3D: every layout gives the same marks; a pickle that wants more gets nothing."""

import builtins
import functools
import io
import os
import pickle
from collections import OrderedDict, defaultdict
from pathlib import Path

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, InvalidMarkers, InvalidParameter, MissingFile
from annotat3d_tui.labels import annotat3d, unpickling
from annotat3d_tui.labels.annotat3d import open_annotat3d

SHAPE = (4, 6, 9)
PLACES = [(0, 1, 2), (3, 5, 8), (1, 1, 1), (2, 0, 7)]
LABELS = [0, 1, 1, 4]
MARKERS = [1, 1, 2, 3]
ROWS = np.column_stack([PLACES, LABELS, MARKERS])
NAMES = [
    {"labelName": "Background", "id": 0, "color": [1, 2, 3], "alpha": 1},
    {"labelName": "Pore", "id": 1, "color": []},
]


def volume() -> np.ndarray:
    found = np.full(SHAPE, -1, np.int16)
    found[tuple(np.transpose(PLACES))] = LABELS
    return found


LAYOUTS = {
    "places to label and marker": dict(zip(PLACES, zip(LABELS, MARKERS, strict=True), strict=True)),
    "of numpy numbers": {tuple(np.int32(one) for one in p): (np.int64(a), np.uint8(m)) for (*p, a, m) in ROWS},
    "places to label": dict(zip(PLACES, LABELS, strict=True)),
    "places to history": defaultdict(
        list, {p: [3, a] for p, a in zip(PLACES, LABELS, strict=True)} | {(0, 0, 0): [1, -1]}
    ),
    "ordered": OrderedDict(zip(PLACES, LABELS, strict=True)),
    "names, arrays, slices": [
        NAMES,
        tuple(np.transpose(PLACES)),
        np.array(LABELS, np.int16),
        {0: {1}, 1: set(), 2: {3}},
    ],
    "names, rows, slices": [NAMES, np.array(PLACES), np.array(LABELS), {0: {np.int64(3)}}],
    "pairs": list(zip(PLACES, zip(LABELS, MARKERS, strict=True), strict=True)),
    "rows": ROWS.tolist(),
    "array of rows": ROWS.astype(np.float32),
    "volume": volume(),
}


def saved(folder: Path, content: object, protocol: int = 4) -> Path:
    path = folder / "a.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_marks(tmp_path: Path, layout: str) -> None:
    marks = open_annotat3d(saved(tmp_path, LAYOUTS[layout]), SHAPE)
    found = {
        tuple(place): label for place, label in zip(marks.coordinates.tolist(), marks.labels.tolist(), strict=True)
    }
    assert found == {place: label + 1 for place, label in zip(PLACES, LABELS, strict=True)}
    assert marks.names[5] == "Label 4"
    assert marks.names[2] == ("Pore" if "names" in layout else "Label 1")


@pytest.mark.parametrize("protocol", [0, 2, 3, 5])
def test_every_protocol(tmp_path: Path, protocol: int) -> None:
    for layout in ("of numpy numbers", "names, arrays, slices"):
        assert len(open_annotat3d(saved(tmp_path, LAYOUTS[layout], protocol), SHAPE).labels) == 4


def test_markers_become_strokes(tmp_path: Path) -> None:
    marks = open_annotat3d(saved(tmp_path, LAYOUTS["pairs"]), SHAPE)
    assert dict(zip(map(tuple, marks.coordinates.tolist()), marks.strokes.tolist(), strict=True)) == dict(
        zip(PLACES, MARKERS, strict=True)
    )


def test_marks_outside_say_which_order_would_fit(tmp_path: Path) -> None:
    path = saved(tmp_path, {(x, y, z): 1 for z, y, x in PLACES})
    with pytest.raises(InvalidMarkers, match=r"9×6×4, received one at .*--marker-axes xyz"):
        open_annotat3d(path, SHAPE)
    assert sorted(map(tuple, open_annotat3d(path, SHAPE, "xyz").coordinates.tolist())) == sorted(PLACES)
    with pytest.raises(InvalidMarkers, match="give the annotation of this image"):
        open_annotat3d(path, (2, 2, 2))
    with pytest.raises(InvalidParameter, match="one of zyx, xyz"):
        open_annotat3d(path, SHAPE, "yxz")


def test_marks_of_a_single_slice(tmp_path: Path) -> None:
    path = saved(tmp_path, {(5, 8): (1, 1), (0, 3): (0, 2)})
    assert sorted(open_annotat3d(path, (1, 6, 9)).coordinates.tolist()) == [[0, 0, 3], [0, 5, 8]]


def test_nothing_marked_and_no_file(tmp_path: Path) -> None:
    for nothing in ({}, {(0, 0, 0): [-1]}, [[], np.zeros((0, 3), int), np.zeros(0, int), {}]):
        with pytest.raises(InvalidMarkers, match="at least one voxel"):
            open_annotat3d(saved(tmp_path, nothing), SHAPE)
    with pytest.raises(MissingFile):
        open_annotat3d(tmp_path / "none.pkl", SHAPE)


class Calls:
    """Pickles as a call."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple:
        return self.call


@pytest.mark.parametrize(
    "call",
    [
        (os.system, "touch SENTINEL"), (builtins.eval, "open('SENTINEL', 'w')"),
        (builtins.exec, "open('SENTINEL', 'w')"),
        (builtins.open, "SENTINEL", "w"), (functools.partial, os.system, "touch SENTINEL"),
        (builtins.getattr, "a", "b"),
        (np.lib.format.open_memmap, "SENTINEL"), (np.load, "SENTINEL"), (builtins.bytearray, 10**12), (str, "x"),
        (builtins.__import__, "os"), (pickle.loads, b"N."),
    ],
)  # fmt: skip
def test_what_would_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: tuple) -> None:
    monkeypatch.chdir(tmp_path)
    for content in (Calls(*call), {(0, 0, 0): Calls(*call)}):
        with pytest.raises(InvalidFile, match="it was not opened") as raised:
            open_annotat3d(saved(tmp_path, content), SHAPE)
        assert "\n" not in str(raised.value)
        assert [path.name for path in tmp_path.iterdir()] == ["a.pkl"]


def test_dotted_names_and_file_system_names_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    for line in (b"cos\nsystem\n(S'true'\ntR.", b"cnumpy.f2py\ncompile\n.", b"cnumpy\nndarray.tofile\n."):
        path.write_bytes(line)
        with pytest.raises(InvalidFile, match="it was not opened"):
            open_annotat3d(path, SHAPE)
    path.write_bytes(b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.")
    with pytest.raises(InvalidFile, match=r"numpy\.ndarray\.tofile"):
        open_annotat3d(path, SHAPE)


class Told:
    """Pickles as an object that a call makes and a state fills."""

    def __init__(self, function: object, arguments: tuple, state: object) -> None:
        self.told = (function, arguments, state)

    def __reduce__(self) -> tuple:
        return self.told


ADDRESS = b"\x41" * 8
TYPE, RECONSTRUCT = np.dtype, np.zeros(1).__reduce__()[0]
FIELD = Told(TYPE, ("V8", False, True), (3, "|", None, ("a",), {"a": (TYPE("O"), 0)}, 8, 1, 0))
FAR = Told(TYPE, ("V8", False, True), (3, "|", None, ("a",), {"a": (TYPE("i8"), 1 << 40)}, 8, 1, 0))
NUMBER = Told(RECONSTRUCT, (np.ndarray, (0,), b"b"), (1, (1,), TYPE("i8"), False, ADDRESS))


@pytest.mark.parametrize(
    "forged",
    [
        Calls(np.ndarray, (1,), "O", ADDRESS), Calls(np.ndarray, (1 << 20,), "u1", ADDRESS, 0, (1,)), TYPE("O"), FIELD,
        FAR, Told(RECONSTRUCT, (np.ndarray, (0,), b"b"), (1, (1,), FIELD, False, ADDRESS)),
        Told(RECONSTRUCT, (np.ndarray, (0,), b"b"), (1, (9,), TYPE("i8"), False, ADDRESS)),
        Calls(np.int64(1).__reduce__()[0], FIELD, ADDRESS), Calls(np.int64(1).__reduce__()[0], TYPE("i8"), b""),
    ],
)  # fmt: skip
def test_no_number_is_taken_for_an_address(tmp_path: Path, forged: object) -> None:
    path = saved(tmp_path, Calls(list, forged))
    with pytest.raises(InvalidFile, match="it was not opened"):
        open_annotat3d(path, SHAPE)
    with open(path, "rb") as file, pytest.raises((unpickling.Refused, TypeError, ValueError)):  # refused, no crash
        unpickling.Reader(file).load()


def test_an_array_is_filled_once(tmp_path: Path) -> None:
    twice = pickle.dumps(NUMBER)
    build = twice[:-1] + pickle.dumps((1, (0,), np.dtype("i1"), False, b""))[11:-1] + b"b."
    with pytest.raises(unpickling.Refused):
        unpickling.Reader(io.BytesIO(build)).load()


def test_memory_time_and_depth_bombs_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pkl"
    bombs = {
        "array": pickle.dumps(Calls(np.zeros(1).__reduce__()[0], np.ndarray, (1 << 50,), b"b")),
        "promised bytes": b"\x80\x04\x8e" + (1 << 46).to_bytes(8, "little") + b"x.",
        "promised frame": b"\x80\x04\x95" + (1 << 60).to_bytes(8, "little") + b".",
        "depth": b"(" * 1000 + b")" + b"\x85" * 3_000_000 + b"s.",
        "deep key": b"}" + b")" + b"\x85" * 3_000_000 + b"K\x01s.",
        "hash of shared tuples": b"})" + b"2\x86" * 60 + b"K\x01s.",
        "empty": b"",
        "cut": pickle.dumps(LAYOUTS["pairs"])[:-9],
        "text": b"hello, this is no pickle\n",
    }
    monkeypatch.setattr(annotat3d, "WAIT_SECONDS", 2)
    for name, bomb in bombs.items():
        path.write_bytes(bomb)
        with pytest.raises(InvalidFile, match="it was not opened") as raised:
            open_annotat3d(path, SHAPE)
        assert "\n" not in str(raised.value), name


@pytest.mark.parametrize(
    "other",
    [
        "a word", 5, None, {1, 2}, {"z": 1}, {(0, 0): (1, 1), (0, 0, 0): (1, 1)}, {(0, 0, 0, 0): 1}, {(0.5, 0, 0): 1},
        {(0, 0, 0): "pore"}, {(0, 0, 0): 1.5}, [[1, 2]], np.zeros(3), np.zeros((2, 2)),
        np.array([[None] * 4], dtype=object),
        [NAMES, np.zeros((4, 3), int), np.zeros(3, int), {}], {(0, 0, 0): (1, 2, [3])},
    ],
)  # fmt: skip
def test_other_contents_are_refused(tmp_path: Path, other: object) -> None:
    with pytest.raises(InvalidFile, match="it was not opened"):
        open_annotat3d(saved(tmp_path, other), SHAPE)


def test_layouts_are_told_apart_without_a_child() -> None:
    (coordinates, labels, markers), names = unpickling.marks_in(LAYOUTS["names, rows, slices"])
    assert (coordinates.tolist(), labels.tolist(), set(markers.tolist())) == ([list(p) for p in PLACES], LABELS, {-1})
    assert names == NAMES
