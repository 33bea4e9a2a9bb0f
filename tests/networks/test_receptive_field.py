"""The receptive field is measured to the voxel: one voxel of an image is lit, and what it changes is looked for."""

from typing import Any

import numpy as np
import pytest

from annotat3d_tui.networks.architectures import ARCHITECTURES

PERIOD = 16


@pytest.fixture
def thin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The network with one feature at every level; whatever is lit stays lit, as no weight is below 0."""
    from annotat3d_tui.networks.models import layers, unet, vnet

    monkeypatch.setattr(layers.InstanceNormalization, "call", lambda self, inputs: inputs)  # it looks everywhere
    dimensions = ARCHITECTURES[request.param].dimensions
    if request.param.startswith("unet"):
        model = unet.unet(dimensions, (2, 2, 2, 2, 2, 2), 2, 1, False)
    else:
        model = vnet.vnet(1, 2, 1, False)
    model.set_weights([np.ones(w.shape) / w[..., 0].size if w.ndim > 1 else 0 * w for w in model.get_weights()])
    return model


@pytest.mark.parametrize(("thin", "name"), [(name, name) for name in ("unet2d", "unet3d", "vnet")], indirect=["thin"])
def test_the_receptive_field_is_exactly_as_wide_as_it_says(thin: Any, name: str) -> None:
    architecture = ARCHITECTURES[name]
    length = -(-2 * architecture.receptive_field // PERIOD) * PERIOD
    middle = length // 2 // PERIOD * PERIOD
    images = np.zeros((PERIOD, *(PERIOD,) * (architecture.dimensions - 1), length, 1), np.float32)
    images[np.arange(PERIOD), ..., middle + np.arange(PERIOD), 0] = 1.0
    changed = np.array(thin(images, training=False)) > 0
    changed = changed.any((*range(1, changed.ndim - 2), changed.ndim - 1))  # (lit, x)
    seen_by: dict[int, list[int]] = {place: [] for place in range(PERIOD)}
    for lit, row in enumerate(changed):
        for x in np.flatnonzero(row):  # the network is the same 16 voxels further on
            seen_by[x % PERIOD].append(middle + lit - x // PERIOD * PERIOD)
    widths = [max(places) - min(places) + 1 for places in seen_by.values()]
    assert max(widths) == architecture.receptive_field
