"""How sure a label volume is, as volumes: a file for each label, and one of the uncertainty."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.volume.files import save_blocks
from annotat3d_tui.volume.header import Header
from annotat3d_tui.volume.volume import Volume
from annotat3d_tui.workflow.evidence import Evidence


def add_map_flags(parser: argparse.ArgumentParser) -> None:
    """`--probabilities` and `--uncertainty`."""
    parser.add_argument(
        "--probabilities", metavar="P",
        help="write the probability of each label, 0 to 1 as float32: P.tif gives P-1.tif, P-2.tif, … by label id",
    )  # fmt: skip
    parser.add_argument(
        "--uncertainty", metavar="U",
        help="write 1 − (highest − second highest probability), as float32: 0 is certain, 1 is undecided",
    )  # fmt: skip


def wants_maps(given: argparse.Namespace) -> bool:
    """Whether a map is to be written."""
    return bool(given.probabilities or given.uncertainty)


def probability_path(path: Path, label: int) -> Path:
    """The file of a label: its id stands before the suffix, and before the size in the name of a RAW file.

    >>> probability_path(Path("p.tif"), 2).name, probability_path(Path("p_4x5x6_float32.raw"), 2).name
    ('p-2.tif', 'p-2_4x5x6_float32.raw')
    """
    size = re.search(r"_\d+x\d+x\d+", path.stem)
    end = size.start() if size else len(path.stem)
    return path.with_name(f"{path.stem[:end]}-{label}{path.stem[end:]}{path.suffix}")


def map_paths(given: argparse.Namespace, labels: NDArray[Any]) -> dict[str, Path]:
    """What will be written: the uncertainty, and the probability of each label id (k,), by what it is."""
    paths = {"uncertainty": Path(given.uncertainty)} if given.uncertainty else {}
    if given.probabilities:
        paths |= {str(label): probability_path(Path(given.probabilities), label) for label in labels.tolist()}
    return paths


def save_maps(paths: dict[str, Path], evidence: Evidence, image: Volume, overwrite: bool) -> None:
    """Write the maps plane by plane; no more than a plane is in memory."""
    z, y, x = image.data.shape
    for what, path in paths.items():
        planes = _planes(evidence, what, z)
        save_blocks(path, planes, Header((z, y, x), np.dtype(np.float32), image.voxel_size, image.unit), overwrite)


def _planes(evidence: Evidence, what: str, depth: int) -> Iterator[NDArray[np.float32]]:
    for z in range(depth):
        cut = (slice(z, z + 1),)
        yield evidence.uncertainty(cut) if what == "uncertainty" else evidence.probability(int(what), cut)
