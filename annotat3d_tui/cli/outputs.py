"""All outputs of a command are looked at before any work begins."""

import os
from collections.abc import Iterable
from pathlib import Path

from annotat3d_tui.errors import CannotWrite, InvalidParameter
from annotat3d_tui.volume.files import check_volume_output
from annotat3d_tui.volume.writing import check_output, written_aside


def check_outputs(volumes: Iterable[Path], others: Iterable[Path], overwrite: bool, inputs: Iterable[str]) -> None:
    """Refuse an output that exists, is an input, cannot be written, or is named twice."""
    keep = [*inputs]
    seen: set[str] = set()
    for path, check in [*((one, check_volume_output) for one in volumes), *((one, check_output) for one in others)]:
        check(path, overwrite, keep)
        if (real := os.path.realpath(path)) in seen:
            raise CannotWrite(f"{path} must be the name of one output, received it for two: give another name.")
        seen.add(real)


def check_kept_name(path: str | None, flag: str, suffix: str) -> None:
    """Raises InvalidParameter unless a file of arrays that is kept, if any, ends with .npz."""
    if path is not None and Path(path).suffix.lower() != ".npz":
        raise InvalidParameter(
            f"{flag} must name a file that ends with .npz, received {path}: name it {Path(path).stem}{suffix}."
        )


def write_bytes(path: Path, content: bytes, overwrite: bool) -> None:
    """A file with this content, written beside and renamed."""
    with written_aside(path, overwrite) as aside:
        aside.write_bytes(content)
