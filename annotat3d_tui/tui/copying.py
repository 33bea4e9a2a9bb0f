"""What can be taken along as text: to the clipboard of the terminal (OSC 52), or to a file."""

import shlex
from functools import partial
from pathlib import Path

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.tui.comparing_labels import ComparingLabels
from annotat3d_tui.tui.looking import Looking
from annotat3d_tui.tui.screens.menu import Item, Menu
from annotat3d_tui.tui.screens.segment_keys import COPY_MENU

COPIED = "copied, where the terminal allows it (in tmux: set -s set-clipboard on)"


class Copying(Looking, ComparingLabels):
    """A screen that gives its position, label, last stroke and command line as text."""

    training_files: list[Path]
    """Of other images, learned from, too."""

    def action_copy(self) -> None:
        """Choose what is copied."""
        self.view.lift()
        items = [Item(letter, action, title, self.why_not(action, ())) for letter, action, title in COPY_MENU]
        self.app.push_screen(Menu("Copy", items), self.do_from_menu)

    async def do_from_menu(self, action: str | None) -> None:
        """Do what was chosen from a menu, if anything was."""
        if action:
            await self.app.run_action(action, self)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Why an action cannot be done now; each screen has its own reasons."""
        return ""

    def position_text(self) -> str:
        """The voxel of the cursor, x y z, as `goto` takes it."""
        z, y, x = self.view.cursor
        return f"{x} {y} {z}"

    def label_text(self) -> str:
        """Id and name of the label under the cursor, marked there or else of the label volume; "" where there is none.

        The command line takes `label` and the id.
        """
        id = self.view.label_here()
        known = self.session.annotation.table.get(id)
        return f"{id} {known.name if known else f'Label {id}'}" if id else ""

    def last_stroke(self) -> str:
        """The line of the last stroke that was drawn or typed, as the command line takes it; "" before the first."""
        annotation = self.session.annotation
        lines = (annotation.words_of(number) for number in reversed(range(annotation.position)))
        return next((line for line in lines if _is_stroke(line)), "")

    def command_text(self) -> str:
        """What a shell must run to get what Apply makes of the marks and the parameters as they are now."""
        workspace = self.session.workspace
        beside = workspace.folder.parent / workspace.image.stem
        markers = Path(f"{beside}.annotation.npz")
        marked = ["annotat3d", "mark", "--from", str(workspace.folder), "-o", str(markers)]
        return f"{shlex.join(marked)} && {self.segment_text(markers, Path(f'{beside}_label.tif'))}"

    def segment_text(self, markers: Path, output: Path) -> str:
        """The command line that makes of markers what Apply makes with the parameters as they are now."""
        from annotat3d_tui.workflow.command import segment_command

        session, workspace = self.session, self.session.workspace
        return segment_command(
            workspace.image,
            markers,
            output,
            session.parameters,
            raw=workspace.raw,
            superpixels=workspace.superpixels if session.superpixels_from and session.superpixels is not None else None,
            training=self.training_files,
        )

    def action_copy_position(self) -> None:
        """The voxel of the cursor."""
        self._copy(self.position_text())

    def action_copy_label(self) -> None:
        """Id and name of the label under the cursor."""
        self._copy(self.label_text())

    def action_copy_stroke(self) -> None:
        """The line of the last stroke."""
        self.view.lift()
        self._copy(self.last_stroke())

    def action_copy_command(self) -> None:
        """The command line of Apply."""
        self.view.lift()
        self._copy(self.command_text())

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"{text} {COPIED}", markup=False)

    def action_write_position(self) -> None:
        """The voxel of the cursor, to a file."""
        self._to_file("Position", "position.txt", self.position_text())

    def action_write_label(self) -> None:
        """Id and name of the label under the cursor, to a file."""
        self._to_file("Label under the cursor", "label.txt", self.label_text())

    def action_write_stroke(self) -> None:
        """The line of the last stroke, to a file that `annotat3d mark --strokes` reads."""
        self.view.lift()
        self._to_file("Last stroke", "stroke.txt", self.last_stroke())

    def action_write_command(self) -> None:
        """The command line of Apply, to a file that a shell runs."""
        self.view.lift()
        self._to_file("Command line of Apply", "apply.sh", self.command_text())

    def _to_file(self, what: str, suffix: str, text: str) -> None:
        suggested = f"{self.session.workspace.image.stem}_{suffix}"
        self._ask(what, suggested, partial(self.write_file, what, f"{text}\n".encode), help="A text file of one line.")


def _is_stroke(line: str) -> bool:
    try:
        parse_stroke(line)
    except Annotat3DError:
        return False
    return True
