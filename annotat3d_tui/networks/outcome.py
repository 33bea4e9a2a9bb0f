"""What became of an image that a network was applied to, in a small file beside its label volume: NAME.infer.json.

Of an image that failed the file says why. Many processes may write into one folder: each image has a file of its own.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.volume.place import place_of
from annotat3d_tui.volume.writing import written_aside

SUFFIX = ".infer.json"
FORMAT = "annotat3d inference"
MOST_BYTES = 1 << 20
"""A larger file is none of ours."""
_TEXTS, _NUMBERS = ("image", "network", "label", "error", "devices", "job"), ("seconds", "work", "at")
_LARGEST = 1e15


@dataclass(frozen=True)
class Outcome:
    """What became of an image; all paths are absolute.

    label: the label volume, "" where there is none, of which `error` is the sentence. shape: (z, y, x). voxels: how
    many each label has. seconds: how long it took; work: voxels that went through the network, those of patches that
    overlap and of mirrored ones each time. devices: as `GPU` or `CPU`. at: seconds since 1970. job: the folder of the
    job that did it, "" without one.
    """

    image: str
    network: str
    label: str = ""
    error: str = ""
    shape: tuple[int, ...] = ()
    voxels: Mapping[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    work: float = 0.0
    devices: str = ""
    at: float = 0.0
    job: str = ""

    @classmethod
    def of(cls, content: Any) -> Self:
        """What `keep_outcome` wrote; raises ValueError, TypeError, KeyError for anything else."""
        if content["format"] != FORMAT:
            raise ValueError("another format")
        known: dict[str, Any] = {name: str(content[name]) for name in _TEXTS}
        known |= {name: float(content[name]) for name in _NUMBERS}
        if not all(0 <= known[name] < _LARGEST for name in _NUMBERS):
            raise ValueError("numbers that cannot be")
        shape = tuple(int(side) for side in content["shape"])
        return cls(**known, shape=shape, voxels={int(label): int(n) for label, n in content["voxels"].items()})

    @property
    def has_label(self) -> bool:
        """Whether there is a label volume, which is still where it was."""
        return bool(self.label) and Path(self.label).is_file()


def label_path(folder: Path, image: str) -> Path:
    """Where the label volume of an image goes.

    >>> [label_path(Path("labels"), image).as_posix() for image in ("scans/a.tif", "b.h5:/entry/data")]
    ['labels/a.tif', 'labels/b-entry-data.tif']
    """
    return folder / f"{place_of(image).stem}.tif"


def outcome_path(label: Path) -> Path:
    """The file that says how a label volume came about.

    >>> outcome_path(Path("labels/a.tif")).name
    'a.infer.json'
    """
    return label.with_name(label.stem + SUFFIX)


def keep_outcome(label: Path, outcome: Outcome) -> None:
    """Write what became of an image, which has this label or would have had it; a full disk is no reason to stop."""
    with suppress(CannotWrite, OSError), written_aside(outcome_path(label), overwrite=True) as aside:
        aside.write_text(json.dumps({"format": FORMAT, **asdict(outcome)}, ensure_ascii=False, indent=2) + "\n")


def outcome_of(label: Path) -> Outcome | None:
    """What became of the image of a label volume; None where nobody has said it, or the file is damaged."""
    return _read(outcome_path(label))


def outcomes_in(folder: Path) -> list[Outcome]:
    """What is known of the images of a folder of results, by the names of their files."""
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}"))
    except OSError:
        return []
    return [outcome for path in paths if (outcome := _read(path))]


def _read(path: Path) -> Outcome | None:
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        return Outcome.of(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
