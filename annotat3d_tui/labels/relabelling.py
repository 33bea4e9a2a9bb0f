"""Which rows of a label table an act must change, so that labels it needs or brings are there."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from annotat3d_tui.labels.acts import Relabel
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.table import LabelTable


def missing(table: LabelTable, ids: Iterable[int], after: tuple[Relabel, ...] = ()) -> tuple[Relabel, ...]:
    """What adds those of these labels that are not in the table, once `after` is done."""
    if after:
        changed = {one.id: one.after for one in after}
        others = (label for label in table if label.id not in changed)
        table = LabelTable.of([*others, *(label for label in changed.values() if label)])
    return tuple(Relabel(label.id, None, label) for label in table.missing(ids))


def brought(table: LabelTable, labels: Iterable[Label]) -> tuple[Relabel, ...]:
    """What puts these labels into the table, one after the other, where they differ from its own.

    A name that another label has gets a number.
    """
    now = {label.id: label for label in table}
    owner = {label.name: label.id for label in table}
    relabels = []
    for label in labels:
        before = now.get(label.id)
        names = (label.name if n == 1 else f"{label.name} ({n})" for n in count(1))
        after = replace(label, name=next(name for name in names if owner.get(name, label.id) == label.id))
        if before:  # where it stands and whether it is locked is for the person to say
            after = replace(after, locked=before.locked, place=before.place)
        if after != before:
            relabels.append(Relabel(label.id, before, after))
            if before:
                del owner[before.name]
            now[label.id], owner[after.name] = after, label.id
    return tuple(relabels)
