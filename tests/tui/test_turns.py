"""Keys and the mouse are done in the order in which they came, however close they are."""

from pathlib import Path

from textual import events

from tests.tui.acting import opened, until


def mouse(kind: type[events.MouseEvent], x: int, y: int) -> events.MouseEvent:
    return kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)


async def test_a_label_chosen_just_before_a_press_is_the_one_that_is_drawn(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        history = screen.session.annotation.history
        middle = int(screen.view.region.center[0]), int(screen.view.region.center[1])
        for key, label in (("2", 2), ("1", 1), ("2", 2)):
            before = len(history())
            pilot.app.post_message(events.Key(key, key))
            for kind in (events.MouseDown, events.MouseUp):
                pilot.app.post_message(mouse(kind, *middle))
            await until(pilot, lambda before=before: len(history()) > before)
            assert history()[-1].startswith(f"brush {label} ")
