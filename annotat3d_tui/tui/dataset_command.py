"""The command lines that make a dataset, and one whose samples are changed, as a person has asked for them."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from annotat3d_tui.networks.dataset_listing import SUFFIXES
from annotat3d_tui.workflow.command import changed_flags, raw_flags

if TYPE_CHECKING:
    from annotat3d_tui.networks.augmentation import Augmentation
    from annotat3d_tui.tui.pair_checking import Asked

SUFFIX = ".h5"


def create_words(asked: "Asked", target: Path, names: Mapping[int, str] | None = None) -> list[str]:
    """The words after `annotat3d` that draw the samples; names: of label ids.

    >>> from annotat3d_tui.networks.recipe import Recipe
    >>> from annotat3d_tui.tui.pair_checking import Asked
    >>> asked = Asked((Path("/a.tif"),), (Path("/l.tif"),), (), Recipe(samples=9, patch=(64, 64, 1)))
    >>> " ".join(create_words(asked, Path("/d.h5"), {1: "bead"}))
    'dataset create -o /d.h5 --data /a.tif --label /l.tif --patch 64 64 1 --samples 9 --names 1=bead'
    """
    from annotat3d_tui.networks.recipe import Recipe

    usual, recipe = Recipe(), asked.recipe
    words = ["dataset", "create", "-o", str(target)]
    for flag, paths in (("--data", asked.data), ("--label", asked.label), ("--weight", asked.weight)):
        words += [flag, *map(str, paths)] if paths else []
    words += raw_flags(asked.raw)
    words += ["--patch", *map(str, recipe.patch)] if recipe.patch != usual.patch else []
    words += ["--zero-is-class"] if recipe.zero_is_class else []
    words += changed_flags(replace(recipe, patch=usual.patch, zero_is_class=usual.zero_is_class), usual)
    return [*words, *(["--names", *(f"{label}={name}" for label, name in names.items())] if names else [])]


def augment_words(source: Path, target: Path, augmentation: "Augmentation", seed: int = 0) -> list[str]:
    """The words after `annotat3d` that write the samples of a dataset changed.

    >>> from annotat3d_tui.networks.augmentation import Augmentation
    >>> " ".join(augment_words(Path("/d.h5"), Path("/e.h5"), Augmentation(noise=False), 3))
    'dataset augment /d.h5 -o /e.h5 --noise no --seed 3'
    """
    from annotat3d_tui.networks.augmentation import Augmentation

    words = ["dataset", "augment", str(source), "-o", str(target), *changed_flags(augmentation, Augmentation())]
    return [*words, *(["--seed", str(seed)] if seed else [])]


def changed_name(target: Path) -> Path:
    """The dataset of changed samples that belongs to another one.

    >>> str(changed_name(Path("/d.h5")))
    '/d_augment.h5'
    """
    return target.with_name(f"{target.stem}_augment{SUFFIX}")


def with_suffix(name: str, beside: Path) -> Path:
    """The dataset that a person calls so, where no folder is given beside another file.

    >>> str(with_suffix("beads", Path("/data/d.h5"))), str(with_suffix("/tmp/beads.h5", Path("/data/d.h5")))
    ('/data/beads.h5', '/tmp/beads.h5')
    """
    path = Path(os.path.normpath(beside.parent / os.path.expanduser(name)))
    return path if path.suffix in SUFFIXES else path.with_name(f"{path.name}{SUFFIX}")


def shell_lines(commands: Sequence[Sequence[str]]) -> str:
    """Commands as a shell takes them, each after the one before has done well."""
    return " && ".join(shlex.join(["annotat3d", *words]) for words in commands)
