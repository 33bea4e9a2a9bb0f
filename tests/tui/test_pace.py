"""Pictures no faster than the line takes them: asked, answered, held back, let go."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from annotat3d_tui.tui.terminal import pace as paces
from annotat3d_tui.tui.terminal.pace import ASK_BYTES, FEW_BYTES, Drained, Pace
from annotat3d_tui.tui.widgets import pixels
from annotat3d_tui.tui.widgets.side_view import AFTER_SECONDS, SideView
from tests.tui.acting import opened, until


def test_a_terminal_is_asked_after_a_picture_and_not_again_before_it_answers() -> None:
    pace = Pace()
    assert pace.sent(1)
    assert not pace.sent(FEW_BYTES)
    pace.answered()
    assert pace.sent(1)
    pace.answered()
    assert not pace.sent(ASK_BYTES - 1)
    assert pace.sent(1)


def test_words_sent_meanwhile_do_not_take_the_question_from_the_next_picture() -> None:
    pace = Pace()
    assert pace.sent(1)
    assert not pace.sent(FEW_BYTES - 1)
    pace.answered()
    assert not pace.sent(8)
    assert pace.sent(2 * ASK_BYTES)


def test_only_a_terminal_that_answers_is_waited_for() -> None:
    pace = Pace()
    pace.sent(ASK_BYTES)
    assert not pace.busy
    pace.answered()
    assert not pace.busy
    pace.sent(ASK_BYTES)
    assert pace.busy


def test_an_answer_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(paces.time, "monotonic", lambda: now[0])
    pace = Pace()
    pace.sent(1)
    pace.answered()
    pace.sent(ASK_BYTES)
    now[0] += paces.LONGEST + 0.1
    assert not pace.busy
    assert pace.sent(ASK_BYTES)


def test_the_last_answer_is_waited_for_when_the_screen_closes() -> None:
    pace = Pace()
    pace.end()
    pace.sent(1)
    pace.answered()
    pace.sent(ASK_BYTES)
    answer = threading.Timer(0.05, pace.answered)
    answer.start()
    pace.end()
    assert not pace.busy
    answer.join()


async def test_only_the_newest_picture_is_drawn_when_the_line_is_free_again(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(files) as (pilot, screen):
        view, busy = screen.view, True
        monkeypatch.setattr(pixels, "is_busy", lambda app: busy)
        drawn: list[int] = []
        picture = view.pixels
        monkeypatch.setattr(view, "pixels", lambda palette: [drawn.append(view.index), picture(palette)][1])
        for _ in range(3):
            view.action_slice(1)
            await pilot.pause()
        assert drawn == []
        busy = False
        pilot.app.post_message(Drained())
        await pilot.pause()
        await pilot.pause()
        assert drawn == [view.index]


async def test_pictures_beside_the_slice_that_waited_for_the_line_are_shown_and_not_made_again(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(files, (200, 60)) as (pilot, screen):
        side = screen.query(SideView).first()
        await until(pilot, lambda: side._made is not None and not side._making)
        busy, made, make = True, 0, side.make

        def counted(picture: Callable[[], NDArray[np.int32]]) -> object:
            nonlocal made
            made += 1
            return make(picture)

        monkeypatch.setattr(pixels, "is_busy", lambda app: busy)
        monkeypatch.setattr(side, "make", counted)
        before = side._made
        screen.view.cursor = (3, 20, 5)
        await until(pilot, lambda: side._made is not before and side._held is not None)
        busy = False
        pilot.app.post_message(Drained())
        await until(pilot, lambda: side._canvas is not None and np.array_equal(side._canvas.pixels, side._made))
        await pilot.pause(2 * AFTER_SECONDS)
        assert made == 1
