"""No workspace yet: the demo, an image, a workspace, or one of the recent ones."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerState, get_current_worker

from annotat3d_tui import __version__, workspace
from annotat3d_tui.errors import Annotat3DError, WorkspaceInUse
from annotat3d_tui.parameters import Parameters
from annotat3d_tui.places import resolved
from annotat3d_tui.tui.actions import Act, acts_of, first_key
from annotat3d_tui.tui.converting import Conversion, Converted
from annotat3d_tui.tui.opening import demo_folder, open_demo, open_session
from annotat3d_tui.tui.raw_form import RawForm, form_for, lacks_properties
from annotat3d_tui.tui.saying import say_error
from annotat3d_tui.tui.screens.dialogs import Confirm, if_given
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.image_path import AskImage
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.screens.parameters import ParametersScreen
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.widgets.key_line import Key, KeyLine
from annotat3d_tui.volume.disk import beside
from annotat3d_tui.volume.place import IMAGES

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.volume.raw import RawProperties
    from annotat3d_tui.workspace import Workspace

MOST_RECENT = 9
CHOICES = (
    ("welcome.demo", "Demo", "the embedded volume", "demo"),
    ("welcome.image", "Open an image…", "TIFF, RAW, HDF5, Zarr, slices", "open_image"),
    ("welcome.workspace", "Open a workspace…", "a folder NAME.annotat3d", "open_workspace"),
    ("welcome.new", "New workspace…", "for an image, or for networks alone", "new_workspace"),
)
"""Id of a binding, title, what it is, action."""
KEYS = (
    ("welcome.demo", "demo", "demo", 2),
    ("welcome.image", "image", "open_image", 2),
    ("welcome.workspace", "workspace", "open_workspace", 2),
    ("welcome.new", "new", "new_workspace", 3),
    ("app.jobs", "jobs", "app.jobs", 4),
    ("app.gpus", "GPUs", "app.gpus", 4),
    ("app.help", "help", "app.help", 1),
    ("app.palette", "palette", "app.command_palette", 3),
    ("app.quit", "quit", "app.quit", 2),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
HELP = """\
Open an image, or a workspace that was made for one. A workspace is a folder beside the image, \
NAME.annotat3d, that keeps marks, superpixels, label and parameters, and datasets, networks and results. A new one \
may have another place or name; without an image it is for networks alone, until an image is opened in it."""


NEW = (
    Item("i", "image", "For an image…"),
    Item("n", "bare", "Without an image, for networks alone…"),
)
"""What a new workspace can be."""


@dataclass(frozen=True)
class InUse:
    """What could not be opened since another screen has it: who, and the folder or the image that was asked for."""

    who: str
    folder: Path | None
    image: Path | None


class Opened(Message):
    """A session was opened; `label`: a file of a label of its image, to be offered."""

    def __init__(self, session: "Session", label: Path | None = None) -> None:
        super().__init__()
        self.session, self.label = session, label


class OpenedBare(Message):
    """A workspace without an image was opened."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder


class Refused(Message):
    """Another screen has what was to be opened."""

    def __init__(self, in_use: InUse) -> None:
        super().__init__()
        self.in_use = in_use


class Welcome(Screen[None]):
    """Chooses what to open, and posts it; `opened` is what is open already, to which one can go back.

    in_use: what is to be asked about first.
    """

    CSS_PATH = "welcome.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "demo", "Demo", id="welcome.demo", tooltip="The embedded volume, with a few marks."),
        Binding("o", "open_image", "Open an image…", id="welcome.image", tooltip=f"{IMAGES}."),
        Binding("w", "open_workspace", "Open a workspace…", id="welcome.workspace", tooltip="A folder NAME.annotat3d."),
        Binding("n", "new_workspace", "New workspace…", id="welcome.new", tooltip="In a folder of your choice."),
        Binding(
            "escape",
            "back",
            "Back",
            show=False,
            id="welcome.back",
            tooltip="Stops an image from being converted; then to what is open.",
        ),
    ]
    BINDINGS += [
        Binding(
            str(digit),
            f"recent({digit})",
            f"Recent {digit}",
            show=False,
            id=f"welcome.recent_{digit}",
            tooltip="A workspace that was open lately.",
        )
        for digit in range(1, MOST_RECENT + 1)
    ]

    def __init__(self, opened: "Workspace | None" = None, in_use: InUse | None = None) -> None:
        super().__init__()
        self._in_use = in_use
        self._opened = opened
        self._conversion: Conversion | None = None
        self._recent = workspace.recent()[:MOST_RECENT]

    def compose(self) -> ComposeResult:
        """Name, choices, recent workspaces, keys."""
        with Vertical(id="welcome"):
            yield Static(f"annotat3d {__version__}", classes="name")
            yield Static("Interactive segmentation of 3D images", classes="what")
            yield OptionList(*self._choices(), compact=True)
            yield Static("", id="opening", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """The keys of this screen."""
        self.query_one(OptionList).highlighted = 0
        keyed = (Key(first_key(id, self.app), word, action, spare) for id, word, action, spare in KEYS)
        self.query_one(KeyLine).keys = tuple(key for key in keyed if key.key)
        if self._in_use is not None:
            self._ask_whether_to_look(self._in_use)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Do what was chosen."""
        self.run_worker(self.app.run_action(str(event.option_id), self), exit_on_error=True)

    def action_demo(self) -> None:
        """Open the demo."""
        if self._goes_back_to(folder=demo_folder()):
            return
        self._say("Opening the demo…")
        self.open_demo()

    def action_open_image(self) -> None:
        """Ask for an image."""
        ask = AskImage("Open an image", f"{Path.cwd()}/")
        self.app.push_screen(ask, if_given(self._image_chosen))

    def action_open_workspace(self) -> None:
        """Ask for a workspace folder."""
        ask = AskPath("Open a workspace", f"{Path.cwd()}/", purpose="folder", help="A folder NAME.annotat3d")
        self.app.push_screen(ask, if_given(self._folder_chosen))

    def action_new_workspace(self) -> None:
        """Ask of what it is to be, then for its folder."""
        self.app.push_screen(Menu("New workspace", list(NEW)), if_given(self._new_chosen))

    def _new_chosen(self, action: str) -> None:
        if action == "bare":
            self._ask_folder(None)
        else:
            ask = AskImage("Image of the new workspace", f"{Path.cwd()}/")
            self.app.push_screen(ask, if_given(self._new_image_chosen))

    def _new_image_chosen(self, chosen: ChosenPath) -> None:
        self._ask_folder(chosen.path)

    def _ask_folder(self, image: Path | None) -> None:
        """Ask where the workspace of an image, or one without, is to lie."""
        start = f"{beside(image)}{workspace.SUFFIX}" if image else f"{Path.cwd()}/networks{workspace.SUFFIX}"
        ask = AskPath("Folder of the new workspace", start, purpose="folder", help="It must be new, or empty.")
        self.app.push_screen(ask, if_given(partial(self._make, image)))

    def _make(self, image: Path | None, chosen: ChosenPath) -> None:
        folder = chosen.path
        if image is None:
            self.make_bare(folder)
        elif lacks_properties(image):
            ask = ParametersScreen(form_for(image), title=f"What is in {image.name}?")
            self.app.push_screen(ask, lambda form: self._raw_said(image, form, folder))
        else:
            self._open(folder, image)

    def action_back(self) -> None:
        """Stop what is being converted; back to what is open, if anything is."""
        if self._conversion is not None and self._conversion.stop():
            return
        if len(self.app.screen_stack) > 2:  # Textual's own, what is open, and this one
            self.app.pop_screen()

    def action_recent(self, number: int) -> None:
        """Open a recent workspace."""
        if number <= len(self._recent):
            self._open(folder=self._recent[number - 1])

    def _folder_chosen(self, chosen: ChosenPath) -> None:
        self._open(folder=chosen.path)

    def _image_chosen(self, chosen: ChosenPath) -> None:
        if lacks_properties(chosen.path):
            ask = ParametersScreen(form_for(chosen.path), title=f"What is in {chosen.path.name}?")
            self.app.push_screen(ask, lambda form: self._raw_said(chosen.path, form))
        else:
            self._open(image=chosen.path)

    def _raw_said(self, path: Path, form: Parameters | None, folder: Path | None = None) -> None:
        if isinstance(form, RawForm):
            self._open(folder, path, form.properties())

    def _open(self, folder: Path | None = None, image: Path | None = None, raw: "RawProperties | None" = None) -> None:
        if raw is None and self._goes_back_to(folder, image):
            return
        self._say(f"Opening {folder or image}…")
        self.open(folder, image, raw)

    def _goes_back_to(self, folder: Path | None = None, image: Path | None = None) -> bool:
        """Back to what is open, when that is what is to be opened."""
        if self._opened is None:
            return False
        place, own = (folder, self._opened.folder) if folder else (image, self._opened.image)
        if place is None or resolved(place) != resolved(own):
            return False
        self.action_back()
        return True

    def _ask_whether_to_look(self, in_use: InUse) -> None:
        """Another screen has it: offer to open it read-only."""
        ask = Confirm(in_use.who, yes="Open read-only", no="Leave it")
        self.app.push_screen(ask, if_given(lambda _: self._look_at(in_use)))

    def _look_at(self, in_use: InUse) -> None:
        self._say(f"Opening {in_use.folder or in_use.image} read-only…")
        self.open(in_use.folder, in_use.image, None, read_only=True)

    @on(Converted)
    def _converted(self, event: Converted) -> None:
        if event.conversion is self._conversion:
            self._say(event.text)

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        self._say("")
        self._ask_whether_to_look(event.in_use)

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def open(
        self, folder: Path | None, image: Path | None, raw: "RawProperties | None", read_only: bool = False
    ) -> None:
        """Open in a thread, since it reads volumes and loads libraries."""
        try:
            if folder and image is None and workspace.is_bare(folder):
                self._show_bare(resolved(folder))
            else:
                self._conversion = conversion = Conversion(self, (image or folder or Path()).name)
                self._show(open_session(folder, image, raw, read_only, progress=conversion))
        except WorkspaceInUse as error:
            self.post_message(Refused(InUse(str(error), folder, image)))

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def open_demo(self) -> None:
        """Open the demo in a thread."""
        try:
            self._show(open_demo())
        except WorkspaceInUse as error:
            self.post_message(Refused(InUse(str(error), demo_folder(), None)))

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def make_bare(self, folder: Path) -> None:
        """Make a workspace without an image in a thread."""
        self._show_bare(workspace.create_bare(folder))

    def _show_bare(self, folder: Path) -> None:
        workspace.remember(folder)
        if not get_current_worker().is_cancelled:
            self.post_message(OpenedBare(folder))

    def _show(self, session: "Session") -> None:
        """Hand over what a worker opened; close it again when the person has gone back meanwhile."""
        if get_current_worker().is_cancelled:
            session.close()
        else:
            self.post_message(Opened(session))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say errors of the family; let all others crash loudly."""
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            self._say("")
            if not isinstance(event.worker.error, Annotat3DError):
                raise event.worker.error
            say_error(self.app, event.worker.error)

    def acts(self) -> list[Act]:
        """The actions of this screen and those of everywhere."""
        own = [act for act in acts_of(self, self.BINDINGS, self.app) if not act.action.startswith("recent(")]
        recent = [
            Act(
                self,
                f"recent({number})",
                f"Open {folder.name}",
                first_key(f"welcome.recent_{number}", self.app),
                str(folder.parent),
            )
            for number, folder in enumerate(self._recent, 1)
        ]
        return [*own, *recent, *acts_of(self.app, self.app.BINDINGS, self.app)]

    def help_pages(self) -> list[HelpPage]:
        """What can be opened, and the keys."""
        return [HelpPage("Welcome", HELP, tuple(self.acts()))]

    def _say(self, text: str) -> None:
        self.query_one("#opening", Static).update(text)

    def _choices(self) -> list[Option]:
        own = [Option(choice_line(first_key(id, self.app), title, what), action) for id, title, what, action in CHOICES]
        if not self._recent:
            return own
        heading = Option(Content.assemble(("\nRecent", "bold $text-accent")), disabled=True)
        keyed = ((number, first_key(f"welcome.recent_{number}", self.app)) for number in range(1, MOST_RECENT + 1))
        recent = (recent_option(*one, folder) for one, folder in zip(keyed, self._recent, strict=False))
        return [*own, heading, *recent]


def recent_option(number: int, key: str, folder: Path) -> Option:
    """A workspace that was open lately."""
    name = folder.name.removesuffix(workspace.SUFFIX)
    return Option(choice_line(key, name, str(folder.parent)), f"recent({number})")


def choice_line(key: str, title: str, what: str) -> Content:
    """A key, a title, and what it is."""
    name = Content(title).truncate(20, ellipsis=True, pad=True)
    return Content.assemble((f" {key:<2} ", "bold $text-accent"), name, "  ", (what, "$foreground 60%"))
