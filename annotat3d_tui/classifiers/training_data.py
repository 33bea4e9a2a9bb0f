"""Training samples with what they are: they can be kept, and extended across images."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotat3d_tui.errors import InvalidParameter, ShapeMismatch

Source = tuple[str, str]


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Samples of one or more images.

    rows: (m, F) float32. labels: (m,) uint16. groups: (m,) intp, which samples a fair test keeps together, and what
    these are: "planes", "strokes", or "groups" where images differ in it. columns: F names. parameters: as JSON, with
    which the rows were measured. names: of the labels. sources: name and content key ("" where not known) of each
    image. source_of: (m,) intp, the source of each sample, -1 where it is not known; by default the only one.
    Raises ShapeMismatch when the lengths do not agree.
    """

    rows: NDArray[np.float32]
    labels: NDArray[np.uint16]
    groups: NDArray[np.intp]
    groups_are: str
    columns: tuple[str, ...]
    parameters: Mapping[str, Any]
    names: Mapping[int, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    source_of: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))

    def __post_init__(self) -> None:
        count = len(self.labels)
        if not len(self.source_of):
            only = 0 if len(self.sources) == 1 else -1
            object.__setattr__(self, "source_of", np.full(count, only, np.intp))
        lengths = [len(self.groups), len(self.source_of)]
        if self.rows.shape != (count, len(self.columns)) or lengths != [count, count]:
            raise ShapeMismatch(
                f"Training data must have a row, a group and a source for each of {count} labels and a name for each "
                f"column, received a table of {self.rows.shape}, {lengths[0]} groups, {lengths[1]} sources and "
                f"{len(self.columns)} names: give those of one measurement."
            )

    def __getitem__(self, chosen: NDArray[Any]) -> "TrainingData":
        """The chosen samples, by index or truth (m,)."""
        return replace(
            self,
            rows=self.rows[chosen],
            labels=self.labels[chosen],
            groups=self.groups[chosen],
            source_of=self.source_of[chosen],
        )


def joined(newer: TrainingData, older: TrainingData) -> TrainingData:
    """The samples of both; of an image that both know only the newer ones, so that markers are not counted twice.

    An image is known by its content key, or by its name where one of the two has no key. Groups stay apart, and where
    both name a label the newer name counts. Raises InvalidParameter, saying what differs, unless the columns and the
    parameters are the same.

    >>> def one(value, source):
    ...     return TrainingData(np.full((2, 1), value, np.float32), np.array([1, 2], np.uint16), np.array([0, 1]),
    ...                         "planes", ("none mean",), {}, sources=((source, ""),))
    >>> both = joined(joined(one(5, "a.tif"), one(6, "b.tif")), one(7, "a.tif"))
    >>> both.rows.ravel().tolist(), both.sources, both.groups.tolist()
    ([5.0, 5.0, 6.0, 6.0], (('a.tif', ''), ('b.tif', '')), [0, 1, 2, 3])
    """
    check_same_features(newer, older.columns, older.parameters, _text(older.sources))
    new = [not any(_same(one, other) for other in newer.sources) for one in older.sources]
    kept = older[np.array([*new, True])[older.source_of]]  # the last is that of -1
    number = np.where(new, len(newer.sources) + np.cumsum(new) - 1, -1) if new else np.zeros(0, np.intp)
    shifted = np.append(number, -1)[kept.source_of]
    groups, older_groups = _ranks(newer.groups), _ranks(kept.groups)
    return replace(
        newer,
        rows=np.concatenate([newer.rows, kept.rows]),
        labels=np.concatenate([newer.labels, kept.labels]),
        groups=np.concatenate([groups, older_groups + groups.max(initial=-1) + 1]),
        groups_are=newer.groups_are if newer.groups_are == older.groups_are else "groups",
        names={**older.names, **newer.names},
        sources=newer.sources + tuple(one for one, wanted in zip(older.sources, new, strict=True) if wanted),
        source_of=np.concatenate([newer.source_of, shifted]).astype(np.intp),
    )


def check_same_features(
    samples: TrainingData, columns: tuple[str, ...], parameters: Mapping[str, Any], who: str
) -> None:
    """Raises InvalidParameter unless `who` was measured with the columns and parameters of the samples."""
    for missing, has, lacks in ((samples.columns, columns, who), (columns, samples.columns, _text(samples.sources))):
        absent = [name for name in missing if name not in has]
        if absent:
            raise InvalidParameter(
                f"Training data must have the same features, received {absent[0]!r} which {lacks} lacks: "
                "measure both with the same filters, radii and pooling."
            )
    if columns != samples.columns:
        raise InvalidParameter(
            f"Training data must have its features in one order, received another in {who}: redo it."
        )
    for name in sorted({*samples.parameters, *parameters}):
        ours, theirs = samples.parameters.get(name), parameters.get(name)
        if _json(ours) != _json(theirs):
            raise InvalidParameter(
                f"Training data must be measured in the same way, received {name} {_json(ours)} for "
                f"{_text(samples.sources)} and {_json(theirs)} for {who}: give {name} itself and measure again."
            )


def _same(one: Source, other: Source) -> bool:
    return one[1] == other[1] if one[1] and other[1] else one[0] == other[0] != ""


def _ranks(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.unique(groups, return_inverse=True)[1].astype(np.intp)


def _text(sources: tuple[Source, ...]) -> str:
    return ", ".join(name for name, _ in sources if name) or "this image"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
