"""Keymaps: what a file may say, what is said of what is wrong in it, and that the screen then has these keys."""

from pathlib import Path

import pytest
from textual.app import App

from annotat3d_tui.cli.main import run
from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.tui.actions import key_of
from annotat3d_tui.tui.app import Annotat3DApp, run_app
from annotat3d_tui.tui.keymaps import BUILT_IN, keymap_of, own_file
from annotat3d_tui.tui.registry import bindings, clashes
from annotat3d_tui.tui.widgets.command_line import CommandInput
from tests.tui.acting import opened, seen, toasts, until


def written(text: str) -> Path:
    path = own_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_keymap_names_actions_that_are_there_and_takes_no_key_twice(name: str) -> None:
    keys = keymap_of(name).keys
    assert set(keys) <= set(bindings())
    meant = {(clash.near, clash.far) for clash in clashes({})}
    assert [clash for clash in clashes(keys) if (clash.near, clash.far) not in meant] == []


def test_without_a_file_the_keys_are_the_usual_ones() -> None:
    assert keymap_of().keys == {}


def test_a_file_is_read_with_its_base_in_any_form_of_toml() -> None:
    written('base = "vim"\n"segment.apply" = "ctrl+a"\nmarks.undo = ["u", ","]\n[slice]\nplane = "F12"\n')
    keymap = keymap_of()
    own = {id: keymap.keys[id] for id in ("segment.apply", "marks.undo", "slice.plane", "slice.left")}
    assert own == {"segment.apply": "ctrl+a", "marks.undo": "u,comma", "slice.plane": "f12", "slice.left": "h,left"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"segment.aply" = "a"', "there is no action segment.aply: did you mean segment.apply?"),
        ('"segment.apply" = "f77"', "segment.apply: there is no key 'f77'"),
        (
            '"segment.apply" = 3',
            "segment.apply must have a key or a list of keys in quotes, or [] for none",
        ),
        ('base = "emacs"', "base must be default or vim, received 'emacs'"),
        ('"segment.goto" = "b"', "b is the key of both slice.shape and segment.goto, which are heard together"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_once_and_left_out(line: str, said: str) -> None:
    path = written(f'"segment.details" = "f12"\n{line}\n')
    keymap = keymap_of()
    assert keymap.keys["segment.details"] == "f12"
    assert [problem.startswith(f"{path}: {said}") for problem in keymap.problems] == [True]


def test_a_file_that_is_no_toml_is_refused_where_it_was_asked_for_and_else_said(tmp_path: Path) -> None:
    path = written("segment.apply = \n")
    assert "cannot be read" in keymap_of().problems[0]
    with pytest.raises(InvalidFile, match="must be a TOML file"):
        keymap_of(str(path))
    with pytest.raises(MissingFile, match="must be default, vim or a file"):
        keymap_of(str(tmp_path / "vmi"))


async def test_problems_stay_on_the_screen_and_doctor_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    written('"segment.aply" = "a"\n')
    async with Annotat3DApp(keymap=keymap_of()).run_test() as pilot:
        await pilot.pause()
        assert ["there is no action segment.aply" in said for said in toasts(pilot)] == [True]
    from annotat3d_tui.cli.doctor import _settings

    assert any("segment.aply" in check.remedy and not check.works for check in _settings())


def test_the_keys_are_listed_with_their_ids(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "--keymap", "vim"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(bindings())
    assert any(line.split()[:3] == ["slice.left", "h", "←"] for line in lines)


async def test_vim_moves_by_letters_and_everything_that_is_said_of_keys_follows(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        pilot.app.set_keymap(dict(keymap_of("vim").keys))
        z, y, x = screen.view.cursor
        await pilot.press("l", "l", "j", "k", "h")
        assert screen.view.cursor == (z, y, x + 1)
        shown = screen.view.show_markers
        await pilot.press("K")
        assert screen.view.show_markers != shown
        await pilot.pause()
        assert "K markers" in seen(pilot)
        assert "k markers" not in seen(pilot)
        pilot.app.set_keymap({"segment.apply": "f12"})
        assert "F12" in screen.why_not("save_label", ())


async def test_a_letter_given_to_an_action_is_still_a_letter_where_one_types(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        pilot.app.set_keymap({"marks.redo": "ctrl+y,q", "app.help": "f1,q"})
        await pilot.press("colon", "q")
        assert screen.query_one(CommandInput).value == "q"
        await pilot.press("escape", "q")
        await until(pilot, lambda: "The slice" in seen(pilot))


async def test_a_label_named_like_a_key_is_only_a_name() -> None:
    assert key_of("no.such", Annotat3DApp()) == "{no.such}"


def test_the_flags_go_before_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(App, "run", lambda self, mouse: asked.append((mouse, self._keymap.get("slice.left"))) or 0)
    path = own_file().with_name("config.toml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('keymap = "vim"\nmouse = false\n')
    run_app()
    run_app(keymap="default", mouse=True)
    assert asked == [(False, "h,left"), (True, None)]


@pytest.mark.parametrize("nothing", ['""', "[]"])
def test_an_action_may_lose_its_keys_but_not_the_ways_to_all_others(nothing: str) -> None:
    path = written(f'"segment.apply" = {nothing}\n"segment.goto" = {nothing}\n"app.quit" = {nothing}\n')
    keymap = keymap_of()
    assert dict(keymap.keys) == {"segment.apply": "", "segment.goto": ""}
    assert keymap.problems == (f"{path}: app.quit must have a key, received none: without it there is no way out.",)


def test_a_key_that_was_freed_can_be_given_to_another_action(capsys: pytest.CaptureFixture[str]) -> None:
    written('"segment.goto" = ""\n"segment.details" = "g"\n')
    assert keymap_of().problems == ()
    assert run(["keys"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert next(line for line in lines if line[0] == "segment.goto")[1:3] == ["Go", "to"]
