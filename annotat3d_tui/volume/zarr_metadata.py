"""What the JSON beside the chunks of a Zarr array says, of format 2 and of format 3."""

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from annotat3d_tui.errors import InvalidFile, UnknownType
from annotat3d_tui.volume.zarr_codecs import Chain, known_step

ARRAY_2, GROUP_2, ATTRIBUTES_2, NODE_3 = ".zarray", ".zgroup", ".zattrs", "zarr.json"
LARGEST_TEXT = 1 << 26
LARGEST_CHUNK = 1 << 34
MOST_INNER = 1 << 20
_TYPE_2 = re.compile(r"[<>|][biuf][1248]")
_TYPES_3 = ("bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)))
_TYPES_3 += ("float16", "float32", "float64")


@dataclass(frozen=True)
class Shards:
    """Chunks that hold smaller ones, and say where: at their start or end, in entries of 16 bytes."""

    inner: tuple[int, ...]
    at_start: bool
    checksum: bool


@dataclass(frozen=True)
class ZarrArray:
    """An array: where its chunks are, and how they are kept. `dimensions`: the names of its axes, if it has any."""

    folder: Path
    version: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunk: tuple[int, ...]
    chain: Chain
    fill: Any
    prefix: str
    separator: str
    shards: Shards | None = None
    dimensions: tuple[str, ...] = ()

    @property
    def unit(self) -> tuple[int, ...]:
        """Sides of what is read at once: a chunk, or one of those in it."""
        return self.shards.inner if self.shards else self.chunk

    def file_of(self, place: tuple[int, ...]) -> Path:
        """The file of a chunk, by its index along each axis."""
        key = self.separator.join(str(index) for index in place)
        return self.folder / f"{self.prefix}{key}"


def node_of(folder: Path) -> dict[str, Any]:
    """What the metadata of a group or an array says, with its attributes; empty where there is none.

    Raises InvalidFile when it is damaged.
    """
    if (folder / NODE_3).is_file():
        return _read(folder / NODE_3)
    for name in (ARRAY_2, GROUP_2):
        if (folder / name).is_file():
            said = _read(folder / name)
            there = (folder / ATTRIBUTES_2).is_file()
            return said | {"node_type": name[2:], "attributes": _read(folder / ATTRIBUTES_2) if there else {}}
    return {}


def array_of(folder: Path, node: dict[str, Any], name: str) -> ZarrArray:
    """The array that a node describes; raises InvalidFile or UnknownType when it is none that is read."""
    try:
        array = _array_3(folder, node, name) if node.get("zarr_format") == 3 else _array_2(folder, node, name)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        if isinstance(error, (InvalidFile, UnknownType)):
            raise
        raise InvalidFile(
            f"{name} is damaged (its metadata lacks or garbles {error}): copy it again or save it anew."
        ) from error
    _check(array, name)
    return array


def is_array(node: dict[str, Any]) -> bool:
    """Whether a node is an array."""
    return node.get("node_type") == "array"


def _array_2(folder: Path, node: dict[str, Any], name: str) -> ZarrArray:
    shape, chunk = _lengths(node["shape"]), _lengths(node["chunks"])
    word = node["dtype"]
    if not isinstance(word, str) or not _TYPE_2.fullmatch(word):
        raise _not_read(word, name)
    dtype = np.dtype(word)
    if node.get("filters"):
        raise InvalidFile(f"{name} must be kept without filters, received {node['filters'][0]}: save it without.")
    compressor = node.get("compressor")
    steps = (known_step(compressor["id"], name),) if compressor else ()
    axes = tuple(range(len(shape)))
    order = axes[::-1] if node.get("order") == "F" else axes
    fill = _fill(node.get("fill_value") or 0, dtype)
    separator = node.get("dimension_separator", ".")
    return ZarrArray(folder, 2, shape, dtype, chunk, Chain(dtype, order, steps), fill, "", _separator(separator))


def _array_3(folder: Path, node: dict[str, Any], name: str) -> ZarrArray:
    shape = _lengths(node["shape"])
    word = node["data_type"]
    if word not in _TYPES_3:
        raise _not_read(word, name)
    dtype = np.dtype(word)
    if node["chunk_grid"]["name"] != "regular":
        raise InvalidFile(f"{name} must have a regular grid of chunks, received another: save it anew with one.")
    chunk = _lengths(node["chunk_grid"]["configuration"]["chunk_shape"])
    keys = node["chunk_key_encoding"]
    kind = keys["name"]
    separator = (keys.get("configuration") or {}).get("separator", "/" if kind == "default" else ".")
    chain, shards = _chain(node["codecs"], len(shape), dtype, name)
    names = node.get("dimension_names") or []
    return ZarrArray(
        folder,
        3,
        shape,
        dtype,
        chunk,
        chain,
        _fill(node.get("fill_value", 0), dtype),
        f"c{separator}" if kind == "default" else "",
        _separator(separator),
        shards,
        tuple(str(one or "") for one in names),
    )


def _chain(codecs: list[Any], axes: int, dtype: np.dtype[Any], name: str) -> tuple[Chain, Shards | None]:
    order = tuple(range(axes))
    steps: list[str] = []
    for codec in codecs:
        word, said = (codec, {}) if isinstance(codec, str) else (codec["name"], codec.get("configuration") or {})
        if word == "transpose":
            order = tuple(order[int(axis)] for axis in said["order"])
            if sorted(order) != list(range(axes)):
                raise ValueError("transpose")
        elif word == "bytes":
            dtype = dtype.newbyteorder(">" if said.get("endian") == "big" else "<")
        elif word == "sharding_indexed":
            if order != tuple(range(axes)) or len(codecs) > 1:
                raise InvalidFile(f"{name} must not transpose or compress its shards, but does: save it anew.")
            inner, nested = _chain(said["codecs"], axes, dtype, name)
            names = [one["name"] for one in said["index_codecs"]]
            if nested or names not in (["bytes"], ["bytes", "crc32c"]):
                raise InvalidFile(
                    f"{name} keeps its shards in a way that is not read: save it with one level of shards."
                )
            at_start = said.get("index_location", "end") == "start"
            return inner, Shards(_lengths(said["chunk_shape"]), at_start, "crc32c" in names)
        else:
            steps.append(known_step(word, name))
    return Chain(dtype, order, tuple(steps)), None


def _check(array: ZarrArray, name: str) -> None:
    axes = len(array.shape)
    wrong = len(array.chunk) != axes or min(array.chunk, default=1) < 1 or len(array.chain.order) != axes
    if array.shards:
        inner = array.shards.inner
        wrong = wrong or len(inner) != axes or min(inner, default=1) < 1
        wrong = wrong or any(side % part for side, part in zip(array.chunk, inner, strict=False))
        wrong = wrong or math.prod(array.chunk) // max(math.prod(inner), 1) > MOST_INNER
    if wrong or math.prod(array.unit) * array.dtype.itemsize > LARGEST_CHUNK:
        raise InvalidFile(
            f"{name} is damaged (chunks of {'×'.join(map(str, array.chunk))} for {'×'.join(map(str, array.shape))}): "
            "copy it again or save it anew from its source."
        )


def _lengths(said: Any) -> tuple[int, ...]:
    if not isinstance(said, list) or not all(type(one) is int and 0 <= one < 1 << 60 for one in said) or len(said) > 16:
        raise ValueError("lengths")
    return tuple(said)


def _separator(said: Any) -> str:
    if said not in ("/", "."):
        raise ValueError("separator")
    return str(said)


def _fill(said: Any, dtype: np.dtype[Any]) -> Any:
    if isinstance(said, str) and said.startswith("0x"):
        return np.frombuffer(int(said, 16).to_bytes(dtype.itemsize, "little"), dtype.newbyteorder("<"))[0]
    if isinstance(said, str):
        said = float(said)
    return dtype.type(said)


def _not_read(word: Any, name: str) -> UnknownType:
    return UnknownType(f"{name} must hold numbers, received the type {str(word)[:40]}: convert it first.")


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_TEXT:
            raise ValueError("too large")
        said = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise InvalidFile(f"{path} is damaged, it must be a JSON object: copy it again or save it anew.")
    return said
