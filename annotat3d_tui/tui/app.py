"""The application: themes, keys of everywhere, errors; `run_app` is what the command line calls."""

import asyncio
import gc
import os
import signal

if "SSH_CONNECTION" in os.environ:
    os.environ.setdefault("TEXTUAL_FPS", "15")  # read when Textual is imported: a slow line gets fewer frames

import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import actions, events, on
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import key_to_character
from textual.notifications import Notify, SeverityLevel

from annotat3d_tui.blocks import Progress, quiet
from annotat3d_tui.errors import Annotat3DError, WorkspaceInUse
from annotat3d_tui.mapped.files import check_intact
from annotat3d_tui.places import resolved
from annotat3d_tui.tui.actions import key_text, why_not
from annotat3d_tui.tui.job_commands import JobCommands
from annotat3d_tui.tui.keymaps import Keymap, keymap_of
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.palette import ActionProvider, Palette
from annotat3d_tui.tui.saying import (
    MOST_SAID,
    SIGNS,
    STAYS,
    Said,
    clear_lasting,
    clear_messages,
    errors_said,
    log,
    logged_to_file,
    say_error,
    take_away,
)
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.help import HelpScreen, HelpsItself, keys_page
from annotat3d_tui.tui.screens.over import Over
from annotat3d_tui.tui.screens.past import PastMessages
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.welcome import InUse, Opened, OpenedBare, Welcome
from annotat3d_tui.tui.settings import Settings, keep_setting, read_settings
from annotat3d_tui.tui.tabs import TabbedApp
from annotat3d_tui.tui.terminal.giving_back import terminal_given_back
from annotat3d_tui.tui.terminal.pace import Drained, PacedDriver
from annotat3d_tui.tui.terminal.probe import Graphics, graphics_for
from annotat3d_tui.tui.themes import OWN_THEMES, following, readable
from annotat3d_tui.tui.tidying import REST, Tidying
from annotat3d_tui.tui.turns import InTurn
from annotat3d_tui.tui.warmup import Warmup
from annotat3d_tui.tui.widgets.pixels import Pixels
from annotat3d_tui.workspace import is_bare, remember

if TYPE_CHECKING:
    from annotat3d_tui.jobs.gpus import Reading
    from annotat3d_tui.session import Session
    from annotat3d_tui.volume.raw import RawProperties
    from annotat3d_tui.workflow.settings import Segmentation
ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What a scheduler sends, and a line that drops."""
LOOK_SECONDS = 1.0
"""Between looks at the files that are shown."""
NO_KEY = "no_key"
"""Stands for the keys of a binding without any: no terminal has it."""
SETTINGS, KEYMAP = Settings(), Keymap({}, "default")
SWITCH_SECONDS = 0.0005
"""After so long, not 5 ms, a thread that computes gives the interpreter to the screen; a key asks for it many times."""


class Annotat3DApp(InTurn, TabbedApp):
    """Opens the segmentation screen on a session, or the welcome when there is none."""

    TITLE = "annotat3d"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f1", "help", "Help", id="app.help", priority=True, tooltip="Of the widget in focus, then of the screen."
        ),
        Binding(
            "ctrl+p",
            "command_palette",
            "Palette",
            id="app.palette",
            priority=True,
            tooltip="Every action by its name, with its key, and why it cannot be done now.",
        ),
        Binding(
            "f2",
            "segment",
            "Segment",
            id="app.segment",
            tooltip="What is open: back to it from the other tabs.",
        ),
        Binding(
            "f3",
            "scene",
            "3D",
            id="app.scene",
            priority=True,
            tooltip="What is open, from all sides: volume, label surfaces, slices.",
        ),
        Binding(
            "f4",
            "datasets",
            "Datasets",
            id="app.datasets",
            priority=True,
            tooltip="What networks can be trained on: samples of images and their labels.",
        ),
        Binding(
            "f5",
            "networks",
            "Networks",
            id="app.networks",
            priority=True,
            tooltip="Trained on datasets, finetuned, exported, imported.",
        ),
        Binding(
            "f6",
            "inference",
            "Inference",
            id="app.inference",
            priority=True,
            tooltip="A network labels as many images as there are.",
        ),
        Binding("f7", "jobs", "Jobs", id="app.jobs", priority=True, tooltip="Long work, which outlives the screen."),
        Binding(
            "f8",
            "gpus",
            "GPUs",
            id="app.gpus",
            priority=True,
            tooltip="Of this machine: who has them, which are free; picks them for jobs.",
        ),
        Binding(
            "f9",
            "workspace",
            "Workspace",
            id="app.workspace",
            priority=True,
            tooltip="Image, marks, label, datasets, networks, jobs, results: all at a glance.",
        ),
        Binding(
            "ctrl+t", "switch_theme", "Next theme", id="app.theme", tooltip="All in turn; kept. The palette has each."
        ),
        Binding(
            "exclamation_mark",
            "messages",
            "Messages…",
            id="app.messages",
            tooltip="All that was said since the start, whole and with its time.",
        ),
        Binding(
            "ctrl+q",
            "quit",
            "Quit",
            id="app.quit",
            priority=True,
            tooltip="Marks are always on disk; asks only while something runs.",
        ),
    ]

    is_ended_by_signals = False
    """Whether signals that the command line has handlers for end the loop: not in tests, whose loop is another's."""

    def __init__(
        self,
        session: "Session | None" = None,
        warmup_for: "Callable[[str, Segmentation], Warmup]" = Warmup.of,
        in_use: InUse | None = None,
        graphics: Graphics | None = None,
        settings: Settings = SETTINGS,
        keymap: Keymap = KEYMAP,
        read_gpus: "Callable[[], Reading] | None" = None,
        commands: JobCommands | None = None,
    ) -> None:
        super().__init__(read_gpus)
        self.said: deque[Said] = deque(maxlen=MOST_SAID)
        for theme in OWN_THEMES:
            self.register_theme(theme)
        self._problems = [*settings.problems, *keymap.problems]
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        else:
            self._problems.append(f"There is no theme {settings.theme}: the palette lists them.")
        self.set_keymap(dict(keymap.keys))
        self.notice = settings.notice
        self.commands = commands or self.commands
        self.graphics = graphics or Graphics()
        self._in_use = in_use
        self._tidying = Tidying()
        self.animation_level = "none"
        self._session, self._warmup_for = session, warmup_for

    def on_mount(self) -> None:
        """Show what is open, or the welcome."""
        if self.is_ended_by_signals:
            _end_between_callbacks()
        self.push_screen(Welcome(in_use=self._in_use) if self._session is None else self._segment(self._session))
        for problem in self._problems:
            self.notify(problem, title="Settings", severity="warning", timeout=STAYS, markup=False)
        self.call_after_refresh(self._tidy)
        self.set_interval(LOOK_SECONDS, self._look_after_files)
        if self._session is None and is_bare(self.folder):
            self.action_workspace()

    def _tidy(self) -> None:
        if not gc.isenabled():
            self._tidying.begin()
            self.set_interval(REST, self._tidying.tidy)

    def _look_after_files(self) -> None:
        """Say, once, that a file which is shown was cut short or can no longer be read."""
        with errors_said(self):
            check_intact()

    async def on_event(self, event: events.Event) -> None:
        """As Textual does; when the hand rests, garbage is looked for. A key in a dialog dismisses what was said."""
        if isinstance(event, events.InputEvent):
            self._tidying.moved()
        if isinstance(event, events.Key) and self.screen_stack and isinstance(self.screen, Over):
            clear_lasting(self)
        await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        """The one that asks the terminal how far it has got, where there is a terminal."""
        usual = super().get_driver_class()
        return PacedDriver if usual is LinuxDriver else usual

    @on(Drained)
    def draw_what_was_held(self) -> None:
        """Let pictures follow that waited for the line."""
        for pixels in self.screen.query(Pixels):
            pixels.line_is_free()

    @on(OpenedBare)
    def show_folder(self, event: OpenedBare) -> None:
        """A workspace without an image, in the place of what was shown."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if not isinstance(self.screen, Welcome):
            self.switch_screen(Welcome())
        self.folder = event.folder
        self.call_after_refresh(self.action_workspace)

    @on(Opened)
    def show_session(self, event: Opened) -> None:
        """The segmentation screen on a session that was opened, in the place of what was shown."""
        while len(self.screen_stack) > 2:  # Textual's own, and what was shown
            self.pop_screen()
        screen = self._segment(event.session)
        self.switch_screen(screen)
        if event.label is not None:
            screen.call_after_refresh(screen.offer_label, event.label)

    def _segment(self, session: "Session") -> SegmentScreen:
        warmup = self._warmup_for(str(session.image.data.dtype), session.parameters)
        return SegmentScreen(session, warmup, self.graphics)

    async def run_action(
        self,
        action: "str | actions.ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """As Textual does; an action that cannot be done says why, and errors of the family are said."""
        node = default_namespace or self
        if isinstance(action, str) and "." not in action.split("(")[0] and (reason := why_not(node, action)):
            self.notify(reason, severity="warning", markup=False)
            return True
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Annotat3DError as error:
            say_error(self, error)
            return True

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """As Textual does; what a line of text takes is text, whatever a keymap says."""
        if self.focused is not None and self.focused.check_consume_key(key, key_to_character(key)):
            return False
        return await super()._check_bindings(key, priority)

    def keys_of(self, binding: Binding) -> str:
        """The keys of a binding, by the keymap; "" where it has none."""
        keys = self._keymap.get(binding.id, binding.key) if binding.id else binding.key
        return "" if keys == NO_KEY else keys

    def set_keymap(self, keymap: Mapping[str, str]) -> None:
        """As Textual does; an id that has no keys loses those it had."""
        super().set_keymap({id: keys or NO_KEY for id, keys in keymap.items()})

    def get_key_display(self, binding: Binding) -> str:
        """Keys as the whole program writes them."""
        return binding.key_display or key_text(binding.key)

    def action_help(self) -> None:
        """Help for the widget in focus, then for the screen."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        elif isinstance(self.screen, HelpsItself):
            self.push_screen(HelpScreen(self.screen.help_pages()))
        else:
            self.push_screen(HelpScreen([keys_page(self.screen)]))

    def action_command_palette(self) -> None:
        """The palette, once."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """As Textual does; what was said is kept, and how bad it is is said in a sign, too."""
        self.said.append(Said(time.time(), severity, title, message))
        if severity != "information":
            title = f"{SIGNS[severity]} {title or severity.title()}"
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def on_notify(self, event: Notify) -> None:
        """Before Textual shows it: what is said again is not shown twice."""
        take_away(self, event.notification.message)

    def action_messages(self) -> None:
        """All that was said since the start; what is still shown of it would lie over the list."""
        if not isinstance(self.screen, PastMessages):
            clear_messages(self)
            self.push_screen(PastMessages(tuple(self.said)))

    def get_css_variables(self) -> dict[str, str]:
        """As Textual does, every text readable."""
        self.theme_variables = readable(super().get_css_variables())
        return self.theme_variables

    def action_switch_theme(self) -> None:
        """The next theme, round all of them."""
        self.action_choose_theme(following(self.available_themes, self.theme))
        self.notify(f"Theme {self.theme}", timeout=2, markup=False)

    def action_choose_theme(self, name: str) -> None:
        """Another theme, now and at the next start."""
        self.theme = name
        keep_setting("theme", name)

    async def action_quit(self) -> None:
        """Leave; asks first when a computation would be lost, or a file is not done yet."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, SegmentScreen)]
        for screen in screens:
            screen.view.lift()
        running = next((screen.running for screen in screens), None)
        if running is None:
            self.exit(0)
        elif not isinstance(self.screen, Confirm):
            question = (
                f"{running.name} is not done yet. Quit as soon as it is?"
                if running.is_file
                else f"{running.name} is running and would be lost. Quit all the same?"
            )
            self.push_screen(Confirm(question, yes="Quit", no="Stay"), if_given(lambda _: self.exit(0)))

    def _handle_exception(self, error: Exception) -> None:
        """As Textual does, a traceback on the terminal and the exit code 1; and the traceback in the log."""
        log.error("The screen crashed", exc_info=error)
        super()._handle_exception(error)


def _end_between_callbacks() -> None:
    """Let SIGTERM and SIGHUP end the loop between two of its callbacks: an exit raised within one may be lost in it, or
    leave the threads of the terminal running. So would a second one while the first does its work: a terminal that goes
    away may send several, and those that come later are ignored."""
    loop = asyncio.get_running_loop()
    numbers = [one for one in ENDING if callable(signal.getsignal(one))]  # neither ignored, as nohup has it, nor usual
    ends = False

    def end(number: int) -> None:
        nonlocal ends
        if ends:
            return
        ends = True
        signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
        for one in numbers:
            loop.remove_signal_handler(one)
            signal.signal(one, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        sys.exit(128 + number)

    for number in numbers:
        loop.add_signal_handler(number, end, number)


def run_app(
    workspace: Path | None = None,
    image: Path | None = None,
    raw: "RawProperties | None" = None,
    read_only: bool = False,
    graphics: str | None = None,
    keymap: str | None = None,
    mouse: bool | None = None,
    visualization: Path | None = None,
    commands: JobCommands | None = None,
    progress: Progress = quiet,
) -> int:
    """Run the screen on a workspace, on an image (in that workspace, when both are given), or on the welcome.

    The welcome asks what to do, too, when another screen has the workspace; read_only does not ask. graphics and
    keymap: as `graphics_for` and `keymap_of` take them; of keymap and mouse None is what the settings say.
    visualization: an image to be shown in the place of the other. commands: what can be a job. progress: of
    converting the image, where it must be, before there is a screen. Returns the exit code.
    Raises errors of the family when what is asked for cannot be opened.
    """
    settings = read_settings()
    keys = keymap_of(settings.keymap if keymap is None else keymap)
    drawing = graphics_for(graphics)
    session, in_use = None, None
    bare = workspace if workspace and not image and is_bare(workspace) else None
    if (workspace or image) and not bare:
        try:
            session = open_session(workspace, image, raw, read_only, visualization, progress)
        except WorkspaceInUse as error:
            in_use = InUse(str(error), workspace, image)
    sys.setswitchinterval(SWITCH_SECONDS)
    app = Annotat3DApp(session, in_use=in_use, graphics=drawing, settings=settings, keymap=keys, commands=commands)
    if bare:
        app.folder = resolved(bare)
        remember(app.folder)
    app.is_ended_by_signals = True
    with logged_to_file(), terminal_given_back(sys.stderr.fileno()):
        code = app.run(mouse=settings.mouse if mouse is None else mouse)
    return app.return_code or code or 0
