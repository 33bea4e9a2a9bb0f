"""Which families are evaluated at which scales, and what the columns are called."""

from dataclasses import dataclass

from annotat3d_tui.features.filters import Family, Scale
from annotat3d_tui.features.registry import family_of


@dataclass(frozen=True)
class Evaluation:
    """One family at one scale: it gives several features of a block, one by one."""

    family: Family
    wanted: tuple[str, ...]
    scale: Scale

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that it gives, in the order of the filters that are wanted."""
        return tuple(
            feature_name(name, self.scale.radius, part) for name in self.wanted for part in self.family.parts(name)
        )

    def cost(self, dimensions: int) -> float:
        """Nanoseconds a voxel, about."""
        return self.family.cost(self.wanted, self.scale, dimensions)


def feature_name(name: str, radius: int, part: str = "") -> str:
    """What a feature is called; radius 0 is none.

    >>> feature_name("fft_gauss", 2), feature_name("none", 0), feature_name("hessian", 4, "largest")
    ('fft_gauss 2', 'none', 'hessian 4 largest')
    """
    return " ".join(word for word in (name, str(radius) if radius else "", part) if word)


def scales(family: Family, radii: tuple[int, ...]) -> tuple[Scale, ...]:
    """The scales at which a family is evaluated for ascending `radii`."""
    return tuple(map(Scale, radii, (0, *radii[:-1]))) if family.scaled else (Scale(0, 0),)


def feature_names(filters: tuple[str, ...], radii: tuple[int, ...]) -> tuple[str, ...]:
    """The features of a table, filter by filter, in each from the smallest radius to the largest.

    >>> feature_names(("none", "fft_gauss"), (1, 2))
    ('none', 'fft_gauss 1', 'fft_gauss 2')
    """
    return tuple(
        feature_name(name, scale.radius, part)
        for name in filters
        for scale in scales(family_of(name), radii)
        for part in family_of(name).parts(name)
    )


def evaluations(filters: tuple[str, ...], radii: tuple[int, ...], dimensions: int) -> list[Evaluation]:
    """What must be evaluated to have all features once, the costliest first."""
    families = list({id(family_of(name)): family_of(name) for name in filters}.values())
    found = [
        Evaluation(family, tuple(name for name in family.filters if name in filters), scale)
        for family in families
        for scale in scales(family, radii)
    ]
    return sorted(found, key=lambda one: -one.cost(dimensions))
