"""Features of every voxel of a few planes, for classifying voxels directly."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.features.block import Block, Scratch, Source
from annotat3d_tui.features.engine import evaluate
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.plan import Evaluation, evaluations, feature_name


def voxel_features(
    image: NDArray[Any] | Source,
    parameters: Features,
    planes: slice,
    *,
    scratch: Scratch | None = None,
    out: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """All columns of the table for every voxel of some planes: (columns, planes, Y, X).

    The same bits as the rows of marked voxels in the table, whichever planes are asked for together; a column
    that differs from another by its pooling alone has the same values. Works on one thread: to use more, call it
    from each with other planes and a `scratch` of its own, which it uses again from call to call, as `out`, and the
    same `Source.of(image)`, which keeps what large Gaussians need of all planes. Dimensions that are left to the
    image are chosen in each call: settle them before (`Features.settled`).
    """
    source = Source.of(image)
    depth, height, width = source.image.shape
    start, stop, step = planes.indices(depth)
    if step != 1 or start >= stop:
        raise InvalidParameter(
            f"planes must be some of the {depth} planes of the image, received {planes}: give others."
        )
    pools = len(parameters.pooling)
    shape = (len(parameters.names) * pools, stop - start, height, width)
    columns = np.empty(shape, np.float32) if out is None else out
    place = {name: position * pools for position, name in enumerate(parameters.names)}
    dimensions = int(parameters.settled(source.image).dimensions)
    block = Block(source, start, stop, dimensions, Scratch() if scratch is None else scratch)
    for feature, values in evaluate(block, evaluations(parameters.filters, parameters.radii, dimensions)):
        columns[place[feature] : place[feature] + pools] = values
    return columns


def each_feature(
    source: Source, parameters: Features, planes: slice, wanted: Collection[str], scratch: Scratch
) -> Iterator[tuple[str, NDArray[Any]]]:
    """(name, values) of the features `wanted` of every voxel of some planes: (planes, Y, X), one by one.

    The same bits as in `voxel_features`, and nothing else is computed. Values may be overwritten when the next
    are asked for. The dimensions of the parameters must be settled.
    """
    dimensions = int(parameters.dimensions)
    todo = [
        replace(one, wanted=filters)
        for one in evaluations(parameters.filters, parameters.radii, dimensions)
        if (filters := tuple(name for name in one.wanted if _gives(one, name) & set(wanted)))
    ]
    block = Block(source, planes.start, planes.stop, dimensions, scratch)
    return (found for found in evaluate(block, todo) if found[0] in wanted)


def _gives(one: Evaluation, name: str) -> set[str]:
    """The features that an evaluation gives for a filter."""
    return {feature_name(name, one.scale.radius, part) for part in one.family.parts(name)}
