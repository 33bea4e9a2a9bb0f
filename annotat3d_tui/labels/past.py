"""Acts on marks and corrections of the label volume as one history, in the order in which they were done.

>>> from annotat3d_tui.labels.strokes import parse_stroke
>>> annotation, _ = Annotation.open((1, 4, 4))
>>> _ = annotation.draw(parse_stroke("brush 2 r=0 xy z=0 1,1"))
>>> past = Past(annotation)
>>> past.undo(), past.position, past.words_of(0)
('brush 2 r=0 xy z=0 1,1', 0, 'brush 2 r=0 xy z=0 1,1')
"""

from bisect import bisect_left

from annotat3d_tui.labels.annotation import Annotation
from annotat3d_tui.labels.corrections import Correction, Corrections


class Past:
    """What can be undone and redone; corrections: None while there are none."""

    def __init__(self, annotation: Annotation, corrections: Corrections | None = None) -> None:
        self._annotation, self.corrections = annotation, corrections

    @property
    def position(self) -> int:
        """How many acts are done; those after it are undone."""
        done = self.corrections.done if self.corrections else []
        return self._annotation.position + len(done) - sum(one.brings for one in done)

    def acts(self) -> int:
        """How many acts there are, done and undone."""
        places = self._places()
        return self._annotation.acts() + len(places) - sum(one.brings for one in self._every())

    def words_of(self, number: int) -> str:
        """Words of the act with a number from 0."""
        places = self._places()
        before = bisect_left(places, number)
        if self.corrections and before < len(places) and places[before] == number:
            done, undone = self.corrections.done, self.corrections.undone
            return done[before].words if before < len(done) else undone[len(done) - 1 - before].words
        brought = sum(one.brings for one in self._every()[:before])
        return self._annotation.words_of(number - before + brought)

    def undo(self, times: int = 1) -> str | None:
        """Undo the last act, or as many, and return the words of the last one undone; None when there is none."""
        words, marks, done = None, self._annotation, self.corrections.done if self.corrections else []
        while times > 0:
            if self.corrections and self.corrections.is_later(marks.position):
                brings = done[-1].brings
                words, count = self.corrections.undo(), 1
                marks.undo(brings)
            elif count := min(times, marks.position - (done[-1].acts if done else 0)):
                words = marks.undo(count)
            else:
                break
            times -= count
        return words

    def redo(self, times: int = 1) -> str | None:
        """Redo the act that was undone last, or as many, and return the words of the last one redone."""
        words, marks = None, self._annotation
        self._forget_passed()
        undone = self.corrections.undone if self.corrections else []
        while times > 0:
            following = undone[-1].acts - undone[-1].brings if undone else 0
            there = following if following > marks.position else marks.acts()
            if self.corrections and self.corrections.is_next(marks.position):
                marks.redo(undone[-1].brings)
                words, count = self.corrections.redo(), 1
            elif count := min(times, there - marks.position, marks.acts() - marks.position):
                words = marks.redo(count)
            else:
                break
            times -= count
        return words

    def forget_undone(self) -> None:
        """Give up the corrections that could be redone: what `Annotation.before_act` is to call. Raises CannotWrite."""
        if self.corrections is not None:
            self.corrections.forget_undone()

    def _places(self) -> list[int]:
        """The numbers of the corrections among all acts; one that follows on k acts on marks comes after these."""
        self._forget_passed()
        places, brought, marks = [], 0, self._annotation.acts()
        for place, one in enumerate(self._every()):
            brought += one.brings
            places.append(min(one.acts, marks) - brought + place)  # fewer where the journal of marks was damaged
        return places

    def _forget_passed(self) -> None:
        """Give up corrections that a process killed between two journals left to redo."""
        if self.corrections is not None:
            self.corrections.forget_passed(self._annotation.position)

    def _every(self) -> list[Correction]:
        """The corrections, done and undone, in the order in which they were done first."""
        return [*self.corrections.done, *reversed(self.corrections.undone)] if self.corrections else []
