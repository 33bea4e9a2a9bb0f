"""The application: themes, keys of everywhere, errors; `run_app` is what the command line calls."""

import os

if "SSH_CONNECTION" in os.environ:
    os.environ.setdefault("TEXTUAL_FPS", "15")  # read when Textual is imported: a slow line gets fewer frames

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import actions, on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.dom import DOMNode

from annotat3d_tui.errors import Annotat3DError, WorkspaceInUse
from annotat3d_tui.tui.actions import key_text, why_not
from annotat3d_tui.tui.opening import open_session
from annotat3d_tui.tui.palette import ActionProvider
from annotat3d_tui.tui.saying import log, logged_to_file, say_error
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.help import HelpScreen, HelpsItself, keys_page
from annotat3d_tui.tui.screens.segment import SegmentScreen
from annotat3d_tui.tui.screens.welcome import InUse, Opened, Welcome
from annotat3d_tui.tui.warmup import Warmup

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.volume.raw import RawProperties

DARK, LIGHT = "textual-dark", "textual-light"


class Annotat3DApp(App[int]):
    """Opens the segmentation screen on a session, or the welcome when there is none."""

    TITLE = "annotat3d"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f1", "help", "Help", id="app.help", priority=True, tooltip="Of the widget in focus, then of the screen."
        ),
        Binding("ctrl+t", "switch_theme", "Light or dark theme", id="app.theme", tooltip="For this time."),
        Binding(
            "ctrl+q",
            "quit",
            "Quit",
            id="app.quit",
            priority=True,
            tooltip="Marks are always on disk; asks only while something runs.",
        ),
    ]

    def __init__(
        self,
        session: "Session | None" = None,
        warmup_for: Callable[[str], Warmup] = Warmup.for_type,
        in_use: InUse | None = None,
    ) -> None:
        super().__init__()
        self._in_use = in_use
        self.animation_level = "none"
        self._session, self._warmup_for = session, warmup_for

    def on_mount(self) -> None:
        """Show what is open, or the welcome."""
        self.push_screen(Welcome(in_use=self._in_use) if self._session is None else self._segment(self._session))

    @on(Opened)
    def show_session(self, event: Opened) -> None:
        """The segmentation screen on a session that was opened, in the place of what was shown."""
        while len(self.screen_stack) > 2:  # Textual's own, and what was shown
            self.pop_screen()
        self.switch_screen(self._segment(event.session))

    def _segment(self, session: "Session") -> SegmentScreen:
        return SegmentScreen(session, self._warmup_for(str(session.image.data.dtype)))

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

    def keys_of(self, binding: Binding) -> str:
        """The keys of a binding, by the keymap."""
        return self._keymap.get(binding.id, binding.key) if binding.id else binding.key

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

    def action_switch_theme(self) -> None:
        """From dark to light and back."""
        self.theme = LIGHT if self.current_theme.dark else DARK

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


def run_app(
    workspace: Path | None = None,
    image: Path | None = None,
    raw: "RawProperties | None" = None,
    read_only: bool = False,
) -> int:
    """Run the screen on a workspace, on an image (in that workspace, when both are given), or on the welcome.

    The welcome asks what to do, too, when another screen has the workspace; read_only does not ask. Returns the exit
    code. Raises errors of the family when what is asked for cannot be opened.
    """
    session, in_use = None, None
    if workspace or image:
        try:
            session = open_session(workspace, image, raw, read_only)
        except WorkspaceInUse as error:
            in_use = InUse(str(error), workspace, image)
    app = Annotat3DApp(session, in_use=in_use)
    with logged_to_file():
        code = app.run()
    return app.return_code or code or 0
