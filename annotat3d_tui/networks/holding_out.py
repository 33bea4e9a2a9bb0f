"""Which samples of a dataset are held out of training, and where in their images they may lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.pairs import CheckedPair
from annotat3d_tui.networks.recipe import Recipe
from annotat3d_tui.networks.regions import Split, split_planes, split_slab, whole


@dataclass(frozen=True, eq=False)
class Holding:
    """The parts of each image, and (images, samples) marks: 1 for a sample that is held out."""

    splits: tuple[Split, ...]
    marks: NDArray[np.uint8]


def hold_out(checked: Sequence[CheckedPair], recipe: Recipe) -> Holding:
    """The last samples of each image, of a part of it; or all samples of some images. Raises InvalidParameter."""
    marks = np.zeros((len(checked), recipe.samples), np.uint8)
    if recipe.planes is None and not recipe.validation:
        return Holding(tuple(Split((whole(one.shape),)) for one in checked), marks)
    if recipe.validation_by == "volume":
        marks[_volumes(len(checked), recipe)] = 1
        everywhere = [(whole(one.shape),) for one in checked]
        return Holding(tuple(Split(boxes, boxes) for boxes in everywhere), marks)
    if recipe.validation:
        marks[:, recipe.samples - _samples(recipe) :] = 1
    return Holding(tuple(_split(one, recipe) for one in checked), marks)


def _split(one: CheckedPair, recipe: Recipe) -> Split:
    name = one.pair.image.name
    if recipe.planes:
        return split_planes(one.shape, recipe.patch_zyx, recipe.planes, name)
    return split_slab(one.shape, recipe.patch_zyx, recipe.validation, name)


def _samples(recipe: Recipe) -> int:
    """How many samples of an image are held out; at least one is, and one is not."""
    if recipe.samples < 2:
        raise InvalidParameter(
            "A dataset of one sample an image can hold none out: give more samples, or --validation 0."
        )
    return min(max(round(recipe.validation * recipe.samples), 1), recipe.samples - 1)


def _volumes(images: int, recipe: Recipe) -> NDArray[np.int64]:
    """Which images are held out; at least one is, and one is not."""
    if images < 2:
        raise InvalidParameter(
            "One image cannot be held out whole, it is the only one: give more images, or --validation-by region."
        )
    count = min(max(round(recipe.validation * images), 1), images - 1)
    rng = np.random.Generator(np.random.Philox(key=recipe.seed, counter=[0, 0, 2, 0]))
    return np.sort(rng.permutation(images)[:count])
