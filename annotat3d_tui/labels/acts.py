"""An act of a person on markers and labels as data, and as the journal keeps it."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.runs import from_text, to_text
from annotat3d_tui.labels.table import Label, LabelTable

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

    def __init__(self) -> None:
        self._table = LabelTable()
        self._by_id = {label.id: label for label in self._table}
        self._changed: set[int] = set()

    @property
    def table(self) -> LabelTable:
        """As it is now."""
        if len(self._changed) > FEW:
            self._table = LabelTable.of(self._by_id.values())
        else:
            for id in self._changed:
                self._table = self._table.put(id, self._by_id.get(id))
        self._changed.clear()
        return self._table

    def show_all_but(self, hidden: Container[int]) -> None:
        """Hide these labels, and show all others."""
        self._table = self.table.show_all_but(hidden)
        self._by_id = {label.id: label for label in self._table}

    def check(self) -> None:
        """Raises InvalidParameter when two labels have one name."""
        self._table = LabelTable.of(self._by_id.values())
        self._changed.clear()

    def get(self, id: int) -> Label | None:
        """The label with this id, or None."""
        return self._by_id.get(id)

    def put(self, id: int, label: Label | None) -> None:
        """Put a label, or nothing, at an id."""
        self._changed.add(id)
        if label is None:
            self._by_id.pop(id, None)
        else:
            self._by_id[id] = label


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
