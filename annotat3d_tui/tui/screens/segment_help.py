"""What the segmentation screen says of itself: the keys that matter now, help, and why something cannot be done."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual.binding import BindingType

from annotat3d_tui.tui.actions import Act, acts_of
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.segment_keys import FILES_MENU, HELP
from annotat3d_tui.tui.widgets.command_line import CommandInput
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.key_line import Key
from annotat3d_tui.tui.widgets.labels_panel import LabelFilter, LabelList

if TYPE_CHECKING:
    from annotat3d_tui.tui.screens.segment import SegmentScreen

COMPUTATIONS = ("superpixels", "superpixel_preview", "preview", "apply")
FILES = tuple(action for _, action, _ in FILES_MENU)
CHANGES = (
    *("superpixels", "preview", "apply", "parameters", "undo", "redo", "erase_all"),
    *("new_label", "rename_label", "recolour_label", "remove_label", "lock_label", "raise_label", "lower_label"),
    *(action for action in FILES if action.startswith("load_")),
)
READ_ONLY = "the workspace is open read-only"
EVIDENCE = ("uncertainty", "probability", "next_place")
ONE_AT_A_TIME = (*COMPUTATIONS, *FILES, "parameters", "open_other")

MOUSE = "Mouse: left draws, right erases a stroke, wheel changes the slice, middle drag pans."
COMMAND_HELP = """\
brush 2 r=5 xy z=40 10,12 30,40     label 2, radius 5, in slice z=40 through two points x,y
erase r=3 xz y=7 depth=2 12,14      takes marks away, in slices y=5…9
brush 1 r=4 ball yz x=3 8,8         a ball
goto 10 20 5 · label 2 · apply · save label · any other action by its name"""


def why_not(screen: "SegmentScreen", action: str, parameters: tuple[object, ...] = ()) -> str:
    """Why an action cannot be done now; "" when it can."""
    session, running = screen.session, screen.running
    if session.read_only and action in CHANGES:
        return READ_ONLY
    if action in ONE_AT_A_TIME and running is not None:
        return running.in_the_way
    if action in ("preview", "apply"):
        marked = len(session.annotation.markers.counts())
        return "" if marked > 1 else "mark at least two labels first"
    if action in EVIDENCE and session.evidence is None:
        if not session.recallable:
            return "how sure it is was not computed yet: ⇧P or ⇧A does it"
        return running.in_the_way if running is not None else ""
    if action == "details" and screen.origin is None:
        return "nothing was learned yet: ⇧P or ⇧A does it"
    if action == "save_classifier" and session.trained is None and not session.recallable:
        return "nothing was learned yet: ⇧P or ⇧A does it"
    if action == "save_training" and (session.trained is None or not len(session.trained.samples.labels)):
        return "nothing was learned since it was opened: ⇧P or ⇧A does it"
    if action in ("superpixels", "superpixel_preview") and session.parameters.by_voxel:
        return "every voxel is classified by itself: ⇧C chooses superpixels"
    if action == "choose" and parameters[0] not in session.annotation.table:
        return f"there is no label {parameters[0]}: n adds one"
    if action == "remove_label" and screen.label.locked:
        return f"{screen.label.name} is locked: K unlocks it"
    if action == "undo" and not session.annotation.can_undo:
        return "there is nothing to undo"
    if action == "history" and not session.annotation.acts():
        return "nothing was done yet"
    if action == "redo" and not session.annotation.can_redo:
        return "nothing was undone"
    if action in ("save_label", "centre_label") and session.label is None:
        return "there is no label volume yet: ⇧A makes it"
    if action == "save_superpixels" and session.superpixels is None:
        return "there are no superpixels yet: ⇧S makes them"
    if action in ("save_markers", "save_annotation", "erase_all") and not len(session.annotation.markers):
        return "there are no marks yet: Space puts the brush down"
    return ""


def help_pages(screen: "SegmentScreen") -> list[HelpPage]:
    """For the widget in focus, then for the screen."""
    acts = screen.acts()
    own = [act for act in acts if act.node is screen]
    everywhere = [act for act in acts if act.node is screen.app]
    the_slice = [act for act in acts if act.node is screen.view]
    pages = [
        HelpPage("The slice", MOUSE, tuple(the_slice)),
        HelpPage("Segment", HELP, tuple(own)),
        HelpPage("Everywhere", "Shift and the mouse select text, as the terminal does.", tuple(everywhere)),
    ]
    if isinstance(screen.focused, CommandInput):
        return [_command_page(screen), *pages]
    return [*_page_in_focus(screen), *pages, _command_page(screen)]


def _command_page(screen: "SegmentScreen") -> HelpPage:
    line = screen.query_one(CommandInput)
    return HelpPage("Command line", COMMAND_HELP, tuple(acts_of(line, CommandInput.BINDINGS, screen.app)))


def _page_in_focus(screen: "SegmentScreen") -> list[HelpPage]:
    """A page for the widget in focus, when it is not the slice or the command line."""
    if isinstance(screen.focused, ContrastPanel):
        text = "The grey values shown from black to white. A click in the histogram moves the nearer end."
        return [HelpPage("Contrast", text, _acts(screen, ContrastPanel.BINDINGS))]
    if isinstance(screen.focused, LabelList):
        text = (
            "Arrows and Enter choose the label that the brush paints, / finds one; the keys of the screen work here, "
            "too. # before a name: the label is locked."
        )
        return [HelpPage("Labels", text, _acts(screen, LabelList.BINDINGS))]
    return []


def _acts(screen: "SegmentScreen", bindings: Iterable[BindingType]) -> tuple[Act, ...]:
    assert screen.focused is not None
    return tuple(acts_of(screen.focused, bindings, screen.app))


def keys_now(screen: "SegmentScreen") -> tuple[Key, ...]:
    """The keys that matter now, for the widget in focus."""
    if isinstance(screen.focused, CommandInput):
        return (Key("Enter", "do"), Key("↑ ↓", "earlier commands"), Key("Esc", "back", spare=0), HELP_KEY)
    if isinstance(screen.focused, ContrastPanel):
        moves = (Key("← →", "low"), Key("↓ ↑", "high"), Key("⇧", "far", spare=6), Key("r", "reset", "reset"))
        return (*moves, Key("Esc", "back", spare=0), HELP_KEY)
    if isinstance(screen.focused, LabelFilter):
        return (Key("Enter", "choose"), Key("↑ ↓", "in the list"), Key("Esc", "all labels", spare=0), HELP_KEY)
    if isinstance(screen.focused, LabelList):
        return (*_named(screen, LABEL_WORDS, {}), Key("Esc", "back", spare=0), HELP_KEY)
    stoppable = screen.running is not None and not screen.running.is_file
    cancel = (Key("Esc", "stop", "cancel", 0),) if stoppable else ()
    view = screen.view
    words = {"pen": "pen up" if view.pen_down else "pen", "erase": "draw" if view.brush.erase else "erase"}
    pen, *others = _named(screen, SLICE_WORDS, words)
    digits, brackets = Key("1-9", "label", spare=2), Key("[ ]", "slice", spare=2)
    return (*cancel, pen, digits, brackets, *others, HELP_KEY, PALETTE_KEY)


HELP_KEY = Key("F1", "help", "app.help", 0)
PALETTE_KEY = Key("^P", "palette", "app.command_palette", 3)
SLICE_WORDS = (
    ("pen", "pen", 1),
    ("erase", "erase", 4),
    ("superpixels", "superpixels", 2),
    ("preview", "preview", 2),
    ("apply", "apply", 1),
    ("undo", "undo", 4),
    ("files", "files", 5),
    ("parameters", "parameters", 6),
    ("next_place", "next place", 7),
    ("uncertainty", "uncertainty", 8),
    ("details", "details", 8),
)
LABEL_WORDS = (
    ("rename_label", "rename", 2),
    ("hide_label", "hide", 2),
    ("solo_label", "only this", 3),
    ("new_label", "new", 2),
)


def _named(screen: "SegmentScreen", actions: Iterable[tuple[str, str, int]], words: Mapping[str, str]) -> list[Key]:
    """Keys of actions, by the keymap; those that cannot be done now are dim."""
    acts = {act.action: act for act in screen.acts()}
    keys = []
    for action, word, spare in actions:
        act = acts[action]
        keys.append(Key(act.keys.split()[0], words.get(action, word), action, spare, bool(act.why_not), act.node))
    return keys
