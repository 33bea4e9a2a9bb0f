"""Packages that only one format needs."""

import contextlib
import importlib
import logging
from collections.abc import Iterator
from typing import Any

from annotat3d_tui.errors import MissingLibrary


def library(package: str, name: str, extra: str) -> Any:
    """The package, imported; raises MissingLibrary with the line that installs it. name: the file that needs it."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise MissingLibrary(
            f"{name} is read by {package}, which must be installed: pip install {package} "
            f"(or annotat3d_tui[{extra}] with this program)."
        ) from error


@contextlib.contextmanager
def silent(logger: str) -> Iterator[None]:
    """Nothing of what a package logs is shown meanwhile: what it finds is said as an error."""
    log, silence = logging.getLogger(logger), logging.Filter("nobody")
    log.addFilter(silence)
    try:
        yield
    finally:
        log.removeFilter(silence)
