"""Errors, parameters, blocks and memory: what every room stands on."""

import threading
import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui import blocks, errors
from annotat3d_tui.blocks import in_threads, part, slabs
from annotat3d_tui.errors import Annotat3DError, Cancelled, InvalidParameter, OverBudget
from annotat3d_tui.memory import available_memory, check_budget, default_budget, parse_bytes, used_memory
from annotat3d_tui.parameters import Parameters, group, parameter


@dataclass(frozen=True)
class Small(Parameters):
    kind = "small"
    size: int = parameter(3, "a size", minimum=1, maximum=9)


@dataclass(frozen=True)
class Large(Parameters):
    kind = "large"
    size: int = parameter(300, "a size", minimum=100)
    words: tuple[str, ...] = parameter(("a", "b"), "words", choices=("a", "b", "c"))


@dataclass(frozen=True)
class Whole(Parameters):
    kind = "whole"
    inner: Small | Large = group(Small(), "which", (Small, Large))
    share: float = parameter(0.5, "a share", minimum=0.0, maximum=1.0)
    loud: bool = parameter(False, "loud or not")


def test_every_error_is_of_the_family_and_a_builtin() -> None:
    children = [one for one in vars(errors).values() if isinstance(one, type) and one is not Annotat3DError]
    assert all(issubclass(one, Annotat3DError) for one in children)
    assert all(one.__mro__[2] is not Exception for one in children)


@given(st.integers(1, 9), st.floats(0, 1), st.booleans())
def test_from_dict_gives_what_to_dict_wrote(size: int, share: float, loud: bool) -> None:
    for inner in (Small(size), Large(size * 100, ("c",))):
        whole = Whole(inner, share, loud)
        assert Whole.from_dict(whole.to_dict()) == whole
        assert Whole.from_dict(whole.to_dict()).key() == whole.key()
        assert whole.key() != Whole(inner, share, not loud).key()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Small(10), "size of small must be from 1 to 9, received 10"),
        (lambda: Small(2.5), "received 2.5"),
        (lambda: Small(True), "received True"),
        (lambda: Large(99), "at least 100"),
        (lambda: Large(100, ("x",)), "any of a, b, c, received x"),
        (lambda: Large(100, ()), "at least one value"),
        (lambda: Whole(3), "one of small, large"),
        (lambda: Whole(share=float("nan")), "from 0 to 1"),
        (lambda: Whole.from_dict({"kind": "small"}), "must be of whole, received those of small"),
        (lambda: Whole.from_dict({"colour": 1}), "no parameter 'colour'"),
        (lambda: Whole.from_dict({"inner": {"kind": "huge"}}), "inner must be one of small, large, received 'huge'"),
    ],
)
def test_wrong_parameters_are_refused_in_words(make, words: str) -> None:
    with pytest.raises(InvalidParameter, match=words):
        make()


def test_typed_text_becomes_values() -> None:
    size, words, loud = Small.parameters()[0], Large.parameters()[1], Whole.parameters()[2]
    assert size.parse(" 7 ") == 7
    assert words.parse("a, c") == ("a", "c")
    assert [loud.parse(text) for text in ("yes", "No")] == [True, False]
    for declared, text in ((size, "seven"), (size, ""), (words, ","), (loud, "maybe")):
        with pytest.raises(InvalidParameter, match="type it again"):
            declared.parse(text)


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 9))
def test_slabs_cover_every_plane_once(depth: int, thickness: int, halo: int) -> None:
    cover = slabs(depth, thickness, halo)
    planes = list(range(depth))
    assert [plane for slab in cover for plane in planes[slab.write]] == planes
    for slab in cover:
        read = planes[slab.read]
        assert read[slab.crop] == planes[slab.write]
        assert len(read) <= len(planes[slab.write]) + 2 * halo


def test_in_threads_calls_each_once_and_reports() -> None:
    done: list[int] = []
    told: list[float] = []
    in_threads(done.append, range(20), 3, lambda fraction, stage: told.append(fraction), "count")
    assert sorted(done) == list(range(20))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_in_threads_raises_the_error_of_an_item() -> None:
    def work(item: int) -> None:
        if item == 3:
            raise InvalidParameter("three")

    with pytest.raises(InvalidParameter, match="three"):
        in_threads(work, range(10), 2)


def test_whoever_waits_for_many_items_does_not_look_at_each_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """While threads compute, the interpreter is wanted by a screen."""
    monkeypatch.setattr(blocks, "POLL_SECONDS", 0.001)
    gate, told = threading.Event(), 0

    def progress(fraction: float, stage: str) -> None:
        nonlocal told
        told += 1
        if told == 200:
            gate.set()

    began = time.thread_time()
    in_threads(lambda item: gate.wait(30), range(5000), 2, progress)
    assert time.thread_time() - began < 1.0


def test_cancelling_drops_what_has_not_begun_and_leaves_no_thread() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def work(item: int) -> None:
        begun.append(item)
        gate.wait(30)

    def progress(fraction: float, stage: str) -> None:
        if begun:
            gate.set()
            raise Cancelled

    before = set(threading.enumerate())
    with pytest.raises(Cancelled):
        in_threads(work, range(1000), 2, progress)
    assert len(begun) < 1000
    assert set(threading.enumerate()) <= before


def test_part_of_a_part() -> None:
    told: list[tuple[float, str]] = []
    whole = lambda fraction, stage: told.append((fraction, stage))  # noqa: E731
    part(part(whole, 0.0, 0.5), 0.5, 1.0, "late")(1.0, "inner")
    assert told == [(0.5, "late")]


def test_memory_is_known_and_a_budget_is_kept() -> None:
    assert used_memory() > 0
    assert 0 < default_budget() < available_memory()
    check_budget("A small job", 10, 10)
    with pytest.raises(OverBudget, match="A large job needs about 2.0 GB of memory and may take 1.0 GB"):
        check_budget("A large job", 2 * 10**9, 10**9)
    with pytest.raises(InvalidParameter, match="such as 4GB"):
        parse_bytes("much")
