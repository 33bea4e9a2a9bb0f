"""The command line that segments as the screen does: how parameters are written as flags.

>>> from annotat3d_tui.workflow.presets import PRESETS
>>> " ".join(flags_of(PRESETS["fine"]))
'--preset fine'
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotat3d_tui.parameters import Parameters
from annotat3d_tui.volume.raw import RawProperties
from annotat3d_tui.workflow.presets import PRESETS
from annotat3d_tui.workflow.settings import Segmentation

FLAG_OF = {"superpixels": "method", "filters": "features"}
"""Where the flag has another name than the parameter."""
CARRIED = {"spacing"}
"""What another kind takes over from the preset; everything else means something else there."""


def flag_of(name: str) -> str:
    """The flag of a parameter.

    >>> flag_of("superpixels"), flag_of("training_on")
    ('--method', '--training-on')
    """
    return "--" + FLAG_OF.get(name, name).replace("_", "-")


def carried_over(current: Parameters, chosen: type[Parameters]) -> Parameters:
    """A set of another kind, with what it takes over from the current one."""
    names = {declared.name for declared in chosen.parameters()} & CARRIED
    return chosen(**{name: getattr(current, name) for name in names if hasattr(current, name)})


def flags_of(parameters: Segmentation, superpixels_given: bool = False) -> list[str]:
    """The words that make `annotat3d segment` work with these parameters, from the preset that needs fewest.

    superpixels_given: they come from a file, and how they would be made is left out.
    """
    written = []
    for name, preset in PRESETS.items():
        begun = replace(preset, superpixels=parameters.superpixels) if superpixels_given else preset
        written.append(["--preset", name, *changed_flags(parameters, begun)])
    return min(written, key=len)


def segment_command(
    image: Path,
    markers: Path,
    output: Path,
    parameters: Segmentation,
    raw: RawProperties | None = None,
    superpixels: Path | None = None,
    training: Sequence[Path] = (),
) -> str:
    """`annotat3d segment` as a shell takes it. superpixels: a file of them; training: of other images, to learn from.

    >>> print(segment_command(Path("a.tif"), Path("m 1.npz"), Path("l.tif"), PRESETS["fast"]))
    annotat3d segment a.tif --markers 'm 1.npz' -o l.tif --preset fast
    """
    words = ["annotat3d", "segment", str(image), *raw_flags(raw), "--markers", str(markers), "-o", str(output)]
    words += ["--superpixels", str(superpixels)] if superpixels else []
    words += ["--training", *map(str, training)] if training else []
    return shlex.join([*words, *flags_of(parameters, superpixels is not None)])


def raw_flags(raw: RawProperties | None) -> list[str]:
    """What is said of a RAW file beside its name.

    >>> raw_flags(RawProperties((4, 3, 2), "uint16", offset=12))
    ['--shape', '2', '3', '4', '--dtype', 'uint16', '--offset', '12']
    """
    if raw is None:
        return []
    words = ["--shape", *map(str, reversed(raw.shape))] if raw.shape else []
    words += ["--dtype", raw.dtype] if raw.dtype else []
    words += ["--byte-order", raw.byte_order] if raw.byte_order != "little" else []
    return [*words, *(["--offset", str(raw.offset)] if raw.offset else [])]


def changed_flags(wanted: Parameters, begun: Parameters) -> Iterator[str]:
    """The words of a command for what is not as it is in the set one begins with."""
    for declared in wanted.parameters():
        value, before = getattr(wanted, declared.name), getattr(begun, declared.name)
        if value == before:
            continue
        if not declared.alternatives:
            yield from _words(flag_of(declared.name), _text(value))
            continue
        if type(value) is not type(before):
            yield from _words(flag_of(declared.name), value.kind)
            before = carried_over(before, type(value))
        yield from changed_flags(value, before)


def _words(flag: str, text: str) -> list[str]:
    return [f"{flag}={text}"] if text.startswith("-") else [flag, text]


def _text(value: Any) -> str:
    """A value as a flag takes it, and reads it back the same."""
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
