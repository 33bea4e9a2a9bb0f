"""The datasets in a folder, told from their headers, and what there is to say of one that was read."""

from dataclasses import dataclass
from pathlib import Path

from annotat3d_tui.blocks import size_text
from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.networks import layout
from annotat3d_tui.networks.dataset import Dataset
from annotat3d_tui.networks.foreign import Totals
from annotat3d_tui.networks.opening import is_own, opened_dataset
from annotat3d_tui.networks.recorded import recorded
from annotat3d_tui.networks.statistics import Spread

SUFFIXES = (".h5", ".hdf5")


@dataclass(frozen=True, eq=False)
class ListedDataset:
    """A file as it was found; problem: why it is no dataset, a sentence, else the rest is told.

    patch (z, y, x). dataset: all that a file of this program says of itself, None of another's, which must be read
    whole for that. bytes and changed (seconds since 1970): of the file.
    """

    path: Path
    images: int = 0
    samples: int = 0
    patch: tuple[int, int, int] = (0, 0, 0)
    dtype: str = ""
    has_weight: bool = False
    dataset: Dataset | None = None
    bytes: int = 0
    changed: float = 0.0
    problem: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.path.name


def dataset_files(folder: Path) -> list[Path]:
    """The files in a folder that may be datasets, by their names; none where it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != ".")
    except OSError:
        return []


def listed_dataset(path: Path) -> ListedDataset:
    """One file, whatever is wrong with it; no sample is read."""
    size, changed = _stat(path)
    try:
        with opened_dataset(path) as file:
            data = file[layout.DATA]
            images, samples, *sides = data.shape
            return ListedDataset(
                path,
                images,
                samples,
                (sides[2], sides[1], sides[0]),
                data.dtype.name,
                layout.WEIGHT in file,
                recorded(file, path) if is_own(file) else None,
                size,
                changed,
            )
    except Annotat3DError as error:
        return ListedDataset(path, bytes=size, changed=changed, problem=str(error))


def classes_text(dataset: Dataset) -> str:
    """The classes by id, with the names that they have.

    >>> from annotat3d_tui.networks.dataset import Dataset
    >>> import numpy as np
    >>> none = np.empty((0, 2), np.int64)
    >>> classes_text(
    ...     Dataset(Path("a"), 1, 1, (1, 1, 1), np.dtype("u1"), (1, 2), {2: "bead"}, None, False, (), none, none)
    ... )
    '1, 2 bead'
    """
    return ", ".join(f"{label} {dataset.names.get(label, '')}".rstrip() for label in dataset.classes)


def statistics_rows(dataset: Dataset, found: Totals) -> list[tuple[str, str]]:
    """All about a dataset whose samples were read, a name and a text each."""
    share = f" ({len(dataset.training)} for training, {len(dataset.validation)} for validation)"
    all_voxels = sum(found.labels.values())
    return [
        ("dataset", f"{dataset.path}, of {dataset.program or 'another program'}"),
        ("images", f"{dataset.images}"),
        ("samples", f"{dataset.samples} of each image{share}"),
        ("dimensions", size_text(dataset.patch)),
        ("data", f"{dataset.dtype.name}, {_spread_text(found.all_grey)}"),
        ("labels", f"{len(dataset.classes)} classes"),
        *((f"  {label_text(dataset, label)}", _count_text(count, all_voxels)) for label, count in found.labels.items()),
        ("weight", _spread_text(found.weight) if found.weight else "none: every voxel counts 1"),
    ]


def label_text(dataset: Dataset, label: int) -> str:
    """A label id and what it is called."""
    what = "not labelled" if label == dataset.unlabelled else dataset.names.get(label, "")
    return f"{label} {what}".rstrip()


def _count_text(count: int, of: int) -> str:
    return f"{count:>14} voxels  {100 * count / of:6.2f} %"


def _spread_text(spread: Spread) -> str:
    return f"mean {spread.mean:.9g}, std {spread.std:.9g}, min {spread.minimum:.9g}, max {spread.maximum:.9g}"


def _stat(path: Path) -> tuple[int, float]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0.0
    return found.st_size, found.st_mtime
