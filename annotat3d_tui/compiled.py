"""How Numba kernels are compiled and kept: lazily, without the interpreter lock, cached on disk.

Only rooms that compute import this module; it is what brings Numba in.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def cache_folder() -> str | None:
    """A folder for compiled kernels where Numba has none: neither this package nor the home folder can be written.

    It lies among the temporary files and belongs to this user alone, since what is read from it is run.
    """
    home_cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    nearest = next(folder for folder in (home_cache, *home_cache.parents) if folder.exists())
    if os.access(Path(__file__).parent, os.W_OK) or os.access(nearest, os.W_OK):
        return None
    folder = Path(tempfile.gettempdir()) / f"annotat3d-kernels-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    own = about.st_uid == os.getuid() and not about.st_mode & 0o022 and not folder.is_symlink()
    return str(folder) if own else tempfile.mkdtemp(prefix="annotat3d-kernels-")


if "NUMBA_CACHE_DIR" not in os.environ and (folder := cache_folder()):
    os.environ["NUMBA_CACHE_DIR"] = folder

import numba  # noqa: E402  (reads NUMBA_CACHE_DIR when imported)


def kernel(function: Kernel) -> Kernel:
    """Compile `function` on its first call for the types it is called with.

    It releases the interpreter lock, divides as NumPy does and does not check bounds: a kernel
    is called by a public function beside it, which has checked shapes and types.
    """
    compiled = numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy", boundscheck=False)
    return cast(Kernel, compiled(function))
