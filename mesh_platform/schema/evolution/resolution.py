"""Avro's schema resolution: whether one schema can read whatever another wrote, as a registry answers it.

The rules, and the order in which pairs are met, are those of Java's `SchemaCompatibility`, which Confluent's registry
asks; a test compares the verdicts with that class itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mesh_platform.schema.avro.avro_type import (
    Array,
    AvroType,
    Enum,
    Field,
    Fixed,
    Map,
    Primitive,
    Record,
    Recursive,
    Union,
)
from mesh_platform.schema.avro.name import simple_name
from mesh_platform.schema.avro.parse import Reading
from mesh_platform.schema.evolution.union_index import PROMOTED, UnionIndex, union_index

_THOROUGH: Final = 50_000
"""Types and fields compared, up to which records of other names are looked into as well, as the reference does."""
_MOST: Final = 250_000
"""Types of unions and fields compared in one question; beyond, nobody waits for the answer."""


class _Undecided(Exception):
    """Nobody can say: a field could be any of several of the writer's, or unions are too wide to be compared."""


@dataclass
class _Sides:
    """What is known of the reader's and the writer's types while they are compared."""

    reader: Mapping[str, Record]
    writer: Mapping[str, Record]
    apart: bool
    """Whether reader and writer are two readings."""
    met: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Identities of two types → whether they fit; those still being compared are taken to fit."""
    indexes: dict[int, UnionIndex] = field(default_factory=dict)
    """Identity of a union of the reader → where its types are found."""
    spent: int = 0
    """How many types of unions and fields were compared so far."""

    def spend(self, compared: int) -> None:
        """Count what is compared; raises _Undecided when it is too much."""
        self.spent += compared
        if self.spent > _MOST:
            raise _Undecided


def can_read(reader: Reading, writer: Reading) -> bool:
    """Whether every value that the writer's schema allows can be read with the reader's; logical types play no part."""
    if reader.kind is None or writer.kind is None:
        return False
    try:
        return _reads(reader.kind, writer.kind, _Sides(reader.records, writer.records, reader is not writer))
    except _Undecided:
        return False


def _reads(reader: AvroType, writer: AvroType, sides: _Sides) -> bool:
    if isinstance(reader, Primitive) and isinstance(writer, Primitive):
        return reader.name == writer.name or (reader.name, writer.name) in PROMOTED
    if isinstance(reader, Recursive):
        reader = sides.reader[reader.name]
    if isinstance(writer, Recursive):
        writer = sides.writer[writer.name]
    key = (id(reader), id(writer))
    if key not in sides.met:
        sides.met[key] = True
        sides.met[key] = _fits(reader, writer, sides)
    return sides.met[key]


def _fits(reader: AvroType, writer: AvroType, sides: _Sides) -> bool:
    if isinstance(writer, Union):
        # every branch is looked at, as the reference does: what is met on the way is remembered
        answers = [_reads(reader, branch, sides) for branch in writer.branches]
        return all(answers)
    if isinstance(reader, Union):
        return any(_reads(branch, writer, sides) for branch in _candidates(reader, writer, sides))
    match reader, writer:
        case Record(), Record():
            unshared = _unshared(reader, writer, sides)
            sides.spend(len(unshared))
            fields = [_fills(field, writer, sides) for field in unshared]
            return _same_name(reader, writer) and all(fields)
        case Array(), Array():
            return _reads(reader.items, writer.items, sides)
        case Map(), Map():
            return _reads(reader.values, writer.values, sides)
        case Enum(), Enum():
            known = reader.default is not None or writer.known <= reader.known
            return _same_name(reader, writer) and known
        case Fixed(), Fixed():
            return _same_name(reader, writer) and reader.size == writer.size
    return False


def _candidates(reader: Union, writer: AvroType, sides: _Sides) -> Sequence[AvroType]:
    """The types of the union that may read the writer's.

    A record of another name never does; what is met in it is remembered all the same, as the reference does, as long
    as that takes no time.
    """
    index = sides.indexes.get(id(reader))
    if index is None:
        index = sides.indexes[id(reader)] = union_index(reader, sides.reader)
    found = index.kin(writer) if sides.spent < _THOROUGH else index.named(writer)
    sides.spend(len(found))
    return found


def _same_name(reader: Fixed | Enum | Record, writer: Fixed | Enum | Record) -> bool:
    """Namespaces are left aside; a name it had, spelled in full, counts as its own."""
    return simple_name(reader.name) == simple_name(writer.name) or writer.name in reader.aliases


def _unshared(reader: Record, writer: Record, sides: _Sides) -> Sequence[Field]:
    """The fields that have to be looked at: one that two readings share has no names in it, and reads itself."""
    if not sides.apart:
        return reader.fields
    written = writer.by_name
    return [field for field in reader.fields if written.get(field.name) is not field or field.aliases]


def _fills(field: Field, writer: Record, sides: _Sides) -> bool:
    """Whether the reader's field gets a value from what the writer wrote."""
    written = writer.by_name.get(field.name)
    if field.aliases:
        found = [f for name in sorted(set(field.aliases)) if (f := writer.by_name.get(name))]
        if len(found) + (written is not None) > 1:
            raise _Undecided
        written = written or (found[0] if found else None)
    return field.has_default if written is None else _reads(field.type, written.type, sides)
