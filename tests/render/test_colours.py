"""Colours: maps for grey values, and what stands for a colour where there are few."""

import colorsys
from dataclasses import replace

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.colours import colour_of, xterm_colour_of
from annotat3d_tui.render.colormaps import COLORMAPS, inverted, ramp
from annotat3d_tui.render.palette import COLOURS_256
from annotat3d_tui.render.xterm import XTERM, number_16, number_256

MANUAL = """\
Grays, Viridis, Fire, Diverging, HSL, HUSL, SingleHue, CubeHelix, Winter, Hot, Ice, Autumn, Blues, Cool, Greens,
Reds, Springs, Summer, LightBlues, Orange, Coolwarm, PuGr, GrBu, GrBy_d, RdBu, RdYeBuCy"""
ENDS = {
    "Viridis": ("#440154", "#fde725"), "Winter": ("#0000ff", "#00ff80"), "Hot": ("#000000", "#ffffff"),
    "Autumn": ("#ff0000", "#ffff00"), "Cool": ("#00ffff", "#ff00ff"), "Springs": ("#ff00ff", "#ffff00"),
    "Summer": ("#008066", "#ffff66"), "CubeHelix": ("#000000", "#ffffff"), "HSL": ("#ff0000", "#ff0000"),
}  # fmt: skip


def test_the_maps_are_those_of_the_manual() -> None:
    assert list(COLORMAPS) == MANUAL.replace("\n", " ").split(", ")


@pytest.mark.parametrize("name", COLORMAPS)
def test_every_grey_value_of_a_map_has_a_colour_of_its_own_but_where_hues_come_round(name: str) -> None:
    colours = ramp(name, 65)
    round_and_round = name in ("HSL", "HUSL")
    assert len(np.unique(colours[: len(colours) - round_and_round], axis=0)) == len(colours) - round_and_round
    assert np.abs(np.diff(colours.astype(int), axis=0)).max() < 80


@pytest.mark.parametrize("name", ENDS)
def test_a_map_runs_between_its_ends(name: str) -> None:
    first, last = ramp(name, 9)[[0, -1]].tolist()
    assert ("#{:02x}{:02x}{:02x}".format(*first), "#{:02x}{:02x}{:02x}".format(*last)) == ENDS[name]


@pytest.mark.parametrize("name", ["Diverging", "Coolwarm", "PuGr", "GrBu", "RdBu"])
def test_a_map_of_two_hues_is_brightest_and_without_hue_in_the_middle(name: str) -> None:
    colours = ramp(name, 33).astype(int)
    assert np.ptp(colours[16]) < 6
    assert colours.sum(axis=1).argmax() == 16


def test_hues_of_one_lightness_are_alike_in_brightness_and_those_of_one_saturation_are_not() -> None:
    alike, pure = (ramp(name, 25)[:-1] @ np.array([0.299, 0.587, 0.114]) for name in ("HUSL", "HSL"))
    assert np.ptp(alike) < 50
    assert np.ptp(pure) > 150


@pytest.mark.parametrize("name", COLORMAPS)
def test_an_inverted_map_runs_the_other_way(name: str) -> None:
    assert np.array_equal(ramp(inverted(name), 26), ramp(name, 26)[::-1])
    assert inverted(inverted(name)) == name


@pytest.mark.parametrize("name", COLORMAPS)
def test_a_map_is_told_apart_in_256_colours(name: str) -> None:
    shown = replace(COLOURS_256, colormap=name).greys
    assert len(np.unique(shown, axis=0)) >= 5
    assert np.abs(shown.astype(int) - ramp(name, len(shown))).mean() < 24


def test_grays_are_grey() -> None:
    colours = ramp("Grays", 256)
    assert np.array_equal(colours, np.arange(256)[:, None] * np.ones(3, int))


def test_an_unknown_map_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="colour map must be one of Grays, .*received 'jet': choose one"):
        ramp("jet", 3)


def test_labels_keep_the_terminal_colour_chosen_for_them() -> None:
    for label in range(1, 40):
        assert number_256(colour_of(label)) == xterm_colour_of(label)


def test_the_terminals_own_colours_stand_for_themselves() -> None:
    for number in range(16, 256):
        assert np.array_equal(XTERM[number_256(tuple(XTERM[number].tolist()))], XTERM[number])
    for number in range(16):
        assert np.array_equal(XTERM[number_16(tuple(XTERM[number].tolist()))], XTERM[number])


@pytest.mark.parametrize("label", range(2, 12))
def test_a_label_over_grey_keeps_its_hue_in_256_colours(label: int) -> None:
    hue = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour_of(label)))[0]
    for red, green, blue in COLOURS_256.mixed(colour_of(label), 0.5)[8:18] / 255:
        found, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
        assert saturation > 0.1
        assert abs((found - hue + 0.5) % 1 - 0.5) < 0.09
