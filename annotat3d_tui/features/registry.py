"""The filters by name. A new family joins by being listed here; one of another package by an entry point.

A family lives in a module of this room that calls it FAMILY; it is imported when it is first asked for, since
it brings Numba in.
"""

from collections.abc import Iterable
from functools import cache
from importlib import import_module

from annotat3d_tui.features.filters import Family
from annotat3d_tui.features.plugins import added_filters, code_of, load_filter, owner

MODULES: dict[str, tuple[str, ...]] = {
    "grey": ("none",),
    "gaussian": ("fft_gauss", "fft_dog", "sobel", "laplacian", "hessian"),
    "tensor": ("structure_tensor",),
    "extrema": ("minimum", "maximum"),
    "moments": ("average", "variance"),
    "median": ("median",),
    "patterns": ("lbp",),
    "membrane": ("membrane_projections",),
    "gabor": ("fft_gabor",),
}
"""Modules, and the filters that their families compute."""


def built_in_names() -> tuple[str, ...]:
    """The filters of this package, family by family.

    >>> built_in_names()[:4]
    ('none', 'fft_gauss', 'fft_dog', 'sobel')
    """
    return tuple(name for names in MODULES.values() for name in names)


def filter_names() -> tuple[str, ...]:
    """All filters: those of this package, then those that other packages bring (`plugins`), by name."""
    return (*built_in_names(), *added_filters(built_in_names()).usable)


def origins(names: Iterable[str]) -> tuple[str, ...]:
    """For each of these filters that another package brings: what it is, its version, and the code of its module.

    Where one of these changes, what the filter gave before is no longer what it gives.
    """
    added = added_filters(built_in_names()).usable
    return tuple(f"{owner(added[name])} {code_of(added[name])}" for name in names if name in added)


@cache
def family_of(name: str) -> Family:
    """The family that computes filter `name`; raises BrokenFilter where another package brings it and it fails."""
    for module, names in MODULES.items():
        if name in names:
            family: Family = import_module(f"annotat3d_tui.features.{module}").FAMILY
            return family
    return load_filter(added_filters(built_in_names()).usable[name])
