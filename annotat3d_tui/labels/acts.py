"""An act of a person on markers and labels as data, and as the journal keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.runs import from_text, to_text
from annotat3d_tui.labels.table import LabelTable

FEW = 16
"""Changes of a table that are made one by one; for more it is sorted anew."""


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

    @classmethod
    def of(cls, words: str, edit: Edit, relabels: tuple[Relabel, ...]) -> "Act":
        """An act of one edit, which may be empty."""
        return cls(words, (edit,) if edit.size else (), relabels)

    def then(self, more: "Act") -> "Act":
        """Both as one, in the words of the second."""
        return Act(more.words, self.edits + more.edits, self.relabels + more.relabels)


class Labels:
    """The label table while it changes; the table itself is made anew when it is asked for."""

    def __init__(self, table: LabelTable | None = None) -> None:
        self._table = LabelTable() if table is None else table
        self._changed: dict[int, Label | None] = {}
        """What stands at these ids and is not in the table yet."""

    @property
    def table(self) -> LabelTable:
        """As it is now."""
        if len(self._changed) > FEW:
            others = (label for label in self._table if label.id not in self._changed)
            self._table = LabelTable.of([*others, *(label for label in self._changed.values() if label)])
        else:
            for id, label in self._changed.items():
                self._table = self._table.put(id, label)
        self._changed.clear()
        return self._table

    def show_only(self, id: int | None) -> None:
        """Hide all labels but one, or show all."""
        self._table = self.table.show_only(id)

    def check(self) -> None:
        """Raises InvalidParameter when two labels have one name."""
        LabelTable(self.table)

    def get(self, id: int) -> Label | None:
        """The label with this id, or None."""
        return self._changed[id] if id in self._changed else self._table.get(id)

    def put(self, id: int, label: Label | None) -> None:
        """Put a label, or nothing, at an id."""
        self._changed[id] = label


def record_of(words: str, edit: Edit, relabels: Iterable[Relabel]) -> dict[str, Any]:
    """What the journal keeps of an act."""
    record: dict[str, Any] = {"words": words}
    if labels := [[one.id, one.after.to_dict() if one.after else None] for one in relabels]:
        record["labels"] = labels
    if edit.size:
        record["voxels"] = to_text(edit.where, edit.labels_after)
    return record


def voxels_in(record: dict[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """The voxels (m,) that a record changes, and their labels after it."""
    if "voxels" in record:
        return from_text(record["voxels"])
    return np.empty(0, np.int64), np.empty(0, np.uint16)


def labels_in(record: dict[str, Any]) -> list[tuple[int, Label | None]]:
    """The rows of the label table that a record changes, as they are after it."""
    return [(id, Label.from_dict(after) if after else None) for id, after in record.get("labels", ())]
