"""How a parameter declares default, range, unit and help, once: for form, flag, JSON and cache key.

A set of parameters is a frozen dataclass that inherits `Parameters`; where it stands for a
computation it can be called. Wrong values are refused when it is made.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Blur(Parameters):
...     kind = "blur"
...     radius: int = parameter(2, "standard deviation of the Gaussian", unit="voxels", minimum=1, maximum=9)
>>> Blur(3).to_dict()
{'kind': 'blur', 'radius': 3}
>>> Blur.from_dict({'kind': 'blur', 'radius': 3}) == Blur(3)
True
>>> Blur(0)
Traceback (most recent call last):
...
annotat3d_tui.errors.InvalidParameter: radius of blur must be from 1 to 9 voxels, received 0: give one in that range.
"""

import hashlib
import json
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

from annotat3d_tui.errors import InvalidParameter

_KEY = "annotat3d"


@dataclass(frozen=True)
class Parameter:
    """What one field of a `Parameters` class declares.

    `value_type` is int, float, bool or str; `many` says that the value is a tuple of them.
    `alternatives` is not empty where the value is itself a `Parameters` of one of these classes.
    """

    name: str
    value_type: type
    many: bool
    default: Any
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()
    alternatives: tuple[type["Parameters"], ...] = ()

    @property
    def range(self) -> str:
        """The values it may have, in words.

        >>> Parameter("spacing", int, False, 7, "", unit="voxels", minimum=2, maximum=64).range
        'from 2 to 64 voxels'
        """
        unit = f" {self.unit}" if self.unit else ""
        if self.choices:
            return ("any of " if self.many else "one of ") + ", ".join(str(choice) for choice in self.choices)
        if self.minimum is not None and self.maximum is not None:
            return f"from {_number(self.minimum)} to {_number(self.maximum)}{unit}"
        if self.minimum is not None:
            return f"at least {_number(self.minimum)}{unit}"
        if self.maximum is not None:
            return f"at most {_number(self.maximum)}{unit}"
        return {int: "a whole number", float: "a number", bool: "yes or no", str: "a word"}[self.value_type] + unit

    def parse(self, text: str) -> Any:
        """The value that a person typed, as a number, a word or (separated by commas) a tuple of them.

        Raises InvalidParameter when it cannot be read; ranges are checked when the set is made.
        """
        if self.many and self.choices and text.strip() == "all":
            return self.choices
        if self.value_type is str and self.default == "" and not text.strip():
            return ""
        words = [word.strip() for word in text.split(",")] if self.many else [text.strip()]
        try:
            values = tuple(self._parse_word(word) for word in words if word)
            if not values:
                raise ValueError
        except (ValueError, KeyError):
            raise InvalidParameter(f"{self.name} must be {self.range}, received {text!r}: type it again.") from None
        return values if self.many else values[0]

    def _parse_word(self, word: str) -> Any:
        if self.value_type is bool:
            return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[word.lower()]
        return self.value_type(word)

    def check(self, value: Any, owner: str) -> None:
        """Raises InvalidParameter unless `value` is one that this parameter of `owner` may have."""
        if self.alternatives:
            if not isinstance(value, self.alternatives):
                kinds = ", ".join(alternative.kind for alternative in self.alternatives)
                raise InvalidParameter(
                    f"{self.name} of {owner} must be one of {kinds}, received {value!r}: choose one."
                )
            return
        if self.many and (not isinstance(value, tuple) or not value):
            raise InvalidParameter(
                f"{self.name} of {owner} must be a list of at least one value, {self.range}, "
                f"received {value!r}: give values separated by commas."
            )
        for one in value if self.many else (value,):
            if not self._allows(one):
                raise InvalidParameter(
                    f"{self.name} of {owner} must be {self.range}, received {one}: "
                    + ("choose from these." if self.choices else "give one in that range.")
                )

    def _allows(self, value: Any) -> bool:
        if not self._is_of_type(value):
            return False
        if self.choices:
            return value in self.choices
        if self.minimum is not None and not value >= self.minimum:
            return False
        return not (self.maximum is not None and not value <= self.maximum)

    def _is_of_type(self, value: Any) -> bool:
        if isinstance(value, bool):  # which is an int, too
            return self.value_type is bool
        return isinstance(value, int | float if self.value_type is float else self.value_type)


def parameter(
    default: Any,
    help: str,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[Any, ...] = (),
) -> Any:
    """A field of a `Parameters` class: its default, one sentence of help, unit and range."""
    declared = {"help": help, "unit": unit, "minimum": minimum, "maximum": maximum, "choices": choices}
    return field(default=default, metadata={_KEY: declared})


def group(default: "Parameters", help: str, alternatives: tuple[type["Parameters"], ...]) -> Any:
    """A field that is itself a set of parameters, of one of the classes `alternatives`."""
    return field(default=default, metadata={_KEY: {"help": help, "alternatives": alternatives}})


@dataclass(frozen=True)
class Parameters:
    """A set of parameters; `kind` is its name in files, on the command line and on the screen."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for declared in self.parameters():
            declared.check(getattr(self, declared.name), self.kind or type(self).__name__)

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The declarations, in order."""
        hints = get_type_hints(cls)
        return tuple(_declaration(one, hints[one.name]) for one in fields(cls) if _KEY in one.metadata)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: `kind` first, tuples as lists, groups as objects."""
        values = {declared.name: getattr(self, declared.name) for declared in self.parameters()}
        return {"kind": self.kind} | {name: _plain(value) for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The set that `to_dict` wrote; raises InvalidParameter for unknown names or wrong values."""
        if not isinstance(values, dict):
            raise InvalidParameter(
                f"Parameters of {cls.kind} must be an object of names and values, received {values!r}: correct it."
            )
        known = {declared.name: declared for declared in cls.parameters()}
        unknown = sorted(set(values) - set(known) - {"kind"})
        if unknown:
            raise InvalidParameter(
                f"{cls.kind} has no parameter {unknown[0]!r}; it has {', '.join(known)}: correct the name."
            )
        if values.get("kind", cls.kind) != cls.kind:
            raise InvalidParameter(
                f"These parameters must be of {cls.kind}, received those of {values['kind']}: use its own."
            )
        return cls(**{name: _read(known[name], value) for name, value in values.items() if name != "kind"})

    def key(self) -> str:
        """A short name for these values: equal for equal ones, on any machine, for caches and reports."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Off(Parameters):
    """Stands where a step that can be left out is left out."""

    kind = "off"


def alternative(alternatives: tuple[type[Parameters], ...], kind: str, who: str) -> type[Parameters]:
    """The class of `alternatives` whose kind is `kind`; raises InvalidParameter, naming `who`."""
    for one in alternatives:
        if one.kind == kind:
            return one
    kinds = ", ".join(one.kind for one in alternatives)
    raise InvalidParameter(f"{who} must be one of {kinds}, received {kind!r}: choose one of them.")


def _declaration(one: Field[Any], hint: Any) -> Parameter:
    declared = one.metadata[_KEY]
    default = None if one.default is MISSING else one.default
    if "alternatives" in declared:
        return Parameter(one.name, Parameters, False, default, declared["help"], alternatives=declared["alternatives"])
    many = get_origin(hint) is tuple
    return Parameter(one.name, get_args(hint)[0] if many else hint, many, default, **declared)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def _plain(value: Any) -> Any:
    if isinstance(value, Parameters):
        return value.to_dict()
    return list(value) if isinstance(value, tuple) else value


def _read(declared: Parameter, value: Any) -> Any:
    if declared.alternatives and isinstance(value, dict):
        return alternative(declared.alternatives, value.get("kind", ""), declared.name).from_dict(value)
    return tuple(value) if declared.many and isinstance(value, list) else value
