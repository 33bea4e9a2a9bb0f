"""Keys say what an array holds, and nothing else."""

import gc

import numpy as np

from annotat3d_tui import content
from annotat3d_tui.content import ContentKey, content_key, text_key


def test_the_memory_layout_does_not_count() -> None:
    array = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    same = [array.copy(), np.asfortranarray(array), array.astype(">i4"), np.repeat(array, 2, axis=2)[:, :, ::2]]
    assert {content_key(one) for one in same} == {content_key(array)}


def test_shape_type_and_each_value_count() -> None:
    array = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    other = array.copy()
    other[1, 2, 3] = 0
    different = [array, other, array.reshape(4, 3, 2), array.astype(np.uint32), array[:1], np.array(3), array[:0]]
    assert len({content_key(one) for one in different}) == len(different)


def test_blocks_have_the_key_of_the_whole() -> None:
    array = np.arange(120, dtype=np.uint16).reshape(5, 4, 6)
    key = ContentKey(array.shape, np.dtype(">u2"))
    for start, stop in ((0, 2), (2, 3), (3, 5)):
        key.add(array[start:stop].astype(">u2"))
    assert key.text() == content_key(array)


def test_an_array_that_is_gone_is_forgotten() -> None:
    array = np.ones((3, 3))
    content_key(array)
    place = id(array)
    assert place in content._known
    del array
    gc.collect()
    assert place not in content._known


def test_words_keep_their_borders() -> None:
    assert text_key("a", "bc") != text_key("ab", "c")
    assert text_key("a") == text_key("a")
