"""Answers that come late are no keys; keys beside them are."""

import pytest
from textual import events

from annotat3d_tui.tui.terminal.late import BEGUN, Parser

LATE = {
    "xterm": "\x1bP>|XTerm(379)\x1b\\\x1b[6;17;8t\x1b[4;680;960t\x1b[?1;0;1024S\x1b[?2;0;1000;1000S\x1b[?64;4;22c",
    "kitty": "\x1bP>|kitty(0.36)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[?62;22c",
}


def keys(*pieces: str) -> list[str]:
    parser = Parser()
    return [event.key for piece in pieces for event in parser.feed(piece) if isinstance(event, events.Key)]


@pytest.mark.parametrize("late", LATE.values(), ids=LATE.keys())
def test_they_are_no_keys_wherever_they_are_cut(late: str) -> None:
    assert keys("a" + late + "2") == ["a", "2"]
    for place in range(1, len(late)):
        if BEGUN.search(late[:place]):
            assert keys(late[:place], late[place:] + "2") == ["2"], late[:place]


def test_keys_stay_keys() -> None:
    assert keys("\x1b[A", "\x1bOP", "\x1b[1;2C", "\x1b[15~", "x") == ["up", "f1", "shift+right", "f5", "x"]
    assert [type(one) for one in Parser().feed("\x1b[<0;3;4M")] == [events.MouseDown]
    assert [type(one).__name__ for one in Parser().feed("\x1b[?2026;2$y")] == ["TerminalSupportsSynchronizedOutput"]
