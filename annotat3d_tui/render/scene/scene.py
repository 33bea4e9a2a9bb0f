"""What is shown in space: a frozen description that says all but the voxels."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.render.colormaps import GRAYS, Colour, check_map
from annotat3d_tui.render.oblique import Oblique
from annotat3d_tui.render.scene.cut import Cut
from annotat3d_tui.render.slice import Window

SOLID, SOFT, MIST, MAXIMUM = OPACITIES = ("solid", "soft", "mist", "maximum")
"""How grey values above the threshold are seen: as a surface, thicker and thicker, faintly; or the brightest alone."""

DARK, BLACK, LIGHT, WHITE = BACKGROUNDS = ("dark", "black", "light", "white")
BACKGROUND_COLOURS: dict[str, tuple[Colour, Colour]] = {
    DARK: ((13, 16, 22), (43, 50, 62)),
    BLACK: ((0, 0, 0), (0, 0, 0)),
    LIGHT: ((206, 212, 220), (244, 246, 249)),
    WHITE: ((255, 255, 255), (255, 255, 255)),
}
"""At the bottom of the picture, at its top."""

COARSE, SHARP, POSTER = QUALITIES = ("coarse", "sharp", "poster")
"""While the camera moves; when it is still; for files: smooth edges, and shadows where things meet."""


@dataclass(frozen=True)
class Overlay:
    """What lies over the grey values of slices, as in the slice view."""

    label: bool = True
    superpixels: bool = False
    markers: bool = True
    opacity: float = 0.5


@dataclass(frozen=True)
class Scene:
    """What is shown of an image, its label volume and its markers.

    volume: the image, from the grey value `threshold` on (None: one that parts bright from dark), by `opacity`, one of
    OPACITIES. label: the label volume, as smooth surfaces of all labels that are not hidden. meshes: these labels
    alone, also where they are hidden; mesh_opacity: of both, 0…1. slices: planes and their indices. oblique: a slice at
    any angle. markers: what was marked. box: the box of the volume, with ticks, axes and scale. cut: the clipping
    plane. overlay: over the slices. window: the grey values drawn darkest and brightest, None fits them to the image.
    background: one of BACKGROUNDS.

    >>> Scene(slices=(("xy", 3),), meshes=(2, 3)).shows
    ('meshes', 'slices', 'box')
    """

    volume: bool = False
    threshold: float | None = None
    opacity: str = SOLID
    label: bool = False
    meshes: tuple[int, ...] = ()
    mesh_opacity: float = 1.0
    slices: tuple[tuple[str, int], ...] = ()
    oblique: Oblique | None = None
    markers: bool = False
    box: bool = True
    cut: Cut | None = None
    overlay: Overlay = Overlay()
    colormap: str = GRAYS
    window: Window | None = None
    background: str = DARK

    def __post_init__(self) -> None:
        check_map(self.colormap)
        _check_word("opacity", self.opacity, OPACITIES)
        _check_word("background", self.background, BACKGROUNDS)
        for plane, _ in self.slices:
            _check_word("plane", plane, tuple(PLANES))
        if not 0 <= self.mesh_opacity <= 1:
            raise InvalidParameter(f"mesh_opacity must be from 0 to 1, received {self.mesh_opacity}: correct it.")

    @property
    def shows(self) -> tuple[str, ...]:
        """The names of what is shown, in order."""
        names = ("volume", "label", "meshes", "slices", "oblique", "markers", "box")
        return tuple(name for name in names if getattr(self, name))

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Scene":
        """What `to_dict` gave, also after a way through JSON.

        >>> scene = Scene(slices=(("xy", 3),), cut=Cut(Oblique((1, 2, 3))), window=(1.0, 2.0))
        >>> Scene.from_dict(scene.to_dict()) == scene
        True
        """
        read: dict[str, Callable[[Any], Any]] = {
            "meshes": tuple,
            "slices": lambda value: tuple((plane, index) for plane, index in value),
            "oblique": _oblique,
            "cut": lambda value: Cut(_oblique(value["plane"]), value["flipped"], value["locked"]),
            "overlay": lambda value: Overlay(**value),
            "window": lambda value: (value[0], value[1]),
        }
        values = {one.name: content[one.name] for one in fields(cls) if one.name in content}
        return cls(**{name: _read(read.get(name), value) for name, value in values.items()})


def _read(how: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if how is None or value is None else how(value)


def _oblique(content: dict[str, Any]) -> Oblique:
    return Oblique(*(tuple(content[name]) for name in ("position", "across", "down")))


def _check_word(what: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise InvalidParameter(f"{what} must be one of {', '.join(words)}, received {word!r}: choose one.")
