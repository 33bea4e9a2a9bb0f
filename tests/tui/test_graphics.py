"""A picture of few colours comes through sixel and kitty as it is."""

import base64
import io
import re

import numpy as np
from PIL import Image

from annotat3d_tui.tui.terminal.graphics import in_pixels
from annotat3d_tui.tui.terminal.probe import Graphics
from tests.tui.test_sixel import decoded

COLOURS = np.array([(0, 0, 0), (255, 255, 255), (230, 159, 0), (0, 114, 178)], np.uint8)
PICTURE = COLOURS[np.random.default_rng(0).integers(0, 4, (40, 70))]


def test_sixel_has_the_colours_in_percent() -> None:
    found = decoded(in_pixels(PICTURE, Graphics("sixel")).encode("ascii"))
    assert np.abs(found - PICTURE / 2.55).max() < 1


def test_kitty_has_the_picture_and_moves_below_it() -> None:
    sent = in_pixels(PICTURE, Graphics("kitty"))
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", sent)
    assert "c=9,r=3" in pieces[0][0]
    assert sent.endswith("\n" * 3)
    with Image.open(io.BytesIO(base64.b64decode("".join(data for _, data in pieces)))) as picture:
        assert np.array_equal(np.asarray(picture.convert("RGB")), PICTURE)
