"""What the screen asks for, as commands that the command line reads back the same."""

import shlex
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.cli.dataset_augment import add_arguments as augment_arguments
from annotat3d_tui.cli.dataset_create import add_arguments as create_arguments
from annotat3d_tui.cli.flags import with_flags
from annotat3d_tui.cli.inputs import raw_said
from annotat3d_tui.cli.job_commands import ShellCommands, _Parser
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.networks.sampling import STRATEGIES
from annotat3d_tui.tui.dataset_command import augment_words, changed_name, create_words, shell_lines
from annotat3d_tui.tui.pair_checking import NO_MAP, Asked
from annotat3d_tui.volume.raw import RawProperties

SIDES = st.integers(1, 300)
RECIPES = st.builds(
    Recipe,
    samples=st.integers(1, 5000),
    patch=st.tuples(SIDES, SIDES, SIDES),
    strategy=st.sampled_from(STRATEGIES),
    seed=st.integers(0, 2**31 - 1),
    validation=st.floats(0.0, 0.9),
    validation_planes=st.sampled_from(["", "3:9"]),
    classes=st.integers(0, 9),
    zero_is_class=st.booleans(),
)
AUGMENTATIONS = st.builds(
    Augmentation,
    vertical_flip=st.booleans(),
    elastic=st.booleans(),
    gamma_max=st.floats(1.0, 10.0),
    chance=st.floats(0.0, 1.0),
)
RAWS = st.none() | st.builds(RawProperties, st.tuples(SIDES, SIDES, SIDES), st.sampled_from(["uint16", "float32"]))


@given(RECIPES, RAWS, st.booleans())
def test_a_recipe_is_read_back(recipe: Recipe, raw: RawProperties | None, weighed: bool) -> None:
    weight = (NO_MAP, Path("/w.tif")) if weighed else ()
    asked = Asked((Path("/a b.tif"), Path("/c.tif")), (Path("/l.tif"), Path("/m.tif")), weight, recipe, raw)
    words = create_words(asked, Path("/d.h5"), {1: "bead", 2: "wall of it"})
    ShellCommands().check(words)
    parser = _Parser()
    create_arguments(parser)
    given = parser.parse_args(words[2:])
    given.patch = ",".join(given.patch) if given.patch else None
    assert with_flags(Recipe(), given) == recipe
    assert (given.data, given.label) == (["/a b.tif", "/c.tif"], ["/l.tif", "/m.tif"])
    assert given.weight == (["none", "/w.tif"] if weighed else [])
    assert given.names == ["1=bead", "2=wall of it"]
    assert raw_said(given) == raw


@given(AUGMENTATIONS, st.integers(0, 2**31 - 1))
def test_changes_are_read_back(augmentation: Augmentation, seed: int) -> None:
    words = augment_words(Path("/d.h5"), changed_name(Path("/d.h5")), augmentation, seed)
    ShellCommands().check(words)
    parser = _Parser()
    augment_arguments(parser)
    given = parser.parse_args(words[2:])
    assert with_flags(Augmentation(), given) == augmentation
    assert (given.dataset, given.output, given.seed) == ("/d.h5", "/d_augment.h5", seed)


def test_commands_are_quoted_for_a_shell() -> None:
    line = shell_lines([["dataset", "info", "a b.h5"], ["dataset", "info", "c.h5"]])
    assert shlex.split(line) == ["annotat3d", "dataset", "info", "a b.h5", "&&", "annotat3d", "dataset", "info", "c.h5"]
