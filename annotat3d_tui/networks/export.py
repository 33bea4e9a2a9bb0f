"""A network in one file (`exported`), for a colleague, for Keras or for ONNX; and from a file a network again."""

import importlib
import importlib.util
import json
import os
import secrets
import shutil
import tempfile
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotat3d_tui.errors import CannotWrite, MissingLibrary, OutputExists
from annotat3d_tui.networks.architectures import build
from annotat3d_tui.networks.exported import MODEL, WEIGHTS, copy_history, copy_weights, read_manifest
from annotat3d_tui.networks.network import BEST, HISTORY, MANIFEST, Network, load_weights, network_folder
from annotat3d_tui.networks.weights_file import check_weights
from annotat3d_tui.volume.writing import check_output, written_aside

ONNX_KEY = "annotat3d"
"""Under which an ONNX file says what network.json says."""
_SAVED = "1980-01-01@00:00:00"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def export_network(network: Network, path: Path, overwrite: bool = False) -> None:
    """Write the network with its best weights to a file NAME.network.zip.

    The same network gives the same bytes. A Keras user takes model.keras out of it; it computes in float32, and has
    more than one output where the network was trained with deep supervision, the finest first. Raises MissingFile,
    InvalidFile, OutputExists, CannotWrite.
    """
    check_output(path, overwrite)
    model = _model(network, network.training.deep_supervision)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
        saved, settled = Path(folder) / "saved.keras", Path(folder) / MODEL
        model.save(saved)
        _settle(saved, settled)
        with written_aside(path, overwrite) as aside, zipfile.ZipFile(aside, "w") as file:
            manifest = json.dumps(network.to_dict(), ensure_ascii=False, indent=2) + "\n"
            file.writestr(_entry(MANIFEST, zipfile.ZIP_DEFLATED), manifest)
            history = _history(network, Path(folder))
            if history.is_file():
                _add(file, HISTORY, history, zipfile.ZIP_DEFLATED)
            _add(file, MODEL, settled, zipfile.ZIP_STORED)


def import_network(file: Path, name: Path | str) -> Network:
    """Make of an exported file the folder of a network; nothing in the file is run, and TensorFlow is not needed.

    Raises MissingFile, InvalidFile, OutputExists, CannotWrite.
    """
    folder = network_folder(name)
    network = Network.from_dict(folder, read_manifest(file))
    if os.path.lexists(folder):
        raise OutputExists(f"{folder} exists: give another name for the network of {file}.")
    aside = folder.with_name(f".{folder.name[:40]}.{secrets.token_hex(4)}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir()
        copy_weights(file, aside / BEST, network.weight_count)
        check_weights(aside / BEST, network.weight_count, f"{MODEL} in {file}")
        copy_history(file, aside / HISTORY)
        replace(network, folder=aside).save()
        os.rename(aside, folder)
    except OSError as error:
        if isinstance(error, CannotWrite):
            raise
        raise CannotWrite(f"{folder} cannot be written ({error.strerror}): give another place.") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return network


def export_onnx(network: Network, path: Path, overwrite: bool = False) -> None:
    """Write the network as ONNX: normalized float32 images (batch, [z,] y, x, 1) -> logits (batch, [z,] y, x, classes).

    Its metadata hold what network.json says. Raises MissingLibrary without tf2onnx, MissingFile, InvalidFile,
    OutputExists, CannotWrite.
    """
    if importlib.util.find_spec("tf2onnx") is None:
        raise MissingLibrary("ONNX needs tf2onnx, which is not installed: pip install 'annotat3d-tui[onnx]'.")
    check_output(path, overwrite)
    model = _model(network, False)
    from annotat3d_tui.networks.quiet import keras

    anything = keras().InputSpec(shape=model.inputs[0].shape, dtype="float32", name="image")
    with written_aside(path, overwrite) as aside, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries that convert
        model.export(str(aside), format="onnx", verbose=False, input_signature=[anything])
        _describe(aside, network)


def _model(network: Network, deep_supervision: bool) -> Any:
    """The Keras model with the best weights, in float32."""
    from annotat3d_tui.networks.quiet import keras

    _forget_names()
    trained = network.training.deep_supervision
    model = build(network.architecture, len(network.classes), channels=network.channels, deep_supervision=trained)
    with network.weights_file("best") as path:
        load_weights(model, path)
    if deep_supervision == trained:
        return model
    return keras().Model(model.inputs[0], model.outputs[0])


def _forget_names() -> None:
    """Let Keras number layers from the beginning, whatever was built before: they are called the same in each file."""
    from annotat3d_tui.networks.quiet import keras

    keras()
    naming = importlib.import_module("keras.src.utils.naming")
    naming.reset_uids()


def _history(network: Network, scratch: Path) -> Path:
    """Where its history is, if it has one; that of an exported network is unpacked into a folder."""
    if not network.folder.is_file():
        return network.folder / HISTORY
    copy_history(network.folder, scratch / HISTORY)
    return scratch / HISTORY


def _settle(saved: Path, settled: Path) -> None:
    """The same Keras file, without the time at which it was written, and without addresses of its objects."""
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(settled, "w") as target:
        about = json.loads(source.read("metadata.json")) | {"date_saved": _SAVED}
        target.writestr(_entry("metadata.json"), json.dumps(about))
        target.writestr(_entry("config.json"), _numbered(json.loads(source.read("config.json"))))
        with source.open(WEIGHTS) as weights, target.open(_entry(WEIGHTS), "w", force_zip64=True) as copy:
            shutil.copyfileobj(weights, copy)


def _numbered(config: Any) -> str:
    """JSON in which the objects that layers share have numbers from 1, in their order, for addresses in memory."""
    numbers: dict[int, int] = {}

    def number(value: Any) -> Any:
        if isinstance(value, list):
            return [number(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            name: numbers.setdefault(one, len(numbers) + 1) if name == "shared_object_id" else number(one)
            for name, one in value.items()
        }

    return json.dumps(number(config))


def _add(file: zipfile.ZipFile, name: str, path: Path, method: int) -> None:
    with open(path, "rb") as source, file.open(_entry(name, method), "w", force_zip64=True) as copy:
        shutil.copyfileobj(source, copy)


def _entry(name: str, method: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = method
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _describe(path: Path, network: Network) -> None:
    import onnx

    model = onnx.load(path)
    onnx.helper.set_model_props(model, {ONNX_KEY: json.dumps(network.to_dict(), ensure_ascii=False)})
    onnx.save(model, path)
