"""The table of objects on the segmentation screen: measured in a thread, then shown beneath the slice."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from numpy.typing import NDArray
from textual import on, work
from textual.message import Message

from annotat3d_tui.labels.object_table import ObjectTable
from annotat3d_tui.labels.objects import Object, measure, table_text
from annotat3d_tui.tui.editing_labels import EditingLabels
from annotat3d_tui.tui.screens.dialogs import if_given
from annotat3d_tui.tui.screens.objects import Left, ObjectsScreen, TableLook
from annotat3d_tui.tui.screens.paths import AskPath, ChosenPath
from annotat3d_tui.tui.work import COMPUTE, Report

CSV = "A row for each object, as annotat3d measure writes it: a name that ends with .csv."


class ObjectsFound(Message):
    """The objects of the label volume, or the pieces of its labels."""

    def __init__(self, table: ObjectTable, pieces: bool) -> None:
        super().__init__()
        self.table, self.pieces = table, pieces


@dataclass(frozen=True, eq=False)
class Measured:
    """A table, and what had been done to the label volume by then."""

    past: tuple[object, ...]
    table: ObjectTable


class Measuring(EditingLabels):
    """A screen whose label volume can be measured; what was measured is kept until the volume changes."""

    @cached_property
    def _measured(self) -> dict[bool, Measured]:
        """By whether it is of pieces."""
        return {}

    @cached_property
    def _table_look(self) -> TableLook:
        return TableLook()

    def action_objects(self, pieces: bool = False) -> None:
        """The table of objects, or of connected pieces."""
        self.view.lift()
        kept = self._measured.get(pieces)
        if kept is not None and kept.past == self._past():
            self.post_message(ObjectsFound(kept.table, pieces))
            return
        assert self.session.label is not None
        self.measure_objects(self.begin("Objects"), self.session.label, pieces, self._past())

    @work(thread=True, exclusive=True, group=COMPUTE, exit_on_error=False)
    def measure_objects(self, report: Report, label: NDArray[Any], pieces: bool, past: tuple[object, ...]) -> None:
        """Measure the label volume."""
        with self.lease.used():
            image = self.session.image
            report(0.0, "loading")
            objects = measure(label, image.data, voxel_size=image.voxel_size, pieces=pieces, progress=report)
            table = ObjectTable.of(objects, image.unit)
            self._measured[pieces] = Measured(past, table)
            self.post_message(ObjectsFound(table, pieces))

    @on(ObjectsFound)
    def _objects_found(self, event: ObjectsFound) -> None:
        if not len(event.table):
            self.notify("The label volume holds no label.", severity="warning")
            return
        self.view.show_label = True
        table = ObjectsScreen(
            event.table,
            self.view,
            self._table_look,
            pieces=event.pieces,
            label_of=lambda id: self.session.annotation.table.get(id),
            save=partial(self._ask_csv, event.table.unit),
            make_room=self._make_room,
        )
        self.app.push_screen(table, self._left_objects)

    def _make_room(self, lines: int) -> None:
        """Keep so many lines above the last two free of the slice."""
        if self.is_mounted:
            self.query_one("#middle").styles.margin = (0, 0, lines, 0)

    def _left_objects(self, left: Left | None) -> None:
        if left is not None and left.pieces is not None:
            self.action_objects(left.pieces)
        elif left is not None and left.chosen is not None:
            self.view.action_centre()
            if left.chosen.label in self.session.annotation.table:
                self.action_choose(left.chosen.label)

    def _ask_csv(self, unit: str, objects: list[Object]) -> None:
        workspace = self.session.workspace
        suggested = workspace.folder.parent / f"{workspace.image.stem}_objects.csv"
        ask = AskPath("Save objects", str(suggested), purpose="save", help=CSV, check=self._check_file)
        self.app.push_screen(ask, if_given(partial(self._save_csv, unit, objects)))

    def _save_csv(self, unit: str, objects: list[Object], chosen: ChosenPath) -> None:
        self.begin_file("Save objects")
        self.write_file("Objects", lambda: table_text(objects, unit).encode(), chosen)
