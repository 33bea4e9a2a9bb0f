"""The objects of a label volume in columns, which can be put in order and looked through.

>>> from annotat3d_tui.labels.objects import measure
>>> table = ObjectTable.of(measure(np.array([[[3, 3, 0, 5, 7, 7, 7]]])))
>>> [table.objects[row].label for row in table.rows(by="voxels", falling=True)]
[7, 3, 5]
>>> [table.objects[row].label for row in table.rows("voxels<3 x>1")]
[5]
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.labels.objects import Object

_CONDITION = re.compile(r"(\w+)(<=|>=|<|>|=)(\S+)")
_COMPARES: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal, "=": np.isclose
}  # fmt: skip


class Column(NamedTuple):
    """A number of each object; power: of the unit that it is in, 0 for none."""

    name: str
    of: Callable[[Object], float | None]
    power: int = 0


COLUMNS = (
    Column("label", lambda one: one.label),
    Column("piece", lambda one: one.piece),
    Column("voxels", lambda one: one.voxels),
    Column("volume", lambda one: one.volume, 3),
    Column("surface", lambda one: one.surface, 2),
    Column("diameter", lambda one: one.diameter, 1),
    Column("sphericity", lambda one: one.sphericity),
    Column("x", lambda one: one.centroid[2]),
    Column("y", lambda one: one.centroid[1]),
    Column("z", lambda one: one.centroid[0]),
    Column("mean", lambda one: one.mean),
    Column("lowest", lambda one: one.lowest),
    Column("highest", lambda one: one.highest),
    Column("x0", lambda one: one.box[2]),
    Column("x1", lambda one: one.box[5]),
    Column("y0", lambda one: one.box[1]),
    Column("y1", lambda one: one.box[4]),
    Column("z0", lambda one: one.box[0]),
    Column("z1", lambda one: one.box[3]),
)
"""In the order in which they stand side by side: x, y, z of the centroid, then first and last + 1 of the box."""


@dataclass(frozen=True, eq=False)
class ObjectTable:
    """Objects, by label and piece. unit: of lengths. values: (n,) float64 of each column, NaN where it is not known."""

    objects: list[Object]
    unit: str
    values: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, objects: list[Object], unit: str = "voxel") -> Self:
        """The table of what was measured."""
        values = {
            column.name: np.array([column.of(one) for one in objects], np.float64).reshape(-1) for column in COLUMNS
        }
        return cls(objects, unit, values)

    def __len__(self) -> int:
        return len(self.objects)

    def rows(
        self, words: str = "", names: Mapping[int, str] | None = None, *, by: str = "label", falling: bool = False
    ) -> NDArray[np.int64]:
        """Numbers of the objects for which all words hold, in the order of a column.

        words: conditions such as `voxels<100` or `label=3`, and pieces of the name of the label. Objects that are equal
        stay in the order of labels and pieces. Raises InvalidParameter for a condition that is none.
        """
        held = np.ones(len(self), np.bool_)
        for word in words.split():
            held &= self._where(word, names or {})
        found = np.flatnonzero(held)
        values = self.values[by][found]
        return found[np.argsort(-values if falling else values, kind="stable")]

    def _where(self, word: str, names: Mapping[int, str]) -> NDArray[np.bool_]:
        """Which objects a word is true for."""
        condition = _CONDITION.fullmatch(word)
        if condition is None:
            wanted = word.casefold()
            ids = [id for id, name in names.items() if wanted in name.casefold()]
            labels = self.values["label"]
            return np.isin(labels, ids) | (labels == float(word) if word.isdecimal() else False)
        name, sign, number = condition.groups()
        values = self.values[_column(name)]
        try:
            return _COMPARES[sign](values, float(number))
        except ValueError:
            raise InvalidParameter(
                f"A condition must end with a number, such as voxels<100, received {word!r}: type a number."
            ) from None


def _column(name: str) -> str:
    """The one column whose name begins so; raises InvalidParameter."""
    found = [column.name for column in COLUMNS if column.name.startswith(name)]
    if name not in found and len(found) != 1:
        known = ", ".join(column.name for column in COLUMNS)
        raise InvalidParameter(f"A column must be one of {known}, received {name!r}: type another.")
    return name if name in found else found[0]
