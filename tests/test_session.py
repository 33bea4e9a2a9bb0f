"""A session keeps corrections of its label volume: in a journal at once, in the file when it is closed."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from annotat3d_tui.errors import ReadOnly
from annotat3d_tui.labels.corrections import Correction
from annotat3d_tui.labels.strokes import parse_stroke
from annotat3d_tui.session import Session
from annotat3d_tui.volume.files import open_labels
from annotat3d_tui.workspace import Workspace, open_workspace, workspace_of


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    image = np.random.default_rng(0).integers(0, 255, (4, 6, 8), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "image.tif", image, photometric="minisblack")
    made = workspace_of(tmp_path / "image.tif")
    session = Session.open(made)
    session.keep_label(np.ones((4, 6, 8), np.uint8), None)
    session.close()
    return open_workspace(made.folder)


def correct(session: Session, z: int, label: int) -> None:
    assert session.label is not None
    before = session.label[z : z + 1]
    session.correct(
        Correction.between(f"slice {z}", before, np.full_like(before, label), (z, 0, 0), session.label.shape)
    )


def slices(session: Session) -> list[int]:
    assert session.label is not None
    return [int(one[0, 0]) for one in session.label]


def test_what_was_corrected_is_there_again_whether_or_not_the_session_was_closed(workspace: Workspace) -> None:
    session = Session.open(workspace)
    correct(session, 1, 7)
    assert slices(Session.open(workspace, read_only=True)) == [1, 7, 1, 1]  # as after a kill: only the journal has it
    assert open_labels(workspace.label).data[1, 0, 0] == 1
    session.close()
    assert open_labels(workspace.label).data[1, 0, 0] == 7
    again = Session.open(workspace)
    assert slices(again) == [1, 7, 1, 1]
    assert again.past.undo() == "slice 1"
    again.went()
    assert slices(again) == [1, 1, 1, 1]
    again.close()
    assert open_labels(workspace.label).data[1, 0, 0] == 1


def test_marks_and_corrections_are_undone_and_redone_in_their_order(workspace: Workspace) -> None:
    session = Session.open(workspace)
    session.annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,4"))
    correct(session, 1, 7)
    session.annotation.draw(parse_stroke("brush 3 r=0 xy z=1 4,4"))
    past = session.past
    words = ["brush 2 r=0 xy z=1 3,4", "slice 1", "brush 3 r=0 xy z=1 4,4"]
    assert [past.words_of(number) for number in range(past.acts())] == words
    assert [past.undo() for _ in range(4)] == [*reversed(words), None]
    assert (past.position, past.acts()) == (0, 3)
    assert [past.words_of(number) for number in range(past.acts())] == words
    assert [past.redo() for _ in range(4)] == [*words, None]
    session.went()
    assert slices(session) == [1, 7, 1, 1]
    session.close()


def test_a_new_mark_takes_the_place_of_a_correction_that_was_undone(workspace: Workspace) -> None:
    session = Session.open(workspace)
    correct(session, 1, 7)
    session.past.undo()
    session.annotation.draw(parse_stroke("brush 2 r=0 xy z=1 3,4"))
    assert (session.past.position, session.past.acts()) == (1, 1)
    assert session.past.redo() is None
    session.close()


def test_a_new_label_volume_ends_the_corrections_of_the_former(workspace: Workspace) -> None:
    session = Session.open(workspace)
    correct(session, 1, 7)
    session.keep_label(np.full((4, 6, 8), 2, np.uint8), None)
    assert not session.past.acts()
    assert not workspace.corrections.exists()
    correct(session, 0, 3)
    session.close()
    assert slices(Session.open(workspace)) == [3, 2, 2, 2]


def test_a_label_file_that_another_program_wrote_is_left_as_it_is(workspace: Workspace) -> None:
    session = Session.open(workspace)
    correct(session, 1, 7)
    session.close()
    tifffile.imwrite(workspace.label, np.full((4, 6, 8), 5, np.uint8), photometric="minisblack")
    again = Session.open(workspace)
    assert slices(again) == [5, 5, 5, 5]
    assert any("another label volume" in message for message in again.messages)
    again.close()


def test_nothing_is_corrected_read_only(workspace: Workspace) -> None:
    with pytest.raises(ReadOnly):
        correct(Session.open(workspace, read_only=True), 1, 7)
