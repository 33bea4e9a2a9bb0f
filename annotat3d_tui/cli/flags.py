"""Flags made from parameter declarations, and parameters made from flags."""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from annotat3d_tui.blocks import available_threads
from annotat3d_tui.errors import InvalidParameter
from annotat3d_tui.memory import default_budget, parse_bytes
from annotat3d_tui.parameters import Parameter, Parameters, alternative
from annotat3d_tui.workflow.command import FLAG_OF, carried_over, flag_of

Set = TypeVar("Set", bound=Parameters)


def add_parameter_flags(
    parser: "argparse.ArgumentParser | argparse._ArgumentGroup",
    presets: Mapping[str, Parameters],
    only: tuple[str, ...] = (),
) -> None:
    """One flag for each parameter (or those of `only`), also of groups; left out, it keeps what the preset says."""
    one_preset = next(iter(presets.values()))
    for declared in one_preset.parameters():
        if only and declared.name not in only:
            continue
        if not declared.alternatives:
            _add_flag(parser, declared, presets)
            continue
        groups = {name: getattr(preset, declared.name) for name, preset in presets.items()}
        if len(declared.alternatives) > 1:
            kinds = "|".join(one.kind for one in declared.alternatives)
            chosen = _defaults({name: group.kind for name, group in groups.items()})
            parser.add_argument(flag_of(declared.name), metavar=kinds, help=f"{declared.help} {chosen}")
        for inner in _distinct(declared.alternatives):
            _add_flag(parser, inner, groups)


def with_flags(parameters: Set, given: argparse.Namespace) -> Set:
    """`parameters` with the flags that were given in place of its own values.

    Raises InvalidParameter for a value outside its range, and for a flag that the chosen kind does not have.
    """
    changes: dict[str, Any] = {}
    for declared in parameters.parameters():
        if declared.alternatives:
            changes[declared.name] = _group_with_flags(declared, getattr(parameters, declared.name), given)
        elif (text := _given(given, declared)) is not None:
            changes[declared.name] = declared.parse(text)
    return replace(parameters, **changes)


def add_work_flags(parser: argparse.ArgumentParser) -> None:
    """`--threads` and `--memory`."""
    parser.add_argument("--threads", type=int, metavar="N", help="threads to compute with (all processors)")
    parser.add_argument(
        "--memory", metavar="SIZE", help="memory that may be taken, such as 4GB (70 %% of what is free)"
    )


def threads_of(given: argparse.Namespace) -> int:
    """The number of threads asked for, or all processors."""
    if given.threads is None:
        return available_threads()
    if given.threads < 1:
        raise InvalidParameter(f"--threads must be at least 1, received {given.threads}: leave it out to use all.")
    return int(given.threads)


def budget_of(given: argparse.Namespace) -> int:
    """Bytes that may be taken: --memory, or 70 % of what is free."""
    return parse_bytes(given.memory) if given.memory else default_budget()


def _group_with_flags(declared: Parameter, current: Parameters, given: argparse.Namespace) -> Parameters:
    kind = _given(given, declared) if len(declared.alternatives) > 1 else None
    chosen = alternative(declared.alternatives, kind, flag_of(declared.name)) if kind else type(current)
    own = {inner.name for inner in chosen.parameters()}
    if chosen is not type(current):
        current = carried_over(current, chosen)
    for inner in _distinct(declared.alternatives):
        if inner.name not in own and _given(given, inner) is not None:
            raise InvalidParameter(
                f"{flag_of(declared.name)} {chosen.kind} takes no {flag_of(inner.name)}: leave the flag out."
            )
    return with_flags(current, given)


def _distinct(alternatives: Iterable[type[Parameters]]) -> list[Parameter]:
    found: dict[str, Parameter] = {}
    for one in alternatives:
        for inner in one.parameters():
            found.setdefault(inner.name, inner)
    return list(found.values())


def _given(given: argparse.Namespace, declared: Parameter) -> str | None:
    text: str | None = getattr(given, FLAG_OF.get(declared.name, declared.name), None)
    return text


def _add_flag(
    parser: "argparse.ArgumentParser | argparse._ArgumentGroup", declared: Parameter, owners: Mapping[str, Parameters]
) -> None:
    words = {int: "N", float: "X", bool: "yes|no", str: "WORD"}
    one_of = "|".join(str(choice) for choice in declared.choices)
    metavar = "A,B,…" if declared.many else one_of or words[declared.value_type]
    free = declared.value_type is str and not declared.choices
    allowed = "" if free or (one_of and not declared.many) else f"; {declared.range}"
    values = {name: getattr(owner, declared.name) for name, owner in owners.items() if hasattr(owner, declared.name)}
    defaults = "" if free and not declared.default else f" {_defaults(values or {'': declared.default})}"
    text = f"{declared.help}{allowed}{defaults}".replace("%", "%%")
    parser.add_argument(flag_of(declared.name), metavar=metavar, help=text)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _defaults(values: Mapping[str, Any]) -> str:
    """What each preset has, once where all have the same.

    >>> _defaults({"fast": 3, "manual": 7}), _defaults({"fast": (1, 2), "manual": (1, 2)})
    ('(fast: 3, manual: 7)', '(1,2)')
    """
    texts = {name: _text(value) for name, value in values.items()}
    if len(set(texts.values())) == 1:
        return f"({next(iter(texts.values()))})"
    return f"({', '.join(f'{name}: {text}' for name, text in texts.items())})"


def parse_planes(text: str, depth: int) -> slice:
    """The slices `Z0:Z1` of a volume of `depth` slices; raises InvalidParameter."""
    try:
        start, stop = (
            int(word) if word else default for word, default in zip(text.split(":"), (0, depth), strict=True)
        )
    except ValueError:
        start = stop = -1
    if not 0 <= start < stop <= depth:
        raise InvalidParameter(f"--preview must be Z0:Z1 with 0 ≤ Z0 < Z1 ≤ {depth}, received {text}: correct it.")
    return slice(start, stop)
