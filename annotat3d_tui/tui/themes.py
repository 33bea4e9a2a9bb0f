"""Themes of our own, beside those of Textual, whose texts are made readable; a theme colours the frame, never a voxel.

Contrast is that of WCAG 2.2 (W3C, 2023): (L1 + 0.05) / (L2 + 0.05) of relative luminances.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from textual.color import BLACK, WHITE, Color, ColorParseError
from textual.theme import Theme

from annotat3d_tui.labels.colours import colour_of

CONTRAST, LIGHT = "annotat3d-contrast", "annotat3d-light"
GROUNDS = ("background", "surface", "surface-lighten-1", "surface-lighten-2")
LEAST, LEAST_QUIET, LEAST_OF_LINES = 4.5, 3.0, 4.0
"""The contrast that texts have on every ground; those in 60 % of the foreground; curves on black or white."""
QUIET = 0.6
STEPS = 20
_TEXTS = ("primary", "secondary", "accent", "warning", "error", "success")


def _variables(surfaces: dict[str, str], texts: dict[str, str], border: str) -> dict[str, str]:
    return {
        **surfaces,
        **{f"text-{name}": texts[name] for name in _TEXTS},
        "border": border,
        "border-blurred": border,
    }


OWN_THEMES = (
    Theme(
        name=CONTRAST,
        primary="#7fd4ff",
        secondary="#7fd4ff",
        accent="#ffe066",
        warning="#ffc04d",
        error="#ff9d9d",
        success="#7dffa0",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
        variables=_variables(
            {"surface-lighten-1": "#000000", "surface-lighten-2": "#1c1c1c", "text-muted": "#d0d0d0"},
            {
                "primary": "#7fd4ff",
                "secondary": "#7fd4ff",
                "accent": "#ffe066",
                "warning": "#ffc04d",
                "error": "#ff9d9d",
                "success": "#7dffa0",
            },
            "#ffffff",
        ),
    ),
    Theme(
        name=LIGHT,
        primary="#003a66",
        secondary="#003a66",
        accent="#5c2d00",
        warning="#5c3a00",
        error="#7a0012",
        success="#004d1a",
        foreground="#000000",
        background="#ffffff",
        surface="#f4f4f4",
        panel="#ececec",
        dark=False,
        variables=_variables(
            {"surface-lighten-1": "#e8e8e8", "surface-lighten-2": "#dcdcdc", "text-muted": "#3a3a3a"},
            {
                "primary": "#003a66",
                "secondary": "#003a66",
                "accent": "#5c2d00",
                "warning": "#5c3a00",
                "error": "#7a0012",
                "success": "#004d1a",
            },
            "#000000",
        ),
    ),
)


def following(names: Iterable[str], now: str) -> str:
    """The theme after the one there is now, round and round in the order of their names.

    >>> following(["nord", "dracula"], "nord"), following(["nord", "dracula"], "dracula")
    ('dracula', 'nord')
    """
    ordered = sorted(names)
    return ordered[(ordered.index(now) + 1) % len(ordered)]


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a theme, its texts so much lighter or darker that each can be read on every ground.

    Colours that are the terminal's own stay.
    """
    try:
        grounds = [Color.parse(variables[name]) for name in GROUNDS]
    except (KeyError, ColorParseError):
        return dict(variables)
    if any(ground.ansi is not None for ground in grounds):
        return dict(variables)
    goal = max((WHITE, BLACK), key=lambda end: min(contrast(end, ground) for ground in grounds))
    texts = {f"text-{name}": _enough(LEAST) for name in _TEXTS}
    texts["foreground"] = lambda text, ground: (
        _enough(LEAST)(text, ground) and (contrast(text.with_alpha(QUIET), ground) >= LEAST_QUIET)
    )
    changed = {name: _moved(Color.parse(variables[name]), goal, grounds, enough) for name, enough in texts.items()}
    shares = (60 + 5 * step for step in range(9))
    muted = next((share for share in shares if _is_readable(share / 100, grounds)), 100)
    return {**variables, **changed, "text-muted": _muted(variables.get("text-muted", ""), muted)}


@lru_cache
def run_colour(number: int, dark: bool) -> str:
    """The colour of the curve of a run, by its number from 0, on dark or light ground: that of a label, made readable.

    >>> run_colour(0, dark=True), run_colour(0, dark=False)
    ('#E69F00', '#A16F00')
    """
    ground, goal = (BLACK, WHITE) if dark else (WHITE, BLACK)
    return _moved(Color(*colour_of(number + 2)), goal, [ground], _enough(LEAST_OF_LINES))


def contrast(text: Color, ground: Color) -> float:
    """The ratio, from 1 to 21, of a text that may let its ground through."""
    one, other = sorted((_luminance(ground.blend(text, text.a, 1)), _luminance(ground)))
    return (other + 0.05) / (one + 0.05)


def _luminance(color: Color) -> float:
    parts = (part / 255 for part in color.rgb)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _enough(least: float) -> Callable[[Color, Color], bool]:
    return lambda text, ground: contrast(text, ground) >= least


def _moved(text: Color, goal: Color, grounds: Sequence[Color], enough: Callable[[Color, Color], bool]) -> str:
    """A text as little nearer to white or black as is enough on every ground."""
    steps = (text.blend(goal, step / STEPS, 1) for step in range(STEPS + 1))
    return next((one for one in steps if all(enough(one, ground) for ground in grounds)), goal).hex


def _is_readable(share: float, grounds: Iterable[Color]) -> bool:
    return all(contrast(ground.get_contrast_text(share), ground) >= LEAST for ground in grounds)


def _muted(own: str, share: int) -> str:
    """A text in a share of black or white, where the theme asks for that; else its own colour."""
    return f"auto {share}%" if own.startswith("auto") else own
