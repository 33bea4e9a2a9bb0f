"""Changes of a label volume, each of which can be undone and is in a journal before it is made.

>>> label = np.array([[[1, 1, 2]]], np.uint8)
>>> corrections, _ = Corrections.open(label)
>>> corrections.do(Correction("merge 1,2", Change.of(label, np.array([2]), np.array([1]))))
>>> corrections.label.tolist(), corrections.undo(), corrections.label.tolist()
([[[1, 1, 1]]], 'merge 1,2', [[[1, 1, 2]]])

The journal stands beside the file of the label volume and names the state of that file it begins with, so that a file
that was made anew, or changed by another program, is never changed by acts that were meant for another one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import Annotat3DError, InvalidFile, InvalidParameter, ReadOnly
from annotat3d_tui.labels.change import Change
from annotat3d_tui.labels.journal import Journal, read_journal

KIND = "annotat3d label journal"


@dataclass(frozen=True, eq=False)
class Correction:
    """A change in words that say what was done.

    acts: how many acts on marks had been done by then, so that both are undone in their order.
    """

    words: str
    change: Change
    acts: int = 0

    def record(self) -> dict[str, Any]:
        """What the journal keeps."""
        return {"do": "correct", "words": self.words, "acts": self.acts, **self.change.to_record()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """What `record` kept; raises KeyError, TypeError, ValueError or InvalidFile for another one."""
        return cls(str(record["words"]), Change.from_record(record), int(record["acts"]))


class Corrections:
    """A label volume (Z, Y, X) uint8 or uint16 and the corrections that led to it.

    label: as it is now; it becomes another array when a label does not fit its type. Nothing but this changes it.
    unsaved: whether the file that the journal begins with holds another state.
    """

    def __init__(self, label: NDArray[Any], journal: Journal | None, read_only: bool = False) -> None:
        self.label = label
        self.done: list[Correction] = []
        self.undone: list[Correction] = []
        self.unsaved = False
        self._journal, self._read_only = journal, read_only

    @classmethod
    def open(
        cls, label: NDArray[Any], path: Path | None = None, state: str = "", read_only: bool = False
    ) -> tuple[Self, list[str]]:
        """The corrections in a journal, made on a copy of `label`, and sentences about what had to be left out.

        path: None keeps no journal. state: names what the file of the label volume holds; a journal that knows no such
        state is begun anew, which is said. Raises as `Journal.open`, and InvalidFile for acts that cannot be done.
        """
        own = np.array(label, order="C")
        if path is None:
            return cls(own, None, read_only), []
        if read_only:
            journal, (records, messages) = None, read_journal(path, label.shape, kind=KIND)
        else:
            journal, records, messages = Journal.open(path, label.shape, kind=KIND)
        known = [number for number, record in enumerate(records) if record.get("state") == state]
        if records and not known:
            messages.append(f"{path.name} is of another label volume than is there now: its corrections are left out.")
        if not known:
            if journal is not None:
                journal.close()
                path.unlink()
                journal, _, _ = Journal.open(path, label.shape, kind=KIND)
                journal.append({"do": "begin", "state": state})
            return cls(own, journal, read_only), messages
        corrections = cls(own, journal, read_only)
        corrections._replay(records, known[-1], path)
        return corrections, messages

    def do(self, correction: Correction) -> None:
        """Make a correction, after which there is nothing to redo.

        Raises CannotWrite, ReadOnly, and InvalidParameter for one that was found on another label volume than is there
        now; nothing is done then.
        """
        change = correction.change
        if not np.array_equal(self.label.reshape(-1)[change.where], np.repeat(change.before, change.lengths)):
            raise InvalidParameter(
                f"{correction.words} must be made to the label volume that it was found on, and that has changed: "
                "do it again."
            )
        self._write(correction.record())
        self._perform(correction)

    def undo(self) -> str:
        """Take back the last correction, which there must be, and return its words."""
        self._write({"do": "undo"})
        return self._undo()

    def redo(self) -> str:
        """Make again what was taken back last, which there must be, and return its words."""
        self._write({"do": "redo"})
        return self._redo()

    def is_later(self, acts: int) -> bool:
        """Whether the last correction came after the last of so many acts on marks, and is the one to undo."""
        return bool(self.done) and self.done[-1].acts >= acts

    def is_next(self, acts: int) -> bool:
        """Whether the correction undone last followed on so many acts on marks, and is the one to redo."""
        return bool(self.undone) and self.undone[-1].acts == acts

    def forget_passed(self, acts: int) -> None:
        """Give up what was undone when another act on marks has taken its place: there are more than it followed on."""
        if self.undone and self.undone[-1].acts < acts:
            self.undone.clear()

    def saving(self, state: str) -> None:
        """Say, before it takes its place, that a file with the label volume as it is now is of this state."""
        self._write({"do": "save", "state": state})

    def close(self) -> None:
        """Wait until the disk has everything."""
        if self._journal:
            self._journal.close()

    def _write(self, record: dict[str, Any]) -> None:
        if self._read_only:
            raise ReadOnly(
                "The workspace must not be open read-only to be changed, and it is: open it again once nobody has it."
            )
        if self._journal:
            self._journal.append(record)
        self.unsaved = record["do"] != "save"

    def _perform(self, correction: Correction, touches: bool = True) -> None:
        if touches:
            self._widen(correction.change.after)
            correction.change.apply(self.label)
        self.done.append(correction)
        self.undone.clear()

    def _undo(self, touches: bool = True) -> str:
        correction = self.done.pop()
        if touches:
            self._widen(correction.change.before)
            correction.change.revert(self.label)
        self.undone.append(correction)
        return correction.words

    def _redo(self, touches: bool = True) -> str:
        correction, undone = self.undone[-1], self.undone[:-1]
        self._perform(correction, touches)
        self.undone = undone
        return correction.words

    def _widen(self, ids: NDArray[np.uint16]) -> None:
        """Let the label volume hold these ids."""
        if ids.max(initial=0) > np.iinfo(self.label.dtype).max:
            self.label = self.label.astype(np.uint16)

    def _replay(self, records: list[dict[str, Any]], begun: int, path: Path) -> None:
        """Do all acts again; the volume has those before record `begun`."""
        number = 0
        try:
            for number, record in enumerate(records):
                self._replay_one(record, touches=number > begun)
        except (KeyError, IndexError, TypeError, ValueError, Annotat3DError) as error:
            raise InvalidFile(
                f"{path} line {number + 2} must be an act that can be done, received {record.get('do')!r} ({error}): "
                "open it with the program that wrote it, or remove it."
            ) from None
        self.unsaved = begun < len(records) - 1

    def _replay_one(self, record: dict[str, Any], touches: bool) -> None:
        do = record["do"]
        if do == "correct":
            self._perform(Correction.from_record(record), touches)
        elif do == "undo":
            self._undo(touches)
        elif do == "redo":
            self._redo(touches)
        elif do not in ("begin", "save"):
            raise ValueError("an unknown act")
