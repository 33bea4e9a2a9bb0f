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
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, InvalidMarkers, ReadOnly
from annotat3d_tui.labels import checkpoint
from annotat3d_tui.labels.acts import Act, Relabel, record_of
from annotat3d_tui.labels.areas import Superpixel
from annotat3d_tui.labels.colours import Colour
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.history import History
from annotat3d_tui.labels.journal import Journal, read_journal
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.markers import Markers
from annotat3d_tui.labels.masks import marked_voxels
from annotat3d_tui.labels.planes import Shape
from annotat3d_tui.labels.relabelling import brought, missing
from annotat3d_tui.labels.strokes import Stroke
from annotat3d_tui.labels.table import LabelTable

KEEP_AFTER = 200
"""So many acts after a checkpoint the next one is kept, when the annotation is closed."""
KEEP_AT_ONCE = 2000
"""So many acts that had to be done again at opening are not to be done again the next time, whatever happens."""


class Annotation:
    """Markers and label table of a volume (Z, Y, X), every act of which can be undone and redone.

    `markers` and `table` are for reading. Hiding a label is remembered but is no act: undo passes over it.
    Marks of a locked label are left as they are by all that draws, erases or imports; `kept` says how many were by the
    last of these acts. Whatever raises has changed nothing. `before_act` is called before each new act is written: who
    keeps a history beside this one gives up there what it could redo.
    """

    def __init__(self, shape: tuple[int, ...], journal: Journal | None, read_only: bool = False) -> None:
        self.kept = 0
        self.read_only = read_only
        self.before_act: Callable[[], object] = lambda: None
        self._past = History(shape)
        self._journal = journal
        self._records = self._unkept = 0  # in the journal, and of these after the checkpoint

    @classmethod
    def open(
        cls, shape: tuple[int, ...], journal_path: Path | None = None, read_only: bool = False
    ) -> tuple[Self, list[str]]:
        """The annotation that a journal holds, and sentences about what was damaged; a new one where there is no file.

        journal_path: None keeps no journal. read_only: nothing is written; acts raise ReadOnly, and what another
        process is writing just now is not seen. Raises CannotWrite, ShapeMismatch for the journal of an image of
        another size, InvalidFile for one that this version cannot read.
        """
        if journal_path is None:
            return cls(shape, None, read_only), []
        kept, known = checkpoint.load(journal_path, shape)
        if read_only:
            journal, (records, messages) = None, read_journal(journal_path, shape, known)
        else:
            journal, records, messages = Journal.open(journal_path, shape, known)
        annotation = cls(shape, journal, read_only)
        try:
            if kept:
                annotation._past, annotation._records = History.of(kept), kept.records
            annotation._replay_all(records, journal_path)
            if annotation._unkept >= KEEP_AT_ONCE:
                annotation._keep()
        except BaseException:
            annotation.close()
            raise
        return annotation, messages

    def close(self) -> None:
        """Wait until the disk has everything, and close the journal; what it comes to is kept for the next opening."""
        if self._journal:
            self._journal.close()
            if self._unkept >= KEEP_AFTER:
                self._keep()

    def sync(self) -> None:
        """Wait until the disk has everything; raises CannotWrite."""
        if self._journal:
            self._journal.sync()

    @property
    def shape(self) -> Shape:
        """Of the volume: (Z, Y, X)."""
        return self.markers.shape

    @property
    def markers(self) -> Markers:
        """The marks as they are now."""
        return self._past.markers

    @property
    def table(self) -> LabelTable:
        """The labels as they are now."""
        return self._past.table

    @property
    def changes(self) -> int:
        """How often marks have changed, back and forth, since the annotation was made: another number, other marks."""
        return self._past.changes

    # drawing

    def draw(
        self,
        stroke: Stroke | Superpixel,
        *,
        where: NDArray[np.int64] | None = None,
        continues: Edit | None = None,
        words: str = "",
    ) -> Edit | None:
        """Draw, or erase with, a stroke; None when that changes nothing. A label not yet in the table is added.

        where: flat indices (m,), rising, of what it covers; a stroke of superpixels cannot say it without them.

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
        self.check_may_change()
        if where is None:
            assert isinstance(stroke, Stroke)
            where = stroke.voxels(self.shape)
        if not self._is_last(continues):
            return self._mark("draw", words, where, stroke.label)
        edit = self._edit(where, stroke.label, self._past.strokes)
        if edit.size or words != self._past.done[-1].words:
            relabels = missing(self.table, np.unique(edit.labels_after).tolist())
            self._new({"do": "draw", "continues": True, **record_of(words, edit, relabels)})
            self._past.go_on(Act.of(words, edit, relabels))
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
        if not edit.size:  # all are locked, since its stroke id is new
            return edit
        come = brought(self.table, table)
        known = {one.id for one in come}
        others = missing(self.table, [one for one in np.unique(labels).tolist() if one not in known], come)
        self._commit("import", words, edit, (*come, *others))
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
        label = self.table.new(name, colour)
        self._relabel(f"add label {label.id} {label.name}", label)
        return label

    def add_missing(self, ids: Iterable[int], words: str, names: Mapping[int, str] | None = None) -> tuple[Label, ...]:
        """Add those of these labels that are not in the table, as one act, and return labels of another name here.

        names: that the labels come with; one that is there without marks takes its name, one that has marks keeps its
        own and is returned.
        """
        given = names or {}
        new = [one.after for one in missing(self.table, ids) if one.after]
        others = [label for label in self.table if given.get(label.id, label.name) != label.name]
        marked = tuple(label for label in others if self.markers.count(label.id).voxels)
        renamed = [label for label in others if label not in marked]
        renamed.sort(key=lambda label: self.table.named(given[label.id]) is not None)  # first those whose name is free
        named = [replace(label, name=given.get(label.id, label.name)) for label in (*renamed, *new)]
        if relabels := brought(self.table, named):
            self._commit("labels", words, self._no_edit(), relabels)
        return marked

    def rename(self, label: int, name: str) -> None:
        """Give a label another name; raises InvalidParameter for one that is taken or empty."""
        self._relabel(f"rename label {label} to {name.strip()}", self.table.renamed(label, name))

    def recolour(self, label: int, colour: Colour) -> None:
        """Give a label another colour."""
        self._relabel(f"recolour label {label}", replace(self.table[label], colour=colour))

    def set_locked(self, label: int, locked: bool) -> None:
        """Keep the marks of a label from being changed, or let them be again."""
        after = replace(self.table[label], locked=locked)
        self._relabel(f"{'lock' if locked else 'unlock'} label {label} {after.name}", after)

    def move_label(self, label: int, index: int) -> None:
        """Put a label at `index` (from 0) of the list; its id stays."""
        moved = self.table.moved(label, index)
        if moved:
            relabels = tuple(Relabel(one.id, self.table[one.id], one) for one in moved)
            place = min(max(index, 0), len(self.table) - 1) + 1
            words = f"move label {label} {self.table[label].name} to place {place}"
            self._commit("labels", words, self._no_edit(), relabels)

    def remove_label(self, label: int, erase_markers: bool = False, move_to: int | None = None) -> None:
        """Remove a label; its marks are erased with it, or become those of another label.

        Raises InvalidMarkers if it is locked, or has marks and neither is asked for.
        """
        removed = self.table[label]
        where, labels, strokes = self.markers.voxels()
        own = labels == label
        where, strokes = where[own], strokes[own]
        if len(where) and not erase_markers and move_to is None:
            raise InvalidMarkers(
                f"Label {label} ({removed.name}) must have no marks to be removed, it has {len(where)} marked voxels: "
                "erase them with it, move them to another label, or keep it."
            )
        if removed.locked:
            raise InvalidMarkers(f"Label {label} ({removed.name}) must be unlocked to be removed: unlock it first.")
        relabels = (Relabel(label, removed, None),)
        words = f"remove label {label} {removed.name}"
        if move_to is None:
            self._commit("labels", words, self.markers.edit(where, 0, 0), relabels)
        else:
            if move_to == label:
                raise InvalidMarkers(f"Marks of label {label} must go to another label: choose one.")
            words += f", its marks to {move_to} {self.table[move_to].name}"
            self._commit("move", words, self.markers.edit(where, move_to, strokes), relabels)

    def set_visible(self, label: int, visible: bool) -> None:
        """Show or hide a label; this is remembered, but undo passes over it."""
        if self.table[label].visible != visible:
            if not self.read_only:
                self._write({"do": "show", "id": label, "visible": visible})
            self._past.show(label, visible)

    def show_only(self, label: int | None) -> None:
        """Hide all labels but one, or show all; this is remembered, too."""
        hidden = frozenset() if label is None else self.table.all_but(label)
        if hidden != self._past.hidden:
            if not self.read_only:
                self._write({"do": "solo", "id": label})
            self._past.solo(label)

    # history

    def forget_undone(self) -> None:
        """Give up what could be redone: a correction of the label volume, say, has taken its place."""
        if self._past.undone:
            self._write({"do": "forget"})
            self._past.undone.clear()

    @property
    def can_undo(self) -> bool:
        """Whether there is an act to undo."""
        return bool(self._past.done)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone act to redo."""
        return bool(self._past.undone)

    def undo(self, times: int = 1) -> str | None:
        """Undo the last act, or as many, and return the words of the last one undone; None when there is none."""
        return self._step("undo", min(times, len(self._past.done)))

    def redo(self, times: int = 1) -> str | None:
        """Redo the act that was undone last, or as many, and return the words of the last one redone."""
        return self._step("redo", min(times, len(self._past.undone)))

    @property
    def done(self) -> tuple[Act, ...]:
        """The acts that are done, oldest first."""
        return tuple(self._past.done)

    @property
    def position(self) -> int:
        """How many acts are done; those after it are undone."""
        return len(self._past.done)

    def words_of(self, number: int) -> str:
        """Words of the act with a number from 0, done or undone, in the order in which they were done first."""
        done = len(self._past.done)
        return self._past.done[number].words if number < done else self._past.undone[done - 1 - number].words

    def acts(self) -> int:
        """How many acts there are, done and undone."""
        return len(self._past.done) + len(self._past.undone)

    def history(self) -> list[str]:
        """Words of the acts that are done, oldest first."""
        return [act.words for act in self._past.done]

    def undone(self) -> list[str]:
        """Words of the acts that redo would do, the next one first."""
        return [act.words for act in reversed(self._past.undone)]

    # inside

    def _mark(self, do: str, words: str, where: NDArray[np.int64], labels: NDArray[np.uint16] | int) -> Edit | None:
        edit = self._edit(where, labels)
        if edit.size == 0:
            return None
        self._commit(do, words, edit, missing(self.table, np.unique(edit.labels_after).tolist()))
        return edit

    def _edit(self, where: NDArray[np.int64], labels: NDArray[np.uint16] | int, stroke: int | None = None) -> Edit:
        """The edit that gives voxels their labels, by a new stroke unless one is given; locked ones are left out."""
        self.kept = 0
        locked = self.table.locked
        if locked:
            before, _ = self.markers.at(where)
            free = ~np.isin(before, np.array(sorted(locked), np.uint16))
            after = np.broadcast_to(np.asarray(labels), where.shape)
            self.kept = int(np.count_nonzero(~free & (before != after)))
            where, labels = where[free], after[free]
        return self.markers.edit(where, labels, self._past.strokes + 1 if stroke is None else stroke)

    def _no_edit(self) -> Edit:
        return self.markers.edit(np.empty(0, np.int64), 0, 0)

    def _relabel(self, words: str, label: Label) -> None:
        before = self.table.get(label.id)
        if label != before:
            self._commit("labels", words, self._no_edit(), (Relabel(label.id, before, label),))

    def _commit(self, do: str, words: str, edit: Edit, relabels: tuple[Relabel, ...]) -> None:
        self._new({"do": do, **record_of(words, edit, relabels)})
        self._past.perform(Act.of(words, edit, relabels))

    def _is_last(self, edit: Edit | None) -> bool:
        """Whether an edit ends the last act, which is then also the one that got the last stroke id."""
        if edit is None or self._past.undone or not self._past.done:
            return False
        edits = self._past.done[-1].edits
        return bool(edits) and edits[-1] is edit

    def _step(self, do: str, times: int) -> str | None:
        """Undo or redo so many acts that there are."""
        if times < 1:
            return None
        self._write({"do": do, "times": times} if times > 1 else {"do": do})
        step = self._past.undo if do == "undo" else self._past.redo
        return [step() for _ in range(times)][-1]

    def check_may_change(self) -> None:
        """Raises ReadOnly where every act would."""
        if self.read_only:
            raise ReadOnly(
                "The workspace must not be open read-only to be changed, and it is: open it again once nobody has it."
            )

    def _new(self, record: dict[str, Any]) -> None:
        self.check_may_change()
        self.before_act()
        self._write(record)

    def _write(self, record: dict[str, Any]) -> None:
        self.check_may_change()
        if self._journal:
            self._journal.append(record)
            self._records += 1
            self._unkept += 1

    def _keep(self) -> None:
        """Keep what the journal comes to, where it can be written."""
        if self._journal:
            checkpoint.save(self._past.checkpoint(self._records), self._journal.path)
            self._unkept = 0

    def _replay_all(self, records: list[dict[str, Any]], path: Path) -> None:
        done, before = 0, self._records
        self._records, self._unkept = before + len(records), len(records)
        try:
            for record in records:
                self._past.replay(record)
                done += 1
            self._past.check()
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise InvalidFile(
                f"{path} line {before + done + 2} must be an act that can be done, received {_do(records, done)!r} "
                f"({error}): open it with the program that wrote it, or a newer one."
            ) from None


def _do(records: list[dict[str, Any]], number: int) -> object:
    """What a record asks for; that of the last one when all were done."""
    return records[min(number, len(records) - 1)].get("do")
