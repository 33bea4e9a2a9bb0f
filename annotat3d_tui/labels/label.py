"""One label: id, name, colour, whether it is shown and whether it is locked, and its place in lists.

>>> Label(2, "Grain", (230, 159, 0)).shown(False).visible
False
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

from annotat3d_tui.errors import InvalidFile, InvalidParameter
from annotat3d_tui.labels.colours import Colour, check_label


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
        """The same label shown or hidden; far faster than replace, which checks again."""
        if visible == self.visible:
            return self
        changed = object.__new__(type(self))
        object.__setattr__(changed, "__dict__", self.__dict__ | {"visible": visible})
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
