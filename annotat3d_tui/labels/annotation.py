"""What the hand has drawn, with its history: each act is in the journal before the call that made it returns.

>>> from annotat3d_tui.labels.strokes import parse_stroke
>>> annotation, _ = Annotation.open((4, 20, 20))
>>> annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,4 5,4")).size
3
>>> annotation.undo(), len(annotation.markers)
('brush 2 r=0 xy z=1 3,4 5,4', 0)

An annotation belongs to one thread; give another one what `markers.coordinates()` returns.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, InvalidMarkers
from annotat3d_tui.labels.colours import Colour
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.journal import Journal
from annotat3d_tui.labels.markers import Markers
from annotat3d_tui.labels.masks import marked_voxels
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.runs import from_text, to_text
from annotat3d_tui.labels.strokes import Stroke
from annotat3d_tui.labels.table import Label, LabelTable


@dataclass(frozen=True)
class Relabel:
    """One row of the label table before and after an act; None where there was, or is, none."""

    id: int
    before: Label | None
    after: Label | None


@dataclass(frozen=True)
class Act:
    """What can be undone as one: words that describe it, changed voxels one edit after the other, changed labels."""

    words: str
    edits: tuple[Edit, ...]
    relabels: tuple[Relabel, ...]


class Annotation:
    """Markers and label table of a volume (Z, Y, X), every act of which can be undone and redone.

    `markers` and `table` are for reading. Hiding a label is remembered but is no act: undo passes over it.
    Whatever raises has changed nothing.
    """

    def __init__(self, shape: tuple[int, ...], journal: Journal | None) -> None:
        self.markers = Markers(shape)
        self.table = LabelTable()
        self._journal = journal
        self._done: list[Act] = []
        self._undone: list[Act] = []
        self._hidden: set[int] = set()
        self._strokes = 0  # ids given so far; one that was undone is not given again
        self._changes = 0

    @classmethod
    def open(cls, shape: tuple[int, ...], journal_path: Path | None = None) -> tuple[Self, list[str]]:
        """The annotation that a journal holds, and sentences about what was damaged; a new one where there is no file.

        journal_path: None keeps no journal. Raises CannotWrite, ShapeMismatch for the journal of an image of another
        size, InvalidFile for one that this version cannot read.
        """
        if journal_path is None:
            return cls(shape, None), []
        journal, records, messages = Journal.open(journal_path, shape)
        annotation = cls(shape, journal)
        for line, record in enumerate(records, 2):
            try:
                annotation._replay(record)
            except (KeyError, IndexError, TypeError, ValueError) as error:
                journal.close()
                raise InvalidFile(
                    f"{journal_path} line {line} must be an act that can be done, received {record.get('do')!r} "
                    f"({error}): open it with the program that wrote it, or a newer one."
                ) from None
        return annotation, messages

    def close(self) -> None:
        """Wait until the disk has everything, and close the journal."""
        if self._journal:
            self._journal.close()

    def sync(self) -> None:
        """Wait until the disk has everything; raises CannotWrite."""
        if self._journal:
            self._journal.sync()

    @property
    def shape(self) -> Shape:
        """Of the volume: (Z, Y, X)."""
        return self.markers.shape

    @property
    def changes(self) -> int:
        """How often marks have changed, back and forth, since the annotation was made: another number, other marks."""
        return self._changes

    # drawing

    def draw(self, stroke: Stroke, *, continues: Edit | None = None, words: str = "") -> Edit | None:
        """Draw, or erase with, a stroke; None when that changes nothing. A label not yet in the table is added.

        continues: what the movement before this one returned, so that a stroke that is still being drawn is in the
        journal movement by movement and yet one act; `words` are those of the whole stroke so far. When another act
        came between, a new act begins.

        >>> from annotat3d_tui.labels.strokes import parse_stroke
        >>> annotation, _ = Annotation.open((4, 20, 20))
        >>> first = annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,4"))
        >>> movement = parse_stroke("brush 2 r=0 xy z=1 3,4 5,4")
        >>> _ = annotation.draw(movement, continues=first, words=str(movement))
        >>> annotation.history(), annotation.undo(), len(annotation.markers)
        (['brush 2 r=0 xy z=1 3,4 5,4'], 'brush 2 r=0 xy z=1 3,4 5,4', 0)
        """
        words = words or str(stroke)
        where = stroke.voxels(self.shape)
        if not self._is_last(continues):
            return self._mark("draw", words, where, stroke.label)
        edit = self.markers.edit(where, stroke.label, self._strokes)
        if edit.size or words != self._done[-1].words:
            relabels = self._missing_labels(np.unique(edit.labels_after).tolist())
            self._write({"do": "draw", "continues": True, **_record(words, edit, relabels)})
            self._go_on(_act(words, edit, relabels))
        return edit if edit.size else None

    def edit(self, where: NDArray[np.int64], label: int, words: str) -> Edit | None:
        """Give voxels (m,) (flat indices) a label, 0 erasing them; `words` say what was done in the history."""
        return self._mark("edit", words, np.unique(np.asarray(where, dtype=np.int64)), label)

    def import_mask(self, mask: NDArray[Any], mapping: Mapping[int, int] | None = None, name: str = "mask") -> Edit:
        """Add the marks of a marker volume (Z, Y, X) of integers over those that are there; labels it uses are added.

        mapping: from values of the mask to label ids (0: leave out). Raises ShapeMismatch, UnknownType for floating
        point, InvalidMarkers when it marks nothing or a value is no label.
        """
        return self.import_marks(*marked_voxels(mask, self.shape, mapping, name), name)

    def import_marks(
        self, where: NDArray[np.int64], labels: NDArray[np.uint16], name: str = "mask", table: Iterable[Label] = ()
    ) -> Edit:
        """`import_mask` with what `masks.marked_voxels` found, which takes long and needs no annotation.

        where: (m,) flat indices, at least one, each once; labels: (m,) from 1. table: labels that come with the marks,
        with names and colours, in place of those of the same id; a name that another label has gets a number.
        """
        words = f"import {name}: {len(where)} voxels of {len(np.unique(labels))} labels"
        edit = self._edit(where, labels)
        assert edit.size  # its stroke id is new
        brought = self._brought(table)
        known = {one.id for one in brought}
        missing = self._missing_labels([one for one in np.unique(labels).tolist() if one not in known], brought)
        self._commit("import", words, edit, (*brought, *missing))
        return edit

    def erase_stroke_at(self, voxel: tuple[int, int, int]) -> Edit | None:
        """Erase the whole stroke, as far as it is left, that marks a voxel (z, y, x); None when none does."""
        inside = all(0 <= at < side for at, side in zip(voxel, self.shape, strict=True))
        here = np.array([np.ravel_multi_index(voxel, self.shape)] if inside else [], dtype=np.int64)
        labels, strokes = self.markers.at(here)
        if not labels.any():
            return None
        where, all_labels, all_strokes = self.markers.voxels()
        z, y, x = voxel
        same = (all_labels == labels[0]) & (all_strokes == strokes[0])
        return self._mark("erase", f"erase the stroke of label {labels[0]} at {x} {y} {z}", where[same], 0)

    def erase_all(self) -> Edit | None:
        """Erase all marks; None when there are none."""
        where, _, _ = self.markers.voxels()
        return self._mark("erase", "erase all markers", where, 0)

    # labels

    def add_label(self, name: str | None = None, colour: Colour | None = None) -> Label:
        """Add a label to the table and return it; raises InvalidParameter for a name that is taken."""
        number = self.table.next_id()
        label = self.table.add(name, colour)[number]
        self._relabel(f"add label {number} {label.name}", label)
        return label

    def add_missing(self, ids: Iterable[int], words: str) -> None:
        """Add those of these labels that are not in the table, as one act."""
        if relabels := self._missing_labels(ids):
            self._commit("labels", words, self._edit(np.empty(0, np.int64), 0), relabels)

    def rename(self, label: int, name: str) -> None:
        """Give a label another name; raises InvalidParameter for one that is taken or empty."""
        self._relabel(f"rename label {label} to {name.strip()}", self.table.rename(label, name)[label])

    def recolour(self, label: int, colour: Colour) -> None:
        """Give a label another colour."""
        self._relabel(f"recolour label {label}", self.table.recolour(label, colour)[label])

    def remove_label(self, label: int, erase_markers: bool = False) -> None:
        """Remove a label, with its marks where `erase_markers`; otherwise raises InvalidMarkers if it has any."""
        removed = self.table[label]
        where, labels, _ = self.markers.voxels()
        where = where[labels == label]
        if len(where) and not erase_markers:
            raise InvalidMarkers(
                f"Label {label} ({removed.name}) must have no marks to be removed, it has {len(where)} marked voxels: "
                "erase them with it, or keep it."
            )
        relabels = (Relabel(label, removed, None),)
        self._commit("labels", f"remove label {label} {removed.name}", self._edit(where, 0), relabels)

    def set_visible(self, label: int, visible: bool) -> None:
        """Show or hide a label; this is remembered, but undo passes over it."""
        table = self.table.set_visible(label, visible)
        if table != self.table:
            self._write({"do": "show", "id": label, "visible": visible})
            self._show(label, visible)

    # history

    @property
    def can_undo(self) -> bool:
        """Whether there is an act to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone act to redo."""
        return bool(self._undone)

    def undo(self) -> str | None:
        """Undo the last act and return its words; None when there is none."""
        if not self._done:
            return None
        self._write({"do": "undo"})
        return self._undo()

    def redo(self) -> str | None:
        """Redo the act that was undone last and return its words; None when there is none."""
        if not self._undone:
            return None
        self._write({"do": "redo"})
        return self._redo()

    def history(self) -> list[str]:
        """Words of the acts that are done, oldest first."""
        return [act.words for act in self._done]

    def undone(self) -> list[str]:
        """Words of the acts that redo would do, the next one first."""
        return [act.words for act in reversed(self._undone)]

    # inside

    def _mark(self, do: str, words: str, where: NDArray[np.int64], labels: NDArray[np.uint16] | int) -> Edit | None:
        edit = self._edit(where, labels)
        if edit.size == 0:
            return None
        self._commit(do, words, edit, self._missing_labels(np.unique(edit.labels_after).tolist()))
        return edit

    def _edit(self, where: NDArray[np.int64], labels: NDArray[np.uint16] | int) -> Edit:
        return self.markers.edit(where, labels, self._strokes + 1)

    def _missing_labels(self, ids: Iterable[int], after: tuple[Relabel, ...] = ()) -> tuple[Relabel, ...]:
        """What adds those of these labels that are not in the table, once `after` is done."""
        table = self.table
        for one in after:
            table = table.put(one.id, one.after)
        missing = [label for label in sorted(ids) if label and label not in table]
        for label in missing:
            table = table.add(id=label)
        return tuple(Relabel(label, None, table[label]) for label in missing)

    def _brought(self, labels: Iterable[Label]) -> tuple[Relabel, ...]:
        """What puts these labels into the table, one after the other, where they differ from its own."""
        table, relabels = self.table, []
        for label in labels:
            before = table.get(label.id)
            others = {one.name for one in table if one.id != label.id}
            names = (label.name, *(f"{label.name} ({number})" for number in range(2, len(others) + 3)))
            after = replace(label, name=next(name for name in names if name not in others))
            if after != before:
                relabels.append(Relabel(label.id, before, after))
                table = table.put(label.id, after)
        return tuple(relabels)

    def _relabel(self, words: str, label: Label) -> None:
        before = self.table.get(label.id)
        if label != before:
            self._commit("labels", words, self._edit(np.empty(0, np.int64), 0), (Relabel(label.id, before, label),))

    def _commit(self, do: str, words: str, edit: Edit, relabels: tuple[Relabel, ...]) -> None:
        self._write({"do": do, **_record(words, edit, relabels)})
        self._perform(_act(words, edit, relabels))

    def _is_last(self, edit: Edit | None) -> bool:
        """Whether an edit ends the last act, which is then also the one that got the last stroke id."""
        if edit is None or self._undone or not self._done:
            return False
        edits = self._done[-1].edits
        return bool(edits) and edits[-1] is edit

    def _write(self, record: dict[str, Any]) -> None:
        if self._journal:
            self._journal.append(record)

    def _replay(self, record: dict[str, Any]) -> None:
        """Do again what a record of the journal says."""
        replays: dict[str, Callable[[], object]] = {"undo": self._undo, "redo": self._redo}
        if record["do"] in replays:
            replays[record["do"]]()
        elif record["do"] == "show":
            self._show(record["id"], record["visible"])
        elif record["do"] in ("draw", "edit", "import", "erase", "labels"):
            where, labels = from_text(record["voxels"]) if "voxels" in record else (np.empty(0, np.int64), 0)
            continues = bool(record.get("continues"))
            edit = self.markers.edit(where, labels, self._strokes if continues else self._strokes + 1)
            relabels = tuple(
                Relabel(id, self.table.get(id), Label.from_dict(after) if after else None)
                for id, after in record.get("labels", ())
            )
            act = _act(record["words"], edit, relabels)
            if continues:
                self._go_on(act)
            else:
                self._perform(act)
        else:
            raise ValueError("an unknown act")

    def _perform(self, act: Act) -> None:
        self._hidden -= {one.id for one in act.relabels if one.before is None}
        self._apply(act)
        self._done.append(act)
        self._undone.clear()
        if act.edits:
            self._strokes += 1

    def _go_on(self, more: Act) -> None:
        """Do more, as part of the last act."""
        last = self._done[-1]
        self._apply(more)
        self._done[-1] = Act(more.words, last.edits + more.edits, last.relabels + more.relabels)

    def _apply(self, act: Act) -> None:
        for edit in act.edits:
            self.markers.apply(edit)
            self._changes += 1
        for one in act.relabels:
            self._put(one.id, one.after)

    def _undo(self) -> str:
        act = self._done.pop()
        for edit in reversed(act.edits):
            self.markers.revert(edit)
            self._changes += 1
        for one in reversed(act.relabels):
            self._put(one.id, one.before)
        self._undone.append(act)
        return act.words

    def _redo(self) -> str:
        act = self._undone.pop()
        self._apply(act)
        self._done.append(act)
        return act.words

    def _show(self, id: int, visible: bool) -> None:
        self._hidden = self._hidden - {id} if visible else self._hidden | {id}
        self.table = self.table.set_visible(id, visible)

    def _put(self, id: int, label: Label | None) -> None:
        """Put a label at its id, shown or hidden as that id is now."""
        self.table = self.table.put(id, replace(label, visible=id not in self._hidden) if label else None)


def _act(words: str, edit: Edit, relabels: tuple[Relabel, ...]) -> Act:
    return Act(words, (edit,) if edit.size else (), relabels)


def _record(words: str, edit: Edit, relabels: tuple[Relabel, ...]) -> dict[str, Any]:
    """What the journal keeps of an act."""
    record: dict[str, Any] = {"words": words}
    if relabels:
        record["labels"] = [[one.id, one.after.to_dict() if one.after else None] for one in relabels]
    if edit.size:
        record["voxels"] = to_text(edit.where, edit.labels_after)
    return record
