"""Acts as columns of numbers, so that those of years are read at once and made one by one, when somebody looks at them.

>>> from annotat3d_tui.labels.edit import Edit
>>> one = np.array([1], np.uint16)
>>> edit = Edit.of(np.array([5]), 0 * one, one, np.zeros(1, np.uint32), np.ones(1, np.uint32))
>>> kept = KeptActs.of([Act("a dot", (edit,), ())])
>>> act = kept.acts(0, 1)[0]
>>> act.words, act.edits == (edit,)
('a dot', True)
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.labels.acts import Act, Relabel
from annotat3d_tui.labels.edit import Edit
from annotat3d_tui.labels.label import Label

NUMBERS = ("labels_before", "labels_after", "strokes_before", "strokes_after")
OF_ACT = {"text_bytes": np.int32, "edits": np.int32}
OF_EDIT = {"runs": np.int32, "sizes": np.int64, **{f"{name}_kept": np.int64 for name in NUMBERS}}
OF_RUN = {"starts": np.int64, "lengths": np.int64}
OF_NUMBER = {"labels_before": np.uint16, "labels_after": np.uint16, "strokes_before": np.uint32}
COLUMNS: dict[str, Any] = {
    "text": np.uint8, **OF_ACT, **OF_EDIT, **OF_RUN, **OF_NUMBER, "strokes_after": np.uint32,
}  # fmt: skip
"""What there is of each act, each edit, each run and each number of an edit, end to end."""


class KeptActs:
    """Acts end to end in `columns`; `relabels`: rows of the label table that they changed, by number of the act."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], relabels: Mapping[int, list[Any]]) -> None:
        self.columns, self.relabels = columns, relabels

    @classmethod
    def of(cls, acts: Sequence[Act]) -> Self:
        """Those of these acts; what was kept already is copied, not made again."""
        first, count = _begin(acts)
        before = first.part(count) if first else None
        new = acts[count:]
        edits = [edit for act in new for edit in act.edits]
        texts = [act.words.encode() for act in new]
        made: dict[str, list[Any]] = {
            "text_bytes": [len(text) for text in texts],
            "edits": [len(act.edits) for act in new],
            "runs": [len(edit.starts) for edit in edits],
            "sizes": [edit.size for edit in edits],
        }
        columns: dict[str, NDArray[Any]] = {name: np.array(values, COLUMNS[name]) for name, values in made.items()}
        columns["text"] = np.frombuffer(b"".join(texts), np.uint8)
        for name in OF_RUN:
            columns[name] = _joined([getattr(edit, name) for edit in edits], COLUMNS[name])
        for name in NUMBERS:
            numbers = [_shortest(getattr(edit, name)) for edit in edits]
            columns[f"{name}_kept"] = np.array([len(one) for one in numbers], np.int64)
            columns[name] = _joined(numbers, COLUMNS[name])
        relabels = {count + i: [_row(one) for one in act.relabels] for i, act in enumerate(new) if act.relabels}
        if before is not None:
            columns = {name: np.concatenate([before.columns[name], columns[name]]) for name in COLUMNS}
            relabels = {**before.relabels, **relabels}
        return cls(columns, relabels)

    def part(self, count: int) -> "KeptActs":
        """The first so many acts."""
        columns = {}
        edits, text = self._ends["edits"][count], self._ends["text_bytes"][count]
        for name in COLUMNS:
            if name == "text":
                stop = text
            elif name in OF_ACT:
                stop = count
            elif name in OF_EDIT:
                stop = edits
            else:
                stop = self._ends["runs" if name in OF_RUN else f"{name}_kept"][edits]
            columns[name] = self.columns[name][:stop]
        return KeptActs(columns, {number: rows for number, rows in self.relabels.items() if number < count})

    def acts(self, start: int, stop: int) -> list[Act]:
        """Acts `start` to `stop`, each made when it is looked at."""
        return [KeptAct(self, number) for number in range(start, stop)]

    def words(self, number: int) -> str:
        """Those of an act."""
        ends = self._ends["text_bytes"]
        return self.columns["text"][ends[number] : ends[number + 1]].tobytes().decode()

    def edits(self, number: int) -> tuple[Edit, ...]:
        """Those of an act."""
        ends = self._ends["edits"]
        return tuple(self._edit(edit) for edit in range(ends[number], ends[number + 1]))

    def changed_labels(self, number: int) -> tuple[Relabel, ...]:
        """Rows of the label table that an act changed."""
        return tuple(
            Relabel(id, *(Label.from_dict(one) if one else None for one in sides))
            for id, *sides in self.relabels.get(number, ())
        )

    def _edit(self, edit: int) -> Edit:
        runs, size = self._slice("runs", edit), int(self.columns["sizes"][edit])
        numbers = (self.columns[name][self._slice(f"{name}_kept", edit)] for name in NUMBERS)
        return Edit(
            self.columns["starts"][runs],
            self.columns["lengths"][runs],
            *(np.broadcast_to(one, size) if len(one) == 1 else one for one in numbers),
        )

    def _slice(self, name: str, edit: int) -> slice:
        ends = self._ends[name]
        return slice(int(ends[edit]), int(ends[edit + 1]))

    @cached_property
    def _ends(self) -> dict[str, NDArray[np.int64]]:
        """Where each act or edit begins in what it is counted by, and at last where all end."""
        counted = ("text_bytes", "edits", "runs", *(f"{name}_kept" for name in NUMBERS))
        return {name: np.append(0, np.cumsum(self.columns[name], dtype=np.int64)) for name in counted}


class KeptAct(Act):
    """An act of a `KeptActs`, by its number."""

    def __init__(self, kept: KeptActs, number: int) -> None:
        own = self.__dict__  # of a frozen dataclass; and this is done a hundred thousand times
        own["kept"], own["number"] = kept, number

    kept: KeptActs
    number: int

    @property
    def words(self) -> str:
        """That describe it."""
        return self.kept.words(self.number)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Changed voxels."""
        return self.kept.edits(self.number)

    @property
    def relabels(self) -> tuple[Relabel, ...]:
        """Changed labels."""
        return self.kept.changed_labels(self.number)


def _begin(acts: Sequence[Act]) -> tuple[KeptActs | None, int]:
    """The kept acts with which these begin, and how many of them."""
    if not acts or not isinstance(acts[0], KeptAct):
        return None, 0
    kept = acts[0].kept
    same = (isinstance(act, KeptAct) and act.kept is kept and act.number == i for i, act in enumerate(acts))
    return kept, next((i for i, one in enumerate(same) if not one), len(acts))


def _shortest(numbers: NDArray[Any]) -> NDArray[Any]:
    """One of them where they are all one in memory, as an edit keeps them."""
    return numbers[:1] if numbers.strides == (0,) else numbers


def _joined(parts: list[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype)


def _row(one: Relabel) -> list[Any]:
    return [one.id, one.before.to_dict() if one.before else None, one.after.to_dict() if one.after else None]
