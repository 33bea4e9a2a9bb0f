"""Dialogs: what they give back, what they refuse, and where the complaint stands."""

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.tui.completion import complete, entries
from annotat3d_tui.tui.screens.dialogs import Ask, Confirm
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath


class Asking(App[None]):
    """Shows one dialog and keeps its answers."""

    def __init__(self, dialog: Screen[Any]) -> None:
        super().__init__()
        self.dialog, self.answers = dialog, list[Any]()

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.answers.append)


async def answers(dialog: Screen[Any], *keys: str) -> list[Any]:
    app = Asking(dialog)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        return app.answers


async def test_confirm_answers_and_the_harmless_answer_is_in_focus() -> None:
    app = Asking(Confirm("label.tif exists. Overwrite it?"))
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (["y"], ["n"], ["escape"], ["enter"], ["right", "enter"]):
            await pilot.press(*keys)
            app.push_screen(Confirm("label.tif exists. Overwrite it?"), app.answers.append)
            await pilot.pause()
    assert app.answers == [True, False, False, False, True]


async def test_ask_gives_the_text_or_none() -> None:
    assert await answers(Ask("Name", "Grai"), "end", "n", "enter") == ["Grain"]
    assert await answers(Ask("Name", "Grain"), "escape") == [None]


async def test_ask_says_what_is_wrong_under_the_line_until_it_is_corrected() -> None:
    def check(text: str) -> None:
        if text != "ab":
            raise InvalidParameter("Must be ab.")

    app = Asking(Ask("Name", "a", help="a word", check=check))
    async with app.run_test() as pilot:
        said = app.dialog.query_one(".help", Static)
        await pilot.press("enter")
        assert (str(said.content), said.has_class("-wrong"), app.answers) == ("Must be ab.", True, [])
        await pilot.press("end", "b")
        await pilot.pause()
        assert (str(said.content), said.has_class("-wrong")) == ("a word", False)
        await pilot.press("enter")
        await pilot.pause()
    assert app.answers == ["ab"]


async def test_menu_gives_the_action_by_letter_or_by_enter() -> None:
    items = [Item("l", "save_label", "Save label", "there is none"), Item("L", "load_label", "Load label")]
    assert await answers(Menu("Files", items), "L") == ["load_label"]
    assert await answers(Menu("Files", items), "enter") == ["save_label"]
    assert await answers(Menu("Files", items), "x", "escape") == [None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "masks").mkdir()
    for name in ("recon_a.tif", "recon_b.tif", "masks/m.tif", ".hidden"):
        (tmp_path / name).write_bytes(b"12345")
    return tmp_path


def test_entries_are_folders_first_and_hidden_ones_only_when_asked_for(folder: Path) -> None:
    assert [entry.name for entry in entries(f"{folder}/")] == ["masks", "recon_a.tif", "recon_b.tif"]
    assert [entry.name for entry in entries(f"{folder}/.")] == [".hidden"]
    assert [(entry.name, entry.size) for entry in entries(f"{folder}/REC")] == [("recon_a.tif", 5), ("recon_b.tif", 5)]
    assert entries(f"{folder}/nowhere/") == []


def test_a_crowded_folder_is_sorted_before_it_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "dcab":
        (tmp_path / name).write_text("")
    (tmp_path / "z").mkdir()
    monkeypatch.setattr("annotat3d_tui.tui.completion.MOST_ENTRIES", 3)
    assert [entry.name for entry in entries(f"{tmp_path}/")] == ["z", "a", "b"]


def test_completion_goes_as_far_as_names_agree(folder: Path) -> None:
    assert complete(f"{folder}/r") == f"{folder}/recon_"
    assert complete(f"{folder}/recon_a") == f"{folder}/recon_a.tif"
    assert complete(f"{folder}/m") == f"{folder}/masks/"
    assert complete(f"{folder}/x") == f"{folder}/x"


async def test_path_by_completion(folder: Path) -> None:
    keys = ["r", "tab", "a", "tab", "enter"]
    assert await answers(AskPath("Open", f"{folder}/"), *keys) == [ChosenPath(folder / "recon_a.tif")]


async def test_path_from_the_list_through_a_folder(folder: Path) -> None:
    keys = ["down", "enter", "down", "enter"]
    assert await answers(AskPath("Open", f"{folder}/"), *keys) == [ChosenPath(folder / "masks/m.tif")]


async def test_a_path_that_is_not_there_is_refused_where_it_stands(folder: Path) -> None:
    app = Asking(AskPath("Open", f"{folder}/none.tif"))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        said = app.dialog.query_one(".help", Static)
        assert "none.tif is not a file" in str(said.content)
        app.dialog.query_one(Input).value = ""
        await pilot.press("enter")
        await pilot.pause()
        assert "Type a path" in str(said.content)
        assert app.answers == []


@pytest.mark.parametrize(("key", "answer"), [("y", [True]), ("n", [])])
async def test_saving_over_a_file_asks_first(folder: Path, key: str, answer: list[bool]) -> None:
    dialog = AskPath("Save", f"{folder}/recon_a.tif", purpose="save")
    assert [chosen.overwrite for chosen in await answers(dialog, "enter", key)] == answer


async def test_saving_to_a_new_file_does_not_ask(folder: Path) -> None:
    dialog = AskPath("Save", f"{folder}/new.tif", purpose="save")
    assert await answers(dialog, "enter") == [ChosenPath(folder / "new.tif", overwrite=False)]


async def test_a_folder_can_be_chosen_and_a_check_can_refuse_it(folder: Path) -> None:
    assert await answers(AskPath("Workspace", str(folder), purpose="folder"), "enter") == [ChosenPath(folder)]

    def refuse(path: Path) -> None:
        raise InvalidParameter(f"{path.name} is no workspace.")

    app = Asking(AskPath("Workspace", f"{folder}/masks", purpose="folder", check=refuse))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert str(app.dialog.query_one(".help", Static).content) == "masks is no workspace."
        assert app.dialog.query_one(OptionList).option_count == 1
