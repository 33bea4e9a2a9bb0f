"""Segment (F2): mark, generate superpixels, preview, apply, correct."""

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.reactive import Reactive
from textual.widget import Widget

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.tui import segment_text
from annotat3d_tui.tui.actions import Act, acts_of, first_key, with_keys
from annotat3d_tui.tui.actions import why_not as reason_against
from annotat3d_tui.tui.commands import Clip, Contrast, Do, Goto, Merge, parse_command, parse_voxel
from annotat3d_tui.tui.cost_text import cost_text
from annotat3d_tui.tui.lease import Lease
from annotat3d_tui.tui.messages import AnnotationRead, AreaFound, Centre, Saved, TrainingRead
from annotat3d_tui.tui.remembered import commands, keep_command
from annotat3d_tui.tui.saying import clear_messages, errors_said
from annotat3d_tui.tui.screens.details import Details
from annotat3d_tui.tui.screens.dialogs import Ask, if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.segment_help import READ_ONLY, help_pages, keys_now, why_not
from annotat3d_tui.tui.screens.segment_keys import COPY_MENU, FILES_MENU, SEGMENT_BINDINGS
from annotat3d_tui.tui.screens.welcome import Welcome
from annotat3d_tui.tui.showing import LOOK_SECONDS
from annotat3d_tui.tui.space import Space
from annotat3d_tui.tui.suggesting import Now, suggested
from annotat3d_tui.tui.terminal.graphics import NUMBER
from annotat3d_tui.tui.terminal.probe import Graphics
from annotat3d_tui.tui.thresholding import Thresholding
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.command_line import CommandLine
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.facts_panel import FactsPanel
from annotat3d_tui.tui.widgets.frame import Frame
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.tui.widgets.labels_panel import LabelsPanel
from annotat3d_tui.tui.widgets.position_line import PositionLine
from annotat3d_tui.tui.widgets.side_view import SideView
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.tui.widgets.tab_line import TabLine
from annotat3d_tui.tui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from annotat3d_tui.parameters import Parameters
    from annotat3d_tui.session import Session

PREVIEW_MARGIN = 2
MOST_LISTED = 99
"""Labels that the palette names; / finds all."""
OPACITIES = (0.3, 0.5, 0.7, 1.0)


class SegmentScreen(Thresholding):
    """The screen on one session; it owns the session and closes it."""

    CSS_PATH = "segment.tcss"
    BINDINGS: ClassVar[list[BindingType]] = SEGMENT_BINDINGS
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (70, "-narrow"), (100, "-wide")]  # noqa: RUF012 (as Textual declares it)
    AUTO_FOCUS = "SliceView"
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual has it, but that the whole screen is not drawn again: who gains or loses the keys draws itself."""

    def __init__(self, session: "Session", warmup: Warmup, graphics: Graphics | None = None) -> None:
        super().__init__()
        self.graphics = graphics or Graphics()
        self.session, self.warmup, self.training_files = session, warmup, []
        self.lease = Lease(session.close)

    def compose(self) -> ComposeResult:
        """Three lines, slice and panel, two lines."""
        yield TitleLine()
        yield TabLine()
        yield PositionLine()
        with Horizontal(id="middle"):
            with Frame(id="frame"):
                yield (view := SliceView(self.session.image.data, self.session.annotation))
            with Vertical(id="sides"):
                for number in range(2):
                    with Vertical(classes="side"):
                        yield SideView(view, number)
            with VerticalScroll(id="panel", can_focus=False):
                yield LabelsPanel()
                yield FactsPanel(id="tools")
                yield ContrastPanel()
                yield FactsPanel(id="results")
        yield CommandLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Show what the workspace kept, and say what happened at opening."""
        for message in self.session.messages:
            self.notify(message, timeout=10, markup=False)
        self.query_one(TitleLine).opened = segment_text.title_parts(self.session)
        self.set_interval(LOOK_SECONDS, self._look_after_image)
        self.query_one(TitleLine).graphics = self.graphics.mode
        for number, view in enumerate((self.view, *self.query(SideView)), NUMBER):
            view.sharpen(self.graphics, number)
        self.view.refusal = READ_ONLY if self.session.read_only else ""
        self.view.voxel_size, self.view.unit = self.session.image.voxel_size, self.session.image.unit
        self.view.superpixels, self.view.scene.coarse = self.session.superpixels, self.session.coarse
        self.view.label_volume = self.session.label
        self.look_as_kept()
        self._origin = segment_text.origin_of(self.session)
        self._label_note = segment_text.made_words("label of all slices", self._origin) if self._origin else ""
        self._choose_one_that_is_there()
        self.annotation_changed()
        self.call_after_refresh(self._slice_seen)

    def _slice_seen(self) -> None:
        """Begin what may wait until there is something to look at."""
        self.query_one(CommandLine).know(commands(), self._suggested)
        self.warmup.start()
        self.look()
        self.make_coarse()

    def on_unmount(self) -> None:
        """Compile no more, draw no more."""
        self.warmup.stop()
        if "space" in vars(self):
            self.space.close()

    @cached_property
    def space(self) -> Space:
        """The image in 3D, which nobody draws before it is looked at."""
        return Space(self.view.scene.shape, self.view.voxel_size, self.view.unit)

    # what happened

    @on(SliceView.Drawn)
    def _drawn(self) -> None:
        self.annotation_changed()

    @on(SliceView.EraseStrokeAt)
    def _erased(self, event: SliceView.EraseStrokeAt) -> None:
        with errors_said(self):
            self.erase_stroke_at(event.voxel)

    @on(SliceView.AreaGiven)
    def _area_given(self, event: SliceView.AreaGiven) -> None:
        with errors_said(self):
            self.draw(event.stroke)

    @on(AreaFound)
    def _area_found(self, event: AreaFound) -> None:
        with errors_said(self):
            self.take_found(event)

    @on(LabelsPanel.Chosen)
    def _chosen(self, event: LabelsPanel.Chosen) -> None:
        self.action_choose(event.label)
        if event.alone:
            self.action_solo_label()
        self.action_to_slice()

    @on(LabelsPanel.Left)
    def _filter_left(self) -> None:
        self.action_to_slice()

    @on(ContrastPanel.Changed)
    def _contrast(self, event: ContrastPanel.Changed) -> None:
        self.view.window = event.window

    @on(CommandLine.Left)
    def _command_left(self) -> None:
        self.query_one(CommandLine).complain("")
        self.action_to_slice()

    @on(CommandLine.Given)
    async def _command(self, event: CommandLine.Given) -> None:
        line = self.query_one(CommandLine)
        names = {act.action: act for act in self.acts() if "(" not in act.action}
        try:
            command = parse_command(event.text, self.view.scene.shape, names)
            if isinstance(command, Do):
                node = names[command.action].node if command.action in names else self
                if reason := reason_against(node, command.action):
                    line.refuse(event.text, reason)
                    return
                await self.app.run_action(command.action, node)
            elif isinstance(command, Goto):
                self.view.cursor = command.voxel
            elif isinstance(command, Contrast):
                self.set_contrast(command.text)
            elif isinstance(command, Merge):
                if reason := reason_against(self, "merge_listed"):
                    line.refuse(event.text, reason)
                    return
                self.merge_listed(command.ids)
            elif isinstance(command, Clip):
                self.clip(command)
            else:
                self.draw(command)
        except Annotat3DError as error:
            line.refuse(event.text, with_keys(str(error), self.app))
        else:
            line.done(event.text)
            keep_command(event.text)

    def _suggested(self, text: str) -> str | None:
        view = self.view
        words = {act.action.replace("_", " ") for act in self.acts() if "(" not in act.action}
        listed = islice(self.session.annotation.table, MOST_LISTED)
        labels = tuple((label.id, label.name) for label in listed)
        place = view.plane, view.index, view.cursor, view.point
        brush = view.brush
        now = Now(tuple(sorted(words)), labels, brush.label, *place, brush.radius, view.tolerance, view.window_now)
        return suggested(text, now)

    @on(Centre)
    def _centre_found(self, event: Centre) -> None:
        if event.voxel is None:
            self.notify("This label is nowhere in the label volume.", severity="warning")
        else:
            self.view.cursor = event.voxel

    @on(AnnotationRead)
    def _annotation_read(self, event: AnnotationRead) -> None:
        from annotat3d_tui.labels.annotation_file import import_into

        with errors_said(self):
            self.view.lift()
            import_into(self.session.annotation, event.marks, event.path.name)
            self.notify(f"{len(event.marks.labels)} marked voxels added from {event.path.name}", markup=False)
            self.annotation_changed()

    @on(TrainingRead)
    def _training_read(self, event: TrainingRead) -> None:
        self.session.training.append(event.samples)
        self.training_files.append(event.path)
        count, name = len(event.samples.labels), event.path.name
        self.notify(f"{count} samples of {name} are learned from, too, until this image is closed.", markup=False)

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        self.notify(f"{event.what} saved to {event.path}", markup=False)

    # what can be done

    def action_superpixels(self) -> None:
        """Generate superpixels of the whole image."""
        self.view.lift()
        self.make_superpixels(self.begin("Superpixels"))

    def action_superpixel_preview(self) -> None:
        """Show the superpixels that the slice of the cursor and two on each side would have; they are not kept."""
        self.view.lift()
        self.preview_superpixels(self.begin("Superpixel preview"), self._planes_here())

    def action_preview(self) -> None:
        """Label the slice of the cursor and two on each side, or show what marks would correct."""
        if self.session.editing is not None:
            self.edit(only_look=True)
            return
        self._segment("Preview", self._planes_here())

    def _planes_here(self) -> slice:
        region = self.view.work_region
        allowed = slice(0, self.view.scene.shape[0]) if region is None else region[0]
        z = min(max(self.view.cursor[0], allowed.start), allowed.stop - 1)
        return slice(max(z - PREVIEW_MARGIN, allowed.start), min(z + PREVIEW_MARGIN + 1, allowed.stop))

    def action_apply(self) -> None:
        """Label the whole image, or let marks correct its labels."""
        if self.session.editing is not None:
            self.edit(only_look=False)
        else:
            self._segment("Apply", None)

    def _segment(self, name: str, planes: slice | None) -> None:
        self.view.lift()
        region = self.view.work_region if planes is not None else None
        self.segment(self.begin(name), self.marks_now(), planes, region)

    def action_details(self) -> None:
        """How the label volume came about."""
        if self.origin is not None:
            names = {label.id: label.name for label in self.session.annotation.table}
            self.app.push_screen(Details(self.origin, names, testing=self._testing is not None))

    def action_parameters(self) -> None:
        """The form of the classifier parameters, or of label editing."""
        if self.session.editing is not None:
            self.ask_how_to_edit(self.session.editing)
            return
        from annotat3d_tui.workflow.presets import PRESETS

        form = ParametersScreen(self.session.parameters, PRESETS, cost=self._cost)
        self.app.push_screen(form, self._keep_parameters)

    def _cost(self, parameters: "Parameters") -> str:
        from annotat3d_tui.workflow.settings import Segmentation

        return cost_text(self.session, parameters) if isinstance(parameters, Segmentation) else ""

    def _keep_parameters(self, parameters: "Parameters | None") -> None:
        from annotat3d_tui.workflow.settings import Segmentation

        if isinstance(parameters, Segmentation) and parameters != self.session.parameters:
            with errors_said(self):
                self.session.keep_parameters(parameters)
                self.view.superpixels = self.session.superpixels
                self._show_note()
                self._show_results()

    def action_goto(self) -> None:
        """Ask where to go."""
        z, y, x = self.view.cursor
        shape = self.view.scene.shape
        help = f"x y z, up to {shape[2] - 1} {shape[1] - 1} {shape[0] - 1}"
        ask = Ask("Go to x y z", f"{x} {y} {z}", help=help, check=lambda text: parse_voxel(text, shape))
        self.app.push_screen(ask, if_given(self._goto))

    def _goto(self, text: str) -> None:
        self.view.cursor = parse_voxel(text, self.view.scene.shape)

    def action_find_label(self) -> None:
        """Let the person type what label is wanted."""
        self._unfold_panel()
        self.query_one(LabelsPanel).find()

    def _unfold_panel(self) -> None:
        """Show the panel; a class of the screen is changed only where it must be, since all is then styled anew."""
        self.remove_class("-folded")
        if self.has_class("-tiny"):
            self.add_class("-panel")

    def action_contrast(self) -> None:
        """Let the arrows move the contrast window."""
        self._unfold_panel()
        self.query_one(ContrastPanel).focus()

    def action_command(self) -> None:
        """Begin a command."""
        self.query_one(CommandLine).enter()

    def action_opacity(self) -> None:
        """The next opacity of the label."""
        now = self.view.label_opacity
        self.view.label_opacity = next((step for step in OPACITIES if step > now + 0.01), OPACITIES[0])

    def action_open_other(self) -> None:
        """Choose what to open instead."""
        self.app.push_screen(Welcome(None if self.session.read_only else self.session.workspace))

    def action_panel(self) -> None:
        """Fold the side panel, or show it; where there is no room it lies over the slice."""
        self.toggle_class("-panel" if self.has_class("-tiny") else "-folded")

    def action_files(self) -> None:
        """Choose from the files menu."""
        items = [Item(letter, action, title, self.why_not(action, ())) for letter, action, title in FILES_MENU]
        self.app.push_screen(Menu("Files", items), self.do_from_menu)

    def action_to_slice(self) -> None:
        """Back to the slice."""
        self.remove_class("-panel")
        self.view.focus()

    def action_cancel(self) -> None:
        """Drop an open polygon, or stop what runs; else take messages away, then fold the overlay."""
        if self.view.drop_corners():
            return
        if self.running is not None and self.running.is_file:
            self.notify(self.running.in_the_way, severity="warning", markup=False)
        elif self.cancel():
            return
        elif self.end_test():
            self._show_results()
        else:
            clear_messages(self.app)
            self.action_to_slice()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; "" when it can."""
        return why_not(self, action, parameters)

    def acts(self) -> list[Act]:
        """Every action, whatever widget is in focus: the screen's, the files', the slice's, the application's."""
        return [*self._own_acts(), *self._label_acts(), *self._other_acts()]

    def lasting_acts(self) -> list[Act]:
        """The same without those of labels, which come and go."""
        return [*self._own_acts(), *self._other_acts()]

    def _own_acts(self) -> list[Act]:
        own = [act for act in acts_of(self, self.BINDINGS, self.app) if not act.action.startswith("choose(")]
        known = {act.action for act in own}
        menus = (("{segment.files}", FILES_MENU), ("{segment.copy}", COPY_MENU))
        files = [
            Act(self, action, title, with_keys(f"{menu} {key}", self.app), "")
            for menu, items in menus
            for key, action, title in items
            if action not in known
        ]
        return [*own, *files]

    def _other_acts(self) -> list[Act]:
        slice_acts = acts_of(self.view, SliceView.BINDINGS, self.app)
        return [*slice_acts, *acts_of(self.app, self.app.BINDINGS, self.app)]

    def _label_acts(self) -> list[Act]:
        labels = self.session.annotation.table
        return [
            Act(self, f"choose({label.id})", f"Choose {label.name}", self._key_of_label(label.id), "")
            for label in islice(labels, MOST_LISTED)
        ]

    def _key_of_label(self, label: int) -> str:
        return first_key(f"label.choose_{label}", self.app) if label < 10 else ""

    def keys_now(self) -> tuple[Key, ...]:
        """The keys that matter now, for the widget in focus."""
        return keys_now(self)

    def help_pages(self) -> list[HelpPage]:
        """For the widget in focus, then for the screen."""
        return help_pages(self)
