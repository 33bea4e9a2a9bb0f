"""The labels of a project: ids, names, colours, which are shown and which are locked, and their order in lists.

A table never changes: each change makes a new one.

>>> table = LabelTable().add("Crack")
>>> [(label.id, label.name) for label in table]
[(1, 'Background'), (2, 'Label 1'), (3, 'Crack')]
>>> table.rename(2, "Grain")[2].name
'Grain'
"""

from bisect import bisect_left, insort
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import Any, Self, cast

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.labels.colours import HIGHEST_LABEL, Colour, check_label, colour_of
from annotat3d_tui.labels.label import Label

BACKGROUND = 1
MOST_NAMED = 20
MOST_CHANGED = 64
"""So many labels that changed one after the other are looked up beside the others, which are not copied each time."""


_FIRST = (Label(BACKGROUND, "Background", colour_of(1)), Label(2, "Label 1", colour_of(2)))


@dataclass(frozen=True, init=False)
class LabelTable:
    """Labels in the order of lists; `Background` (1) and `Label 1` (2) at first.

    rows: the labels as they are where all are shown. hidden: ids of those that are not shown, so that hiding all of
    65535 but one makes no other labels.
    """

    rows: tuple[Label, ...]
    hidden: frozenset[int]

    def __init__(self, labels: Iterable[Label] = _FIRST) -> None:
        labels = tuple(labels)
        _fill(self, tuple(label.shown(True) for label in labels), (label.id for label in labels if not label.visible))
        ranks = [row.rank for row in self.rows]
        if ranks != sorted(ranks) or len(self._by_id) != len(ranks) or len(self._by_name) != len(ranks):
            raise InvalidParameter(
                "Labels must be in the order of their places, with ids and names of their own: correct the list."
            )

    @classmethod
    def of(cls, labels: Iterable[Label]) -> Self:
        """The table of labels in any order."""
        return cls(sorted(labels, key=_rank))

    @cached_property
    def _by_id(self) -> dict[int, Label]:
        return {row.id: row for row in self.rows}

    @cached_property
    def _known(self) -> tuple[dict[int, Label], dict[int, Label | None]]:
        """Rows by id of a table before, which it still has, and what stands at those few ids that changed since."""
        return self._by_id, {}

    @cached_property
    def _by_name(self) -> dict[str, Label]:
        return {row.name: row for row in self.rows}

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """Ids in the order of lists."""
        return tuple(row.id for row in self.rows)

    @cached_property
    def _all_ids(self) -> frozenset[int]:
        return frozenset(self.ids)

    @cached_property
    def folded_names(self) -> tuple[str, ...]:
        """Names without upper and lower case, to be searched."""
        return tuple(row.name.casefold() for row in self.rows)

    @cached_property
    def locked(self) -> frozenset[int]:
        """Ids of the labels that are locked."""
        return frozenset(row.id for row in self.rows if row.locked)

    def __iter__(self) -> Iterator[Label]:
        return map(self._seen, self.rows) if self.hidden else iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, label: object) -> bool:
        return self._row(cast(int, label)) is not None

    def __getitem__(self, label: int) -> Label:
        """The label with this id; raises InvalidParameter when there is none."""
        found = self.get(label)
        if found is None:
            ids = ", ".join(str(row.id) for row in self.rows[:MOST_NAMED]) or "no labels"
            more = f" and {len(self.rows) - MOST_NAMED} more" if len(self.rows) > MOST_NAMED else ""
            raise InvalidParameter(f"There is no label {label}, there are {ids}{more}: choose one of them or add it.")
        return found

    def get(self, label: int) -> Label | None:
        """The label with this id, or None."""
        row = self._row(label)
        return row and self._seen(row)

    def at(self, number: int) -> Label:
        """The label that stands at a number from 0 of the list."""
        return self._seen(self.rows[number])

    def place_of(self, label: int) -> int | None:
        """Where a label stands in the list, from 0; None where there is none with this id."""
        row = self._row(label)
        return None if row is None else bisect_left(self.rows, row.rank, key=_rank)

    def named(self, name: str) -> Label | None:
        """The label with this name, or None."""
        row = self._by_name.get(name)
        return row and self._seen(row)

    def next_id(self) -> int:
        """The id of the next new label: one above the highest, or where that is taken the lowest free one."""
        highest = max(self._by_id, default=0)
        if highest < HIGHEST_LABEL:
            return highest + 1
        free = next((number for number in range(1, HIGHEST_LABEL) if number not in self._by_id), None)
        if free is None:
            raise InvalidParameter(f"There must be at most {HIGHEST_LABEL} labels: remove one before adding another.")
        return free

    def new(self, name: str | None = None, colour: Colour | None = None, id: int | None = None) -> Label:
        """A label that could be added; what is not given is `next_id()`, a name and the id's own colour.

        The name is that of its number beside `Background` (`Label 2` for id 3), as long as the labels are called so;
        that of its id, where the first label or the highest one is.
        """
        number = self.next_id() if id is None else id
        check_label(number)
        if number in self:
            raise InvalidParameter(f"A new label must have an id of its own, received {number}: choose another one.")
        return self.checked(Label(number, name or self._next_name(number), colour or colour_of(number)))

    def missing(self, ids: Iterable[int]) -> list[Label]:
        """New labels, by rising id, for those of these ids from 1 that have none: `Label n` has the id n, from 3 on."""
        made: list[Label] = []
        missing = sorted({id for id in ids if id and id not in self})
        names = set(self._by_name) if missing else set()
        for id in missing:
            made.append(Label(id, _free_name(id, names, by_id=id > len(_FIRST)), colour_of(id)))
            names.add(made[-1].name)
        return made

    def names_by_id(self) -> dict[int, str]:
        """`Label 1` and `Label 2` for the first two labels, where they are called as in a new project; else nothing.

        For a label volume of objects around which nothing is labelled: its label 1 is no background.

        >>> LabelTable().names_by_id(), LabelTable().rename(2, "Grain").names_by_id()
        ({1: 'Label 1', 2: 'Label 2'}, {})
        """
        usual = all(label.id in self and self[label.id].name == label.name for label in _FIRST)
        return {label.id: _by_id(label.id) for label in _FIRST} if usual else {}

    def add(self, name: str | None = None, colour: Colour | None = None, id: int | None = None) -> "LabelTable":
        """A table with one label more; what is not given is as of `new`."""
        label = self.new(name, colour, id)
        return self.put(label.id, label)

    def remove(self, label: int) -> "LabelTable":
        """A table without that label."""
        return self.put(self[label].id, None)

    def rename(self, label: int, name: str) -> "LabelTable":
        """A table in which that label has another name."""
        return self._with(self.renamed(label, name))

    def renamed(self, label: int, name: str) -> Label:
        """That label with another name; raises InvalidParameter for one that is taken or empty."""
        return self.checked(replace(self[label], name=name.strip()))

    def recolour(self, label: int, colour: Colour) -> "LabelTable":
        """A table in which that label has another colour."""
        return self._with(replace(self[label], colour=colour))

    def set_visible(self, label: int, visible: bool) -> "LabelTable":
        """A table in which that label is shown or hidden."""
        return self.put(label, self[label].shown(visible))

    def set_locked(self, label: int, locked: bool) -> "LabelTable":
        """A table in which the marks of that label are locked or not."""
        return self._with(replace(self[label], locked=locked))

    def all_but(self, label: int) -> frozenset[int]:
        """The ids of all other labels."""
        return self._all_ids - {label}

    def show_only(self, label: int | None) -> "LabelTable":
        """A table in which all labels but this one are hidden; None shows all."""
        return self._hiding(frozenset() if label is None else self.all_but(label))

    def shows_only(self, label: int) -> bool:
        """Whether this label is shown, and no other."""
        return len(self.rows) - len(self.hidden) == 1 and label in self and label not in self.hidden

    def move(self, label: int, index: int) -> "LabelTable":
        """A table in which that label stands at `index` (from 0) of the list; beyond its ends is at an end.

        >>> [label.id for label in LabelTable().add().move(3, 0)]
        [3, 1, 2]
        """
        moved = self.moved(label, index)
        if not moved:
            return self
        return self.put(label, moved[0]) if len(moved) == 1 else LabelTable(moved)

    def moved(self, label: int, index: int) -> tuple[Label, ...]:
        """The labels that get another place by `move`, in their new order: that one, or where no place is free all."""
        moved, others = self[label], list(self.rows)
        place = bisect_left(others, moved.rank, key=_rank)
        del others[place]
        index = min(max(index, 0), len(others))
        if index == place:
            return ()
        below, above = others[max(index - 1, 0)].rank[0], others[min(index, len(others) - 1)].rank[0]
        if index in (0, len(others)):
            return (replace(moved, place=above - 1 if index == 0 else below + 1),)
        between = (below + above) / 2
        if below < between < above:
            return (replace(moved, place=between),)
        order = [*others[:index], moved, *others[index:]]  # no number is left between: each gets a new one
        return tuple(replace(self._seen(one), place=float(place)) for place, one in enumerate(order, 1))

    def put(self, id: int, label: Label | None) -> "LabelTable":
        """A table in which `label` (None: nothing) stands at `id`; its name is not looked at."""
        before, after = self._row(id), label and label.shown(True)
        hidden = self.hidden
        if label is not None and not label.visible:
            hidden = hidden if id in hidden else hidden | {id}
        elif id in hidden:
            hidden = hidden - {id}
        if after is not None and after == before:
            return self._hiding(hidden)
        rows = list(self.rows)
        if before:
            del rows[bisect_left(rows, before.rank, key=_rank)]
        if after:
            insort(rows, after, key=_rank)
        table = _fill(object.__new__(LabelTable), tuple(rows), hidden)
        stays = before is not None and after is not None and before.rank == after.rank
        table.__dict__.update(self._kept(before, after, stays))
        return table

    def _hiding(self, hidden: frozenset[int]) -> "LabelTable":
        """The same labels, of which these are hidden."""
        table = object.__new__(LabelTable)
        table.__dict__.update(self.__dict__ | {"hidden": hidden})
        return table

    def _row(self, label: int) -> Label | None:
        known, changed = self._known
        return changed[label] if label in changed else known.get(label)

    def _seen(self, row: Label) -> Label:
        return row.shown(row.id not in self.hidden)

    def _kept(self, before: Label | None, after: Label | None, stays: bool) -> dict[str, Any]:
        """What a table with another label in the place of one need not find out again."""
        order = self._order(named=bool(before and after and before.name == after.name)) if stays else {}
        if "locked" in self.__dict__:
            others = self.locked - {before.id} if before else self.locked
            order["locked"] = others | {after.id} if after and after.locked else others
        known, changed = self._known
        changed = changed | {one.id: after for one in (before, after) if one}  # of one id
        return {"_known": (known, changed), **order} if len(changed) <= MOST_CHANGED else order

    def _order(self, named: bool) -> dict[str, Any]:
        """What a table with the same ids in the same order, and names where `named`, need not find out again."""
        names = ("ids", "_all_ids", "folded_names") if named else ("ids", "_all_ids")
        return {name: self.__dict__[name] for name in names if name in self.__dict__}

    def checked(self, label: Label) -> Label:
        """The same label; raises InvalidParameter when another one has its name."""
        taken = self.named(label.name)
        if taken and taken.id != label.id:
            raise InvalidParameter(
                f"Label {label.id} must have a name of its own, received {label.name!r}, the name of label "
                f"{taken.id}: give another name."
            )
        return label

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"labels": [label.to_dict() for label in self]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The table that `to_dict` wrote; raises InvalidFile for anything else."""
        if not isinstance(values.get("labels"), list):
            raise InvalidFile(f"A label table must hold a list of labels, received {values!r}: correct the file.")
        return cls(Label.from_dict(label) for label in values["labels"])

    def _with(self, label: Label) -> "LabelTable":
        return self.put(label.id, self.checked(label))

    def _next_name(self, id: int) -> str:
        highest = max(self._by_id, default=0)
        by_id = any(one in self and self[one].name == _by_id(one) for one in (BACKGROUND, highest))
        return _free_name(id, self._by_name, by_id=by_id)


def _fill(table: LabelTable, rows: tuple[Label, ...], hidden: Iterable[int]) -> LabelTable:
    """The table with these rows, which are in order: with 65535 of them checking takes long."""
    table.__dict__.update({"rows": rows, "hidden": frozenset(hidden)})
    return table


def _rank(label: Label) -> tuple[float, int]:
    return label.rank


def _free_name(id: int, names: Container[str], *, by_id: bool) -> str:
    """The usual name of an id, or where another label is called so that of its id, or that with a number behind."""
    usual = "Background" if id == BACKGROUND else _by_id(id - 1)
    name = _by_id(id) if by_id or usual in names else usual
    return name if name not in names else next(one for n in count(2) if (one := f"{name} ({n})") not in names)


def _by_id(id: int) -> str:
    return f"Label {id}"
