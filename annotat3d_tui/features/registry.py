"""The filters by name. A new family joins by being listed here.

A family lives in a module of this room that calls it FAMILY; it is imported when it is first asked for, since
it brings Numba in.
"""

from functools import cache
from importlib import import_module

from annotat3d_tui.features.filters import Family

MODULES: dict[str, tuple[str, ...]] = {
    "grey": ("none",),
    "gaussian": ("fft_gauss", "fft_dog", "sobel", "laplacian", "hessian"),
    "extrema": ("minimum", "maximum"),
    "moments": ("average", "variance"),
    "patterns": ("lbp",),
    "membrane": ("membrane_projections",),
}
"""Modules, and the filters that their families compute."""


def filter_names() -> tuple[str, ...]:
    """All filters, family by family.

    >>> filter_names()[:4]
    ('none', 'fft_gauss', 'fft_dog', 'sobel')
    """
    return tuple(name for names in MODULES.values() for name in names)


@cache
def family_of(name: str) -> Family:
    """The family that computes filter `name`."""
    module = next(module for module, names in MODULES.items() if name in names)
    family: Family = import_module(f"annotat3d_tui.features.{module}").FAMILY
    return family
