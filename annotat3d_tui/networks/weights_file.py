"""Whether a file of weights, which may come from anybody, holds nothing but the numbers of its network.

Keras reads what an HDF5 file says. So first this is looked at: that it points to no other file (links, external or
virtual datasets), needs no filter, and promises no more numbers than there are.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotat3d_tui.blocks import count_text
from annotat3d_tui.errors import InvalidFile, MissingFile

if TYPE_CHECKING:
    import h5py

MOST_OBJECTS, MOST_DEPTH = 10_000, 16


def check_weights(path: Path, count: int, name: str = "") -> None:
    """Raises InvalidFile unless the HDF5 file holds `count` numbers in plain arrays and nothing else; MissingFile.

    name: what messages call it, where it is not its path.
    """
    import h5py

    known_as = name or str(path)
    if not path.is_file():
        raise MissingFile(
            f"{known_as} must hold the weights of a network, but is not there: train it, or copy it anew."
        )
    try:
        with h5py.File(path, "r", locking=False) as file:
            found = sum(_plain(one, known_as).size for one in _datasets(file, known_as))
    except InvalidFile:
        raise
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError):
        raise InvalidFile(f"{known_as} is damaged, or holds no weights: copy it again.") from None
    if found != count:
        raise InvalidFile(
            f"{known_as} must hold the {count_text(count, 'number')} of its network, received {found}: "
            "it is of another network, give that one's own."
        )


def _datasets(file: "h5py.File", name: str) -> Iterator["h5py.Dataset"]:
    """All arrays of a file; raises InvalidFile for links, other objects, and more of them than a network has."""
    import h5py

    waiting: list[tuple[int, Any]] = [(0, file)]
    seen = 0
    while waiting:
        depth, group = waiting.pop()
        for key in group:
            seen += 1
            link = group.get(key, getlink=True)
            one = group[key] if isinstance(link, h5py.HardLink) else None
            if isinstance(one, h5py.Dataset):
                yield one
            elif isinstance(one, h5py.Group) and depth < MOST_DEPTH and seen < MOST_OBJECTS:
                waiting.append((depth + 1, one))
            else:
                raise InvalidFile(_refused(name, "a link or another thing"))


def _plain(array: "h5py.Dataset", name: str) -> "h5py.Dataset":
    """The array, whose numbers all lie in this file as they are."""
    stored = array.id.get_storage_size() == array.size * array.dtype.itemsize
    filters = array.id.get_create_plist().get_nfilters()
    if array.dtype.kind not in "fiu" or array.external or array.is_virtual or filters or not stored:
        raise InvalidFile(_refused(name, f"{array.dtype} in another form"))
    return array


def _refused(name: str, received: str) -> str:
    return f"{name} must hold plain arrays of numbers, as weights are kept, received {received}: do not use this file."
