"""How an image is looked at: colours and contrast, which a workspace keeps."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.render.colormaps import GRAYS, check_map
from annotat3d_tui.render.oblique import Clipping
from annotat3d_tui.render.slice import Window

SWITCHES = ("label", "superpixels", "markers", "contour", "patterns", "crosshair", "bar", "sides")


@dataclass(frozen=True)
class ImageLook:
    """Of one image: the map of its grey values, and those drawn at its two ends; None fits them to the image."""

    colormap: str = GRAYS
    window: Window | None = None


@dataclass(frozen=True)
class Looks:
    """Of all that a workspace shows.

    label, superpixels, markers, contour, patterns, crosshair, bar, sides: whether these are seen, labels are outlined,
    told apart by patterns, lines run through the cursor, there is a scale bar, the other planes are seen beside this
    one. opacity: of labels, 0 to 1.
    clipping: the clipping plane as it was left, None for none.
    visualization: the file of an image that can be shown in the place of this one, "" for none; alternative: its look;
    alternative_shown: whether it is shown.

    >>> looks = Looks(ImageLook("Fire", (1.0, 2.0)), crosshair=True)
    >>> Looks.from_dict(looks.to_dict()) == looks
    True
    """

    image: ImageLook = ImageLook()
    label: bool = True
    superpixels: bool = False
    markers: bool = True
    opacity: float = 0.5
    clipping: Clipping | None = None
    contour: bool = False
    patterns: bool = False
    crosshair: bool = False
    bar: bool = True
    sides: bool = True
    alternative: ImageLook = ImageLook()
    visualization: str = ""
    alternative_shown: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Any) -> "Looks":
        """What `to_dict` gave, what is missing as it is by default; raises InvalidFile when it cannot be read."""
        try:
            switches = {name: bool(content[name]) for name in (*SWITCHES, "alternative_shown") if name in content}
            looks = [_look(content.get(name, {})) for name in ("image", "alternative")]
            path = content.get("visualization", "")
            if not isinstance(path, str):
                raise TypeError(f"a visualization image {path!r}")
            opacity, kept = float(content.get("opacity", cls.opacity)), content.get("clipping")
            if not 0 <= opacity <= 1:
                raise ValueError(f"an opacity of {opacity}")
            clipping = None if kept is None else Clipping.from_dict(kept)
            return cls(
                looks[0], opacity=opacity, clipping=clipping, alternative=looks[1], visualization=path, **switches
            )
        except (AttributeError, KeyError, TypeError, ValueError, InvalidParameter) as error:
            raise InvalidFile(
                f"How the image is looked at cannot be read ({error}): it is shown as at first."
            ) from None


def _look(content: dict[str, Any]) -> ImageLook:
    window = content.get("window")
    return ImageLook(check_map(content.get("colormap", GRAYS)), None if window is None else _window(window))


def _window(content: Any) -> Window:
    low, high = (float(value) for value in content)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"a contrast from {low} to {high}")
    return low, high
