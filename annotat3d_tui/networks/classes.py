"""Which label ids are the classes of a dataset, and whether 0 is one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from annotat3d_tui.networks import layout


@dataclass(frozen=True)
class Classes:
    """The label ids of all pairs together: ids in the order of a network's outputs, voxels of each.

    unlabelled: the id that is ignored (0), or None where every voxel has a class.
    """

    ids: tuple[int, ...]
    unlabelled: int | None
    voxels: Mapping[int, int]

    @property
    def sentence(self) -> str:
        """What 0 is taken for, and why; "" where it does not occur.

        >>> classes_among({0: 5, 1: 2, 2: 1}).sentence
        'Label 0 is not labelled and is ignored: there are 2 classes without it.'
        >>> classes_among({0: 5, 1: 2}).sentence
        'Label 0 is a class: there is one other.'
        """
        if self.unlabelled is not None:
            return f"Label 0 is not labelled and is ignored: there are {len(self.ids)} classes without it."
        if layout.NOT_LABELLED not in self.ids:
            return ""
        others = len(self.ids) - 1
        return f"Label 0 is a class: there {'is one other' if others == 1 else f'are {others} others'}."


class Labelled(Protocol):
    """A pair whose labels were counted."""

    @property
    def labels(self) -> Mapping[int, int]:
        """Voxels of each label id."""


class Named(Labelled, Protocol):
    """One that can be named in a sentence."""

    @property
    def label_name(self) -> str:
        """The name of its label file."""


def classes_of(pairs: Sequence[Labelled], zero_is_class: bool = False) -> Classes:
    """The classes of all pairs together."""
    voxels: dict[int, int] = {}
    for pair in pairs:
        for label, count in pair.labels.items():
            voxels[label] = voxels.get(label, 0) + count
    return classes_among(voxels, zero_is_class)


def classes_among(voxels: Mapping[int, int], zero_is_class: bool = False) -> Classes:
    """The classes, from the voxels of each id: 0 is none where two others are, unless it is said to be one."""
    ids = sorted(voxels)
    others = [label for label in ids if label != layout.NOT_LABELLED]
    if layout.NOT_LABELLED in ids and len(others) >= 2 and not zero_is_class:
        return Classes(tuple(others), layout.NOT_LABELLED, dict(voxels))
    return Classes(tuple(ids), None, dict(voxels))


def problem_of_classes(pair: Named, together: Classes, declared: int) -> str:
    """What is wrong with the classes of all pairs, in words that name this one's labels; "" when nothing is.

    declared: how many there must be; 0: any number from 2.
    """
    count = len(together.ids)
    listed = ", ".join(map(str, together.ids[:10])) + (", …" if count > 10 else "")
    if count < 2:
        return (
            f"{pair.label_name} must hold, with the other label volumes, at least two classes, "
            f"received {listed} alone: label another class, too."
        )
    if count > layout.MOST_CLASSES:
        return (
            f"{pair.label_name} must hold, with the other label volumes, at most {layout.MOST_CLASSES} classes, "
            f"received {count}: give label volumes with fewer."
        )
    if declared and count != declared:
        zero = " (0 is ignored)" if together.unlabelled is not None else ""
        return (
            f"{pair.label_name} must hold, with the other label volumes, the {declared} classes that were declared, "
            f"received {count}, {listed}{zero}: correct the number or the labels."
        )
    return ""
