"""Voxel types and the words for them, in file names, flags and messages."""

from typing import Any

import numpy as np

from annotat3d_tui.errors import InvalidParameter, UnknownType

IMAGE_TYPES = ("uint8", "uint16", "int16", "int32", "float32", "float64")
LABEL_TYPES = ("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
STORED_TYPES = (*LABEL_TYPES[1:], "float16", "float32", "float64")
LARGEST_ID = 2**31 - 1

_BITS = {8: ("uint8",), 16: ("uint16",), 32: ("uint32", "float32"), 64: ("float64", "int64")}
_MEANINGS = (
    {name: (name,) for name in STORED_TYPES}
    | {f"{bits}{word}": names for bits, names in _BITS.items() for word in ("b", "bit", "bits", "-bit", "-bits")}
    | {"float": ("float32",), "double": ("float64",)}
)


def meanings(word: str) -> tuple[str, ...]:
    """The types that `word` may mean: none, one, or (a bare 32bit or 64bit) two.

    >>> meanings("16bit"), meanings("32bits"), meanings("Float32"), meanings("tomogram")
    (('uint16',), ('uint32', 'float32'), ('float32',), ())
    """
    return _MEANINGS.get(word.lower(), ())


def type_named(word: str, who: str = "--dtype") -> np.dtype[Any]:
    """The type that `word` means; raises InvalidParameter, naming `who`, when it means none or two."""
    names = meanings(word)
    if len(names) == 1:
        return np.dtype(names[0])
    if names:
        raise InvalidParameter(f"{who} {word} may mean {names[0]} or {names[1]}: give one of these words.")
    raise InvalidParameter(f"{who} must be one of {', '.join(STORED_TYPES)}, received {word!r}: give one of them.")


def type_text(dtype: np.dtype[Any]) -> str:
    """A type as it stands in messages and file names.

    >>> type_text(np.dtype("uint16")), type_text(np.dtype("int16"))
    ('16-bit', 'int16')
    """
    return {"uint8": "8-bit", "uint16": "16-bit"}.get(dtype.name, dtype.name)


def check_stored(dtype: np.dtype[Any], name: str) -> None:
    """Raises UnknownType unless voxels of this type can be opened or saved at all; `name` is the file."""
    if dtype.name not in (*STORED_TYPES, "bool"):
        raise UnknownType(
            f"{name} must hold voxels of type {', '.join(STORED_TYPES)}, received {dtype.name}: convert it first."
        )


def check_image(dtype: np.dtype[Any], name: str) -> None:
    """Raises UnknownType unless `dtype` is that of an image; `name` is the file."""
    if dtype.name not in IMAGE_TYPES:
        raise UnknownType(
            f"{name} must hold voxels of type {', '.join(IMAGE_TYPES)} to be an image, received {dtype.name}: "
            "convert it with annotat3d convert --dtype."
        )


def check_labels(dtype: np.dtype[Any], name: str) -> None:
    """Raises UnknownType unless `dtype` can hold label ids; `name` is the file."""
    if dtype.name not in LABEL_TYPES:
        raise UnknownType(
            f"{name} must hold whole numbers (label ids), received {dtype.name}: "
            "convert it with annotat3d convert --dtype int32."
        )
