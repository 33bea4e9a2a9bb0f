"""Colours: maps for grey values, and what stands for a colour where there are few."""

import colorsys

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.colours import colour_of, xterm_colour_of
from annotat3d_tui.render.colormaps import COLORMAPS, ramp
from annotat3d_tui.render.palette import COLOURS_256
from annotat3d_tui.render.xterm import XTERM, number_16, number_256


@pytest.mark.parametrize("name", COLORMAPS)
def test_a_map_runs_through_its_colours(name: str) -> None:
    colours = ramp(name, 1 + 4 * (len(COLORMAPS[name]) - 1))
    assert colours[::4].tolist() == [list(colour) for colour in COLORMAPS[name]]
    assert len(np.unique(colours, axis=0)) == len(colours)


def test_grays_are_grey() -> None:
    colours = ramp("grays", 256)
    assert np.array_equal(colours, np.arange(256)[:, None] * np.ones(3, int))


def test_an_unknown_map_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="colour map must be one of grays, .*received 'jet': choose one"):
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
