"""Parameters as flags: whatever they are, `annotat3d segment` reads back the same."""

import argparse
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from annotat3d_tui.classifiers.choice import CLASSIFIERS
from annotat3d_tui.classifiers.selection import PermutationSelection
from annotat3d_tui.classifiers.smoothing import Smoothing
from annotat3d_tui.cli import segment
from annotat3d_tui.workflow.command import flags_of, segment_command
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.settings import SUPERPIXEL_METHODS, Pixels, Segmentation


def read_back(command: str) -> Segmentation:
    """The parameters that the command line takes from a line of a shell."""
    parser = argparse.ArgumentParser()
    segment.add_arguments(parser)
    program, name, *words = shlex.split(command)
    assert (program, name) == ("annotat3d", "segment")
    return segment._parameters(parser.parse_args(words))


def line(parameters: Segmentation) -> str:
    return segment_command(Path("i.tif"), Path("m.npz"), Path("l.tif"), parameters)


BASES = [*PRESETS.values(), Segmentation()]
OTHERS = [
    *(replace(PRESETS["fast"], superpixels=method()) for method in SUPERPIXEL_METHODS),
    *(replace(PRESETS["manual"], classifier=classifier()) for classifier in CLASSIFIERS),
    replace(PRESETS["manual"], superpixels=Pixels(), training_on="voxels"),
    replace(PRESETS["fine"], smoothing=PRESETS["fast"].smoothing),
    replace(PRESETS["fast"], smoothing=Smoothing(), selection=PermutationSelection(threshold=0.0125)),
    replace(PRESETS["fast"], superpixels=replace(PRESETS["fast"].superpixels, spacing=9, compactness=1234.56789012345)),
    replace(PRESETS["manual"], features=replace(PRESETS["manual"].features, radii=(3, 7), dimensions="2")),
]


@pytest.mark.parametrize("parameters", [*BASES, *OTHERS], ids=lambda one: " ".join(flags_of(one)[1:]))
def test_flags_give_the_parameters_that_they_were_written_from(parameters: Segmentation) -> None:
    assert read_back(line(parameters)) == parameters


def test_a_preset_is_told_by_its_name_alone() -> None:
    assert {name: flags_of(preset) for name, preset in PRESETS.items()} == {
        name: ["--preset", name] for name in PRESETS
    }


def test_where_superpixels_are_given_how_to_make_them_is_left_out() -> None:
    parameters = replace(PRESETS["fast"], superpixels=replace(PRESETS["fast"].superpixels, spacing=9))
    command = segment_command(Path("i.tif"), Path("m.npz"), Path("l.tif"), parameters, superpixels=Path("s.tif"))
    assert command == "annotat3d segment i.tif --markers m.npz -o l.tif --superpixels s.tif --preset fast"
    assert replace(read_back(command), superpixels=parameters.superpixels) == parameters
