"""The inference screen: images checked beside their rows, settings that become a command, results of jobs before."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.outcome import Outcome, keep_outcome
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.tui.app import Annotat3DApp
from annotat3d_tui.tui.forms import Form
from annotat3d_tui.tui.inference_draft import InferenceForm
from annotat3d_tui.tui.screens.inference import InferenceScreen
from tests.tui.acting import seen, toasts, until


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network, two images and a broken one; the program is started there."""
    monkeypatch.chdir(tmp_path)
    network = Network(tmp_path / "networks" / "beads.network", Training(), (1, 2), (32, 32, 32))
    network.folder.mkdir(parents=True)
    network.save()
    for name in ("a", "b"):
        tifffile.imwrite(tmp_path / f"{name}.tif", np.zeros((40, 50, 60), np.uint16), photometric="minisblack")
    (tmp_path / "bad.tif").write_bytes(b"II*\0 no more")
    return tmp_path


def app_with(folder: Path, *names: str) -> Annotat3DApp:
    app = Annotat3DApp()
    app.inference.images = tuple(folder / name for name in names)
    return app


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_images_are_checked_beside_their_rows_and_what_it_takes_is_foretold(
    folder: Path, size: tuple[int, int]
) -> None:
    async with app_with(folder, "a.tif", "bad.tif").run_test(size=size) as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: "✓ 60×50×40 uint16" in seen(pilot))
        await until(pilot, lambda: "✓ 1 image · 1 cannot be read · memory" in seen(pilot))
        assert "✗ " in seen(pilot)
        assert all(len(line) <= size[0] for line in seen(pilot).splitlines())


async def test_settings_become_a_command_and_a_wrong_one_is_refused(folder: Path) -> None:
    app = app_with(folder, "a.tif", "b.tif")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: "✓ 2 images" in seen(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, InferenceScreen)
        words = screen.words
        assert words[:3] == ["infer", str(folder / "a.tif"), str(folder / "b.tif")]
        assert words[3:] == [
            *("--network", str(folder / "networks" / "beads.network"), "-o", str(folder / "results" / "beads")),
            "--skip-existing",
        ]
        await pilot.press("ctrl+n")
        fields = screen.query_one("#borders > Form", Form)
        assert fields.value() == InferenceForm(border=(4, 4, 4), patch=(32, 32, 32))
        fields.query("Input").first().value = "5, 0, 3"  # type: ignore[attr-defined]
        await until(pilot, lambda: screen.reason == "" and "--padding" in screen.words)
        place = screen.words.index("--padding")
        assert screen.words[place + 1 : place + 4] == ["3", "0", "5"], "in the order of arrays"
        fields.query("Input").first().value = "5"  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.press("ctrl+s")
        assert any("padding must be three lengths" in text for text in toasts(pilot))


async def test_results_that_are_there_are_listed_and_their_images_are_skipped(folder: Path) -> None:
    output = folder / "results" / "beads"
    output.mkdir(parents=True)
    tifffile.imwrite(output / "a.tif", np.ones((40, 50, 60), np.uint8), photometric="minisblack")
    made = Outcome(str(folder / "a.tif"), "/n/beads.network", str(output / "a.tif"), "", (40, 50, 60), {1: 1}, 3.0)
    keep_outcome(output / "a.tif", made)
    async with app_with(folder, "a.tif").run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: "its label is there: skipped" in seen(pilot))
        await until(pilot, lambda: "All images have their label." in seen(pilot))
        await pilot.press("ctrl+n", "ctrl+n")
        await until(pilot, lambda: "✓ a.tif" in seen(pilot))
        await pilot.press("r")
        assert "no inference into this folder has ended" in toasts(pilot)
