"""Avro's types as frozen values, names resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Primitive:
    """null, boolean, int, long, float, double, bytes or string, with its logical type if it has one."""

    name: str
    logical: str | None = None
    precision: int | None = None
    scale: int = 0


@dataclass(frozen=True)
class Fixed:
    """Exactly `size` bytes."""

    name: str
    size: int
    logical: str | None = None
    precision: int | None = None
    scale: int = 0
    doc: str = ""
    aliases: tuple[str, ...] = ()
    """Other full names it had."""


@dataclass(frozen=True)
class Enum:
    """One of a closed list of symbols."""

    name: str
    symbols: tuple[str, ...]
    default: str | None = None
    """What a reader makes of a symbol it does not know."""
    doc: str = ""
    aliases: tuple[str, ...] = ()
    """Other full names it had."""

    @cached_property
    def known(self) -> frozenset[str]:
        """The symbols, in no order."""
        return frozenset(self.symbols)


@dataclass(frozen=True)
class Array:
    """A list of items of one type."""

    items: "AvroType"


@dataclass(frozen=True)
class Map:
    """Text keys and values of one type."""

    values: "AvroType"


@dataclass(frozen=True)
class Union:
    """One of several types."""

    branches: "tuple[AvroType, ...]"


class Field(NamedTuple):
    """A field of a record, as the avsc has it."""

    name: str
    type: "AvroType"
    doc: str = ""
    default: Any = None
    has_default: bool = False
    pii: str | None = None
    """The class of personal data it holds (`pii` where the schema only says that it does); None if undeclared."""
    aliases: tuple[str, ...] = ()
    """Other names it had."""
    order: str = "ascending"
    """How it counts when records are sorted."""
    not_personal: bool = False
    """Whether the schema says that a person has looked, and that it is none: `"pii": false`."""


@dataclass(frozen=True)
class Record:
    """Named fields in order."""

    name: str
    """With its namespace."""
    fields: tuple[Field, ...]
    doc: str = ""
    aliases: tuple[str, ...] = ()
    """Other full names it had."""

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields under their names."""
        return {field.name: field for field in self.fields}


@dataclass(frozen=True)
class Recursive:
    """A reference to a record that is still being defined: a type that contains itself."""

    name: str


AvroType = Primitive | Fixed | Enum | Array | Map | Union | Record | Recursive
NULL = Primitive("null")


def unwrapped(kind: AvroType) -> tuple[AvroType, bool]:
    """(the type without its null, whether it had one)."""
    if isinstance(kind, Union) and len(kind.branches) == 2 and NULL in kind.branches:
        return next((b for b in kind.branches if b != NULL), NULL), True
    return kind, False
