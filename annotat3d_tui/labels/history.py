"""Markers and label table as a row of acts makes them, done and undone; who keeps the journal writes before each."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.acts import Act, Labels, Relabel, labels_in, voxels_in
from annotat3d_tui.labels.checkpoint import Checkpoint
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.markers import Markers
from annotat3d_tui.labels.table import LabelTable


class History:
    """What is marked in a volume (Z, Y, X), and the acts that led there.

    markers: for reading. done, undone: acts, the last one last. hidden: ids of labels. strokes: ids given so far; one
    that was undone is not given again. changes: how often marks have changed, back and forth.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.markers = Markers(shape)
        self.done: list[Act] = []
        self.undone: list[Act] = []
        self.hidden: frozenset[int] = frozenset()
        self.strokes = self.changes = 0
        self._labels = Labels()

    @classmethod
    def of(cls, kept: Checkpoint) -> Self:
        """What was kept of one."""
        history = cls(kept.markers.shape)
        history.markers, history._labels, history.hidden = kept.markers, Labels(kept.table), kept.hidden
        history.strokes, history.changes = kept.strokes, kept.changes
        history.done, history.undone = list(kept.done), list(kept.undone)
        return history

    def checkpoint(self, records: int) -> Checkpoint:
        """What is to be kept of it, after so many records of its journal."""
        return Checkpoint(
            records, self.markers, self.table, self.hidden, self.strokes, self.changes, self.done, self.undone
        )

    @property
    def table(self) -> LabelTable:
        """The labels as they are now."""
        return self._labels.table

    def check(self) -> None:
        """Raises InvalidParameter when two labels have one name."""
        self._labels.check()

    def perform(self, act: Act) -> None:
        """Do an act, after which there is nothing to redo."""
        added = self.hidden.intersection(one.id for one in act.relabels if one.before is None)
        self.hidden = self.hidden - added if added else self.hidden
        self._apply(act)
        self.done.append(act)
        self.undone.clear()
        if act.edits:
            self.strokes += 1

    def go_on(self, more: Act) -> None:
        """Do more, as part of the last act."""
        self._apply(more)
        self.done[-1] = self.done[-1].then(more)

    def undo(self) -> str:
        """Undo the last act, which there must be, and return its words."""
        act = self.done.pop()
        for edit in reversed(act.edits):
            self.markers.revert(edit)
            self.changes += 1
        for one in reversed(act.relabels):
            self._put(one.id, one.before)
        self.undone.append(act)
        return act.words

    def redo(self) -> str:
        """Redo the act that was undone last, which there must be, and return its words."""
        act = self.undone.pop()
        self._apply(act)
        self.done.append(act)
        return act.words

    def show(self, id: int, visible: bool) -> None:
        """Show or hide a label; raises ValueError where there is none."""
        label = self._labels.get(id)
        if label is None:
            raise ValueError(f"there is no label {id}")
        self.hidden = self.hidden - {id} if visible else self.hidden | {id}
        self._put(id, label)

    def solo(self, id: int | None) -> None:
        """Hide all labels but one, or show all."""
        self._labels.show_only(id)
        self.hidden = self.table.hidden

    def replay(self, record: dict[str, Any]) -> None:
        """Do again what a record of a journal says.

        Raises KeyError, IndexError, TypeError or ValueError for one that cannot be done.
        """
        do = record["do"]
        steps: dict[str, Callable[[], object]] = {"undo": self.undo, "redo": self.redo}
        if do in steps:
            for _ in range(record.get("times", 1)):
                steps[do]()
        elif do == "show":
            self.show(record["id"], record["visible"])
        elif do == "solo":
            self.solo(record["id"])
        elif do == "forget":
            self.undone.clear()
        elif do in ("draw", "edit", "import", "erase", "labels", "move"):
            self._replay_act(record)
        else:
            raise ValueError("an unknown act")

    def _replay_act(self, record: dict[str, Any]) -> None:
        where, labels = voxels_in(record)
        continues = bool(record.get("continues"))
        stroke: NDArray[np.uint32] | int = self.strokes if continues else self.strokes + 1
        if record["do"] == "move":
            stroke = self.markers.at(where)[1]
        edit = self.markers.edit(where, labels, stroke)
        relabels = tuple(Relabel(id, self._labels.get(id), after) for id, after in labels_in(record))
        act = Act.of(record["words"], edit, relabels)
        if continues:
            self.go_on(act)
        else:
            self.perform(act)

    def _apply(self, act: Act) -> None:
        for edit in act.edits:
            self.markers.apply(edit)
            self.changes += 1
        for one in act.relabels:
            self._put(one.id, one.after)

    def _put(self, id: int, label: Label | None) -> None:
        """Put a label at its id, shown or hidden as that id is now."""
        self._labels.put(id, label.shown(id not in self.hidden) if label else None)
