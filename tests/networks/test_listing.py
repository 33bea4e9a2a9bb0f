"""The networks in a folder: whatever lies there is listed, none hides another."""

import json
from pathlib import Path

from annotat3d_tui.networks.beginning import begin
from annotat3d_tui.networks.checkpoint import State, save_checkpoint
from annotat3d_tui.networks.listing import networks_in, state_text
from annotat3d_tui.networks.network import CHECKPOINT, MANIFEST
from annotat3d_tui.networks.settings import Training
from tests.networks.small import textured_dataset


def test_each_network_is_listed_by_its_name_and_a_damaged_one_with_its_problem(tmp_path: Path) -> None:
    dataset = textured_dataset(tmp_path / "d.h5", (16, 16, 16), samples=4)
    for name in ("b", "a"):
        begin(tmp_path / name, dataset, Training(batch=2, iterations=7))
    save_checkpoint(tmp_path / "a.network" / CHECKPOINT, State(3, 0.5, 2, ended="done"), [])
    (tmp_path / "c.network").mkdir()
    (tmp_path / "d.network").write_text("no folder")
    broken = tmp_path / "e.network"
    broken.mkdir()
    (broken / MANIFEST).write_text(json.dumps({"format": "else"}))
    found = networks_in(tmp_path)
    assert [one.name for one in found] == ["a", "b", "c", "d", "e"]
    assert [bool(one.problem) for one in found] == [False, False, True, True, True]
    assert all((one.network is None) == bool(one.problem) for one in found)
    assert found[0].network is not None
    assert state_text(found[0].network, found[0].state) == "iteration 3/7, best Dice 0.500 at 2"
    assert found[1].state is None
    assert found[0].changed > 0


def test_where_there_is_no_folder_there_is_no_network(tmp_path: Path) -> None:
    assert networks_in(tmp_path / "nowhere") == []
