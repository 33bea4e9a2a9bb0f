"""The command that the screen writes is read by the command line as what was asked for."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from annotat3d_tui.cli.job_commands import _Parser
from annotat3d_tui.cli.jobs_run import parser_of
from annotat3d_tui.cli.training_job import augmentation_of, training_of
from annotat3d_tui.networks.augmentation import RANGES, Augmentation
from annotat3d_tui.networks.network import Network
from annotat3d_tui.networks.settings import Training
from annotat3d_tui.parameters import Parameter, Parameters
from annotat3d_tui.tui.network_command import finetune_words, train_words
from annotat3d_tui.tui.network_draft import NetworkDraft


def value(declared: Parameter) -> st.SearchStrategy[object]:
    """What a parameter may be."""
    if declared.choices:
        return st.sampled_from(declared.choices)
    if declared.value_type is bool:
        return st.booleans()
    assert declared.minimum is not None
    assert declared.maximum is not None
    if declared.value_type is int:
        return st.integers(int(declared.minimum), int(declared.maximum))
    return st.floats(declared.minimum, declared.maximum)


def sets(kind: type[Parameters]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional={one.name: value(one) for one in kind.parameters()})


def ordered(values: dict[str, object]) -> Augmentation:
    """Ranges the right way round."""
    usual = Augmentation()
    for name in RANGES:
        low, high = (float(values.get(f"{name}_{end}", getattr(usual, f"{name}_{end}"))) for end in ("min", "max"))  # type: ignore[arg-type]
        values |= {f"{name}_min": min(low, high), f"{name}_max": max(low, high)}
    return replace(usual, **values)  # type: ignore[arg-type]


@given(sets(Training), sets(Augmentation), st.booleans())
def test_what_is_asked_is_what_the_command_reads(
    training: dict[str, object], changed: dict[str, object], changes: bool
) -> None:
    asked, augmentation = Training(**training), ordered(changed)  # type: ignore[arg-type]
    draft = NetworkDraft("grains", Path("/d.h5"), asked, augmentation, changes)
    read = parser_of("network", _Parser).parse_args(train_words(draft, Path("/nets/grains.network"), True)[1:])
    assert (read.name, read.dataset, read.overwrite) == ("/nets/grains.network", "/d.h5", True)
    assert training_of(read) == asked
    assert augmentation_of(read) == (augmentation if changes else None)


@given(sets(Training), sets(Training))
def test_finetune_says_what_is_other_than_before(before: dict[str, object], training: dict[str, object]) -> None:
    first, asked = Training(**before), Training(**training)  # type: ignore[arg-type]
    start = Network(Path("/nets/a.network"), first, (1, 2), (16, 16, 16))
    draft = NetworkDraft("b", Path("/d.h5"), asked, changes=False)
    words = finetune_words(draft, Path("/nets/b.network"), start)
    read = parser_of("network", _Parser).parse_args(words[1:])
    assert (read.name, read.start, read.dataset) == ("/nets/b.network", "/nets/a.network", "/d.h5")
    assert training_of(read, first) == asked
    assert augmentation_of(read) is None
