"""Acts on labels and marks: each is one call of the annotation, after which the screen shows it."""

import re
from collections import deque
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from textual import work
from textual.color import Color, ColorParseError

from annotat3d_tui.errors import Annotat3DError, InvalidParameter
from annotat3d_tui.labels.areas import Flood, Threshold
from annotat3d_tui.labels.drawing import Ground, draw, history_words, voxels_of
from annotat3d_tui.labels.label import Label
from annotat3d_tui.labels.strokes import AnyStroke
from annotat3d_tui.labels.table import LabelTable
from annotat3d_tui.tui.actions import with_keys
from annotat3d_tui.tui.learned_files import LearnedFiles
from annotat3d_tui.tui.messages import AreaFound
from annotat3d_tui.tui.saying import errors_said
from annotat3d_tui.tui.screens.dialogs import Ask, Confirm, if_given
from annotat3d_tui.tui.screens.history import History
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.segment_text import css_colour
from annotat3d_tui.tui.widgets.slice_view import SliceView
from annotat3d_tui.tui.work import FLOOD

Colour = tuple[int, int, int]
LOOKED_FOR = (Flood, Threshold)
"""Strokes whose voxels are looked for in the image, in a thread."""


class Labelling(LearnedFiles):
    """Actions on the label table and on the marks, all of which can be undone."""

    @cached_property
    def _asked(self) -> deque[AnyStroke]:
        """Strokes that wait for a flood, and first that flood."""
        return deque()

    @property
    def view(self) -> SliceView:
        """The slice."""
        return self.query_one(SliceView)

    @property
    def label(self) -> Label:
        """The label that the brush paints."""
        return self.session.annotation.table[self.view.brush.label]

    def annotation_changed(self) -> None:
        """Show labels and marks as they are now; the screen that shows them knows how."""

    def draw(self, stroke: AnyStroke) -> None:
        """Make a stroke part of the annotation: a flood when it is found, and what comes after a flood after it."""
        self.view.lift()
        self.session.annotation.check_may_change()
        if self._asked or isinstance(stroke, LOOKED_FOR):
            self._asked.append(stroke)
            if len(self._asked) == 1:
                self._find(stroke)
        else:
            self._draw_now(stroke)

    def take_found(self, found: AreaFound) -> None:
        """Make what a flood has found part of the annotation, in its words, and go on with what was asked after it.

        Raises what kept it from being found.
        """
        self._asked.popleft()
        try:
            if isinstance(found.where, Annotat3DError):
                raise found.where
            self.view.lift()
            self.session.annotation.edit(found.where, found.stroke.label, history_words(found.stroke))
            self.annotation_changed()
        finally:
            while self._asked and not isinstance(self._asked[0], LOOKED_FOR):
                with errors_said(self):
                    self._draw_now(self._asked.popleft())
            if self._asked:
                self._find(self._asked[0])

    def _draw_now(self, stroke: AnyStroke) -> None:
        annotation = self.session.annotation
        draw(annotation, stroke, Ground(annotation.shape, superpixels=self.view.superpixels))
        self.annotation_changed()

    @work(thread=True, group=FLOOD, exit_on_error=False)
    def _find(self, stroke: AnyStroke) -> None:
        """What a flood finds in the image, looked for while the screen answers."""
        with self.lease.used():
            ground = Ground(self.session.annotation.shape, self.session.image.data)
            found: NDArray[np.int64] | Annotat3DError
            try:
                found = voxels_of(stroke, ground)
            except Annotat3DError as error:
                found = error
            self.post_message(AreaFound(stroke, found))

    def action_save_markers(self) -> None:
        """Save the annotation as a mask, with all that was drawn."""
        self.view.lift()
        super().action_save_markers()

    def action_save_annotation(self) -> None:
        """Save the annotation with all that was drawn."""
        self.view.lift()
        super().action_save_annotation()

    def action_choose(self, label: int) -> None:
        """The brush paints this label from now on."""
        self.view.brush = replace(self.view.brush, label=label, erase=False)
        self.annotation_changed()

    def action_new_label(self) -> None:
        """Ask for a name and add a label."""
        table = self.session.annotation.table
        suggested = table.new().name
        ask = Ask("New label", suggested, help="its name", check=lambda name: table.new(name.strip()))
        self.app.push_screen(ask, if_given(self._add_label))

    def _add_label(self, name: str) -> None:
        with errors_said(self):
            self.action_choose(self.session.annotation.add_label(name.strip()).id)

    def action_rename_label(self) -> None:
        """Ask for another name."""
        label, table = self.label, self.session.annotation.table
        ask = Ask(f"Rename label {label.id}", label.name, check=lambda name: table.rename(label.id, name))
        self.app.push_screen(ask, if_given(partial(self._rename, label)))

    def _rename(self, label: Label, name: str) -> None:
        with errors_said(self):
            self.session.annotation.rename(label.id, name)
            self.annotation_changed()

    def action_recolour_label(self) -> None:
        """Ask for another colour."""
        label = self.label
        help = "#rrggbb, a name such as orange, or red green blue from 0 to 255"
        ask = Ask(f"Colour of {label.name}", css_colour(label.colour), help=help, check=read_colour)
        self.app.push_screen(ask, if_given(partial(self._recolour, label)))

    def _recolour(self, label: Label, text: str) -> None:
        with errors_said(self):
            self.session.annotation.recolour(label.id, read_colour(text))
            self.annotation_changed()

    def action_remove_label(self) -> None:
        """Remove the label and its marks; asks when it has any."""
        self.view.lift()
        label = self.label
        count = self.session.annotation.markers.count(label.id)
        if not count.voxels:
            self._remove(label)
            return
        title = f"{label.name} has {count.voxels} marked voxels: remove it and"
        items = [Item("e", "erase", "erase them"), Item("m", "move", "give them to another label…")]
        self.app.push_screen(Menu(title, items), if_given(partial(self._remove_how, label)))

    def _remove_how(self, label: Label, how: str) -> None:
        if how == "erase":
            self._remove(label)
            return
        check = partial(other_label, self.session.annotation.table, label.id)
        ask = Ask(f"Marks of {label.name} go to", help="name or id of a label", check=check)
        self.app.push_screen(ask, if_given(partial(self._remove_into, label)))

    def _remove_into(self, label: Label, text: str) -> None:
        self._remove(label, other_label(self.session.annotation.table, label.id, text))

    def _remove(self, label: Label, move_to: int | None = None) -> None:
        with errors_said(self):
            self.session.annotation.remove_label(label.id, erase_markers=move_to is None, move_to=move_to)
            self._choose_one_that_is_there(move_to)
            self.annotation_changed()

    def action_lock_label(self) -> None:
        """Keep the marks of the label from being changed, or let them be."""
        self.view.lift()
        self.session.annotation.set_locked(self.label.id, not self.label.locked)
        self.notify(f"{self.label.name} is {'locked' if self.label.locked else 'unlocked'}", timeout=2, markup=False)
        self.annotation_changed()

    def action_raise_label(self) -> None:
        """Put the label one place up in the list."""
        self._move_label(-1)

    def action_lower_label(self) -> None:
        """Put the label one place down in the list."""
        self._move_label(+1)

    def _move_label(self, by: int) -> None:
        self.view.lift()
        annotation = self.session.annotation
        place = annotation.table.place_of(self.label.id)
        assert place is not None
        annotation.move_label(self.label.id, max(place + by, 0))
        self.annotation_changed()

    def action_hide_label(self) -> None:
        """Hide the label, or show it again."""
        self.session.annotation.set_visible(self.label.id, not self.label.visible)
        self.annotation_changed()

    def action_solo_label(self) -> None:
        """Show only this label; when it is the only one shown, show all."""
        annotation, chosen = self.session.annotation, self.label.id
        annotation.show_only(None if annotation.table.shows_only(chosen) else chosen)
        self.annotation_changed()

    def action_centre_label(self) -> None:
        """Move the cursor to the middle of the label in the label volume."""
        self.find_centre(self.label.id)

    def action_undo(self) -> None:
        """Take the last act back, which is the whole stroke when the pen is down."""
        self.view.lift()
        self.notify(f"Undone: {self.session.past.undo()}", timeout=2, markup=False)
        self._stepped()

    def action_history(self) -> None:
        """All acts, to go back or forth to one of them."""
        self.view.lift()
        refusal = self.view.refusal and f"history cannot be changed: {self.view.refusal}"
        self.app.push_screen(History(self.session.past, self._stepped, refusal))

    def _stepped(self) -> None:
        """Show marks and label volume as they are after an undo or redo."""
        if self.session.corrections is not None:
            self.label_stepped()
        self._choose_one_that_is_there()
        self.annotation_changed()

    def label_stepped(self) -> None:
        """Show the label volume as it is after an undo or redo."""
        self.session.went()
        self.view.label_volume = self.session.label

    def action_redo(self) -> None:
        """Do again what was undone."""
        self.view.lift()
        self.notify(f"Done again: {self.session.past.redo()}", timeout=2, markup=False)
        self._stepped()

    def erase_stroke_at(self, voxel: tuple[int, int, int]) -> None:
        """Erase the whole stroke that marked a voxel (z, y, x), if any."""
        if self.session.annotation.erase_stroke_at(voxel):
            self.annotation_changed()
        elif self.session.annotation.kept:
            said = with_keys("This stroke is of a locked label: {label.lock} unlocks it.", self.app)
            self.notify(said, severity="warning", timeout=3, markup=False)
        else:
            self.notify("No mark here.", severity="warning", timeout=2)

    def action_erase_all(self) -> None:
        """Erase all marks, after asking."""
        self.view.lift()
        marks = len(self.session.annotation.markers)
        question = f"Erase all {marks} marked voxels of every label? Undo brings them back."
        self.app.push_screen(Confirm(question, yes="Erase", no="Keep"), if_given(lambda _: self._erase_all()))

    def _erase_all(self) -> None:
        with errors_said(self):
            self.session.annotation.erase_all()
            self.annotation_changed()

    def _choose_one_that_is_there(self, wanted: int | None = None) -> None:
        table = self.session.annotation.table
        if self.view.brush.label not in table and len(table):
            self.view.brush = replace(self.view.brush, label=wanted or table.ids[-1])


def other_label(table: LabelTable, label: int, text: str) -> int:
    """The id of a label of the table, given by name or id, that is not `label`; raises InvalidParameter."""
    named = table.named(text.strip())
    number = int(text) if named is None and re.fullmatch(r" *[0-9]{1,5} *", text) else None
    found = named or (table.get(number) if number is not None else None)
    if found is None or found.id == label:
        raise InvalidParameter(f"Marks must go to another label, by its name or id, received {text!r}: type another.")
    return found.id


def read_colour(text: str) -> Colour:
    """A colour from `#e69f00`, `230 159 0` or a name that the web knows; raises InvalidParameter.

    >>> read_colour("#e69f00"), read_colour("230, 159, 0"), read_colour("Orange")
    ((230, 159, 0), (230, 159, 0), (255, 165, 0))
    """
    word = text.strip().lstrip("#")
    if re.fullmatch(r"[0-9a-fA-F]{6}", word):
        return int(word[:2], 16), int(word[2:4], 16), int(word[4:], 16)
    if text.strip().isalpha():
        with suppress(ColorParseError):
            return Color.parse(text.strip().lower()).rgb
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) != 3 or max(numbers) > 255:
        raise InvalidParameter(
            f"A colour must be #rrggbb, a name such as orange, or three numbers from 0 to 255, received {text!r}: "
            "type it again."
        )
    return numbers[0], numbers[1], numbers[2]
