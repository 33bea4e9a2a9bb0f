"""`annotat3d mesh`."""

from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_commands import Capture, answer, refusal


@pytest.fixture(autouse=True)
def label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ids = np.ones((12, 12, 12), np.uint8)
    ids[2:9, 2:9, 2:9], ids[10:, 10:, 10:] = 2, 3
    np.save("label.npy", ids)


def test_meshes_are_written_with_what_they_hold(capsys: Capture) -> None:
    facts = answer(capsys, "mesh", "label.npy", "-o", "a.stl")
    assert [one["label"] for one in facts["meshes"]] == [2, 3]
    assert all(one["closed"] for one in facts["meshes"])
    assert facts["meshes"][0]["volume"] == pytest.approx(343, rel=0.01)
    assert Path("a.stl").stat().st_size == 84 + 50 * sum(one["faces"] for one in facts["meshes"])
    facts = answer(capsys, "mesh", "label.npy", "-o", "a.obj", "--labels", "2", "--keep", "0.5", "--names", "2=Grain")
    assert "o Grain" in Path("a.obj").read_text()
    assert len(facts["meshes"]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.vtk"), ".stl"), (("-o", "a.stl", "--labels", "9"), "1, 2, 3"),
        (("-o", "a.stl", "--labels", "x"), "ids"),
        (("-o", "a.stl", "--keep", "0"), "from 0.001"), (("-o", "a.stl", "--names", "2"), "1=Pore"),
    ],
)  # fmt: skip
def test_what_cannot_be_meshed_is_refused(capsys: Capture, arguments: tuple[str, ...], said: str) -> None:
    assert said in refusal(capsys, "mesh", "label.npy", *arguments)
    assert not Path("a.stl").exists()
