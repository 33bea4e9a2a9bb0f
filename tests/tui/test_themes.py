"""Themes and settings: our own can be read by everyone, the choice is kept, what is wrong in the file is said."""

from itertools import product
from pathlib import Path

import pytest
from textual.color import Color

from annotat3d_tui.errors import CannotWrite
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.settings import DARK, Settings, keep_setting, read_settings, settings_file
from annotat3d_tui.tui.themes import CONTRAST, LIGHT
from tests.tui.acting import opened, seen, toasts, until

TEXTS = ("foreground", "text-muted", *(f"text-{name}" for name in ("primary", "accent", "warning", "error", "success")))
GROUNDS = ("background", "surface", "surface-lighten-1", "surface-lighten-2")


def luminance(color: Color) -> float:
    """Relative luminance, WCAG 2.2."""
    shares = (part / 255 for part in color.rgb)
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: Color, ground: Color) -> float:
    """Contrast ratio, WCAG 2.2, of a text that may let its ground through."""
    one, other = sorted((luminance(ground.blend(text, text.a, 1)), luminance(ground)))
    return (other + 0.05) / (one + 0.05)


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast(Color.parse("#ffffff"), Color.parse("#000000")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [CONTRAST, LIGHT])
async def test_every_text_of_our_themes_has_a_contrast_of_seven(theme: str) -> None:
    async with Annotat3DApp(settings=Settings(theme=theme)).run_test() as pilot:
        colours = pilot.app.get_css_variables()
        ratios = {
            (text, ground): contrast(Color.parse(colours[text]), Color.parse(colours[ground]))
            for text, ground in product(TEXTS, GROUNDS)
        }
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 7} == {}


THEMES = sorted(Annotat3DApp().available_themes)


def on(text: str, ground: Color) -> Color:
    """A text as CSS has it; `auto` is black or white, whichever is seen better."""
    word, _, share = text.partition(" ")
    return ground.get_contrast_text(float(share.rstrip("%")) / 100) if word == "auto" else Color.parse(text)


@pytest.mark.parametrize("theme", [name for name in THEMES if not name.startswith("ansi")])
async def test_every_text_of_every_theme_can_be_read(theme: str) -> None:
    """Those of ansi themes have the terminal's own colours, which nobody knows."""
    async with Annotat3DApp(settings=Settings(theme=theme)).run_test() as pilot:
        colours = pilot.app.get_css_variables()
    assert colours == pilot.app.theme_variables
    grounds = [Color.parse(colours[name]) for name in GROUNDS]
    ratios = {(name, ground.hex): contrast(on(colours[name], ground), ground) for name in TEXTS for ground in grounds}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.49} == {}
    quiet = Color.parse(colours["foreground"]).with_alpha(0.6)
    assert [round(contrast(quiet, ground), 2) for ground in grounds if contrast(quiet, ground) < 2.99] == []


async def test_the_screen_is_drawn_in_every_theme(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        before = seen(pilot)
        for _ in THEMES:
            await pilot.press("ctrl+t", "right", "escape")
            await pilot.pause()
            assert [line[:12] for line in seen(pilot).splitlines()[-2:]] == [
                line[:12] for line in before.splitlines()[-2:]
            ]
            assert "Labels" in seen(pilot)
        await pilot.press("f1", "ctrl+t")
        await pilot.pause()
        assert screen.is_mounted


async def test_what_is_said_quietly_keeps_enough_contrast() -> None:
    """What is written in 60 % of the foreground, such as the words of the key line."""
    for theme, least in ((CONTRAST, 7.0), (LIGHT, 4.5)):
        async with Annotat3DApp(settings=Settings(theme=theme)).run_test() as pilot:
            colours = pilot.app.get_css_variables()
            for ground in ("background", "surface", "surface-lighten-1"):
                quiet = Color.parse(colours["foreground"]).with_alpha(0.6)
                assert contrast(quiet, Color.parse(colours[ground])) >= least, (theme, ground)


async def test_a_theme_of_the_palette_is_there_again_at_the_next_start() -> None:
    async with Annotat3DApp().run_test() as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"theme nord")
        await until(pilot, lambda: "Theme nord" in seen(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.theme == "nord")
    assert read_settings().theme == "nord"
    async with Annotat3DApp(settings=read_settings()).run_test() as pilot:
        assert pilot.app.theme == "nord"
        around = len(pilot.app.available_themes)
        seen_themes = []
        for _ in range(around):
            await pilot.press("ctrl+t")
            seen_themes.append(pilot.app.theme)
        assert set(seen_themes) == set(pilot.app.available_themes), "each once"
        assert (pilot.app.theme, read_settings().theme) == ("nord", "nord")


async def test_a_theme_that_is_not_there_is_said() -> None:
    async with Annotat3DApp(settings=Settings(theme="none")).run_test() as pilot:
        await pilot.pause()
        assert toasts(pilot) == ["There is no theme none: the palette lists them."]
        assert pilot.app.theme == DARK


def test_what_is_wrong_in_the_settings_is_said_and_the_rest_is_taken() -> None:
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text('mouse = "off"\ncolour = 1\ntheme = "nord"\nnotice = "shout"\n')
    settings = read_settings()
    assert (settings.theme, settings.mouse) == ("nord", True)
    assert [problem.partition(": ")[2] for problem in settings.problems] == [
        "mouse must be true or false, received 'off': correct it.",
        "there is no setting colour: there are theme, keymap, mouse, notice.",
        "notice must be bell, osc9, off, received 'shout': correct it.",
    ]
    settings_file().write_text("theme = \n")
    assert "must be a TOML file" in read_settings().problems[0]


def test_settings_that_cannot_be_kept_are_refused(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_home / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own_home / "file"))
    with pytest.raises(CannotWrite, match="must be a file that can be written"):
        keep_setting("theme", "nord")
