"""The labels of a project: ids, names, colours, which are shown. A table never changes: each change makes a new one.

>>> table = LabelTable().add("Crack")
>>> [(label.id, label.name) for label in table]
[(1, 'Background'), (2, 'Label 1'), (3, 'Crack')]
>>> table.rename(2, "Grain")[2].name
'Grain'
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.labels.colours import HIGHEST_LABEL, Colour, check_label, colour_of

BACKGROUND = 1


@dataclass(frozen=True)
class Label:
    """A class or an object: id 1…65535, a name of one line, a colour (red, green, blue) 0…255."""

    id: int
    name: str
    colour: Colour
    visible: bool = True

    def __post_init__(self) -> None:
        check_label(self.id)
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

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"id": self.id, "name": self.name, "colour": list(self.colour), "visible": self.visible}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The label that `to_dict` wrote; raises InvalidFile for anything else."""
        try:
            red, green, blue = (int(channel) for channel in values["colour"])
            return cls(int(values["id"]), str(values["name"]), (red, green, blue), bool(values["visible"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidFile(f"A label must have id, name, colour and visible, received {values!r}: {error}") from None


_FIRST = (Label(BACKGROUND, "Background", colour_of(1)), Label(2, "Label 1", colour_of(2)))


@dataclass(frozen=True)
class LabelTable:
    """Labels in the order of their ids; `Background` (1) and `Label 1` (2) at first."""

    labels: tuple[Label, ...] = _FIRST

    def __post_init__(self) -> None:
        ids = [label.id for label in self.labels]
        names = [label.name for label in self.labels]
        if ids != sorted(set(ids)) or len(set(names)) != len(names):
            raise InvalidParameter("Labels must have rising ids and names of their own: correct the list.")

    def __iter__(self) -> Iterator[Label]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __contains__(self, label: object) -> bool:
        return self.get(label) is not None

    def __getitem__(self, label: int) -> Label:
        """The label with this id; raises InvalidParameter when there is none."""
        found = self.get(label)
        if found is None:
            ids = ", ".join(str(one.id) for one in self.labels) or "no labels"
            raise InvalidParameter(f"There is no label {label}, there are {ids}: choose one of them or add it.")
        return found

    def get(self, label: object) -> Label | None:
        """The label with this id, or None."""
        return next((one for one in self.labels if one.id == label), None)

    def next_id(self) -> int:
        """The id of the next new label: one above the highest, or where that is taken the lowest free one."""
        ids = {label.id for label in self.labels}
        highest = max(ids, default=0)
        if highest < HIGHEST_LABEL:
            return highest + 1
        free = next((number for number in range(1, HIGHEST_LABEL) if number not in ids), None)
        if free is None:
            raise InvalidParameter(f"There must be at most {HIGHEST_LABEL} labels: remove one before adding another.")
        return free

    def add(self, name: str | None = None, colour: Colour | None = None, id: int | None = None) -> "LabelTable":
        """A table with one label more; what is not given is `next_id()`, `Label n` and the id's own colour."""
        number = self.next_id() if id is None else id
        check_label(number)
        if number in self:
            raise InvalidParameter(f"A new label must have an id of its own, received {number}: choose another one.")
        return self._with(Label(number, name or self._free_name(number), colour or colour_of(number)))

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

    def put(self, id: int, label: Label | None) -> "LabelTable":
        """A table in which `label` (None: nothing) stands at `id`."""
        others = [one for one in self.labels if one.id != id]
        return LabelTable(tuple(sorted([*others, *([label] if label else [])], key=lambda one: one.id)))

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
        taken = next((one for one in self.labels if one.name == label.name and one.id != label.id), None)
        if taken:
            raise InvalidParameter(
                f"Label {label.id} must have a name of its own, received {label.name!r}, the name of label "
                f"{taken.id}: give another name."
            )
        return self.put(label.id, label)

    def _free_name(self, id: int) -> str:
        names = {label.name for label in self.labels}
        name = "Background" if id == BACKGROUND else f"Label {id - 1}"
        tries = (f"{name} ({number})" for number in range(2, len(names) + 3))
        return name if name not in names else next(one for one in tries if one not in names)
