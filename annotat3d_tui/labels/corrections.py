"""Changes of a label volume, each of which can be undone and is in a journal before it is made.

>>> label = np.array([[[1, 1, 2]]], np.uint8)
>>> corrections, _ = Corrections.open(label)
>>> corrections.do(Correction.between("merge 1,2", label, np.array([[[1, 1, 1]]])))
>>> corrections.label.tolist(), corrections.undo(), corrections.label.tolist()
([[[1, 1, 1]]], 'merge 1,2', [[[1, 1, 2]]])

The journal stands beside the file of the label volume and names the state of that file it begins with, so that a file
that was made anew, or changed by another program, is never changed by acts that were meant for another one.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidFile, InvalidParameter, ReadOnly
from annotat3d_tui.labels.colours import HIGHEST_LABEL
from annotat3d_tui.labels.journal import Journal, read_journal
from annotat3d_tui.labels.runs import columns_text, from_columns_text, from_text, spread

KIND = "annotat3d label journal"
LARGE = 1 << 20
"""Voxels from which on a correction is made by a kernel, for which a compiler is loaded."""
Box = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class Correction:
    """Voxels of a label volume with their labels before and after, as runs, and words that say what was done.

    starts, lengths: (n,) of the runs in raster order; before, after: (n,) the label of each. acts: how many acts on
    marks had been done by then, so that both are undone in their order. brings: how many of these, the last ones, added
    the labels that it needs, and are done and undone with it.
    """

    words: str
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    before: NDArray[np.uint16]
    after: NDArray[np.uint16]
    acts: int = 0
    brings: int = 0

    @classmethod
    def of(cls, words: str, where: NDArray[np.int64], before: NDArray[Any], after: NDArray[Any], acts: int = 0) -> Self:
        """Of voxels `where` (m,), rising flat indices, with their labels (m,); those that stay are left out."""
        changed = before != after
        where, before, after = where[changed], before[changed], after[changed]
        breaks = (np.diff(where) != 1) | (np.diff(before) != 0) | (np.diff(after) != 0)
        first = np.append(0, np.flatnonzero(breaks) + 1) if len(where) else np.empty(0, np.int64)
        lengths = np.diff(first, append=len(where))
        return cls(words, where[first], lengths, before[first].astype(np.uint16), after[first].astype(np.uint16), acts)

    @classmethod
    def between(
        cls,
        words: str,
        before: NDArray[Any],
        after: NDArray[Any],
        corner: tuple[int, int, int] = (0, 0, 0),
        shape: tuple[int, ...] | None = None,
        acts: int = 0,
    ) -> Self:
        """From a box (z, y, x) of labels to the same box as it is to become.

        corner: of the box in a volume of `shape`, that of the box itself if it is not given.
        """
        places = np.nonzero(before != after)
        at = tuple(axis + first for axis, first in zip(places, corner, strict=True))
        where = np.ravel_multi_index(at, shape or before.shape)
        return cls.of(words, where, before[places], after[places], acts)

    @property
    def where(self) -> NDArray[np.int64]:
        """Flat indices (m,) of the voxels, rising."""
        return spread(self.starts, self.lengths)

    @property
    def size(self) -> int:
        """Number of voxels."""
        return int(self.lengths.sum())

    @property
    def middle(self) -> int:
        """Flat index of the voxel in the middle of them, of which there must be one."""
        ends, half = np.cumsum(self.lengths), self.size // 2
        run = int(np.searchsorted(ends, half, side="right"))
        return int(self.starts[run] + half - (ends[run] - self.lengths[run]))

    def record(self) -> dict[str, Any]:
        """What the journal keeps."""
        brings = {"brings": self.brings} if self.brings else {}
        runs = columns_text(np.diff(self.starts, prepend=0), self.lengths, self.before, self.after)
        return {"do": "correct", "words": self.words, "acts": self.acts, **brings, "runs": runs}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """What `record` kept, or a former version of it, which had two texts of runs.

        Raises KeyError, TypeError, ValueError or InvalidFile for another one.
        """
        words, acts, brings = str(record["words"]), int(record["acts"]), int(record.get("brings", 0))
        if "runs" not in record:
            where, before = from_text(record["before"])
            places, after = from_text(record["after"])
            if not np.array_equal(where, places):
                raise ValueError("other voxels before than after")
            return replace(cls.of(words, where, before, after, acts), brings=brings)
        gaps, lengths, was, becomes = from_columns_text(record["runs"])
        starts = np.cumsum(gaps)
        ends = starts + lengths
        if np.any(starts < 0) or np.any(ends <= starts) or np.any(starts[1:] < ends[:-1]):
            raise ValueError("runs that do not follow each other")
        if any(ids.min(initial=0) < 0 or ids.max(initial=0) > HIGHEST_LABEL for ids in (was, becomes)):
            raise ValueError("ids that no label has")
        return cls(words, starts, lengths, was.astype(np.uint16), becomes.astype(np.uint16), acts, brings)

    def put(self, label: NDArray[Any], *, back: bool = False) -> None:
        """Make it in a contiguous label volume that holds its ids, or take it back.

        Raises IndexError where it reaches beyond the volume.
        """
        ids = self.before if back else self.after
        if self._is_small(label):
            label.reshape(-1)[self.where] = np.repeat(ids, self.lengths)
            return
        from annotat3d_tui.labels.box_kernels import put_runs

        put_runs(label.reshape(-1), self.starts, self.lengths, ids)

    def fits(self, label: NDArray[Any]) -> bool:
        """Whether a contiguous label volume has the ids that it is to change; raises as `put`."""
        if self._is_small(label):
            now = label.reshape(-1)[self.where]
            return bool(np.array_equal(now, np.repeat(self.before, self.lengths)))
        from annotat3d_tui.labels.box_kernels import has_runs

        return has_runs(label.reshape(-1), self.starts, self.lengths, self.before)

    def _is_small(self, label: NDArray[Any]) -> bool:
        """Whether no kernel is needed, which would not see what is outside of the volume."""
        if len(self.starts) and self.starts[-1] + self.lengths[-1] > label.size:
            raise IndexError(f"voxels beyond the {label.size} that there are")
        return self.size < LARGE


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
        if not correction.fits(self.label):
            raise InvalidParameter(
                f"{correction.words} must be made to the label volume that it was found on, and that has changed: "
                "do it again."
            )
        self._write(correction.record())
        self._perform(correction)

    def undo(self) -> str:
        """Take back the last correction, which there must be, and return its words.

        The journal says with it that whatever then ends redoing is written there, too: `forget_undone`.
        """
        self._write({"do": "undo", "forgets": True})
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
        return bool(self.undone) and _before(self.undone[-1]) == acts

    def forget_passed(self, acts: int) -> None:
        """Give up what was undone when another act on marks has taken its place: there are more than it followed on."""
        if self.undone and _before(self.undone[-1]) < acts:
            self.forget_undone()

    def forget_undone(self) -> None:
        """Give up what could be redone, in the journal, too: an act on marks takes its place. Raises CannotWrite."""
        if self.undone:
            if not self._read_only:
                self._write({"do": "forget"})
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
        if record["do"] != "forget":
            self.unsaved = record["do"] != "save"

    def _perform(self, correction: Correction, touches: bool = True) -> None:
        self._put(correction, touches)
        self.done.append(correction)
        self.undone.clear()

    def _undo(self, touches: bool = True) -> str:
        correction = self.done.pop()
        self._put(correction, touches, back=True)
        self.undone.append(correction)
        return correction.words

    def _redo(self, touches: bool = True) -> str:
        correction = self.undone.pop()
        self._put(correction, touches)
        self.done.append(correction)
        return correction.words

    def _put(self, correction: Correction, touches: bool, *, back: bool = False) -> None:
        """Put labels where the correction was made; not where the volume has them already."""
        if not touches:
            return
        labels = correction.before if back else correction.after
        if labels.max(initial=0) > np.iinfo(self.label.dtype).max:
            self.label = self.label.astype(np.uint16)
        correction.put(self.label, back=back)

    def _replay(self, records: list[dict[str, Any]], begun: int, path: Path) -> None:
        """Do all acts again; the volume has those before record `begun`.

        A journal of a former version does not say when acts on marks ended redoing: what was undone there stays so.
        """
        number, former = 0, 0
        try:
            for number, record in enumerate(records):
                self._replay_one(record, touches=number > begun)
                is_former = record["do"] == "undo" and not record.get("forgets")
                former = len(self.undone) if is_former else min(former, len(self.undone))
        except (KeyError, IndexError, TypeError, ValueError, InvalidFile) as error:
            raise InvalidFile(
                f"{path} line {number + 2} must be an act that can be done, received {record.get('do')!r} ({error}): "
                "open it with the program that wrote it, or remove it."
            ) from None
        self.undone = self.undone[former:]
        self.unsaved = any(record["do"] not in ("save", "forget") for record in records[begun + 1 :])

    def _replay_one(self, record: dict[str, Any], touches: bool) -> None:
        do = record["do"]
        if do == "correct":
            self._perform(Correction.from_record(record), touches)
        elif do == "undo":
            self._undo(touches)
        elif do == "redo":
            self._redo(touches)
        elif do == "forget":
            self.undone.clear()
        elif do not in ("begin", "save"):
            raise ValueError("an unknown act")


def _before(correction: Correction) -> int:
    """How many acts on marks there were before a correction and what it brings."""
    return correction.acts - correction.brings
