"""Features of every voxel of a few planes, for classifying voxels directly."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.features.block import Block, Scratch, Source
from annotat3d_tui.features.engine import evaluate
from annotat3d_tui.features.features import Features
from annotat3d_tui.features.plan import evaluations


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
