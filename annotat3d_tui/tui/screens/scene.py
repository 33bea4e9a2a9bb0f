"""3D (F3): the image as a volume, label surfaces, slices, markers, from all sides."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.planes import PLANES
from annotat3d_tui.render.scene.camera import TURNTABLE, Camera
from annotat3d_tui.render.scene.scene import BACKGROUNDS, OPACITIES, POSTER
from annotat3d_tui.tui import segment_text
from annotat3d_tui.tui.actions import Act, acts_of, first_key, own_acts, with_keys
from annotat3d_tui.tui.messages import Centre
from annotat3d_tui.tui.saying import clear_messages, errors_said, say_error
from annotat3d_tui.tui.scene_files import SceneFiles
from annotat3d_tui.tui.scene_text import facts
from annotat3d_tui.tui.scene_work import Picked, seen_from
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.scene_keys import HELP, KEYS, LIST_KEYS, MOUSE, SCENE_BINDINGS
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.space import Asked, Space
from annotat3d_tui.tui.space_given import given, looked
from annotat3d_tui.tui.widgets.facts_panel import FactsPanel
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.labels_panel import LabelFilter, LabelsPanel
from annotat3d_tui.tui.widgets.long_list import LongList
from annotat3d_tui.tui.widgets.space_mouse import SpaceMouse
from annotat3d_tui.tui.widgets.space_picture import SpacePicture
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

OPACITY_STEPS = (1.0, 0.75, 0.5, 0.25)
"""Of surfaces."""
THRESHOLD_STEPS = 50
"""Of the contrast."""
LOOK_EVERY = 0.5
"""Seconds between two looks at what runs."""
STRIPS, LINES = ((100, 30), (70, 23), (0, 0)), 3
"""From how many columns on the strip has how many, as in the style sheet; lines without the picture."""
READING = "Reading the image…"


class SurfaceList(LongList):
    """The labels; the highlighted one is the label that the brush paints."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "screen.mesh", "Mesh", id="scene.list_mesh", tooltip="The surface of the bright label."),
        Binding(
            "escape", "screen.to_picture", "Back to the picture", show=False, id="scene.to_picture", tooltip="Its keys."
        ),
    ]


class SceneScreen(SceneFiles):
    """What is open in 3D, over its segmentation screen, with which it shares contrast, labels, cursor and plane."""

    CSS_PATH = "scene.tcss"
    AUTO_FOCUS = "SpacePicture"
    BINDINGS: ClassVar[list[BindingType]] = SCENE_BINDINGS
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (70, "-narrow"), (100, "-wide")]  # noqa: RUF012 (as Textual declares it)

    def __init__(self, segment: SegmentScreen, space: Space) -> None:
        super().__init__(segment, space)
        self._known_notes: list[str] = []
        self._shown_keys = -1

    def compose(self) -> ComposeResult:
        """Two lines as everywhere, what must be said, picture and strip, the keys."""
        yield TitleLine()
        yield TabLine("scene")
        with Horizontal(id="middle"):
            with Vertical(id="left"):
                yield Static(READING, id="said", markup=False)
                yield SpacePicture(self.space, self.space.camera or self._first_camera(), self.asked)
            with VerticalScroll(id="panel", can_focus=False):
                yield LabelsPanel(SurfaceList)
                yield FactsPanel(id="facts")
        yield KeyLine()

    def on_mount(self) -> None:
        """Share what the slice view shows, and begin to draw."""
        self.query_one(TitleLine).opened = segment_text.title_parts(self.segment.session)
        self.query_one(TitleLine).graphics = self.segment.graphics.mode
        self.picture.sharpen(self.segment.graphics)
        self.picture.wheel_slices = self.space.wheel_slices
        self.segment.view.followers.append(self.picture)
        self.take_plane()
        self.space.take_label(self.segment.view.label_volume is not None)
        self.set_interval(LOOK_EVERY, self._look_at_what_runs)
        self._show_strip()
        self._show_keys()

    def on_unmount(self) -> None:
        """Follow no more."""
        followers = self.segment.view.followers
        followers[:] = [one for one in followers if not isinstance(one, SpacePicture)]

    def on_resize(self) -> None:
        """More is said where there is room."""
        self.call_after_refresh(self._show_strip)
        self.call_after_refresh(self.query_one(LabelsPanel).fit)

    # what is drawn

    def _first_camera(self) -> Camera:
        home = self.space.home
        if home is None:
            columns, rows = self.app.size
            strip = next(width for least, width in STRIPS if columns >= least)
            home = Camera.looking(self.space.grid, "iso", (columns - strip) / max(2 * (rows - LINES), 1))
            home = replace(home, style=TURNTABLE)
            self.space.home = home
        self.space.camera = home
        return home

    def asked(self, size: tuple[int, int], quality: str) -> Asked:
        """The picture that is wanted now."""
        view = self.segment.view
        self.space.take_label(view.label_volume is not None)
        scene = self.space.shown.scene(looked(view))
        return Asked(scene, self.picture.camera, size, quality, given(self.segment.session, view, self.space))

    def show(self) -> None:
        """Show what is to be seen now."""
        self.picture.redraw_soon()

    @on(SpacePicture.Changed)
    def _show_strip(self) -> None:
        """What the strip says is true now; what it says of changes elsewhere is taken over."""
        if not self.is_mounted:
            return
        view, panel = self.segment.view, self.query_one(LabelsPanel)
        rows = self.segment.query_one(LabelsPanel).rows
        if panel.rows is not rows:
            panel.rows = rows
        panel.chosen = view.brush.label
        wide = self.has_class("-wide")
        self.query_one("#facts", FactsPanel).facts = facts(self.space, looked(view), self.picture.camera, wide)

    @on(SpacePicture.Drawn)
    def _drawn(self) -> None:
        """Say what must be known of the picture, what is new as a message."""
        notes = self.space.renderer.notes
        if new := [note for note in notes if note not in self._known_notes]:
            for note in new:
                self.notify(note, severity="warning", timeout=10, markup=False)
            self._show_strip()
        elif self._known_notes is not notes and not self._known_notes:
            self._show_strip()
        self._known_notes = notes
        self._say(self.space.renderer.problem)

    @on(SpacePicture.Failed)
    def _failed(self, event: SpacePicture.Failed) -> None:
        self._say(str(event.error))
        say_error(self.app, event.error)

    def _say(self, text: str) -> None:
        said = self.query_one("#said", Static)
        if said.display != bool(text) or str(said.content) != text:
            said.update(text)
            said.display = bool(text)

    def _look_at_what_runs(self) -> None:
        self.query_one(TitleLine).running = self.writing or self.segment.running

    # the camera

    def action_look(self, preset: str) -> None:
        """Look along an axis, or from a corner, at the whole box."""
        self.picture.camera = self.picture.camera.preset(preset).fitted(self.space.grid, self.picture.aspect)

    def action_zoom(self, steps: int) -> None:
        """Nearer or farther."""
        self.picture.zoom(steps)

    def action_fit(self) -> None:
        """The whole box, from the same side."""
        self.picture.camera = self.picture.camera.fitted(self.space.grid, self.picture.aspect)

    def action_roll(self, degrees: int) -> None:
        """Turn the picture in itself."""
        self.picture.camera = self.picture.camera.rolled(degrees)

    def action_style(self) -> None:
        """What an orbit does."""
        self.picture.camera = self.picture.camera.next_style()

    def action_projection(self) -> None:
        """Orthographic or perspective."""
        camera = self.picture.camera
        self.picture.camera = replace(camera, perspective=not camera.perspective)

    def action_home(self) -> None:
        """Where it was seen from at first, or where a person wanted home to be."""
        self.picture.camera = self.space.home or self._first_camera()

    def action_set_home(self) -> None:
        """Home is here."""
        self.space.home = self.picture.camera
        said = with_keys("Home is where it is seen from now: {scene.home} comes back.", self.app)
        self.notify(said, timeout=3, markup=False)

    def action_centre(self) -> None:
        """Look at where the slices meet."""
        place = self.space.grid.place_of(self.segment.view.cursor)
        self.picture.camera = self.picture.camera.centred(place)

    def action_centre_label(self) -> None:
        """Look at the middle of the chosen label; the slices go there."""
        label = self.segment.view.label_volume
        assert label is not None
        self.find_centre(label, self.segment.view.brush.label)

    @on(Centre)
    def _centre_found(self, event: Centre) -> None:
        if event.voxel is None:
            self.notify("This label is nowhere in the label volume.", severity="warning")
        else:
            self.segment.view.cursor = event.voxel
            self.action_centre()

    # what is shown

    def _take(self, **changes: object) -> None:
        self.space.shown = replace(self.space.shown, **changes)  # type: ignore[arg-type]
        self.show()

    def action_switch(self, name: str) -> None:
        """Show something, or do not."""
        if name in ("cutting", "plane") and self.space.shown.cut is None:
            self.space.shown = replace(self.space.shown, cut=self.cut)
        self._take(**{name: not getattr(self.space.shown, name)})

    def action_mesh(self) -> None:
        """The surface of the chosen label."""
        self.space.shown = self.space.shown.with_mesh(self.segment.view.brush.label)
        self.show()

    def action_mesh_opacity(self) -> None:
        """The next opacity of surfaces."""
        now = self.space.shown.mesh_opacity
        self._take(mesh_opacity=next((step for step in OPACITY_STEPS if step < now - 0.01), OPACITY_STEPS[0]))

    def action_opacity(self) -> None:
        """The next way to see through grey values."""
        now = OPACITIES.index(self.space.shown.opacity)
        self._take(opacity=OPACITIES[(now + 1) % len(OPACITIES)])

    def action_threshold(self, steps: int) -> None:
        """A little more or less of the volume."""
        low, high = self.segment.view.window_now
        now, step = self.space.known_threshold, (high - low) / THRESHOLD_STEPS
        if now is not None:
            self._take(threshold=min(max(now + steps * step, low), high))

    def action_threshold_value(self) -> None:
        """Ask for a grey value."""
        known = self.space.known_threshold
        now = "" if self.space.shown.threshold is None or known is None else f"{known:.6g}"
        ask = Ask("Threshold", now, help="A grey value; nothing: one that parts bright from dark.", check=typed_grey)

        def given(text: str) -> None:
            self._take(threshold=typed_grey(text))

        self.app.push_screen(ask, if_given(given))

    def action_slices(self) -> None:
        """None, all, each alone."""
        self.space.shown = self.space.shown.next_slices()
        self.show()

    @on(SpaceMouse.SliceWanted)
    def _slice_wanted(self, event: SpaceMouse.SliceWanted) -> None:
        """Another slice of the plane that is seen best; the cursor of the slice view goes along."""
        if not self.space.shown.slices:
            self._take(slices=tuple(PLANES))
        axis = seen_from(self.picture.camera)
        cursor = list(self.segment.view.cursor)
        cursor[axis] += event.by
        z, y, x = cursor
        self.segment.view.cursor = (z, y, x)

    def action_superpixels(self) -> None:
        """Their borders on slices."""
        self.segment.view.show_superpixels = not self.segment.view.show_superpixels
        if not self.space.shown.slices:
            self._take(slices=tuple(PLANES))

    def action_background(self) -> None:
        """The next background."""
        now = BACKGROUNDS.index(self.space.shown.background)
        self._take(background=BACKGROUNDS[(now + 1) % len(BACKGROUNDS)])

    def action_reticle(self) -> None:
        """Show what is picked at, or do not."""
        self.space.reticle = not self.space.reticle
        self.show()

    def action_wheel(self) -> None:
        """What the wheel does."""
        self.space.wheel_slices = self.picture.wheel_slices = not self.space.wheel_slices
        said = "changes the slice that is seen best" if self.space.wheel_slices else "zooms"
        self.notify(f"The wheel {said}; with Ctrl the other.", timeout=3, markup=False)
        self._show_strip()

    def action_colour_map(self) -> None:
        """Of grey values."""
        self.segment.action_colour_map()

    def action_contrast_percent(self) -> None:
        """Between the next percentiles."""
        self.segment.action_contrast_percent()

    def action_contrast_values(self) -> None:
        """Ask for grey values."""
        self.segment.action_contrast_values()

    # labels

    @on(LabelsPanel.Chosen)
    def _chosen(self, event: LabelsPanel.Chosen) -> None:
        self.segment.action_choose(event.label)
        if event.alone:
            self.segment.action_solo_label()
            if self.segment.view.label_volume is not None:
                self.action_centre_label()
        self.show()
        self.action_to_picture()

    @on(LongList.Moved)
    def _label_moved(self, event: LongList.Moved) -> None:
        listed, rows = self.query_one(SurfaceList), self.query_one(LabelsPanel).rows
        if listed.has_focus and rows is not None and listed.highlighted is not None:
            label = rows.ids[listed.highlighted]
            if label != self.segment.view.brush.label:
                self.segment.action_choose(label)

    @on(LabelsPanel.Left)
    def _filter_left(self) -> None:
        self.action_to_picture()

    def action_hide_label(self) -> None:
        """The chosen one."""
        with errors_said(self):
            self.segment.action_hide_label()

    def action_solo_label(self) -> None:
        """Only the chosen one, or all."""
        with errors_said(self):
            self.segment.action_solo_label()

    def action_find_label(self) -> None:
        """Let the person type what label is wanted."""
        self._unfold()
        self.query_one(LabelsPanel).find()

    def action_labels(self) -> None:
        """Let arrows choose a label."""
        self._unfold()
        self.query_one(SurfaceList).focus()

    def action_to_picture(self) -> None:
        """Back to the picture."""
        self.remove_class("-panel")
        self.picture.focus()

    def _unfold(self) -> None:
        self.remove_class("-folded")
        if self.has_class("-tiny"):
            self.add_class("-panel")

    def action_panel(self) -> None:
        """Fold the strip, or show it; where there is no room it lies over the picture."""
        self.toggle_class("-panel" if self.has_class("-tiny") else "-folded")

    # places

    @on(SpaceMouse.Pointed)
    def _pointed(self, event: SpaceMouse.Pointed) -> None:
        size = (self.picture.size.width, 2 * self.picture.size.height)
        self.pick(self.asked(size, POSTER), event.place)

    @on(Picked)
    def _picked(self, event: Picked) -> None:
        if event.voxel is None:
            self.notify("Nothing is seen there.", severity="warning", timeout=2)
            return
        view, session = self.segment.view, self.segment.session
        view.cursor = event.voxel
        position = segment_text.position(session, view)
        z, y, x = event.voxel
        label = f" · {position.label}" if position.label else ""
        self.notify(f"x {x} y {y} z {z} = {position.grey}{label}: the slices are there.", timeout=4, markup=False)

    # everywhere

    def action_cancel(self) -> None:
        """Stop what is written; else take messages away, fold the overlay, or leave."""
        if self.stop():
            return
        if self.has_class("-panel"):
            self.action_to_picture()
        elif self.app._notifications:
            clear_messages(self.app)
        else:
            self.action_back()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return with_keys(self._reason(action, parameters), self.app)

    def _reason(self, action: str, parameters: tuple[object, ...]) -> str:
        session, shown = self.segment.session, self.space.shown
        wanted = parameters[0] if parameters else ""
        if (
            action in ("mesh", "centre_label", "save_mesh") or wanted == "label"
        ) and self.segment.view.label_volume is None:
            return "there is no label volume yet: {app.segment} and {segment.apply} make it"
        if action == "mesh_opacity" and not (shown.label or shown.meshes):
            return "no surfaces are shown: {scene.label} shows them"
        if action in ("threshold", "threshold_value", "opacity") and not shown.volume:
            return "the volume is not shown: {scene.volume} shows it"
        if action == "superpixels" and self.segment.view.superpixels is None:
            return "there are no superpixels yet: {app.segment} and {segment.superpixels} make them"
        if wanted == "markers" and not len(session.annotation.markers):
            return "there are no marks yet: {app.segment} and {slice.pen} make them"
        if action in ("along", "along_voxels", "turn_plane", "face", "normal") and self.cut.locked:
            return "the clipping plane is locked: {scene.lock} frees it"
        if action in ("save_picture", "save_film", "save_mesh") and self.writing is not None:
            return f"{self.writing.name} is not done yet: {{scene.cancel}} stops it"
        if action == "contrast_percent":
            return self.segment.why_not("contrast_percent", ())
        return ""

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _show_keys(self) -> None:
        """The keys that matter for what is in focus."""
        listed = isinstance(self.focused, SurfaceList | LabelFilter)
        if self._shown_keys != listed:
            self._shown_keys = listed
            keyed = (
                Key(" ".join(filter(None, (first_key(id, self.app) for id in ids.split()))), word, action, spare)
                for ids, word, action, spare in (LIST_KEYS if listed else KEYS)
            )
            self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)

    def acts(self) -> list[Act]:
        """The actions of this screen, of the picture and of everywhere."""
        return [*own_acts(self), *own_acts(self.picture), *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What it is, the keys, the mouse, what must be known of the pictures."""
        acts = self.acts()
        renderer = self.space.renderer
        drawn = " ".join([f"Drawn by {renderer.device}." if renderer.device else "", *renderer.notes]).strip()
        focused = self.focused
        others = (
            [HelpPage("Labels", "", tuple(own_acts(focused)))]
            if focused is not None and focused is not self.picture
            else []
        )
        return [
            *others,
            HelpPage("3D", with_keys(HELP, self.app), tuple(act for act in acts if act.node is self.picture)),
            HelpPage("All keys", f"{MOUSE} {drawn}", tuple(act for act in acts if act.node is self)),
            HelpPage("Everywhere", "", tuple(act for act in acts if act.node is self.app)),
        ]


def typed_grey(text: str) -> float | None:
    """A grey value, None for nothing; raises InvalidParameter.

    >>> typed_grey(" 1200 "), typed_grey("")
    (1200.0, None)
    """
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InvalidParameter(f"A threshold must be a grey value, received {text!r}: type a number, or nothing.")
    return value
