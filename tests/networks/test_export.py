"""A network that was exported comes back bit for bit; Keras and ONNX compute with it what it computes."""

import io
import json
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidFile, MissingFile, MissingLibrary, OutputExists
from annotat3d_tui.networks import export
from annotat3d_tui.networks.export import export_network, export_onnx, import_network
from annotat3d_tui.networks.exported import MODEL, WEIGHTS
from annotat3d_tui.networks.network import BEST, HISTORY, Network, open_network, save_weights
from annotat3d_tui.networks.quiet import keras
from annotat3d_tui.networks.settings import Training

HISTORY_TEXT = "iteration,loss,rate,seconds\n1,0.5,0.001,2\n"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """One with weights by chance, trained with deep supervision."""
    folder = tmp_path_factory.mktemp("networks") / "grains.network"
    folder.mkdir()
    training = Training(architecture="unet2d", deep_supervision=True, precision="bfloat16")
    network = Network(folder, training, (1, 2, 5), (1, 32, 32), {1: "pore", 2: "grain", 5: "crack"}, unlabelled=0)
    network.save()
    keras().utils.set_random_seed(3)
    save_weights(network.bare_model(deep_supervision=True), folder / BEST)
    (folder / HISTORY).write_text(HISTORY_TEXT)
    return network


@pytest.fixture(scope="module")
def file(network: Network) -> Path:
    path = network.folder.parent / "grains.network.zip"
    export_network(network, path)
    return path


def test_the_same_network_gives_the_same_bytes(network: Network, file: Path, tmp_path: Path) -> None:
    """Whatever was built in this process before."""
    network.bare_model()
    export_network(network, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


def images() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((2, 32, 48, 1)).astype(np.float32)


def weights_of(model: Any) -> list[bytes]:
    return [weight.tobytes() for weight in model.get_weights()]


def test_what_was_exported_comes_back(network: Network, file: Path, tmp_path: Path) -> None:
    found = import_network(file, tmp_path / "copy")
    assert found == replace(network, folder=tmp_path / "copy.network")
    assert weights_of(found.model()) == weights_of(network.model())
    assert (found.folder / HISTORY).read_text() == HISTORY_TEXT
    export_network(found, tmp_path / "again.zip")
    assert weights_of(import_network(tmp_path / "again.zip", tmp_path / "third").model()) == weights_of(network.model())


def test_a_file_is_a_network_too(network: Network, file: Path, tmp_path: Path) -> None:
    found = open_network(file)
    assert found == replace(network, folder=file)
    assert found.name == network.name
    assert weights_of(found.model()) == weights_of(network.model())
    export_network(found, tmp_path / "again.zip")
    again = import_network(tmp_path / "again.zip", tmp_path / "again")
    assert weights_of(again.model()) == weights_of(network.model())
    assert (again.folder / HISTORY).read_text() == HISTORY_TEXT


def test_keras_opens_the_model_in_it(network: Network, file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(file) as whole:
        content = whole.read(MODEL)
    (tmp_path / MODEL).write_bytes(content)
    with zipfile.ZipFile(io.BytesIO(content)) as inner:
        assert sorted(inner.namelist()) == ["config.json", "metadata.json", WEIGHTS]
    model = keras().saving.load_model(tmp_path / MODEL)  # its safe mode is on
    ours = export._model(network, True)
    for theirs, expected in zip(model(images()), ours(images()), strict=True):
        assert np.array_equal(theirs, expected)


def test_the_weights_of_another_network_are_refused(network: Network, tmp_path: Path) -> None:
    other = replace(network, folder=tmp_path, training=replace(network.training, deep_supervision=False))
    (tmp_path / BEST).write_bytes((network.folder / BEST).read_bytes())
    with pytest.raises(InvalidFile, match=r"best\.weights\.h5 must hold the \d+ numbers of its network, received \d+"):
        other.model()
    with pytest.raises(MissingFile, match=r"last\.weights\.h5"):
        other.model("last")


def test_nothing_is_replaced_unasked(network: Network, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(OutputExists, match="--overwrite"):
        export_network(network, file)
    assert file.read_bytes() == before
    with pytest.raises(MissingFile, match="has not been trained"):
        export_network(replace(network, folder=file.parent / "none.network"), file.parent / "none.zip")
    assert sorted(one.name for one in file.parent.iterdir()) == ["grains.network", "grains.network.zip"]


def test_onnx_computes_the_same(network: Network, tmp_path: Path) -> None:
    pytest.importorskip("tf2onnx")
    runtime = pytest.importorskip("onnxruntime")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export_onnx(network, tmp_path / "grains.onnx")
    opened = runtime.InferenceSession(tmp_path / "grains.onnx")
    found = opened.run(None, {opened.get_inputs()[0].name: images()})[0]
    expected = export._model(network, False)(images()).numpy()
    assert np.allclose(found, expected, atol=1e-4)
    assert json.loads(opened.get_modelmeta().custom_metadata_map[export.ONNX_KEY]) == network.to_dict()


def test_without_tf2onnx(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingLibrary, match=r"pip install 'annotat3d-tui\[onnx\]'"):
        export_onnx(network, tmp_path / "grains.onnx")
    assert not list(tmp_path.iterdir())
