"""Labels that are hidden, locked, added, removed, undone and redone, beside a model of a few lines."""

import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.labels import annotation as annotations
from annotat3d_tui.labels.annotation import Annotation

SHAPE = (2, 3, 4)
ACTS = ("add", "remove", "lock", "show", "hide", "only", "all", "undo", "redo", "open again")


@dataclass
class Model:
    """Each state of the labels, id -> whether it is locked; which one is now; what is hidden whatever is undone."""

    states: list[dict[int, bool]] = field(default_factory=lambda: [{1: False, 2: False}])
    at: int = 0
    hidden: set[int] = field(default_factory=set)

    @property
    def now(self) -> dict[int, bool]:
        """Labels as they are."""
        return self.states[self.at]

    def do(self, act: str, id: int) -> None:
        """Do an act; what makes no difference is none."""
        after = deepcopy(self.now)
        if act == "add" and id not in after:
            after[id] = False
            self.hidden.discard(id)
        elif act == "remove" and after.get(id) is False:
            del after[id]
        elif act == "lock" and id in after:
            after[id] = not after[id]
        elif act in ("show", "hide") and id in after:
            (self.hidden.discard if act == "show" else self.hidden.add)(id)
        elif act in ("only", "all"):
            self.hidden = set(after) - {id} if act == "only" else set()
        elif act == "undo":
            self.at = max(self.at - 1, 0)
        elif act == "redo":
            self.at = min(self.at + 1, len(self.states) - 1)
        if act in ("add", "remove", "lock") and after != self.now:
            self.states[self.at + 1 :] = [after]
            self.at += 1


def do(annotation: Annotation, act: str, id: int) -> None:
    """The same act of an annotation."""
    label = annotation.table.get(id)
    if act == "add":
        annotation.add_missing([id], f"add {id}")
    elif act in ("only", "all"):
        annotation.show_only(id if act == "only" else None)
    elif act in ("undo", "redo"):
        (annotation.undo if act == "undo" else annotation.redo)()
    elif label is not None and act in ("show", "hide"):
        annotation.set_visible(id, act == "show")
    elif label is not None and act == "lock":
        annotation.set_locked(id, not label.locked)
    elif label is not None and act == "remove" and not label.locked:
        annotation.remove_label(id)


@given(
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 5)), max_size=30),
    st.sampled_from((1, annotations.KEEP_AFTER)),
)
def test_labels_are_those_of_the_model(acts: list[tuple[str, int]], keep_after: int) -> None:
    model, before = Model(), annotations.KEEP_AFTER
    annotations.KEEP_AFTER = keep_after  # 1: what is opened again is a checkpoint
    try:
        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "annotation.journal"
            annotation, _ = Annotation.open(SHAPE, journal)
            for act, id in acts:
                if act == "open again":
                    annotation.close()
                    annotation, _ = Annotation.open(SHAPE, journal)
                model.do(act, id)
                do(annotation, act, id)
                found = {label.id: (label.locked, label.visible) for label in annotation.table}
                assert found == {id: (locked, id not in model.hidden) for id, locked in model.now.items()}
                assert annotation.table.locked == {id for id, locked in model.now.items() if locked}
            annotation.close()
    finally:
        annotations.KEEP_AFTER = before
