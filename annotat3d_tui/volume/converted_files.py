"""The files of converted volumes in a folder, whose they are, and which go when there is no room.

NAME-KEY.npy          voxels (Z, Y, X), in C order and the machine's byte order
NAME-KEY-turned.npy   the same, so that slices across x lie together (`turned`)
NAME-KEY*.part        one of them, not yet whole
NAME-KEY*.json        path, size, time and samples of the source, and how many planes are on the disk
"""

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from annotat3d_tui.blocks import size_text
from annotat3d_tui.cache import SPARED
from annotat3d_tui.content import text_key
from annotat3d_tui.memory import parse_bytes
from annotat3d_tui.volume.disk import beside, fingerprint_of, stamp_of
from annotat3d_tui.volume.source import Source
from annotat3d_tui.volume.writing import written_aside

FOLDER = "volumes"
"""In a cache."""
MOST_BYTES = 64 * 10**9
_KEY_DIGITS = 12
_NAME_LETTERS = 40
PLANES, TURNED = "", "turned"
"""Forms of a copy."""


def most_bytes() -> int:
    """Bytes that converted volumes of a workspace may take: 64 GB, or what ANNOTAT3D_CACHE says.

    Raises InvalidParameter where that is no size.
    """
    return parse_bytes(given) if (given := os.environ.get("ANNOTAT3D_CACHE")) else MOST_BYTES


@dataclass(frozen=True)
class State:
    """Whose voxels they are (bytes, time in ns and samples of the files), and how many planes of them are there.

    layout: how they are kept in the source, which nothing but its name or flags may say. form: how in their copy.
    """

    source: str
    bytes: int
    changed: int
    samples: str
    layout: str
    shape: tuple[int, ...]
    dtype: str
    planes: int = 0
    form: str = field(default=PLANES, repr=False)

    @classmethod
    def of(cls, source: Source, form: str = PLANES) -> "State":
        """A source as it is now; raises MissingFile, InvalidFile."""
        bytes, changed = stamp_of(source.path)
        samples = str(fingerprint_of(source.path)["samples"])
        layout = f"{source.format} {source.dtype.str} {source.mapping}"
        return cls(
            str(source.path.resolve()), bytes, changed, samples, layout, source.shape, source.dtype.name, 0, form
        )

    def is_of(self, other: "State") -> bool:
        """Whether both are of the same files, wherever these lie, read in the same way."""
        return replace(self, source="", planes=0) == replace(other, source="", planes=0)

    def is_of_same_source(self, other: "State") -> bool:
        """Whether both are of the same files in whatever form."""
        return self.is_of(replace(other, form=self.form))

    @property
    def share(self) -> float:
        """Of the planes that are there, 0…1."""
        return self.planes / self.shape[0]


@dataclass(frozen=True)
class Entry:
    """A converted volume in a folder, whole or not; its files need not be there."""

    folder: Path
    state: State

    @property
    def stem(self) -> str:
        """How its files are called."""
        one = replace(self.state, source="", planes=0)
        name = f"{beside(self.state.source).name[:_NAME_LETTERS]}-{text_key(repr(one))[:_KEY_DIGITS]}"
        return f"{name}-{self.state.form}" if self.state.form else name

    @property
    def voxels(self) -> Path:
        """The voxels, when they are whole."""
        return self.folder / f"{self.stem}.npy"

    @property
    def part(self) -> Path:
        """The voxels while they are not."""
        return self.folder / f"{self.stem}.part"

    @property
    def about(self) -> Path:
        """Whose they are."""
        return self.folder / f"{self.stem}.json"

    @property
    def is_whole(self) -> bool:
        """Whether all voxels are there."""
        return self.voxels.exists()

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(file.stat().st_size for file in (self.voxels, self.part, self.about) if file.exists())

    @property
    def used(self) -> float:
        """When it was used last, in seconds since 1970."""
        return max((file.stat().st_mtime for file in (self.voxels, self.part) if file.exists()), default=0.0)

    @property
    def facts(self) -> str:
        """What a person wants to know of it."""
        said = f"{size_text(self.state.shape)} {self.state.dtype}"
        if self.state.form == TURNED:
            said += ", again for slices across x"
        return said if self.is_whole else f"{said}, {100 * self.state.share:.0f} % converted"

    def note(self, part: BinaryIO, planes: int) -> None:
        """Say that so many planes are on the disk, once they are."""
        part.flush()
        os.fdatasync(part.fileno())
        with written_aside(self.about, overwrite=True) as aside:
            aside.write_text(json.dumps(asdict(replace(self.state, planes=planes)), ensure_ascii=False, indent=2))

    def remove(self) -> None:
        """Let its files go; who has mapped them keeps them."""
        for file in (self.voxels, self.part, self.about):
            file.unlink(missing_ok=True)


def entries_in(folder: Path) -> list[Entry]:
    """The converted volumes of a folder, the one that was used last first."""
    found = []
    for file in folder.glob("*.json"):
        state = state_in(file)
        if state is not None and (entry := Entry(folder, state)).about == file:
            found.append(entry)
    return sorted(found, key=lambda entry: -entry.used)


def state_in(file: Path) -> State | None:
    """What is said of a converted volume; None where it cannot be read."""
    try:
        said: dict[str, Any] = json.loads(file.read_text())
        state = State(**{**said, "shape": tuple(int(length) for length in said["shape"])})
        known = len(state.shape) == 3 and 0 <= state.planes <= state.shape[0] and state.form in (PLANES, TURNED)
        return state if known else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def remove_all_but(entry: Entry) -> None:
    """Let go what was converted of the same source when it was another."""
    for other in entries_in(entry.folder):
        if other.state.source == entry.state.source and not other.state.is_of_same_source(entry.state):
            with contextlib.suppress(OSError):
                other.remove()


def room_made(entry: Entry, most: int) -> bool:
    """Let go what was used longest ago until there is room for a volume, if that is enough; whether there is.

    What is turned goes first. For it only what is turned goes, and the disk must keep as much free once more.
    """
    is_turned = entry.state.form == TURNED
    need = _voxel_bytes(entry.state)
    spared = SPARED + (need if is_turned else 0)
    others = [other for other in entries_in(entry.folder) if other.stem != entry.stem]
    may_go = [other for other in others if other.state.form == TURNED or not is_turned]
    may_go.sort(key=lambda other: other.state.form == TURNED)
    taken, least = (sum(one.size for one in ones) for ones in (others, (one for one in others if one not in may_go)))
    if need + least > most or need + spared > _free_bytes(entry.folder) + taken - least:
        return False
    while may_go and (need + taken > most or need + spared > _free_bytes(entry.folder)):
        oldest = may_go.pop()
        taken -= oldest.size
        oldest.remove()
    return True


def _voxel_bytes(state: State) -> int:
    return int(np.prod(state.shape, dtype=np.int64)) * np.dtype(state.dtype).itemsize


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
