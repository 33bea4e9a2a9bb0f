"""The networks are as they say: parameters, receptive field, shapes."""

import numpy as np
import pytest

from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.networks.architectures import ARCHITECTURES, architecture_of, build, propose_batch


@pytest.mark.parametrize(("name", "classes"), [*((name, 2) for name in ARCHITECTURES), ("unet2d", 5), ("vnet", 5)])
def test_parameters_are_as_many_as_keras_counts(name: str, classes: int) -> None:
    assert build(name, classes).count_params() == ARCHITECTURES[name].parameter_count(classes)


@pytest.mark.parametrize(("name", "shape"), [("unet2d", (16, 32)), ("unet3d", (16, 32, 48)), ("vnet", (16, 16, 32))])
def test_logits_have_the_shape_of_the_image(name: str, shape: tuple[int, ...]) -> None:
    image = np.zeros((2, *shape, 1), np.float32)
    assert build(name, 3)(image).shape == (2, *shape, 3)
    outputs = build(name, 3, deep_supervision=True)(image)
    assert [output.shape[1:-1] for output in outputs] == [
        tuple(side // 2**level for side in shape) for level in range(3)
    ]


def test_a_batch_is_proposed_that_fits() -> None:
    unet = ARCHITECTURES["unet3d"]
    patch = (64, 64, 64)
    batch = propose_batch(unet, patch, 2, 16_000_000_000)
    assert unet.memory_needed(patch, batch, 2) <= 16_000_000_000 < unet.memory_needed(patch, 2 * batch, 2)
    assert propose_batch(unet, patch, 2, 1000) == 0


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="must be one of unet2d, unet3d, vnet, vnet-32, received 'unet'"):
        architecture_of("unet")
