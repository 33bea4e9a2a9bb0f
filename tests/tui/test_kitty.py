"""What kitty is sent, put together and decoded, is the picture that was encoded."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from annotat3d_tui.tui.terminal.kitty import PIECE, deleted, encode, hidden, kept, part
from tests.tui.pictures import kitty_shows


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (200, 300)])
def test_the_decoded_picture_is_the_one_encoded(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(4)
    indices, colours = rng.integers(0, 256, shape).astype(np.uint8), rng.integers(0, 256, (256, 3)).astype(np.uint8)
    sent = encode(indices, colours, 7, (30, 20)).decode()
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", sent)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in pieces) == sent
    assert pieces[0][0].startswith("a=T,f=100,t=d,i=7,p=1,q=2,C=1,c=30,r=20,m=")
    assert [keys[-3:] for keys, _ in pieces] == ["m=1"] * (len(pieces) - 1) + ["m=0"]
    assert all(len(data) <= PIECE for _, data in pieces)
    with Image.open(io.BytesIO(base64.b64decode("".join(data for _, data in pieces)))) as picture:
        assert np.array_equal(np.asarray(picture.convert("RGB")), colours[indices])


def test_an_image_is_deleted_with_its_data() -> None:
    assert deleted(7) == b"\x1b_Ga=d,d=I,i=7,q=2\x1b\\"


def test_a_part_of_a_kept_image_is_shown_and_hidden_by_its_numbers() -> None:
    indices, colours = np.zeros((34, 24), np.uint8), np.zeros((1, 3), np.uint8)
    sent = kept(indices, colours, 7) + part(7, 2, (1, 0, 2, 1), (8, 17))
    [(which, (place, picture))] = kitty_shows(sent.decode()).items()
    assert (which, place, picture.shape) == ((7, 2), (0, 0), (17, 16, 3))
    assert b"a=p,i=7,p=2,q=2,C=1,x=8,y=0,w=16,h=17,c=2,r=1\x1b" in sent
    assert kitty_shows((sent + hidden(7, 2)).decode()) == {}
