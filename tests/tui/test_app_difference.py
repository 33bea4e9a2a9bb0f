"""Another label volume is compared with the one that is shown, and where they differ lies over the slice."""

from pathlib import Path

import numpy as np
import tifffile
from textual.widgets import Input

from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.widgets.facts_panel import FactsPanel
from tests.tui.acting import Pilot, opened, seen, toasts, until


async def give(pilot: Pilot[int], path: Path) -> None:
    """Answer where the file is."""
    await pilot.pause()
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    await pilot.pause()


def picture(screen: SegmentScreen) -> np.ndarray:
    return screen.view.pixels(screen.view.palette())


async def test_where_labels_differ_is_shown_and_said(files: Path, phases: tuple[np.ndarray, ...]) -> None:
    truth = phases[1].astype(np.uint8)
    label = truth.copy()
    label[:, :5], label[:, 5:8], truth[:, 9:12] = 0, 7, 0
    tifffile.imwrite(files / "label.tif", label)
    tifffile.imwrite(files / "other.tif", truth)
    tifffile.imwrite(files / "small.tif", truth[:2])
    async with opened(files, (120, 40)) as (pilot, screen):
        await pilot.press("d")
        assert any("there is no label volume yet" in said for said in toasts(pilot))
        screen.session.keep_label(label, None)
        screen.view.label_volume = label
        await pilot.pause()
        plain = picture(screen)
        await pilot.press("d")
        await give(pilot, files / "small.tif")
        await until(pilot, lambda: any("30×26×14" in said for said in toasts(pilot)))
        assert screen.view.compared is None
        await until(pilot, lambda: screen.running is None)
        await pilot.press("f", "d")
        await give(pilot, files / "other.tif")
        await until(pilot, lambda: screen.view.heat == "difference")
        await until(
            pilot, lambda: any("mean Dice 0." in said and "variation of information" in said for said in toasts(pilot))
        )
        await until(pilot, lambda: "too much" in str(screen.query_one("#tools", FactsPanel).render()) + seen(pilot))
        kinds = np.unique(screen.view.scene._kept["difference"][1])
        assert kinds.tolist() == [0, 1, 2, 3]
        assert not np.array_equal(picture(screen), plain)
        screen.view.cursor = (7, 2, 3)
        await until(pilot, lambda: "other: A" in seen(pilot) or "other: B" in seen(pilot))
        await pilot.press("d")
        await pilot.pause()
        assert screen.view.heat == ""
        await pilot.press("d", "f", "D")
        await pilot.pause()
        assert (screen.view.heat, screen.view.compared) == ("", None)
