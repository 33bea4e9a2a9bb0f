"""What the lines and panels of the segmentation screen say, brought up to date when something changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from textual import events, on
from textual.timer import Timer

from annotat3d_tui.labels.label import Label
from annotat3d_tui.render.histogram import Histogram
from annotat3d_tui.tui import segment_text
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.masking import Masking
from annotat3d_tui.tui.messages import (
    Known,
    Labelled,
    Origin,
    PlacesFound,
    Seen,
    SuperpixelsMade,
    SuperpixelsPreviewed,
    Tested,
)
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.details import Details
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.facts_panel import FactsPanel
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.labels_panel import LabelsPanel
from annotat3d_tui.tui.widgets.position_line import PositionLine
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import Running, TitleLine

BY_HAND = "label volume corrected by hand"
LOOK_SECONDS = 1.0
"""Between looks at whether the image can be read."""
SYNC_SECONDS = 2.0
"""After the last act; until then it outlives the program, but not a power cut."""


@dataclass
class Places:
    """Places to annotate (z, y, x), one after the other, round and round; at: which one was given last."""

    all: tuple[tuple[int, int, int], ...]
    at: int = -1

    def next(self) -> tuple[int, int, int] | None:
        """The next one; None when there is none.

        >>> places = Places(((3, 1, 1), (8, 2, 2)))
        >>> places.next(), places.next(), places.next()
        ((3, 1, 1), (8, 2, 2), (3, 1, 1))
        """
        if not self.all:
            return None
        self.at = (self.at + 1) % len(self.all)
        return self.all[self.at]


class Showing(Masking):
    """A screen that always says what is true now."""

    _histograms: dict[bool, Histogram]
    """Of the image, and under True of the visualization image."""
    _shares: dict[int, float] | None = None
    _superpixel_count = 0
    _rest: Timer | None = None
    _origin: Origin | None = None
    _label_note = ""
    _signs_shown = False
    _places: Places | None = None
    _awaited: Callable[[], None] | None = None
    _keys_due = False

    @property
    def origin(self) -> Origin | None:
        """Where the label volume that is shown comes from, when that is known."""
        return self._origin

    def keys_now(self) -> tuple[Key, ...]:
        """The keys that matter now; each screen has its own."""
        return ()

    def annotation_changed(self) -> None:
        """Show labels and marks as they are now, and have the disk keep them when the hand rests."""
        self.view.refresh_marks()
        self._show_marks()
        self._show_tools()
        self.rest_soon()

    def rest_soon(self) -> None:
        """Have the disk keep what there is when the hand rests."""
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(SYNC_SECONDS, self._sync)

    def _sync(self) -> None:
        with errors_said(self):
            self.session.annotation.sync()

    def watch_running(self, before: Running | None, now: Running | None) -> None:
        """Line 1 says what runs and how far it is; the keys change when another thing runs."""
        if self.is_mounted:
            self.query_one(TitleLine).running = now
            if (before and before.began) != (now and now.began):
                self._show_keys()

    def _show_marks(self) -> None:
        panel = self.query_one(LabelsPanel)
        panel.rows = segment_text.LabelRowsOf(self.session, self.view, self._shares)
        panel.chosen = self.view.brush.label
        self._signs_shown = self.view.has_patterns
        self._show_note()

    def _show_note(self) -> None:
        changed = segment_text.changed_words(self.session, self._origin) if self._origin else ""
        kept = self.session.annotation.kept
        locked = f" · {kept} voxels of locked labels kept" if kept else ""
        corrections, shown = self.session.corrections, self.view.label_volume is self.session.label
        note = BY_HAND if shown and corrections and corrections.done else self._label_note
        self.query_one(TabLine).note = (note + changed + locked).removeprefix(" · ")

    def _look_after_image(self) -> None:
        """Have line 1, and the grey value, say that the image was cut short for as long as that is so."""
        line, opened = self.query_one(TitleLine), segment_text.title_parts(self.session)
        if opened != line.opened:
            line.opened = opened
            self._show_position()

    @on(SliceView.Moved)
    def _show_position(self) -> None:
        self.query_one(PositionLine).position = segment_text.position(self.session, self.view)

    @on(SliceView.BrushChanged)
    @on(SliceView.ViewChanged)
    def _show_tools(self) -> None:
        view = self.view
        if self._signs_shown != view.has_patterns:
            self._show_marks()
        self.query_one(LabelsPanel).chosen = view.brush.label
        self.query_one("#tools", FactsPanel).facts = (
            segment_text.brush_fact(view, self._wide),
            segment_text.show_fact(view, self._wide),
            *segment_text.region_fact(view),
        )
        self._show_contrast()
        marked = self.session.annotation.markers.slices_with_markers(view.plane)
        self.query_one(PositionLine).marked = tuple(int(count) for count in marked)
        self._show_position()
        self._show_results()
        self._show_keys()

    def _show_contrast(self) -> None:
        panel, palette = self.query_one(ContrastPanel), self.view.palette()
        panel.window = self.view.window_now
        panel.histogram = self._histograms.get(self.view.show_alternative)
        panel.colormap = palette.colormap
        panel.colours = tuple((red, green, blue) for red, green, blue in palette.greys.tolist())

    def _show_results(self) -> None:
        self.query_one("#results", FactsPanel).facts = (
            *segment_text.editing_fact(self.session),
            segment_text.superpixels_fact(self.session, self._superpixel_count, self._wide),
            *segment_text.result_facts(self.session, self._origin, self._testing is not None, self._wide),
        )

    @property
    def _wide(self) -> bool:
        return self.has_class("-wide")

    def on_resize(self) -> None:
        """More is said where there is room."""
        self.call_after_refresh(self._show_tools)
        self.call_after_refresh(self.query_one(LabelsPanel).fit)

    def _show_keys(self) -> None:
        """Once what has already happened is dealt with, however often it is asked for."""
        if not self._keys_due:
            self._keys_due = True
            self.call_later(self._write_keys)

    def _write_keys(self) -> None:
        self._keys_due = False
        if self.is_mounted:
            self.query_one(KeyLine).keys = self.keys_now()

    @on(Seen)
    def _seen(self, event: Seen) -> None:
        if event.histogram is not None:
            self._histograms[event.alternative] = event.histogram
            self._show_contrast()
        if event.shares is not None:
            self._shares = event.shares
            self._show_marks()
        if event.superpixels:
            self._superpixel_count = event.superpixels
            self._show_results()
        if event.coarse is not None:
            self.view.scene.coarse = event.coarse
        if event.turned is not None:
            self.view.scene.turned = event.turned

    @on(SuperpixelsMade)
    def _superpixels_made(self, event: SuperpixelsMade) -> None:
        self._superpixel_count = event.count
        self.view.superpixels = self.session.superpixels
        if event.said:
            self.view.show_superpixels = True
            self.notify(event.said, markup=False)
        self._show_results()

    @on(SuperpixelsPreviewed)
    def _superpixels_previewed(self, event: SuperpixelsPreviewed) -> None:
        shown = np.zeros(self.session.image.data.shape, np.int32)
        shown[event.planes] = event.ids
        self.view.superpixels = shown
        self.view.show_superpixels = True
        count, planes = int(event.ids.max()), event.planes
        keys = with_keys("{segment.superpixels} makes all, {segment.parameters} changes them.", self.app)
        said = f"Preview of z {planes.start} to {planes.stop - 1}: {count} superpixels. {keys}"
        self.notify(said, markup=False)

    @on(Labelled)
    def _labelled(self, event: Labelled) -> None:
        self.view.label_volume = event.label
        self.view.show_label = True
        self._origin = event.origin
        self._label_note = event.said
        self.session.evidence = self.view.evidence = event.result.evidence if event.result else None
        self.session.trained = event.result.trained if event.result else self.session.trained
        self._places = self._awaited = None
        if event.shares is not None:
            self._shares = event.shares
            with errors_said(self):
                names = event.names or self._names_by_id(event)
                other = self.session.annotation.add_missing(event.shares, f"labels of the {event.said}", names)
                if other:
                    self.notify(other_names(other, names), markup=False, timeout=10)
        if event.result is not None and event.origin is not None:
            self.test(self.begin_test(), event.result, event.origin)
        self.annotation_changed()

    def _names_by_id(self, event: Labelled) -> dict[int, str]:
        """Names for the first two labels, as long as nobody has marked or named them, which loaded objects have."""
        annotation = self.session.annotation
        names = annotation.table.names_by_id() if event.of_objects and 1 in (event.shares or ()) else {}
        return {} if any(annotation.markers.count(id).voxels for id in names) else names

    @on(Tested)
    def _tested(self, event: Tested) -> None:
        if event.origin is self._origin:
            self._testing, self._origin = None, replace(event.origin, run=event.run)
            for screen in self.app.screen_stack:
                if isinstance(screen, Details):
                    screen.tested(event.origin, event.run)
            self._show_results()

    def action_uncertainty(self) -> None:
        """Show how unsure it is, or the label again."""
        self._once_known(partial(self.view.action_heat, "uncertainty"))

    def action_probability(self) -> None:
        """Show the probability of the chosen label, or the label again."""
        self._once_known(partial(self.view.action_heat, "probability"))

    def action_next_place(self) -> None:
        """Go to the place where marks would teach most, then to the next one."""
        self._once_known(self._next_place)

    def _once_known(self, act: Callable[[], None]) -> None:
        """Do what needs to know how sure the label volume is; after opening that is told by the kept classifier."""
        if self.session.evidence is not None:
            act()
        else:
            self._awaited = act
            self.recall(self.begin("How sure it is"))

    @on(Known)
    def _known(self, event: Known) -> None:
        self.session.evidence = self.view.evidence = event.evidence
        self.session.trained = event.trained
        awaited, self._awaited = self._awaited, None
        if awaited is not None and event.evidence is not None:
            awaited()
        self._show_tools()

    def _next_place(self) -> None:
        evidence = self.session.evidence
        assert evidence is not None
        if self._places is None:
            self.find_places(evidence)
        else:
            self._go_to_place()

    @on(PlacesFound)
    def _places_found(self, event: PlacesFound) -> None:
        if event.evidence is self.session.evidence:
            self._places = Places(event.places)
            self._go_to_place()

    def _go_to_place(self) -> None:
        assert self._places is not None
        place = self._places.next()
        if place is None:
            self.notify("There is no place that is uncertain.", timeout=3)
            return
        self.view.cursor = place
        said = f"{self._places.at + 1} of {len(self._places.all)}: most uncertain in slice {place[0]}"
        self.notify(said, timeout=3, markup=False)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _focus_moved(self) -> None:
        self._show_keys()


def other_names(labels: Iterable[Label], names: Mapping[int, str]) -> str:
    """That marked labels keep the names they have here, though a file calls them otherwise.

    >>> other_names([Label(2, "Grain", (0, 0, 0))], {2: "Pore"})
    'The file calls label 2 Pore, here it is Grain and keeps its name: rename it where that is wrong.'
    """
    said = ", ".join(f"label {label.id} {names[label.id]}, here it is {label.name}" for label in labels)
    return f"The file calls {said} and keeps its name: rename it where that is wrong."
