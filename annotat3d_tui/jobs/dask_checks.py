"""Whether workers of Dask can do the work: the same program, the same files."""

import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from annotat3d_tui import __version__
from annotat3d_tui.errors import CannotWrite, ClusterFailed

if TYPE_CHECKING:
    from distributed import Client

NO_WORKERS = "The Dask scheduler must have workers, it has none: start some, then try again."


def facts(image: str, token: str) -> tuple[str, str, int, bool]:
    """What a worker knows: its host, its version of the program, bytes of the image (-1: none), if the token is there.

    The bytes of a folder, such as a Zarr, count as 0.
    """
    size = -1
    if os.path.exists(image):
        size = 0 if os.path.isdir(image) else os.path.getsize(image)
    return socket.gethostname(), __version__, size, os.path.exists(token)


def check_workers(client: "Client", image: Path, folder: Path) -> None:
    """Raises ClusterFailed, naming the worker, unless all have this version, the image and the folder; or CannotWrite.

    folder: where the label will be written, on storage that all share.
    """
    try:
        with tempfile.NamedTemporaryFile(prefix=".annotat3d-shared-", dir=folder) as token:
            words = str(image.resolve()), str(Path(token.name).resolve())
            found = client.run(facts, *words, on_error="return")
    except OSError as error:
        raise CannotWrite(
            f"{folder} must be a folder that can be written, for what workers share ({error.strerror}): "
            "choose another output."
        ) from None
    if not found:
        raise ClusterFailed(NO_WORKERS)
    expected = facts(words[0], str(folder))
    for worker, told in found.items():
        if isinstance(told, Exception):
            raise ClusterFailed(
                f"The worker {worker} must have annotat3d {__version__}, as this machine has, its own lacks what is "
                f"needed ({told}): install the same version there."
            )
        host, version, size, shared = told
        who = f"The worker {worker} on {host}"
        if version != expected[1]:
            raise ClusterFailed(
                f"{who} must have annotat3d {__version__}, as this machine has, received {version}: "
                "install the same version there."
            )
        if size != expected[2]:
            raise ClusterFailed(
                f"{who} must see {words[0]} as it is here, it {'does not' if size < 0 else 'sees another file'}: "
                "put the image on storage that all workers see."
            )
        if not shared:
            raise ClusterFailed(
                f"{who} must see {folder}, it does not: write the label to storage that all workers see."
            )
