"""What the panels of the segmentation screen say, made from a session and its slice view."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from annotat3d_tui.labels.areas import number_text
from annotat3d_tui.labels.boxes import Box
from annotat3d_tui.labels.colours import colour_of, letter_of
from annotat3d_tui.labels.difference import WORDS
from annotat3d_tui.labels.planes import axes_of
from annotat3d_tui.mapped.files import is_lost
from annotat3d_tui.render.patterns import pattern_sign
from annotat3d_tui.render.slice import DIFFERENCE as DIFFERENCE_COLOURS
from annotat3d_tui.render.slice import HEAT
from annotat3d_tui.tui.bars import bar
from annotat3d_tui.tui.widgets.facts_panel import Fact
from annotat3d_tui.tui.widgets.labels_panel import LabelRow
from annotat3d_tui.tui.widgets.lines import Part
from annotat3d_tui.tui.widgets.position_line import Position
from annotat3d_tui.tui.widgets.slice_picture import DIFFERENCE

if TYPE_CHECKING:
    from annotat3d_tui.classifiers.scores import Scores
    from annotat3d_tui.session import Session
    from annotat3d_tui.tui.messages import Origin
    from annotat3d_tui.tui.widgets.slice_view import SliceView
    from annotat3d_tui.workflow.run import Run

BAR, TOP = 6, 5
"""Of the importances in the panel: cells of a bar, and how many."""
OFF, ON = "$foreground 60%", "$text-accent"
CUT_SHORT = "cannot be read to its end"
"""Of an image whose file became shorter while it is open; a voxel behind that end is UNREADABLE."""
UNREADABLE = "?"
TICK, CROSS = "✓", "×"
"""Before what is shown, and what is not."""


def title_parts(session: "Session") -> tuple[Part, ...]:
    """Workspace · image · size · type · voxel size; first whether it is cut short or read-only."""
    image = session.image
    name = image.path.name if image.path else "image"
    read_only = (Part("read-only", "bold $text-warning", 0),) if session.read_only else ()
    lost = (Part(CUT_SHORT, "bold $text-error", 0),) if is_lost(image.data) else ()
    return (
        *lost,
        *read_only,
        Part(session.workspace.name, "$foreground 60%", 4),
        Part(name, "bold", 1),
        Part(image.size, "", 2),
        Part(str(image.data.dtype), "", 3),
        Part(voxel_size_text(image.voxel_size, image.unit), "", 5),
    )


def voxel_size_text(voxel_size: tuple[float, float, float], unit: str) -> str:
    """The voxel size x×y×z, one number where all are equal; "" when it is not known.

    >>> voxel_size_text((0.65, 0.65, 0.65), "µm"), voxel_size_text((2.0, 0.5, 0.5), "µm")
    ('0.65 µm', '0.5×0.5×2 µm')
    """
    if unit == "voxel":
        return ""
    lengths = [f"{length:.4g}" for length in reversed(voxel_size)]
    return f"{lengths[0] if len(set(lengths)) == 1 else '×'.join(lengths)} {unit}"


def css_colour(colour: tuple[int, int, int]) -> str:
    """A colour as Textual reads it.

    >>> css_colour((230, 159, 0))
    '#e69f00'
    """
    return "#{:02x}{:02x}{:02x}".format(*colour)


def shown_colour(view: "SliceView", colour: tuple[int, int, int]) -> str:
    """A colour of a label as the slice shows it on this terminal, as Textual reads it."""
    red, green, blue = view.palette().shown(np.array([colour], np.uint8))[0].tolist()
    return css_colour((red, green, blue))


class LabelRowsOf:
    """The rows of the list of labels, each made when it is seen."""

    def __init__(self, session: "Session", view: "SliceView", shares: dict[int, float] | None) -> None:
        self._session, self._view, self._shares = session, view, shares
        self._table = session.annotation.table

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of all, in the order of the list."""
        return self._table.ids

    @property
    def names(self) -> tuple[str, ...]:
        """Folded names of all, to be searched."""
        return self._table.folded_names

    def place_of(self, label: int) -> int | None:
        """Where a label stands in the list, from 0."""
        return self._table.place_of(label)

    def __getitem__(self, number: int) -> LabelRow:
        """The row with a number from 0."""
        label = self._table.at(number)
        return LabelRow(
            label.id,
            letter_of(label.id),
            label.name,
            shown_colour(self._view, label.colour),
            label.visible,
            None if self._shares is None else self._shares.get(label.id, 0.0),
            self._session.annotation.markers.count(label.id).strokes,
            label.locked,
            label.id == self._view.brush.label,
            pattern_sign(label.id) if self._view.has_patterns else " ",
        )


def brush_fact(view: "SliceView", wide: bool) -> Fact:
    """`Brush draw radius 5 disk ±0`, or `Brush draw r5 disk`."""
    brush = view.brush
    tool = ("erase", "bold $text-error") if brush.erase else ("draw", ON if view.pen_down else "")
    extend = (("extend", ON),) if brush.extend else ()
    if brush.tool == "superpixel":
        return Fact("Brush", (tool, ("superpixel", ""), *extend))
    if brush.tool == "flood":
        tolerance = f"flood ±{number_text(brush.tolerance or 0)}"
        ahead = ((view.foreseen.words if view.foreseen else "… voxels", OFF),)
        return Fact("Brush", (tool, (tolerance, ""), *((("3d", ""),) if brush.solid else ()), *ahead, *extend))
    depth = f" ±{brush.depth}" if brush.depth or (wide and brush.tool != "polygon") else ""
    if brush.tool == "polygon":
        corners = ((f"{len(view.corners.points)} corners", ON),) if view.corners else ()
        return Fact("Brush", (tool, (f"polygon{depth}", ""), *corners, *extend))
    if not wide:
        return Fact("Brush", (tool, (f"r{brush.radius} {brush.tool}{depth}", ""), *extend))
    return Fact("Brush", (tool, (f"radius {brush.radius}", ""), (f"{brush.tool}{depth}", ""), *extend))


def region_text(box: Box) -> str:
    """A box as people read it, from its first voxels to its last.

    >>> region_text((slice(0, 5), slice(2, 4), slice(10, 60)))
    'x 10-59 y 2-3 z 0-4'
    """
    return " ".join(f"{name} {side.start}-{side.stop - 1}" for name, side in zip("xyz", reversed(box), strict=True))


def region_fact(view: "SliceView") -> tuple[Fact, ...]:
    """Where work is done, where that is not the whole image."""
    return (Fact("Region", ((region_text(view.work_region), ON),)),) if view.work_region is not None else ()


def show_fact(view: "SliceView", wide: bool) -> Fact:
    """Which overlays are shown (ticked), with the letter that switches each."""
    names = ("outline" if view.show_contour else "label", "superpixels", "markers", "uncertainty", "probability")
    keys = ("{slice.label}", "{slice.superpixels}", "{slice.markers}", "{segment.uncertainty}", "{segment.probability}")
    words = [f"{key} {name}" if wide else key for key, name in zip(keys, names, strict=True)]
    differs = view.heat == DIFFERENCE and view.compared is not None
    hot = view.heat if differs or view.evidence is not None else ""
    shown = (view.show_label and not hot, view.show_superpixels, view.show_markers,
             hot == "uncertainty", hot == "probability")  # fmt: skip
    pieces = [(f"{TICK if on else CROSS}{word}", "" if on else OFF) for word, on in zip(words, shown, strict=True)]
    opacity = (f"{{segment.opacity}} {view.label_opacity:.0%}".replace("%", " %"), OFF)
    return Fact("Show", (*pieces, opacity, *heat_legend(view)))


def heat_legend(view: "SliceView") -> tuple[tuple[str | Content, str], ...]:
    """What the colours of the heat mean, from low to high; nothing when there is none."""
    if view.heat == DIFFERENCE and view.compared is not None:
        return tuple(
            (Content.assemble(("█ ", shown_colour(view, DIFFERENCE_COLOURS[kind])), (word, OFF)), "")
            for kind, word in WORDS.items()
        )
    if not view.heat or view.evidence is None:
        return ()
    label = view.heat_label
    if view.heat == "probability" and label not in view.evidence.labels:
        return ((f"{letter_of(label)} not learned", "$text-warning"),)
    said = "sure" if view.heat == "uncertainty" else f"not {letter_of(label)}"
    end = "unsure" if view.heat == "uncertainty" else letter_of(label)
    blocks = [("█", shown_colour(view, colour)) for colour in HEAT]
    return ((Content.assemble((f"{said} ", OFF), *blocks, (f" {end}", OFF)), ""),)


def superpixels_fact(session: "Session", count: int, wide: bool) -> Fact:
    """How many, and of which method."""
    number = (f"{count}" if count else "…", "bold") if session.superpixels is not None else ("none", OFF)
    said = session.parameters.superpixels_text()
    return Fact("Superpixels", (number, (said, OFF)) if wide else (number,))


def tested_words(scores: "Scores") -> str:
    """How the scores were tested, shortly."""
    return "out of bag" if scores.out_of_bag else f"on unseen {scores.method.rpartition(' ')[2]}"


def score_text(value: float, digits: int) -> str:
    """A score as people read it.

    >>> score_text(0.9512, 3), score_text(float("nan"), 2)
    ('0.951', '–')
    """
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def short_score(value: float) -> str:
    """A score in three cells.

    >>> short_score(0.9512), short_score(1.0), short_score(0.0), short_score(float("nan"))
    ('.95', '1.0', '.00', '–')
    """
    text = score_text(value, 2)
    return text[1:] if text.startswith("0.") else text[:3]


def made_words(what: str, origin: "Origin") -> str:
    """What a label volume is of, and how long it took."""
    return f"{what} · made in {origin.run.seconds:.1f} s"


def changed_words(session: "Session", origin: "Origin") -> str:
    """What is no longer as it was when a label volume was computed; "" when nothing is."""
    marks = session.annotation.changes != origin.changes
    changed = [
        word for word, is_it in (("marks", marks), ("parameters", session.parameters != origin.run.asked)) if is_it
    ]
    return f" · {' and '.join(changed)} changed since" if changed else ""


def result_facts(session: "Session", origin: "Origin | None", testing: bool, wide: bool) -> tuple[Fact, ...]:
    """What learns, and once it has: the accuracy and the Dice of each label, with how they were tested.

    All are those of the run that made the label volume which is shown, where that is known.
    """
    run = origin.run if origin else None
    learner = Fact("Classifier", (((run.asked if run else session.parameters).classifier_text(), "" if wide else OFF),))
    if origin is None or run is None:
        return (learner,)
    preview = (("preview", ON),) if origin.preview else ()
    if run.scores is None:
        return (learner, Fact("Accuracy", (("testing…" if testing else "not tested", OFF), *preview)))
    flattering = run.scores.warning.partition(":")[0]
    accuracy = (
        (score_text(run.scores.accuracy, 3), "bold"),
        (tested_words(run.scores), OFF),
        *(((flattering, "$text-warning"),) if flattering else ()),
    )
    dice = Fact("Dice", dice_pieces(session, run.scores, wide))
    return (learner, Fact("Accuracy", (*accuracy, *preview)), dice, *(important_facts(run) if wide else ()))


def editing_fact(session: "Session") -> tuple[Fact, ...]:
    """How marks correct the label volume, while it is edited."""
    editing = session.editing
    if editing is None:
        return ()
    pieces = (f"beta {editing.beta:g}", f"weight {editing.weight:g}", "{segment.parameters} changes it")
    return (Fact("Editing", tuple((piece, OFF) for piece in pieces)),)


def important_facts(run: "Run") -> tuple[Fact, ...]:
    """The features that mattered most, as bars; `i` shows all."""
    highest = max((value for _, value in run.importances), default=0.0)
    if not highest:
        return ()
    lines = [
        (Content.assemble((bar(value / highest, BAR), "$text-primary"), f" {name}"), "")
        for name, value in run.importances[:TOP]
    ]
    return (Fact("Important", (*lines, ("{segment.details} all", OFF))),)


def dice_pieces(session: "Session", scores: "Scores", wide: bool) -> tuple[tuple[str, str], ...]:
    """`Grain 0.94`, or `B .94` where there is less room, of each label."""
    table = session.annotation.table
    pieces = []
    for label, value in zip(scores.labels, scores.dice, strict=True):
        known = table.get(int(label))
        name = known.name if wide and known else letter_of(int(label))
        pieces.append((f"{name} {score_text(value, 2) if wide else short_score(value)}", ""))
    return tuple(pieces)


def origin_of(session: "Session") -> "Origin | None":
    """Where the label volume comes from that the workspace kept; None when that is not known."""
    from annotat3d_tui.tui.messages import Origin

    if session.label is None or session.run is None:
        return None
    same = session.run.marks == session.marks_key()
    return Origin(session.annotation.changes if same else -1, session.run, preview=False)


def cut_axis(plane: str) -> int:
    """The axis of (Z, Y, X) whose slices a plane shows."""
    return axes_of(plane).slice


def position(session: "Session", view: "SliceView") -> Position:
    """Where the cursor is, the grey value and the label there."""
    found = 0 if view.label_volume is None else int(view.label_volume[view.cursor])
    label, bar = session.annotation.table.get(found), view.scale_bar(view.viewport)
    return Position(
        view.plane,
        "zyx"[cut_axis(view.plane)],
        view.index,
        view.slices,
        view.cursor,
        grey_here(session, view),
        label=f"{letter_of(found)} {label.name if label else f'label {found}'}" if found else "",
        colour=shown_colour(view, label.colour if label else colour_of(found)) if found else "",
        scale=("" if view.zoom == 0 else f"×{view.zoom:.3g}") + " visualization" * view.show_alternative,
        pen="pen down" if view.pen_down else "",
        bar=bar.words if bar else "",
        mark=mark_here(session, view),
        heat=heat_here(view),
    )


def mark_here(session: "Session", view: "SliceView") -> str:
    """The label that is marked under the cursor, such as `mark B`; "" where none is."""
    h, v = view.point
    mark = int(view.scene.marks(view.plane, view.index)[v, h])
    return f"mark {letter_of(mark)}" if mark else ""


def heat_here(view: "SliceView") -> str:
    """The uncertainty or the probability under the cursor, when it is shown, such as `uncertain 0.48`."""
    evidence, label = view.evidence, view.heat_label
    if view.heat == DIFFERENCE and view.compared is not None and view.label_volume is not None:
        own, other = int(view.label_volume[view.cursor]), int(view.compared[view.cursor])
        return "" if own == other else f"other: {letter_of(other) if other else 'none'}"
    if not view.heat or evidence is None or (view.heat == "probability" and label not in evidence.labels):
        return ""
    if view.heat == "uncertainty":
        return f"uncertain {score_text(float(evidence.uncertainty(view.cursor)), 2)}"
    return f"{letter_of(label)} {score_text(float(evidence.probability(label, view.cursor)), 2)}"


def grey_here(session: "Session", view: "SliceView") -> str:
    """The grey value at the cursor, after that of the visualization image where that is shown; UNREADABLE for none."""
    own, other = _grey_at(session.image.data, view.cursor), session.alternative
    if not view.show_alternative or other is None:
        return own
    return f"{_grey_at(other.data, view.cursor)} (image {own})"


def _grey_at(voxels: NDArray[Any], voxel: tuple[int, int, int]) -> str:
    grey = grey_text(voxels[voxel])
    z, y, x = voxel
    return UNREADABLE if is_lost(voxels[z : z + 1, y : y + 1, x : x + 1]) else grey


def grey_text(grey: Any) -> str:
    """A grey value as people read it.

    >>> grey_text(31442), grey_text(0.123456)
    ('31442', '0.1235')
    """
    number = grey.item() if hasattr(grey, "item") else grey
    return f"{number:.4g}" if isinstance(number, float) else str(number)
