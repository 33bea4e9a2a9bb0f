"""How Numba kernels are compiled and kept: lazily, without the interpreter lock, cached on disk.

Only rooms that compute import this module; it is what brings Numba in.
"""

import contextlib
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

_DAMAGED = (OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, pickle.UnpicklingError)
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
import numpy as np  # noqa: E402
from numba.core.caching import FunctionCache  # noqa: E402
from numba.core.registry import cpu_target  # noqa: E402


def kernel(function: Kernel) -> Kernel:
    """Compile `function` on its first call for the types it is called with.

    It releases the interpreter lock, divides as NumPy does and does not check bounds: a kernel
    is called by a public function beside it, which has checked shapes and types.
    """
    options: dict[str, Any] = {"nogil": True, "fastmath": True, "error_model": "numpy", "boundscheck": False}
    options["no_cfunc_wrapper"] = True  # that is for callers in C
    compiled: Any = numba.njit(**options)(function)
    with contextlib.suppress(RuntimeError, OSError):  # no folder at all: compiled anew in each process
        compiled._cache = _Kept(function)  # type: ignore[no-untyped-call]
    return cast(Kernel, compiled)


def must_be_compiled(function: Callable[..., Any], dtype: np.dtype[Any]) -> bool:
    """Whether a kernel could be kept on disk, and is not yet for this processor and a first argument of this type."""
    cache = getattr(function, "_cache", None)
    if not isinstance(cache, _Kept):
        return False
    try:
        kept = cache._cache_file._load_index()  # type: ignore[no-untyped-call]
        here = cpu_target.target_context.codegen().magic_tuple()
    except _DAMAGED:
        return True
    wanted = numba.from_dtype(dtype.newbyteorder("="))
    return os.access(cache.cache_path, os.W_OK) and not any(
        processor == here and getattr(types[0], "dtype", None) == wanted for types, processor, _ in kept
    )


class _Kept(FunctionCache):
    """Compiled kernels on disk, where that is possible: a full or read-only disk and a damaged file cost only time."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept, or None; what is damaged is forgotten."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except _DAMAGED:
            with contextlib.suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep it; nothing more is kept where that fails."""
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError:
            self.disable()  # type: ignore[no-untyped-call]
