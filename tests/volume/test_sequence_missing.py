"""Slices that are not there: what leads nowhere or cannot be read is named, and a gap in the numbers is told."""

import os

import numpy as np
import pytest
from PIL import Image

from annotat3d_tui.__main__ import main
from annotat3d_tui.errors import InvalidFile, MissingFile
from annotat3d_tui.session import Session
from annotat3d_tui.tui.screens.image_path import opening_text
from annotat3d_tui.volume.disk import is_there
from annotat3d_tui.volume.files import describe, open_volume
from annotat3d_tui.volume.sequence_numbers import uneven
from annotat3d_tui.workspace import workspace_of

GAP = "1 slice seems to be missing, between s4.png and s6.png: all that comes after lies too low in z."


def scan(folder, numbers):
    folder.mkdir()
    for number in numbers:
        Image.fromarray(np.full((5, 7), number, np.uint8)).save(folder / f"s{number}.png")
    return folder


@pytest.mark.parametrize("asked", ["", "*.png", "s[0-9]*"])
@pytest.mark.parametrize(
    ("target", "where"), [("gone.png", "gone.png, which is not there"), ("s2.png", "itself"), ("/no/s2.png", "/no/s2")]
)
def test_a_link_among_slices_that_leads_nowhere_is_named(tmp_path, asked, target, where):
    folder = scan(tmp_path / "scan", [1, 3])
    (folder / "s2.png").symlink_to(target)
    path = folder / asked if asked else folder
    for act in (describe, open_volume, workspace_of):
        with pytest.raises(MissingFile, match=f"s2.png is a link that leads to {where}"):
            act(path)
    assert is_there(path)


def test_links_to_slices_are_slices_and_folders_are_none(tmp_path):
    folder = scan(tmp_path / "scan", [1, 3])
    (folder / "s1.png").rename(tmp_path / "other.png")
    (folder / "s1.png").symlink_to("../other.png")
    (folder / "s2.png").mkdir()
    (folder / "notes").symlink_to("gone")
    assert open_volume(folder).data[:, 0, 0].tolist() == [1, 3]


def test_a_pipe_among_slices_is_named(tmp_path):
    folder = scan(tmp_path / "scan", [1, 3])
    os.mkfifo(folder / "s2.png")
    with pytest.raises(InvalidFile, match=r"s2.png must be a slice in a file, received a pipe"):
        open_volume(folder)


def test_a_slice_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(file, kind):
        if file.name == "s2.png":
            raise PermissionError(13, "Permission denied")
        return (5, 7), np.dtype(np.uint8)

    monkeypatch.setattr("annotat3d_tui.volume.sequence.header_of", refuse)
    with pytest.raises(InvalidFile, match=r"s2.png cannot be read \(Permission denied\)"):
        describe(scan(tmp_path / "scan", [1, 2, 3]))


def test_a_missing_number_is_told_wherever_a_sequence_is_opened(tmp_path, capsys):
    folder = scan(tmp_path / "scan", [number for number in range(1, 20) if number != 5])
    said = describe(folder)
    assert (said.warnings, said.shape) == ((GAP,), (18, 5, 7))
    assert said.lines()[-1] == f"warning       {GAP}"
    assert said.to_dict()["warnings"] == [GAP]
    assert opening_text(folder).splitlines()[-1] == GAP
    assert main(["convert", str(folder), str(tmp_path / "v.tif")]) == 0
    assert capsys.readouterr().err == f"annotat3d: {folder}: {GAP}\n"
    assert main(["fill", str(folder), "-o", str(tmp_path / "filled.tif")]) == 0
    assert f"annotat3d: {folder}: {GAP}\n" in capsys.readouterr().err
    session = Session.open(workspace_of(folder))
    assert session.messages.count(GAP) == 1
    session.close()


@pytest.mark.parametrize(
    "names",
    [
        ["s1", "s2", "s3"],
        ["s001", "s003", "s005"],
        ["s100", "s110", "s120"],
        ["a", "b", "d"],
        ["s1", "s5"],
        ["s1"],
        ["s1_at_17", "s2_at_40", "s3_at_41"],
        ["left1", "right2", "s4"],
    ],
)
def test_even_steps_and_what_is_no_numbering_are_not_told(names):
    assert uneven(names) == ""


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([0, 10, 30, 40, 80, 90], "4 slices seem to be missing at 2 places, first between s10 and s30: "),
        ([1, 2, 3, 9], "5 slices seem to be missing, between s3 and s9: "),
        ([10, 20, 30, 35, 40, 50, 60], "The numbers of the slices do not go on evenly, first between s30 and s35: "),
        ([10, 20, 33, 43], "The numbers of the slices do not go on evenly, first between s20 and s33: "),
    ],
)
def test_uneven_steps_are_told_with_their_place(numbers, said):
    assert uneven([f"s{number}" for number in numbers]).startswith(said)


def test_two_names_of_one_number_are_told():
    assert uneven(["s1", "s02", "s2", "s3"]).startswith("The numbers of the slices do not go on evenly, first between")
