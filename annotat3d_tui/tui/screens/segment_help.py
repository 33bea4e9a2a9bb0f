"""What the segmentation screen says of itself: the keys that matter now, help, and why something cannot be done."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual.dom import DOMNode

from annotat3d_tui.tui.actions import first_key, keys_text, own_acts, with_keys
from annotat3d_tui.tui.correction_tools import BY_NAME
from annotat3d_tui.tui.screens.help import HelpPage
from annotat3d_tui.tui.screens.segment_keys import COPY_MENU, FILES_MENU, HELP
from annotat3d_tui.tui.widgets.command_line import CommandInput
from annotat3d_tui.tui.widgets.contrast_panel import ContrastPanel
from annotat3d_tui.tui.widgets.key_line import Key
from annotat3d_tui.tui.widgets.labels_panel import LabelFilter, LabelList

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.tui.screens.segment import SegmentScreen

COMPUTATIONS = ("superpixels", "superpixel_preview", "preview", "apply")
FILES = tuple(action for _, action, _ in FILES_MENU)
CORRECTIONS = ("correct", "correct_with", "merge_listed", "edit_labels", "threshold")
CHANGES = (
    *("superpixels", "preview", "apply", "apply_job", "parameters", "undo", "redo", "erase_all"),
    *CORRECTIONS,
    *("new_label", "rename_label", "recolour_label", "remove_label", "lock_label", "raise_label", "lower_label"),
    *(action for action in FILES if action.startswith("load_")),
)
NO_LABEL = "there is no label volume yet: {segment.apply} makes it, {segment.files} L loads one"
READ_ONLY = "the workspace is open read-only"
EVIDENCE = ("uncertainty", "probability", "next_place")
WRITES = tuple(action for _, action, _ in COPY_MENU if action.startswith("write_"))
ONE_AT_A_TIME = (*COMPUTATIONS, *FILES, *WRITES, *CORRECTIONS, "objects", "parameters", "open_other")

MOUSE = (
    "Mouse: left draws, right erases a stroke, wheel changes the slice, middle drag pans; "
    "a press on the bar of marks goes to the slice."
)
COMMAND_HELP = """\
brush 2 r=5 xy z=40 10,12 30,40     label 2, radius 5, in slice z=40 through two points x,y
erase r=3 xz y=7 depth=2 12,14      takes marks away, in slices y=5…9
brush 1 r=4 ball yz x=3 8,8         a ball
polygon 2 xy z=40 10,12 30,40 55,41 filled; depth=1 repeats it on ± 1 slices
superpixel 2 xy z=40 10,12 30,14    the superpixels under a line, whole
flood 2 xy z=40 tol=300 10,12       what is connected and as grey, ± 300; 3d: in all slices; max=50000
threshold 2 xy z=40 from=9 to=99    grey values from 9 to 99; 3d: in all slices; points: in that polygon
erase polygon … · voxels 2 z=40 y=12 10-14 17
contrast 100 2000 · contrast 1% 99%  grey values drawn black and white
merge 29,31,40                      labels become the first of them, after a look
clip 10 20 5 normal 0 1 1           the clipping plane through x y z, at right angles to a direction
goto 10 20 5 · label 2 · apply · save label · any other action by its name"""


def why_not(screen: "SegmentScreen", action: str, parameters: tuple[object, ...] = ()) -> str:
    """Why an action cannot be done now; "" when it can."""
    return with_keys(_reason(screen, action, parameters), screen.app)


def _reason(screen: "SegmentScreen", action: str, parameters: tuple[object, ...]) -> str:
    session, running = screen.session, screen.running
    if session.read_only and action in CHANGES:
        return READ_ONLY
    if action in ONE_AT_A_TIME and running is not None:
        return running.in_the_way
    if action in ("preview", "apply") and session.editing is not None:
        return _no_free_marks(session)
    if action in ("preview", "apply", "apply_job"):
        marked = len(session.annotation.markers.counts())
        return "" if marked > 1 else "mark at least two labels first"
    if action in EVIDENCE and session.evidence is None:
        if not session.recallable:
            return "how sure it is was not computed yet: {segment.preview} or {segment.apply} does it"
        return running.in_the_way if running is not None else ""
    if action in ("contrast_percent", "contrast_values") and screen.query_one(ContrastPanel).histogram is None:
        return "the grey values are being counted"
    if action == "close_visualization" and session.alternative is None:
        return "there is none: {segment.alternative} opens one"
    if action == "alternative" and session.alternative is None and running is not None:
        return running.in_the_way
    if action in ("difference", "open_compared") and screen.view.label_volume is None:
        return NO_LABEL
    if action == "close_compared" and screen.view.compared is None:
        return "there is none: {segment.difference} opens one"
    if action == "difference" and screen.view.compared is None and running is not None:
        return running.in_the_way
    if action == "details" and screen.origin is None:
        return "nothing was learned yet: {segment.preview} or {segment.apply} does it"
    if action == "save_classifier" and session.trained is None and not session.recallable:
        return "nothing was learned yet: {segment.preview} or {segment.apply} does it"
    if action == "save_training" and (session.trained is None or not len(session.trained.samples.labels)):
        return "nothing was learned since it was opened: {segment.preview} or {segment.apply} does it"
    if action in ("superpixels", "superpixel_preview") and session.parameters.by_voxel:
        return "every voxel is classified by itself: {segment.parameters} chooses superpixels"
    if action == "choose" and parameters[0] not in session.annotation.table:
        return f"there is no label {parameters[0]}: {{label.new}} adds one"
    if action == "remove_label" and screen.label.locked:
        return f"{screen.label.name} is locked: {{label.lock}} unlocks it"
    if action == "undo" and not session.past.position:
        return "there is nothing to undo"
    if action == "history" and not session.past.acts():
        return "nothing was done yet"
    if action == "redo" and session.past.position == session.past.acts():
        return "nothing was undone"
    if (
        action in ("save_label", "centre_label", "objects", "correct", "correct_with", "merge_listed", "edit_labels")
        and session.label is None
    ):
        return NO_LABEL
    if action == "correct_with" and BY_NAME[str(parameters[0])].needs_marks and not len(session.annotation.markers):
        return "mark what is wrong first"
    if action == "correct_with" and parameters[0] in ("resume", "draw"):
        return _no_free_marks(session)
    if action == "correct_with" and BY_NAME[str(parameters[0])].needs_plane and screen.clipping is None:
        return "place the clipping plane first: {segment.clipping}"
    if action in ("copy_label", "write_label") and not screen.view.label_here():
        return "there is none here"
    if action in ("copy_stroke", "write_stroke") and not screen.last_stroke():
        return "none was drawn yet"
    if action == "save_superpixels" and session.superpixels is None:
        return "there are no superpixels yet: {segment.superpixels} makes them"
    if action in ("save_markers", "save_annotation", "erase_all") and not len(session.annotation.markers):
        return "there are no marks yet: {slice.pen} puts the brush down"
    return ""


def help_pages(screen: "SegmentScreen") -> list[HelpPage]:
    """For the widget in focus, then for the screen."""
    acts = screen.acts()
    own = [act for act in acts if act.node is screen]
    everywhere = [act for act in acts if act.node is screen.app]
    the_slice = [act for act in acts if act.node is screen.view]
    pages = [
        HelpPage("The slice", MOUSE, tuple(the_slice)),
        HelpPage("Segment", with_keys(HELP, screen.app), tuple(own)),
        HelpPage("Everywhere", "Shift and the mouse select text, as the terminal does.", tuple(everywhere)),
    ]
    if isinstance(screen.focused, CommandInput):
        return [_command_page(screen), *pages]
    return [*_page_in_focus(screen), *pages, _command_page(screen)]


def _command_page(screen: "SegmentScreen") -> HelpPage:
    line = screen.query_one(CommandInput)
    return HelpPage("Command line", COMMAND_HELP, tuple(own_acts(line)))


def _page_in_focus(screen: "SegmentScreen") -> list[HelpPage]:
    """A page for the widget in focus, when it is not the slice or the command line."""
    widget = screen.focused
    pages = (page for kind, page in PAGES.items() if isinstance(widget, kind))
    app = screen.app
    return [HelpPage(title, with_keys(text, app), tuple(own_acts(widget))) for title, text in pages] if widget else []


def _no_free_marks(session: "Session") -> str:
    """Why marks change nothing in a label volume, whatever they lie on; "" when some do."""
    marked, table = session.annotation.markers.counts(), session.annotation.table
    if not marked:
        return "mark what is wrong first"
    if all(table[id].locked or not table[id].visible for id in marked):
        return "all marks are of locked or hidden labels: {label.lock} unlocks, {label.hide} shows the chosen one"
    return ""


PAGES = {
    ContrastPanel: (
        "Contrast",
        "The grey values shown from black to white. The mouse drags the nearer end.",
    ),
    LabelList: (
        "Labels",
        "Arrows and {list.choose} choose the label that the brush paints, {label.find} finds one; the keys of the "
        "screen work here, too. # before a name: the label is locked.",
    ),
    LabelFilter: (
        "Find a label",
        "Type a part of a name, or an id: the list has only what matches. Enter chooses the bright line.",
    ),
}


def keys_now(screen: "SegmentScreen") -> tuple[Key, ...]:
    """The keys that matter now, for the widget in focus; what has no key is left out."""
    return tuple(key for key in _keys_now(screen) if key.key)


def _keys_now(screen: "SegmentScreen") -> tuple[Key, ...]:
    app, view = screen.app, screen.view

    def key(ids: str, does: str, action: str = "", spare: int = 5, node: DOMNode | None = None) -> Key:
        """A key by the ids of its bindings, or one that no keymap changes."""
        keys = (first_key(id, app) if "." in id else id for id in ids.split())
        return Key(" ".join(filter(None, keys)), does, action, spare, node=node)

    help_key = key("app.help", "help", "app.help", 0)
    if isinstance(screen.focused, CommandInput):
        return (
            key("Enter", "do"),
            key("command.take", "take what is dim"),
            key("command.older command.newer", "earlier commands"),
            key("command.leave", "back", spare=0),
            help_key,
        )
    if isinstance(screen.focused, ContrastPanel):
        return (
            key("contrast.low_down contrast.low_up", "low"),
            key("contrast.high_down contrast.high_up", "high"),
            key("⇧", "far", spare=6),
            key("contrast.percent", "percent", spare=4),
            key("contrast.values", "type", spare=5),
            key("contrast.reset", "reset", "reset"),
            key("contrast.back", "back", spare=0),
            help_key,
        )
    if isinstance(screen.focused, LabelFilter):
        return (
            key("Enter", "choose"),
            key("filter.previous filter.next", "in the list"),
            key("filter.leave", "all labels", spare=0),
            help_key,
        )
    if isinstance(screen.focused, LabelList):
        return (*_named(screen, LABEL_WORDS, {}), key("labels.back", "back", spare=0), help_key)
    stoppable = screen.running is not None and not screen.running.is_file
    cancel = (key("segment.cancel", "stop", "cancel", 0),) if stoppable else ()
    pen_word = {"flood": "flood", "polygon": "corner"}.get(view.brush.tool, "pen up" if view.pen_down else "pen")
    pen, *others = _named(screen, SLICE_WORDS, {"pen": pen_word, "erase": "draw" if view.brush.erase else "erase"})
    if view.corners is not None:
        return (
            pen,
            key("slice.line", "fill", "line", 0, view),
            key("slice.uncorner", "corner back", "uncorner", 1, view),
            key("segment.cancel", "drop"),
            help_key,
        )
    digits = Key(keys_text(",".join(first_key(id, app) for id in DIGITS)), "label", spare=2)
    brackets = key("slice.previous slice.next", "slice", spare=2)
    return (*cancel, pen, digits, brackets, *others, help_key, key("app.palette", "palette", "app.command_palette", 3))


DIGITS = tuple(f"label.choose_{digit}" for digit in range(1, 10))
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
    acts = {act.action: act for act in screen.lasting_acts()}
    keys = []
    for action, word, spare in actions:
        act = acts[action]
        keys.append(
            Key(next(iter(act.keys.split()), ""), words.get(action, word), action, spare, bool(act.why_not), act.node)
        )
    return keys
