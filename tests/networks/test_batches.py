"""Batches made ahead in threads: in order, without an end, as if each had been made alone; what fails is raised."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from annotat3d_tui.errors import Annotat3DError
from annotat3d_tui.networks.augmentation import Augmentation
from annotat3d_tui.networks.batches import AHEAD, Batch, Batches, batch_of, validation_batches
from annotat3d_tui.networks.dataset import Dataset, Sample
from annotat3d_tui.networks.workers import Workers
from tests.networks.samples import dataset

SIZE, SEED = 2, 7
CHANGES = Augmentation(elastic=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Two images of five samples, four of each to be trained on."""
    return dataset(tmp_path_factory.mktemp("batches") / "d.h5")


def alone(made: Dataset, step: int, workers: Workers | None = None) -> Batch:
    """The batch of one step, made by itself."""
    given = {"workers": workers} if workers else {}
    return batch_of(
        made, size=SIZE, seed=SEED, step=step, augmentation=CHANGES, moments=made.moments, dimensions=3, **given
    )


def ahead(made: Dataset, first: int = 0) -> Batches:
    return Batches(made, first, size=SIZE, seed=SEED, augmentation=CHANGES, moments=made.moments, dimensions=3)


def same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(part, vars(other)[name]) for name, part in vars(one).items())


@pytest.mark.parametrize("first", [0, 3])
def test_they_come_in_order_from_any_step_as_if_made_alone(made: Dataset, first: int) -> None:
    with ahead(made, first) as batches:
        for step in range(first, first + 2 * AHEAD):
            assert same(batches.next(), alone(made, step))


def test_each_sample_is_seen_once_before_one_is_seen_again(made: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    read, seen = made.read, list[tuple[int, int]]()

    def noted(self: Dataset, image: int, sample: int) -> Sample:
        seen.append((image, sample))
        return read(image, sample)

    monkeypatch.setattr(Dataset, "read", noted)
    rounds = []
    for epoch in range(2):
        seen.clear()
        for step in range(4 * epoch, 4 * epoch + 4):
            alone(made, step)
        rounds.append(list(seen))
    everything = sorted((int(image), int(sample)) for image, sample in made.training)
    assert [sorted(one) for one in rounds] == [everything, everything]
    assert rounds[0] != rounds[1]


def test_the_parts_of_workers_are_the_batch(made: Dataset) -> None:
    whole = alone(made, 5)
    parts = [alone(made, 5, Workers(SIZE, index)) for index in range(SIZE)]
    joined = Batch(*(np.concatenate([vars(one)[name] for one in parts]) for name in vars(whole)))
    assert same(joined, whole)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Samples are given only once this is set."""
    gate, read = threading.Event(), Dataset.read

    def waits(self: Dataset, image: int, sample: int) -> Sample:
        gate.wait()
        return read(self, image, sample)

    monkeypatch.setattr(Dataset, "read", waits)
    yield gate
    gate.set()


def test_what_is_waited_for_is_measured(made: Dataset, held: threading.Event) -> None:
    with ahead(made) as batches:
        begun = time.monotonic()
        threading.Timer(0.05, held.set).start()
        batches.next()
        assert 0.04 <= batches.waited <= time.monotonic() - begun


def test_leaving_waits_for_what_is_being_made_and_makes_no_more(made: Dataset, held: threading.Event) -> None:
    before = threading.active_count()
    with ahead(made) as batches:
        threading.Timer(0.02, held.set).start()
        batches.next()
    assert threading.active_count() <= before + 1, "the timer may still be ending"
    with pytest.raises(RuntimeError):
        batches.next()


def test_what_goes_wrong_in_a_thread_is_raised_where_the_batch_is_asked_for(
    made: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, broken = Dataset.read, tuple(int(one) for one in made.training[0])

    def breaks(self: Dataset, image: int, sample: int) -> Sample:
        if (image, sample) == broken:
            raise Annotat3DError("the disk has gone")
        return read(self, image, sample)

    monkeypatch.setattr(Dataset, "read", breaks)
    first = next(step for step in range(len(made.training) // SIZE) if fails(made, step))
    with ahead(made) as batches:
        for step in range(first):
            assert same(batches.next(), alone(made, step)), "those before it come"
        with pytest.raises(Annotat3DError, match="the disk has gone"):
            batches.next()


def fails(made: Dataset, step: int) -> bool:
    """Whether the batch of a step cannot be made."""
    try:
        alone(made, step)
    except Annotat3DError:
        return True
    return False


def test_validation_sees_each_sample_as_it_is_and_fills_the_last_batch(made: Dataset) -> None:
    batches = list(validation_batches(made, 3, made.moments, 3))
    assert [one.images.shape for one in batches] == [(3, 4, 6, 8, 1)]
    (last,) = batches
    assert (last.weights[:2] > 0).all()
    assert not last.weights[2:].any()
    image, sample = made.validation[0]
    assert np.array_equal(last.labels[0], made.read(int(image), int(sample)).label)
