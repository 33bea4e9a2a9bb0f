"""All outputs of a command are looked at before any work begins."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from annotat3d_tui.errors import CannotWrite, InvalidParameter, OutputExists
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


def made_folder(path: Path) -> None:
    """Make a folder for several outputs; raises CannotWrite."""
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{path} must be a folder for several images ({error.strerror}): give another.") from None


def check_kept_name(path: str | None, flag: str, suffix: str) -> None:
    """Raises InvalidParameter unless a file of arrays that is kept, if any, ends with .npz."""
    if path is not None and Path(path).suffix.lower() != ".npz":
        raise InvalidParameter(
            f"{flag} must name a file that ends with .npz, received {path}: name it {Path(path).stem}{suffix}."
        )


def check_folder(path: str | None, flag: str) -> None:
    """Raises CannotWrite when what must be a folder, made when needed, is a file or would lie in one."""
    if path is None:
        return
    there = next(one for one in (Path(path), *Path(path).parents) if os.path.lexists(one) or one == one.parent)
    if not there.is_dir():
        raise CannotWrite(
            f"{flag} {path} must be a folder, received {there}, which is none: give a folder, new or old."
        )


def write_each(steps: Iterable[tuple[str, Callable[[], object]]]) -> None:
    """Write outputs (what they are called, what writes them), each also where one before it cannot be written.

    Raises CannotWrite with the sentences of all that failed, and what was written all the same.
    """
    written, failed = [], []
    for name, write in steps:
        try:
            write()
        except (CannotWrite, OutputExists) as error:
            failed.append(str(error))
        else:
            written.append(name)
    if failed:
        kept = [f"Written all the same: {', '.join(written)}."] if written else []
        raise CannotWrite(" ".join([*failed, *kept]))


def write_bytes(path: Path, content: bytes, overwrite: bool) -> None:
    """A file with this content, written beside and renamed."""
    with written_aside(path, overwrite) as aside:
        aside.write_bytes(content)
