"""Filters that other packages bring, through the entry point group `annotat3d_tui.filters`.

In the pyproject.toml of such a package:

    [project.entry-points."annotat3d_tui.filters"]
    ridges = "my_package.filters:ridges"

The name is that of the filter. The object is a function (`user.user_filter` tells what it gets and gives), or a
`filters.Family` for those who want to save more time. Names are read from what pip has written down about packages;
their code is imported when one of their filters is asked for. A name that this package or another one has already
is refused; `annotat3d doctor` tells.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from annotat3d_tui.errors import Annotat3DError, BrokenFilter
from annotat3d_tui.features.filters import Family

GROUP = "annotat3d_tui.filters"
NAME = re.compile(r"[A-Za-z]\w*")
METHODS = ("filters", "scaled", "parts", "cost", "evaluate")


class Added(NamedTuple):
    """Filters of other packages: entry points by name, in order, and a sentence about each one that is refused."""

    usable: dict[str, EntryPoint]
    refused: tuple[str, ...]


@cache
def added_filters(taken: tuple[str, ...]) -> Added:
    """The filters that installed packages bring, besides the names `taken`; none of their code is imported."""
    usable: dict[str, EntryPoint] = {}
    refused = []
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name, owner(one))):
        said = f"{owner(point)} must have a name of its own"
        if point.name in taken:
            refused.append(f"{said}, received that of a filter of this program: rename its entry point.")
        elif point.name in usable:
            if usable[point.name].value != point.value or owner(usable[point.name]) != owner(point):
                refused.append(f"{said}, received that of {owner(usable[point.name])}: remove one of them.")
        elif not NAME.fullmatch(point.name) or point.name == "all":
            refused.append(
                f"{owner(point)} must have a name of letters, digits and _, not 'all': rename its entry point."
            )
        else:
            usable[point.name] = point
    return Added(usable, tuple(refused))


def owner(point: EntryPoint) -> str:
    """The filter and its package, as a person knows them."""
    package = f"package {point.dist.name} {point.dist.version}" if point.dist else "an unknown package"
    return f"The filter {point.name!r} of {package}"


def code_of(point: EntryPoint) -> str:
    """The text of the module of an entry point, "" where it has none; raises BrokenFilter when it cannot be found."""
    with blaming(owner(point), f"load ({point.value})"):
        found = find_spec(point.module)
        if found is None or not found.origin or not found.has_location:
            return ""
        return Path(found.origin).read_bytes().decode("latin1")


def load_filter(point: EntryPoint) -> Family:
    """The family behind an entry point; raises BrokenFilter when it cannot be imported or is no filter."""
    from annotat3d_tui.features.user import UserFilter, user_filter

    with blaming(owner(point), f"load ({point.value})"):
        found = point.load()
    if isinstance(found, type):
        raise BrokenFilter(
            f"{owner(point)} must be a function or a family, received the class {found.__name__}: make one."
        )
    if not isinstance(found, UserFilter):
        if all(hasattr(found, method) for method in METHODS):
            if point.name not in found.filters:
                raise BrokenFilter(
                    f"{owner(point)} must be among its family's filters, received {found.filters}: add it."
                )
            family: Family = found
            return family
        if not callable(found):
            raise BrokenFilter(f"{owner(point)} must be a function or a family, received {found!r}: name one.")
        found = user_filter()(found)
    named: Family = replace(found, filters=(point.name,), owner=owner(point))
    return named


@contextmanager
def blaming(owner: str, act: str) -> Iterator[None]:
    """Whatever the code of another package raises becomes one sentence that names it; the cause stays attached."""
    try:
        yield
    except Annotat3DError:
        raise
    except Exception as error:  # the code of others may raise anything; nothing is swallowed
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise BrokenFilter(f"{owner} must {act}, received {reason}: update or remove its package.") from error
