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
from math import isfinite
from typing import Any, Self

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.labels.colours import HIGHEST_LABEL, Colour, check_label, colour_of

BACKGROUND = 1
MOST_NAMED = 20


@dataclass(frozen=True)
class Label:
    """A class or an object: id 1…65535, a name of one line, a colour (red, green, blue) 0…255.

    locked: its marks are left as they are by whatever marks or erases. place: labels are listed by rising place, those
    of one place by id; without one it is the id.
    """

    id: int
    name: str
    colour: Colour
    visible: bool = True
    locked: bool = False
    place: float | None = None

    def __post_init__(self) -> None:
        check_label(self.id)
        if self.place is not None and not isfinite(self.place):
            raise InvalidParameter(f"The place of label {self.id} must be a number, received {self.place}: give one.")
        if not self.name.strip() or not self.name.isprintable():
            raise InvalidParameter(
                f"The name of label {self.id} must be a line of visible characters, received {self.name!r}: "
                "give another name."
            )
        if len(self.colour) != 3 or not all(0 <= channel <= 255 for channel in self.colour):
            raise InvalidParameter(
                f"The colour of label {self.id} must be three numbers from 0 to 255 (red, green, blue), "
                f"received {self.colour}: give such a colour."
            )

    @property
    def rank(self) -> tuple[float, int]:
        """By which labels are sorted in lists."""
        return (self.id if self.place is None else self.place), self.id

    def shown(self, visible: bool) -> Self:
        """The same label shown or hidden."""
        if visible == self.visible:
            return self
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__, visible=visible)  # ten times as fast as replace, which checks again
        return changed

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; what is as usual is left out."""
        values = {"id": self.id, "name": self.name, "colour": list(self.colour), "visible": self.visible}
        locked = {"locked": True} if self.locked else {}
        return values | locked | ({} if self.place is None else {"place": self.place})

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The label that `to_dict` wrote; raises InvalidFile for anything else."""
        try:
            red, green, blue = (int(channel) for channel in values["colour"])
            place = values.get("place")
            return cls(
                int(values["id"]),
                str(values["name"]),
                (red, green, blue),
                bool(values["visible"]),
                bool(values.get("locked", False)),
                None if place is None else float(place),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidFile(f"A label must have id, name, colour and visible, received {values!r}: {error}") from None


_FIRST = (Label(BACKGROUND, "Background", colour_of(1)), Label(2, "Label 1", colour_of(2)))


@dataclass(frozen=True)
class LabelTable:
    """Labels in the order of lists; `Background` (1) and `Label 1` (2) at first."""

    labels: tuple[Label, ...] = _FIRST

    def __post_init__(self) -> None:
        ranks = [label.rank for label in self.labels]
        if ranks != sorted(ranks) or len(self._by_id) != len(ranks) or len(self._by_name) != len(ranks):
            raise InvalidParameter(
                "Labels must be in the order of their places, with ids and names of their own: correct the list."
            )

    @classmethod
    def of(cls, labels: Iterable[Label]) -> Self:
        """The table of labels in any order."""
        return cls(tuple(sorted(labels, key=lambda label: label.rank)))

    @cached_property
    def _by_id(self) -> dict[int, Label]:
        return {label.id: label for label in self.labels}

    @cached_property
    def _by_name(self) -> dict[str, Label]:
        return {label.name: label for label in self.labels}

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """Ids in the order of lists."""
        return tuple(label.id for label in self.labels)

    @cached_property
    def number_of(self) -> dict[int, int]:
        """Where each id stands in the list, from 0."""
        return {id: number for number, id in enumerate(self.ids)}

    @cached_property
    def folded_names(self) -> tuple[str, ...]:
        """Names without upper and lower case, to be searched."""
        return tuple(label.name.casefold() for label in self.labels)

    @cached_property
    def locked(self) -> frozenset[int]:
        """Ids of the labels that are locked."""
        return frozenset(label.id for label in self.labels if label.locked)

    def __iter__(self) -> Iterator[Label]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self._by_id

    def __getitem__(self, label: int) -> Label:
        """The label with this id; raises InvalidParameter when there is none."""
        found = self.get(label)
        if found is None:
            ids = ", ".join(str(one.id) for one in self.labels[:MOST_NAMED]) or "no labels"
            more = f" and {len(self.labels) - MOST_NAMED} more" if len(self.labels) > MOST_NAMED else ""
            raise InvalidParameter(f"There is no label {label}, there are {ids}{more}: choose one of them or add it.")
        return found

    def get(self, label: int) -> Label | None:
        """The label with this id, or None."""
        return self._by_id.get(label)

    def named(self, name: str) -> Label | None:
        """The label with this name, or None."""
        return self._by_name.get(name)

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
        """A label that could be added; what is not given is `next_id()`, `Label n` and the id's own colour."""
        number = self.next_id() if id is None else id
        check_label(number)
        if number in self:
            raise InvalidParameter(f"A new label must have an id of its own, received {number}: choose another one.")
        return self.checked(Label(number, name or self._free_name(number), colour or colour_of(number)))

    def missing(self, ids: Iterable[int]) -> list[Label]:
        """New labels, by rising id, for those of these ids from 1 that have none."""
        made: list[Label] = []
        missing = sorted({id for id in ids if id and id not in self})
        names = set(self._by_name) if missing else set()
        for id in missing:
            made.append(Label(id, _free_name(id, names), colour_of(id)))
            names.add(made[-1].name)
        return made

    def add(self, name: str | None = None, colour: Colour | None = None, id: int | None = None) -> "LabelTable":
        """A table with one label more; what is not given is as of `new`."""
        label = self.new(name, colour, id)
        return self.put(label.id, label)

    def remove(self, label: int) -> "LabelTable":
        """A table without that label."""
        return self.put(self[label].id, None)

    def rename(self, label: int, name: str) -> "LabelTable":
        """A table in which that label has another name."""
        return self._with(replace(self[label], name=name.strip()))

    def recolour(self, label: int, colour: Colour) -> "LabelTable":
        """A table in which that label has another colour."""
        return self._with(replace(self[label], colour=colour))

    def set_visible(self, label: int, visible: bool) -> "LabelTable":
        """A table in which that label is shown or hidden."""
        return self._with(replace(self[label], visible=visible))

    def set_locked(self, label: int, locked: bool) -> "LabelTable":
        """A table in which the marks of that label are locked or not."""
        return self._with(replace(self[label], locked=locked))

    def show_all_but(self, hidden: Container[int]) -> "LabelTable":
        """A table in which these labels are hidden and all others shown."""
        return _ordered(tuple(label.shown(label.id not in hidden) for label in self.labels))

    def move(self, label: int, index: int) -> "LabelTable":
        """A table in which that label stands at `index` (from 0) of the list; beyond its ends is at an end.

        >>> [label.id for label in LabelTable().add().move(3, 0)]
        [3, 1, 2]
        """
        moved = self[label]
        others = [one for one in self.labels if one.id != label]
        index = min(max(index, 0), len(others))
        if self.labels[index] == moved:
            return self
        below, above = others[max(index - 1, 0)].rank[0], others[min(index, len(others) - 1)].rank[0]
        if index in (0, len(others)):
            return self._with(replace(moved, place=above - 1 if index == 0 else below + 1))
        between = (below + above) / 2
        if below < between < above:
            return self._with(replace(moved, place=between))
        order = [*others[:index], moved, *others[index:]]  # no number is left between: each gets a new one
        return LabelTable(tuple(replace(one, place=float(place)) for place, one in enumerate(order, 1)))

    def put(self, id: int, label: Label | None) -> "LabelTable":
        """A table in which `label` (None: nothing) stands at `id`; its name is not looked at."""
        before, labels = self.get(id), list(self.labels)
        if before:
            del labels[bisect_left(labels, before.rank, key=_rank)]
        if label:
            insort(labels, label, key=_rank)
        table = _ordered(tuple(labels))
        stays = before is not None and label is not None and before.rank == label.rank
        table.__dict__.update(self._kept(before, label, stays))
        return table

    def _kept(self, before: Label | None, after: Label | None, stays: bool) -> dict[str, Any]:
        """What a table with another label in the place of one need not find out again."""
        by_id, by_name = dict(self._by_id), dict(self._by_name)
        if before:
            del by_id[before.id]
            if by_name.get(before.name) is before:
                del by_name[before.name]
        if after:
            by_id[after.id] = by_name[after.name] = after
        order: dict[str, Any] = {
            name: self.__dict__[name] for name in ("ids", "number_of") if stays and name in self.__dict__
        }
        return {"_by_id": by_id, "_by_name": by_name, **order}

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
        return {"labels": [label.to_dict() for label in self.labels]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The table that `to_dict` wrote; raises InvalidFile for anything else."""
        if not isinstance(values.get("labels"), list):
            raise InvalidFile(f"A label table must hold a list of labels, received {values!r}: correct the file.")
        return cls(tuple(Label.from_dict(label) for label in values["labels"]))

    def _with(self, label: Label) -> "LabelTable":
        return self.put(label.id, self.checked(label))

    def _free_name(self, id: int) -> str:
        return _free_name(id, self._by_name)


def _ordered(labels: tuple[Label, ...]) -> LabelTable:
    """The table of labels that are in order already: with 65535 of them checking takes long."""
    table = object.__new__(LabelTable)
    object.__setattr__(table, "labels", labels)
    return table


def _rank(label: Label) -> tuple[float, int]:
    return label.rank


def _free_name(id: int, names: Container[str]) -> str:
    """`Label n`, or where another one is called so `Label n (2)` and so on."""
    name = "Background" if id == BACKGROUND else f"Label {id - 1}"
    return name if name not in names else next(one for n in count(2) if (one := f"{name} ({n})") not in names)
