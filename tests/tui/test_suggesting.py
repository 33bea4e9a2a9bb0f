"""What may come next in a command: every chain of suggestions is a stroke that can be read."""

from dataclasses import replace
from pathlib import Path

import pytest

from annotat3d_tui.labels.strokes import BEGINNINGS, parse_stroke
from annotat3d_tui.tui.remembered import MOST, commands, commands_file, keep_command
from annotat3d_tui.tui.suggesting import Now, suggested
from annotat3d_tui.tui.widgets.command_line import CommandInput
from tests.tui.acting import opened

NOW = Now(
    ("apply", "save label"), ((1, "rock"), (2, "pore")), 2, "xy", 40, (40, 12, 10), (10, 12), 5, 300.0, (10.0, 99.0)
)
TAKING_POINTS = [name for name in BEGINNINGS if name not in ("voxels", "erase")]


def chain(begun: str, now: Now = NOW, until: str = "10,12") -> str:
    """The line after taking suggestion after suggestion until a point is there."""
    line = begun
    while until not in line.split():
        line = suggested(line + " ", now) or pytest.fail(f"nothing after {line!r}")
    return line


@pytest.mark.parametrize(
    "tool", [*TAKING_POINTS, "erase", *(f"erase {name}" for name in TAKING_POINTS if name != "brush")]
)
def test_taking_what_is_suggested_ends_in_a_stroke_at_the_cursor(tool: str) -> None:
    stroke = parse_stroke(chain(tool))
    assert stroke.points == ((10, 12),)
    assert (stroke.plane, stroke.position) == ("xy", 40)
    assert stroke.label == (0 if tool.startswith("erase") else 2)


def test_in_another_plane_its_own_slice_is_suggested() -> None:
    assert suggested("brush 1 r=5 xz ", NOW) == "brush 1 r=5 xz y=12"
    yz = replace(NOW, plane="yz", index=10, point=(12, 40))
    assert str(parse_stroke(chain("flood 1", yz, "12,40"))) == "flood 1 yz x=10 tol=300 12,40"


def test_words_are_finished() -> None:
    assert suggested("pol", NOW) == "polygon"
    assert suggested("app", NOW) == "apply"
    assert suggested("save l", NOW) == "save label"
    assert suggested("brush 2 r=5 x", NOW) == "brush 2 r=5 xy"
    assert suggested("goto 10 ", NOW) == "goto 10 12 40"
    assert suggested("label po", NOW) == "label 2"


@pytest.mark.parametrize("line", ["", "  ", "nonsense", "nonsense ", "voxels 2 ", "goto 1 2 3 ", "label 2 "])
def test_where_nothing_is_known_nothing_is_suggested(line: str) -> None:
    assert suggested(line, NOW) is None


def test_commands_are_kept_from_one_time_to_the_next() -> None:
    assert commands() == []
    for text in ("apply", "apply", "goto 1 2 3", "apply"):
        keep_command(text)
    assert commands() == ["apply", "goto 1 2 3", "apply"]


def test_only_the_newest_commands_are_kept() -> None:
    for number in range(MOST + 3):
        keep_command(f"goto {number} 0 0")
    kept = commands()
    assert len(kept) == MOST
    assert kept[-1] == f"goto {MOST + 2} 0 0"


def test_a_file_that_cannot_be_read_or_written_is_passed_over() -> None:
    commands_file().parent.mkdir(parents=True)
    commands_file().write_bytes(b"\xff\xfe")
    assert commands() == []
    commands_file().unlink()
    commands_file().mkdir()
    keep_command("apply")
    assert commands() == []


async def test_tab_takes_word_after_word_and_enter_draws(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        line = screen.query_one(CommandInput)
        await pilot.press("colon", *"br")
        await pilot.pause()
        for _ in range(12):
            await pilot.press("tab")
            await pilot.pause()
        x, y = screen.view.point
        assert line.value.startswith(f"brush 1 r=5 xy z=7 {x},{y}")
        line.value = f"brush 1 r=5 xy z=7 {x},{y}"
        await pilot.press("enter")
        await pilot.pause()
        assert screen.session.annotation.history() == [f"brush 1 r=5 xy z=7 {x},{y}"]
    async with opened(files) as (pilot, screen):
        await pilot.press("colon", "up")
        assert screen.query_one(CommandInput).value == f"brush 1 r=5 xy z=7 {x},{y}"


@pytest.mark.parametrize(("keys", "line"), [("br\t2", "brush 2"), ("br\t\t", "brush 1 "), ("go\t7", "goto 7")])
async def test_what_is_typed_behind_a_word_that_was_taken_is_the_next_word(files: Path, keys: str, line: str) -> None:
    async with opened(files) as (pilot, screen):
        await pilot.press("colon")
        for key in keys:
            await pilot.press("tab" if key == "\t" else key)
            await pilot.pause()
        assert screen.query_one(CommandInput).value == line
