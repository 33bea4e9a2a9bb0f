"""The losses are what NumPy makes of the same numbers; voxels of weight 0 count nowhere."""

import numpy as np
import pytest

CLASSES = 3


def parts(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, (2, 3, 4)).astype(np.int32)
    return labels, rng.normal(size=(2, 3, 4, CLASSES)).astype(np.float32), rng.random((2, 3, 4)).astype(np.float32)


def by_hand(kind: str, labels: np.ndarray, logits: np.ndarray, weights: np.ndarray, factors: list[float]) -> float:
    weights = weights * np.array(factors)[labels]
    share = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    entropy = -np.log(np.take_along_axis(share, labels[..., None], -1))[..., 0]
    dice = []
    for one in range(CLASSES):
        truth = (labels == one) * weights
        if truth.sum() > 0:
            found = share[..., one] * weights
            dice.append(2 * (share[..., one] * truth).sum() / (truth.sum() + found.sum()))
    return sum(
        {"cross_entropy": (entropy * weights).sum() / weights.sum(), "dice": 1 - np.mean(dice)}[part]
        for part in kind.split("+")
    )


@pytest.mark.parametrize("kind", ["cross_entropy", "dice", "cross_entropy+dice"])
@pytest.mark.parametrize("absent", [False, True])
def test_a_loss_is_that_of_numpy(kind: str, absent: bool) -> None:
    from annotat3d_tui.networks.models.losses import loss_of

    labels, logits, weights = parts()
    if absent:
        labels[labels == 2] = 0
    factors = [1.0, 2.0, 0.5]
    assert float(loss_of(kind, factors)(labels, logits, weights)) == pytest.approx(
        by_hand(kind, labels, logits, weights, factors), rel=1e-5
    )


@pytest.mark.parametrize("kind", ["cross_entropy", "dice"])
def test_what_is_ignored_counts_nowhere(kind: str) -> None:
    from annotat3d_tui.networks.models.losses import loss_of

    labels, logits, weights = parts()
    weights[0] = 0
    changed = logits.copy()
    changed[0] = 100 * np.random.default_rng(1).normal(size=changed[0].shape)
    loss = loss_of(kind)
    assert float(loss(labels, logits, weights)) == float(loss(labels, changed, weights))
    assert float(loss(labels, logits, np.zeros_like(weights))) == 0.0
