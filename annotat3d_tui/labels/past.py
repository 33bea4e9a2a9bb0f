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
from annotat3d_tui.labels.corrections import Corrections


class Past:
    """What can be undone and redone; corrections: None while there are none."""

    def __init__(self, annotation: Annotation, corrections: Corrections | None = None) -> None:
        self._annotation, self.corrections = annotation, corrections

    @property
    def position(self) -> int:
        """How many acts are done; those after it are undone."""
        return self._annotation.position + (len(self.corrections.done) if self.corrections else 0)

    def acts(self) -> int:
        """How many acts there are, done and undone."""
        return self._annotation.acts() + len(self._places())

    def words_of(self, number: int) -> str:
        """Words of the act with a number from 0."""
        places = self._places()
        before = bisect_left(places, number)
        if self.corrections and before < len(places) and places[before] == number:
            done, undone = self.corrections.done, self.corrections.undone
            return done[before].words if before < len(done) else undone[len(done) - 1 - before].words
        return self._annotation.words_of(number - before)

    def undo(self, times: int = 1) -> str | None:
        """Undo the last act, or as many, and return the words of the last one undone; None when there is none."""
        words, marks, done = None, self._annotation, self.corrections.done if self.corrections else []
        while times > 0:
            if self.corrections and self.corrections.is_later(marks.position):
                words, count = self.corrections.undo(), 1
            elif count := min(times, marks.position - (done[-1].acts if done else 0)):
                words = marks.undo(count)
            else:
                break
            times -= count
        return words

    def redo(self, times: int = 1) -> str | None:
        """Redo the act that was undone last, or as many, and return the words of the last one redone."""
        words, marks, undone = None, self._annotation, self.corrections.undone if self.corrections else []
        while times > 0:
            there = undone[-1].acts if undone and undone[-1].acts > marks.position else marks.acts()
            if self.corrections and self.corrections.is_next(marks.position):
                words, count = self.corrections.redo(), 1
            elif count := min(times, there - marks.position, marks.acts() - marks.position):
                words = marks.redo(count)
            else:
                break
            times -= count
        return words

    def _places(self) -> list[int]:
        """The numbers of the corrections among all acts; one that follows on k acts on marks comes after these."""
        if self.corrections is None:
            return []
        self.corrections.forget_passed(self._annotation.position)
        every = (*self.corrections.done, *reversed(self.corrections.undone))
        return [one.acts + place for place, one in enumerate(every)]
