"""A dialog shows the screen behind it as Textual would; the table of keys holds every word in lines that fit."""

from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widgets import Label, Static

from annotat3d_tui.tui.screens.over import Over, dim
from annotat3d_tui.tui.widgets.key_table import KeyRow, table_lines

Cell = tuple[str, str, str, bool | None]


class Plain(ModalScreen[None]):
    """A dialog as Textual draws it."""

    def compose(self) -> ComposeResult:
        """A few words."""
        yield Label("a dialog")


class Ours(Over[None]):
    """The same dialog as we draw it."""

    def compose(self) -> ComposeResult:
        """A few words."""
        yield Label("a dialog")


class Coloured(App[None]):
    """Text in colours, with a link."""

    CSS = """
    Static { background: #204060; height: 1fr; }
    Plain, Ours { align: center middle; background: $background 60%; }
    Label { background: red; height: 1; }
    """

    def compose(self) -> ComposeResult:
        """Two lines."""
        yield Static("[bold #ff8800]one[/] two [@click=app.bell]link[/]")
        yield Static("[reverse]▀▀[/][#010203 on #fefdfc]▀[/] [dim]three[/]")


def cells(screen: Screen[None]) -> list[list[Cell]]:
    """What is in each cell of each line: character, colours, bold."""
    return [
        [
            (character, str(style.color), str(style.bgcolor), style.bold)
            for text, style, _ in strip
            for character in text
            if style is not None
        ]
        for strip in screen._compositor.render_strips()
    ]


async def test_what_lies_behind_is_as_dim_as_textual_has_it() -> None:
    seen = []
    for dialog in (Plain(), Ours()):
        app = Coloured()
        async with app.run_test(size=(40, 10)) as pilot:
            app.push_screen(dialog)
            await pilot.pause()
            seen.append(cells(app.screen))
    assert seen[0] == seen[1]
    assert any("a dialog" in "".join(cell[0] for cell in line) for line in seen[0])


def test_links_are_dead_behind_a_dialog() -> None:
    line = Strip.blank(3, Style(color="#ffffff", meta={"@click": "app.bell"}))
    assert [segment.style.meta for segment in dim(line, Color(0, 0, 0, 0.5), Style()) if segment.style] == [{}]


words = st.lists(st.text("abcdefgh", min_size=1, max_size=8), max_size=12).map(" ".join)


@given(
    st.lists(st.builds(KeyRow, st.text("⇧^abU", max_size=3), st.text("abc ", max_size=9), words)), st.integers(40, 90)
)
def test_the_table_of_keys_has_every_word_in_lines_that_fit(rows: list[KeyRow], width: int) -> None:
    lines = table_lines(tuple(rows), width)
    assert all(len("".join(line)) <= width for line in lines)
    assert " ".join(text for *_, text in lines if text) == " ".join(row.help for row in rows if row.help)
    assert [line[0].strip() for line in lines if line[0].strip()] == [row.keys for row in rows if row.keys]
