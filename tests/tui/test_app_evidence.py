"""What was learned is told: scores after the label, details, uncertainty and probability as heat, next places."""

from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from annotat3d_tui.classifiers.store import open_model
from annotat3d_tui.render.slice import HEAT
from annotat3d_tui.session import Session
from annotat3d_tui.tui.cost_text import cost_text
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.screens.details import Details
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.widgets.facts_panel import FactsPanel
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.segmentation import Result
from tests.tui.acting import mark, opened, seen, toasts, until

QUICK = PRESETS["manual"]


def results(screen: SegmentScreen) -> str:
    return " ".join(str(piece) for fact in screen.query_one("#results", FactsPanel).facts for piece, _ in fact.pieces)


def tools(screen: SegmentScreen) -> str:
    return " ".join(str(piece) for fact in screen.query_one("#tools", FactsPanel).facts for piece, _ in fact.pieces)


async def test_the_label_is_there_before_it_was_tested(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, tested = Event(), Result.tested

    def late(self: Result, **given: object) -> Result:
        gate.wait(30)
        return tested(self)

    monkeypatch.setattr(Result, "tested", late)
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.view.label_volume is not None and screen.running is None)
        assert "testing…" in results(screen)
        await pilot.press("i")
        await until(pilot, lambda: "testing…" in seen(pilot))
        gate.set()
        await until(pilot, lambda: "Confusion" in seen(pilot))
        await pilot.press("escape")
        assert screen.origin is not None
        assert screen.origin.run.scores is not None
        assert "testing…" not in results(screen)
        run = screen.session.run
        assert run == screen.origin.run
        kept = open_model(screen.session.workspace.classifier)
        assert kept.parameters == run.used.to_dict()
        assert kept.names == {1: "Background", 2: "Label 1"}
    again = open_session(folder=screen.session.workspace.folder)
    assert again.run == run
    again.close()


async def test_esc_ends_a_test_and_the_label_stays(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(self: Result, *, progress: object, **given: object) -> Result:
        while True:
            progress(0.5, "test")  # type: ignore[operator]
            Event().wait(0.02)

    monkeypatch.setattr(Result, "tested", endless)
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.label is not None and screen.running is None)
        await pilot.press("escape")
        await until(pilot, lambda: "not tested" in results(screen))
        await pilot.press("A")
        await until(pilot, lambda: "testing…" in results(screen) and screen.running is None)
        assert not any("cancelled" in said for said in toasts(pilot))
        assert screen.session.label is not None


async def test_uncertainty_and_probability_lie_over_the_slice_as_heat(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        await pilot.press("semicolon")
        assert "how sure it is was not computed yet: ⇧P or ⇧A does it" in toasts(pilot)
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.view.evidence is not None and screen.running is None)
        view = screen.view
        pictures = []
        for key, word in (("semicolon", "sure ████████ unsure"), ("apostrophe", "████████ A"), ("apostrophe", "")):
            await pilot.press(key)
            await pilot.pause()
            assert word in tools(screen)
            pictures.append(view.pixels(view.palette()))
        assert not np.array_equal(pictures[0], pictures[2])
        assert not np.array_equal(pictures[1], pictures[2])
        assert "████" not in tools(screen)


async def test_the_next_places_are_gone_through_and_begin_again(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.view.evidence is not None and screen.running is None)
        await pilot.press("N")
        await until(pilot, lambda: any(said.startswith("1 of ") for said in toasts(pilot)))
        first = screen.view.cursor
        assert f"most uncertain in slice {first[0]}" in toasts(pilot)[-1]
        count = int(toasts(pilot)[-1].split()[2].rstrip(":"))
        for _ in range(count):
            await pilot.press("N")
        assert screen.view.cursor == first


async def test_details_fit_80_columns_and_tell_all(files: Path) -> None:
    async with opened(files, (80, 24)) as (pilot, screen):
        await pilot.press("i")
        assert "nothing was learned yet: ⇧P or ⇧A does it" in toasts(pilot)
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("P")
        await until(pilot, lambda: screen.origin is not None and screen.origin.run.scores is not None)
        await pilot.press("i")
        await until(pilot, lambda: "Details of the preview" in seen(pilot))
        details = pilot.app.screen
        assert isinstance(details, Details)
        assert details.query_one("#details").max_scroll_x == 0
        text = str(details.query_one("#text").render())
        for word in ("random forest 200", "accuracy", "Dice Background", "marked \\ found", "fft_gauss 4 mean"):
            assert word in text


async def test_a_label_that_was_kept_says_later_whether_marks_have_changed_since(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.run is not None and screen.session.run.scores is not None)
    async with opened(files, (120, 40)) as (pilot, screen):
        assert "random forest 200" in results(screen)
        await pilot.pause()
        assert "changed since" not in seen(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "marks changed since" in seen(pilot))
    async with opened(files, (120, 40)) as (pilot, screen):
        await until(pilot, lambda: "marks changed since" in seen(pilot))


def test_a_new_stroke_is_all_that_is_measured(files: Path) -> None:
    session: Session = open_session(image=files / "image.tif")
    assert session.cache.get("nothing") is None
    session.cache.put("something", np.arange(3))
    session.close()
    session = open_session(image=files / "image.tif")
    assert session.cache.get("something") is not None
    session.close()


def test_heat_grows_lighter_with_its_level() -> None:
    lightness = [0.3 * red + 0.59 * green + 0.11 * blue for red, green, blue in HEAT]
    assert lightness == sorted(lightness)


async def test_a_preview_of_superpixels_is_shown_and_not_kept(files: Path) -> None:
    async with opened(files) as (pilot, screen):
        screen.view.cursor = (7, 0, 0)
        await pilot.press("Z")
        await until(pilot, lambda: screen.view.superpixels is not None and screen.running is None)
        shown = screen.view.superpixels
        assert shown is not None
        assert [z for z, plane in enumerate(shown) if plane.any()] == [5, 6, 7, 8, 9]
        assert screen.view.show_superpixels
        assert screen.session.superpixels is None


async def test_the_form_says_what_it_costs_and_what_is_computed_again(files: Path) -> None:
    async with opened(files, (80, 24)) as (pilot, screen):
        session = screen.session
        session.keep_parameters(QUICK)
        await mark(pilot)
        assert cost_text(session, QUICK).endswith("computes superpixels, features and training")
        await pilot.press("A")
        await until(pilot, lambda: session.run is not None and screen.running is None)
        other = replace(QUICK, features=replace(QUICK.features, radii=(1, 2)))
        assert cost_text(session, other).startswith("2 filters, 2 radii: 3 features · 10920 voxels · about ")
        assert cost_text(session, other).endswith("computes features and training")
        await pilot.press("C")
        await until(pilot, lambda: "computes training only" in seen(pilot).replace("\n", " "))


async def test_after_opening_the_kept_classifier_tells_how_sure_it_is(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.recallable and screen.running is None)
        before = screen.session.evidence
        assert before is not None
    async with opened(files, (120, 40)) as (pilot, screen):
        assert screen.session.evidence is None
        assert "label of all slices · made in" in seen(pilot)
        await pilot.press("semicolon")
        await until(pilot, lambda: screen.view.heat == "uncertainty")
        again = screen.session.evidence
        assert again is not None
        np.testing.assert_array_equal(again.uncertainty(()), before.uncertainty(()))
    async with opened(files, (120, 40)) as (pilot, screen):
        await pilot.press("N")
        await until(pilot, lambda: any("most uncertain in slice" in toast for toast in toasts(pilot)))
        await pilot.press("f", "c")
        await until(pilot, lambda: "Save classifier" in seen(pilot))


async def test_a_kept_classifier_that_gives_another_label_volume_tells_nothing(files: Path) -> None:
    async with opened(files, (120, 40)) as (pilot, screen):
        screen.session.keep_parameters(QUICK)
        await mark(pilot)
        await pilot.press("A")
        await until(pilot, lambda: screen.session.recallable and screen.running is None)
        session = screen.session
        assert session.label is not None
        session.keep_label(np.flip(session.label, 2).copy(), session.run)
    async with opened(files, (120, 40)) as (pilot, screen):
        await pilot.press("semicolon")
        await until(pilot, lambda: any("must give the label volume that is shown" in toast for toast in toasts(pilot)))
        assert screen.session.evidence is None
        assert screen.view.heat == ""
