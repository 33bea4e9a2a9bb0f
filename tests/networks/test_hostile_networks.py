"""A file of a network from anybody is read as facts and arrays: what else is in it is refused, or never looked at."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, MissingFile, OutputExists
from annotat3d_tui.networks.architectures import ARCHITECTURES
from annotat3d_tui.networks.export import import_network
from annotat3d_tui.networks.exported import MODEL, WEIGHTS
from annotat3d_tui.networks.network import BEST, HISTORY, MANIFEST, Network, network_folder, open_network
from annotat3d_tui.networks.settings import Training

COUNT = ARCHITECTURES["unet3d"].parameter_count(2)
NETWORK = Network(
    Path("grains.network"), Training(), (1, 2), (32, 32, 32), {1: "pore", 2: "grain"}, dataset={"path": "d"}
)
CONFIG = {"class_name": "Lambda", "config": {"function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}}}
Change = Callable[[h5py.File], object]


def weights(change: Change = lambda _: None, count: int = COUNT) -> bytes:
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file["layers/conv3d/vars/0"] = np.arange(count - 7, dtype=np.float32)
        file["layers/conv3d/vars/1"] = np.zeros(7, np.float32)
        change(file)
    return content.getvalue()


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as file:
        for name, part in entries.items():
            file.writestr(name, part)
    return content.getvalue()


def keras_file(**more: bytes) -> bytes:
    return zipped({"config.json": json.dumps(CONFIG).encode(), WEIGHTS: weights(), **more})


def exported(folder: Path, **parts: bytes | None) -> Path:
    """A file as it is exported, with some parts (by their names without suffix) changed or (None) left out."""
    whole = {
        MANIFEST: json.dumps(NETWORK.to_dict()).encode(),
        HISTORY: b"iteration,loss,rate,seconds\n1,0.5,0.001,2\n",
        MODEL: keras_file(),
    }
    changed = {next((name for name in whole if name.split(".")[0] == key), key): part for key, part in parts.items()}
    path = folder / "it.network.zip"
    path.write_bytes(zipped({name: part for name, part in (whole | changed).items() if part is not None}))
    return path


def refused(path: Path, folder: Path, match: str) -> None:
    """Importing says one sentence and leaves nothing."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(InvalidFile, match=match) as caught:
        import_network(path, folder / "new")
    assert "\n" not in str(caught.value)
    assert sorted(folder.rglob("*")) == before


def test_an_exported_network_becomes_a_folder(tmp_path: Path) -> None:
    network = import_network(exported(tmp_path), tmp_path / "new")
    assert network == open_network(tmp_path / "new")
    assert network.to_dict() == NETWORK.to_dict()
    assert sorted(file.name for file in network.folder.iterdir()) == sorted([MANIFEST, BEST, HISTORY])
    assert (network.folder / BEST).read_bytes() == weights()
    with pytest.raises(OutputExists, match=r"new\.network exists: give another name"):
        import_network(tmp_path / "it.network.zip", tmp_path / "new")


def test_code_in_a_model_is_never_looked_at(tmp_path: Path) -> None:
    """A Lambda layer with marshalled code, a pickle and a path out of the folder lie in the Keras file."""
    hostile = keras_file(**{"../escaped.txt": b"x", "assets/a.pkl": b"cos\nsystem\n(S'touch escaped.txt'\ntR."})
    network = import_network(exported(tmp_path, model=hostile), tmp_path / "sub" / "new")
    assert sorted(file.name for file in network.folder.iterdir()) == sorted([MANIFEST, BEST, HISTORY])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["it.network.zip", "sub"]


@pytest.mark.parametrize("name", ["../escaped.txt", "/etc/escaped", "code.py", "weights.pkl", "\x1b[2J"])
def test_files_that_no_network_has(tmp_path: Path, name: str) -> None:
    refused(
        exported(tmp_path, **{name: b"x"}), tmp_path, "must hold network.json, history.csv and model.keras, received"
    )


def test_parts_that_are_missing_twice_or_broken(tmp_path: Path) -> None:
    for parts in ({"network": None}, {"model": None}, {"network": b"{"}, {"network": b"[]"}, {"model": b"PK"}):
        refused(exported(tmp_path, **parts), tmp_path, "it.network.zip is damaged")
    refused(exported(tmp_path, network=b"[" * 100_000), tmp_path, "damaged")
    refused(exported(tmp_path, model=zipped({"config.json": b"{}"})), tmp_path, "damaged")
    path = exported(tmp_path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as file:
        file.writestr(MANIFEST, "{}")
    refused(path, tmp_path, "damaged")
    (tmp_path / "empty").touch()
    refused(tmp_path / "empty", tmp_path, "damaged")
    refused(tmp_path, tmp_path, "cannot be read")
    with pytest.raises(MissingFile, match="is not there"):
        import_network(tmp_path / "none.zip", tmp_path / "new")


def test_no_cut_file_does_harm(tmp_path: Path) -> None:
    content = exported(tmp_path).read_bytes()
    for end in np.linspace(0, len(content) - 1, 40).astype(int).tolist():
        (tmp_path / "cut.zip").write_bytes(content[:end])
        refused(tmp_path / "cut.zip", tmp_path, "damaged")


def test_bombs(tmp_path: Path) -> None:
    """What unpacks to far more than it is, or says so, is not unpacked."""
    refused(exported(tmp_path, network=b" " * (2 << 20)), tmp_path, "damaged")
    shrunk = zipped({WEIGHTS: bytes(4 * COUNT + (20 << 20))}, zipfile.ZIP_DEFLATED)
    refused(exported(tmp_path, model=shrunk), tmp_path, "damaged")
    lzma = zipped({MANIFEST: b"{}", MODEL: keras_file()}, zipfile.ZIP_LZMA)
    (tmp_path / "lzma.zip").write_bytes(lzma)
    refused(tmp_path / "lzma.zip", tmp_path, "damaged")
    boast = bytearray(zipped({WEIGHTS: weights()}))
    directory = boast.rindex(b"PK\x01\x02")
    struct.pack_into("<I", boast, directory + 24, 0xFFFFFFF0)
    refused(exported(tmp_path, model=bytes(boast)), tmp_path, "damaged")


def test_weights_that_are_no_plain_arrays(tmp_path: Path) -> None:
    elsewhere = weights(lambda file: file.update({"x": h5py.ExternalLink("/etc/passwd", "/")}))
    path = exported(tmp_path, model=zipped({WEIGHTS: elsewhere}))
    refused(path, tmp_path, r"model\.keras in .*it\.network\.zip must hold plain arrays of numbers, .*do not use this")
    path = exported(tmp_path, model=zipped({WEIGHTS: weights(count=COUNT + 1)}))
    refused(path, tmp_path, f"must hold the {COUNT} numbers of its network, received {COUNT + 1}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "x"), ("version", 2), ("version", "1"), ("classes", []), ("classes", [{"id": 1, "name": "a"}] * 2),
        ("classes", [{"id": -1, "name": "a"}, {"id": 2, "name": "b"}]), ("classes", 7), ("unlabelled", "x"),
        ("classes", [{"id": 1, "name": "\x1b]0;x\x07"}, {"id": 2, "name": "b"}]), ("channels", 1e400), ("channels", 3),
        ("patch", [1, 2]), ("patch", [0, 16, 16]), ("patch", [17, 16, 16]), ("patch", "abc"), ("moments", {"mean": 1}),
        ("moments", {"mean": float("nan"), "std": 1}), ("training", {"kind": "training", "architecture": "os.system"}),
        ("training", None), ("training", {"code": "x"}), ("augmentation", 5), ("dataset", []), ("origin", "\x1b[2J"),
    ],
)  # fmt: skip
def test_facts_that_no_network_has(tmp_path: Path, key: str, value: object) -> None:
    facts = NETWORK.to_dict() | {key: value}
    refused(exported(tmp_path, network=json.dumps(facts).encode()), tmp_path, "network.json|damaged")
    del facts[key]
    refused(exported(tmp_path, network=json.dumps(facts).encode()), tmp_path, "network.json")


def test_the_name_of_the_folder(tmp_path: Path) -> None:
    assert network_folder("a/grains") == network_folder("a/grains.network") == Path("a/grains.network")
